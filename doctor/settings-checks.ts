import { parse as parseDotenv } from 'dotenv';
import { envFileOf, envFileText, readIfThere, VARIABLES } from '../target/env-file.ts';
import type { Environment } from '../target/settings.ts';
import { failed, passed, type CheckRow, type Outcome } from './check.ts';
import type { DoctorContext } from './context.ts';
import { misspeltNames, type Misspelt } from './misspelling.ts';

/** The questions about the settings: nothing is sent for them. */
export const SETTINGS_CHECKS: readonly CheckRow<DoctorContext>[] = [
  { id: 'settings', title: 'Settings', needs: [], cost: 'local', check: checkSettings },
  { id: 'base-url', title: 'Base URL', needs: [], cost: 'local', check: checkBaseUrl },
];

const BASE_URL = 'INTERACTLY_BASE_URL';

function checkSettings({ own, settings, fileIssues }: DoctorContext): Outcome {
  const given = variablesGiven(own);
  const facts = { file: given.file, from_file: given.fromFile, from_environment: given.fromEnvironment };
  const misspelt = misspeltNames([...Object.keys(own), ...given.names], VARIABLES);
  const others = settings.ok ? [] : settings.issues.filter((message) => !isOfBaseUrl(message));
  const spelt = misspelt.map(({ name }) => name);
  // A misspelt name is told with the name that is meant, so not as unknown besides.
  const unknown = fileIssues.filter((message) => !spelt.some((name) => message.includes(` sets ${name},`)));
  const issues = [...misspelt.map(misspellingText), ...unknown, ...others];
  const [first] = issues;
  if (first === undefined) return passed(`${sourceText(given)}${boundsText(given)}`, facts);
  const { what, next } = parted(first);
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more: ${issues.slice(1).join(' ')})`;
  return failed(`${what}${more}`, next, { ...facts, issues });
}

interface Given {
  /** The file as it is named; null where there is none. */
  readonly file: string | null;
  readonly fromFile: readonly string[];
  readonly fromEnvironment: readonly string[];
  /** Every name in the file. */
  readonly names: readonly string[];
}

/** Which variables came from where; the environment wins over the file. */
function variablesGiven(own: Environment): Given {
  const path = envFileOf(own);
  const isRead = path !== 'none' && readIfThere(path) !== null;
  const inFile = isRead ? parseDotenv(envFileText(own)) : {};
  const isSet = (from: Environment, name: string): boolean => (from[name] ?? '') !== '';
  const fromEnvironment = VARIABLES.filter((name) => isSet(own, name));
  return {
    file: isRead ? path : null,
    fromFile: VARIABLES.filter((name) => isSet(inFile, name) && !fromEnvironment.includes(name)),
    fromEnvironment,
    names: Object.keys(inFile),
  };
}

function sourceText({ file, fromFile, fromEnvironment }: Given): string {
  const read = file === null ? 'no file of variables was read' : `${file} gave ${namesText(fromFile)}`;
  return `${read}; the environment gave ${namesText(fromEnvironment)}`;
}

function boundsText({ fromFile, fromEnvironment }: Given): string {
  const isCapped = [...fromFile, ...fromEnvironment].includes('HARNESS_MAX_RUNS');
  return isCapped ? '' : '; HARNESS_MAX_RUNS has its default, 200 outside loopback';
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function misspellingText({ name, meant }: Misspelt): string {
  return `${name} is set, which is no variable of this tool and looks like ${meant}; rename it to ${meant}.`;
}

function isOfBaseUrl(message: string): boolean {
  return message.startsWith(BASE_URL);
}

/** The parts of a sentence that says what is wrong and, behind a semicolon or a colon, what to do. */
function parted(message: string): { readonly what: string; readonly next: string } {
  const at = message.lastIndexOf('; ');
  const cut = at === -1 ? message.lastIndexOf(': ') : at;
  const next = cut === -1 ? 'correct it in the settings.' : message.slice(cut + 2);
  return {
    what: cut === -1 ? message : `${message.slice(0, cut)}.`,
    next: next.charAt(0).toUpperCase() + next.slice(1),
  };
}

function checkBaseUrl({ settings, target }: DoctorContext): Outcome {
  const issue = settings.ok ? undefined : settings.issues.find(isOfBaseUrl);
  if (issue !== undefined) {
    const { what, next } = parted(issue);
    return failed(what, next);
  }
  if (target !== null)
    return passed(`${target.baseUrl}${target.isLoopback ? ', on loopback' : ''}`, {
      base_url: target.baseUrl,
    });
  if (!settings.ok) return { state: 'because', id: 'settings' };
  return failed(
    'INTERACTLY_BASE_URL is not set, so there is no target to look at.',
    'Set INTERACTLY_BASE_URL, INTERACTLY_API_KEY and INTERACTLY_WORKFLOW_ID in .env (copy .env.example).',
  );
}
