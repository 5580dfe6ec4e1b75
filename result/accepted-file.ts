import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
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

const UNSAID = 'is missing, empty or not a string';
const text = z.string(UNSAID).refine((value) => value.trim() !== '', UNSAID);
const day = text.refine(isDay, 'is not a day like 2026-11-25');
const DRIFT = z.strictObject({
  fingerprint: text.regex(FINGERPRINT, 'is not twelve hexadecimal digits'),
  check: text,
  what: text,
  schema_path: text,
  reason: text,
  accepted_at: day,
  expires_at: day,
  run: text,
  target: text.optional(), // files from before drift was accepted for one target may lack it
});
const FAILURE = DRIFT.extend({
  target: text,
  severity: z.literal('failure', 'is not "failure"'),
  by: text,
  commands: z.array(z.string(), 'is not a list of commands'),
});

function entryOf(path: string, entry: unknown, at: number): AcceptedDrift {
  if (!isRecord(entry)) throw broken(path, `/accepted/${at} is not an object but ${jsonTypeOf(entry)}`);
  const read = (entry['severity'] === undefined ? DRIFT : FAILURE).safeParse(entry);
  if (read.success) return read.data as AcceptedDrift;
  const [issue] = read.error.issues;
  const place = ['/accepted', at, ...(issue?.path ?? [])].join('/');
  if (issue?.code === 'unrecognized_keys')
    throw broken(path, `${place} has the unknown field ${JSON.stringify(issue.keys[0])}`);
  throw broken(path, `${place} ${issue?.message ?? 'is broken'}`);
}

function broken(path: string, why: string): AcceptedFileError {
  return new AcceptedFileError(
    `${path} is not a list of accepted findings: ${why}; put it right, or take back the committed one.`,
  );
}
