import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { replaceFile } from './replace-file.ts';
import { isDay, type AcceptedDrift } from './acceptance.ts';
import { isRecord, jsonTypeOf } from './json.ts';

/** The committed file of what was accepted. */
export const ACCEPTED_FILE = fileURLToPath(new URL('../openapi/accepted/drift.json', import.meta.url));

/** What the fingerprint of a finding looks like. */
export const FINGERPRINT = /^[0-9a-f]{12}$/;

/** A file of accepted drift that can't be read or written; its message is one sentence for people. */
export class AcceptedFileError extends Error {
  override readonly name = 'AcceptedFileError';
}

/**
 * Reads what was accepted; without the file nothing was.
 * @throws AcceptedFileError for a file that is anything but a whole list of accepted drift.
 */
export function readAccepted(path: string): readonly AcceptedDrift[] {
  const text = textOf(path);
  if (text === null) return [];
  const file = parsed(path, text);
  if (!isRecord(file) || file['accepted_version'] !== 1 || !Array.isArray(file['accepted']))
    throw broken(path, 'it has no "accepted_version" 1 with a list "accepted"');
  const entries = file['accepted'].map((entry: unknown, at) => entryOf(path, entry, at));
  const names = entries.map(nameOf);
  const twice = entries.find((entry, at) => names.indexOf(nameOf(entry)) < at);
  if (twice !== undefined)
    throw broken(path, `it has the fingerprint ${twice.fingerprint} twice for one target`);
  return entries;
}

/** What makes two acceptances the same: each is for one target alone. */
export function nameOf({ fingerprint, target }: AcceptedDrift): string {
  return target === undefined ? fingerprint : `${fingerprint} ${target}`;
}

/** Writes what is accepted, whole or not at all, in an order that does not depend on when it was accepted. */
export function writeAccepted(path: string, accepted: readonly AcceptedDrift[]): void {
  try {
    replaceFile(path, renderAccepted(accepted));
  } catch (error) {
    throw new AcceptedFileError(`${path} can't be written: ${(error as Error).message}.`, { cause: error });
  }
}

function renderAccepted(accepted: readonly AcceptedDrift[]): string {
  const place = (entry: AcceptedDrift): string => [entry.check, entry.schema_path, nameOf(entry)].join('\n');
  const sorted = accepted.map(inOrder).sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return `${JSON.stringify({ accepted_version: 1, accepted: sorted }, null, 2)}\n`;
}

function inOrder(entry: AcceptedDrift): AcceptedDrift {
  const { fingerprint, check, what, schema_path, reason, accepted_at, expires_at, run, target } = entry;
  const seen = { run, ...(target === undefined ? {} : { target }) };
  const drift = { fingerprint, check, what, schema_path, reason, accepted_at, expires_at, ...seen };
  const { severity, by, commands } = entry;
  return severity === undefined ? drift : { ...drift, severity, by: by ?? '', commands: commands ?? [] };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AcceptedFileError(`${path} can't be read: ${(error as Error).message}.`, { cause: error });
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw broken(path, `it is not JSON (${(error as Error).message.split('\n')[0] ?? ''})`);
  }
}

const TEXTS = ['check', 'what', 'schema_path', 'reason', 'run', 'target'] as const;
const DAYS = ['accepted_at', 'expires_at'] as const;
function entryOf(path: string, entry: unknown, at: number): AcceptedDrift {
  const place = `/accepted/${at}`;
  if (!isRecord(entry)) throw broken(path, `${place} is no object but ${jsonTypeOf(entry)}`);
  const names: readonly string[] = ['fingerprint', ...TEXTS, ...DAYS, 'severity', 'by', 'commands'];
  const extra = Object.keys(entry).find((name) => !names.includes(name));
  if (extra !== undefined) throw broken(path, `${place} has the unknown field ${JSON.stringify(extra)}`);
  const text = (name: string): string => {
    const value = entry[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw broken(path, `${place}/${name} is missing, empty or no string`);
  };
  const day = (name: (typeof DAYS)[number]): string => {
    if (isDay(text(name))) return text(name);
    throw broken(path, `${place}/${name} is no day like 2026-11-25`);
  };
  if (!FINGERPRINT.test(text('fingerprint')))
    throw broken(path, `${place}/fingerprint is none: twelve hexadecimal digits`);
  return {
    fingerprint: text('fingerprint'),
    check: text('check'),
    what: text('what'),
    schema_path: text('schema_path'),
    reason: text('reason'),
    accepted_at: day('accepted_at'),
    expires_at: day('expires_at'),
    run: text('run'),
    // Files from before drift was accepted for one target may lack it; a failure never was without.
    ...(entry['target'] === undefined && entry['severity'] === undefined ? {} : { target: text('target') }),
    ...failureOf(path, place, entry, text),
  };
}

/** What only the acceptance of a failure has. */
function failureOf(
  path: string,
  place: string,
  entry: Readonly<Record<string, unknown>>,
  text: (name: string) => string,
): Pick<AcceptedDrift, 'severity' | 'by' | 'commands'> {
  const { severity, by, commands } = entry;
  if (severity === undefined) {
    if (by === undefined && commands === undefined) return {};
    throw broken(path, `${place} has a name or commands, which only a failure has`);
  }
  if (severity !== 'failure') throw broken(path, `${place}/severity is not "failure"`);
  if (!Array.isArray(commands) || !commands.every((one) => typeof one === 'string'))
    throw broken(path, `${place}/commands is not a list of commands`);
  return { severity, by: text('by'), commands };
}

function broken(path: string, why: string): AcceptedFileError {
  return new AcceptedFileError(
    `${path} is not a list of accepted findings: ${why}; put it right, or take back the committed one.`,
  );
}
