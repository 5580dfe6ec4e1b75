import { readFileSync } from 'node:fs';

/** The variables that may stand in the file, as `.env.example` names them. */
export const VARIABLES: readonly string[] = [
  'INTERACTLY_BASE_URL',
  'INTERACTLY_API_KEY',
  'INTERACTLY_WORKFLOW_ID',
  'INTERACTLY_RUN_INPUT',
  'INTERACTLY_HEADERS',
  'INTERACTLY_OTHER_KEY',
  'INTERACTLY_API_KEY_B',
  'INTERACTLY_WORKFLOW_ID_B',
  'HARNESS_ALLOW_HOSTS',
  'HARNESS_MAX_RUNS',
  'HARNESS_MAX_RATE',
  'HARNESS_MAX_REQUESTS',
  'HARNESS_MAX_DURATION',
  'HARNESS_MAX_CONNECTIONS',
  'HARNESS_TARGET_REVISION',
  'HARNESS_CONTROLS',
  'HARNESS_TIMEOUT',
  'HARNESS_PATIENCE',
  'HARNESS_TRACE',
  'HARNESS_CA_FILE',
  'HARNESS_ACCEPTED_FILE',
];

type Own = Readonly<Record<string, string | undefined>>;

/** The path of the file of variables: `.env`, or what `HARNESS_ENV_FILE` says. */
export function envFileOf(own: Own): string {
  const path = own['HARNESS_ENV_FILE'];
  return path === undefined || path === '' ? '.env' : path;
}

/** The text of the file of variables; empty when there is none. */
export function envFileText(own: Own): string {
  return readIfThere(envFileOf(own)) ?? '';
}

/** The text of a file, or null when it can't be read. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * What is wrong with the file of variables, as sentences: it can't be read although it was named, a name in it is none
 * of ours, or a value is cut off at a `#`. `.env` itself need not be there. No value is ever quoted.
 */
export function envFileIssues(own: Own): readonly string[] {
  const path = envFileOf(own);
  const text = path === 'none' ? '' : readIfThere(path);
  if (text !== null) return [...text.matchAll(LINE)].flatMap((line) => lineIssues(line, text, path));
  if (path === '.env') return [];
  return [
    `HARNESS_ENV_FILE names ${path}, which can't be read; give the path of a file of variables, or none.`,
  ];
}

const LINE = /^[^\S\n]*(?:export\s+)?((?:INTERACTLY|HARNESS)_\w*)[^\S\n]*[=:][^\S\n]*(.*)$/gim;

/** A misspelt name would leave the sandbox to be asked in place of the target, or a cap at its default. */
function lineIssues(line: RegExpExecArray, text: string, path: string): readonly string[] {
  const [whole, name = '', value = ''] = line;
  if (!VARIABLES.includes(name))
    return [`${path} sets ${name}, which is no variable of it; take the names from .env.example.`];
  if (QUOTED.test(text.slice(line.index + whole.length - value.length))) return [];
  const isCut = /^['"`]/.test(value) || /[^\s#]#/.test(value);
  return isCut
    ? [
        `${path} cuts ${name} off, at a # that begins a comment or at quotes that do not pair; put the whole value within quotes of a kind that it does not hold: '…', "…" or \`…\`.`,
      ]
    : [];
}

/** A value within one pair of quotes, which may go over several lines, perhaps with a comment behind it. */
const QUOTED = /^(['"`])(?:(?!\1)[^])*\1[^\S\n]*(?:#.*)?(?:\r?\n|$)/;
