import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { quoted } from './shell-word.ts';

/** What is known of the npm process that runs a script. */
export interface NpmCall {
  /** The script, such as `contract`. */
  readonly script: string;
  /** The words after `npm`, as npm read them; null where they can't be read. */
  readonly words: readonly string[] | null;
  /** The environment that npm gave the script. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Words of npm itself that may stand behind the name of a script; the number is how many values follow. */
const OWN_OF_NPM: Readonly<Record<string, number>> = {
  '--loglevel': 1,
  '--prefix': 1,
  '--workspace': 1,
  '--script-shell': 1,
  '--cache': 1,
  '--userconfig': 1,
  '--workspaces': 0,
  '--include-workspace-root': 0,
  '--if-present': 0,
  '--ignore-scripts': 0,
  '--foreground-scripts': 0,
  '--color': 0,
  '--no-color': 0,
  '--offline': 0,
  '--no-update-notifier': 0,
  '--no-fund': 0,
  '--no-audit': 0,
};

/** npm reads an unknown `--plan` as its own `-p -l -a -n`, and `--quiet` as a level of its log. */
const READ_BY_NPM: readonly (readonly [as: readonly string[], typed: string])[] = [
  [['--parseable', '--long', '--all', '--no-yes'], '--plan'],
  [['--parseable', '--long', '--all', '--no'], '--plan'],
  [['--loglevel', 'warn'], '--quiet'],
];

/** Names of npm's own configuration: that they are set does not mean that they were typed. */
const AMBIGUOUS = ['json', 'all', 'only', 'quiet', 'yes'];
const RUN_ALIASES = ['run', 'run-script', 'rum', 'urn'];

/**
 * npm keeps options that stand before `--` to itself, and the script runs without them: `npm run contract --plan` would
 * send everything. Returns a sentence with the line to type, or null when nothing was lost.
 * @param flags the options of the script.
 */
export function consumedByNpm(call: NpmCall, flags: readonly string[]): string | null {
  const consumed =
    call.words === null ? consumedByEnvironment(call, flags) : consumedByWords(call, call.words);
  if (consumed === null) return null;
  const line = ['start', 'test'].includes(call.script) ? `npm ${call.script}` : `npm run ${call.script}`;
  return `npm kept ${consumed.flags.join(', ')} for itself, because options of a script stand after --; nothing was sent. Type: ${line} -- ${consumed.words.map(quoted).join(' ')}`;
}

interface Consumed {
  readonly flags: readonly string[];
  /** Everything that was meant for the script. */
  readonly words: readonly string[];
}

function consumedByWords({ script }: NpmCall, words: readonly string[]): Consumed | null {
  const from = placeOf(script, words);
  if (from === -1) return null;
  const behind = words.slice(from + 1);
  const end = behind.indexOf('--');
  const typed = withoutOwn(asTyped(end === -1 ? behind : behind.slice(0, end)));
  const flags = typed.filter((word) => /^-./.test(word) && Number.isNaN(Number(word)));
  if (flags.length === 0) return null;
  return { flags, words: [...typed, ...(end === -1 ? [] : behind.slice(end + 1))] };
}

function placeOf(script: string, words: readonly string[]): number {
  const run = words.findIndex((word) => RUN_ALIASES.includes(word));
  return words.indexOf(script, run + 1);
}

function asTyped(words: readonly string[]): readonly string[] {
  const typed: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const found = READ_BY_NPM.find(([as]) => as.every((word, n) => words[i + n] === word));
    typed.push(found === undefined ? (words[i] ?? '') : found[1]);
    if (found !== undefined) i += found[0].length - 1;
  }
  return typed;
}

function withoutOwn(words: readonly string[]): readonly string[] {
  const rest: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    const values = OWN_OF_NPM[word];
    if (values === undefined) rest.push(word);
    else i += values;
  }
  return rest;
}

/** Without the words there is what npm left in the environment: the name and value of each option that it does not know. */
function consumedByEnvironment({ environment }: NpmCall, flags: readonly string[]): Consumed | null {
  const nameOf = (flag: string): string => flag.slice(2);
  const set = (name: string): string | undefined => environment[`npm_config_${name.replaceAll('-', '_')}`];
  const isPlan = ['parseable', 'long', 'all'].every((name) => set(name) === 'true');
  const consumed = flags.filter((flag) => {
    if (flag === '--plan') return isPlan;
    return !AMBIGUOUS.includes(nameOf(flag)) && set(nameOf(flag)) !== undefined;
  });
  if (consumed.length === 0) return null;
  const words = consumed.flatMap((flag) => {
    const value = set(nameOf(flag));
    return value === undefined || value === 'true' || value === '' ? [flag] : [flag, value];
  });
  return { flags: consumed, words };
}

/**
 * The sentence for options that npm kept from the script that this process is, or null: also where npm does not run it.
 */
export function optionsConsumedByNpm(
  script: string,
  flags: readonly string[],
  environment: NpmCall['environment'],
): string | null {
  const call = npmCall(environment);
  return call?.script === script ? consumedByNpm(call, flags) : null;
}

/** The npm process that runs this one as a script, or null when there is none. */
function npmCall(environment: NpmCall['environment']): NpmCall | null {
  const script = environment['npm_lifecycle_event'];
  if (script === undefined) return null;
  const pid = npmAbove(process.ppid);
  if (pid === 'other') return null;
  return { script, words: pid === null ? null : wordsInLog(pid), environment };
}

const SHELLS = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'busybox'];
const LEVELS_MAX = 4;

/** The process of npm, behind the shell that it runs scripts in; null where no system tells of processes. */
function npmAbove(parent: number): number | 'other' | null {
  let pid = parent;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const line = readOrNull(`/proc/${pid}/cmdline`);
    if (line === null) return level === 0 ? null : 'other';
    const words = line.split('\0');
    const isNpm = /^npm( |$)/.test(words[0] ?? '') || words.slice(0, 3).some(isProgramOfNpm);
    if (isNpm) return pid;
    if (!SHELLS.includes(basename(words[0] ?? ''))) return 'other';
    pid = Number(readOrNull(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ')[1] ?? 0);
  }
  return 'other';
}

function isProgramOfNpm(word: string): boolean {
  return ['npm', 'npm-cli.js'].includes(basename(word));
}

/** npm replaces its command line by a title without the options, but holds a log open that tells what it was given. */
function wordsInLog(pid: number): readonly string[] | null {
  const folder = `/proc/${pid}/fd`;
  for (const name of namesIn(folder)) {
    const path = linkOrNull(`${folder}/${name}`);
    if (path === null || !/_logs\/.*-debug-\d+\.log$/.test(path)) continue;
    const line = /^\d+ verbose argv (.*)$/m.exec(readOrNull(path) ?? '')?.[1];
    if (line !== undefined) return wordsOf(line);
  }
  return null;
}

/** Each word is a JSON string. */
function wordsOf(line: string): readonly string[] | null {
  try {
    return JSON.parse(`[${line.replace(/" "/g, '","')}]`) as readonly string[];
  } catch {
    return null;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOrNull(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
