import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  existsSync,
  statSync,
  writeSync,
  type Dirent,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { diskReason } from '../result/disk.ts';
import { parseNight, type NightRecord } from './night.ts';

/** Where the history lies when nobody says otherwise. */
export const HISTORY_DIR = join('reports', 'history');

const BYTES_MAX = 1024 * 1024;
const DEPTH_MAX = 4;
const NAMES_TRIED_MAX = 1000;
const ABANDONED_MS = 24 * 3_600_000;

/** A record that can't be written; its message is one sentence for people. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** A record with the file that holds it. */
export interface KeptNight {
  readonly path: string;
  readonly night: NightRecord;
}

/** A file of the history that is not taken, and why. It stays where and as it is. */
export interface SetAside {
  readonly path: string;
  readonly why: string;
}

/** Everything in a folder of records, the earliest first. */
export interface History {
  readonly dir: string;
  readonly kept: readonly KeptNight[];
  readonly setAside: readonly SetAside[];
}

/**
 * Writes one record as `YYYY/MM/<UTC time>-<id>.json` and returns its path. It is written beside and given its name only when
 * it is whole, and a name that is taken is never taken over: two runs that end together leave two files.
 * @throws HistoryError where the folder can't take it; nothing is left behind then.
 */
export function writeNight(dir: string, night: NightRecord): string {
  return writeOnce(join(dir, ...monthOf(night.started_at)), stemOf(night), `${JSON.stringify(night)}\n`, dir);
}

/** Writes text under a name that nobody has yet. */
export function writeOnce(folder: string, stem: string, text: string, dir: string): string {
  const unfinished = join(folder, `.${stem}.${process.pid}-${randomBytes(3).toString('hex')}.part`);
  try {
    mkdirSync(folder, { recursive: true });
    removeAbandoned(folder);
    writeWhole(unfinished, text);
    return nameUntaken(unfinished, folder, stem, text);
  } catch (error) {
    removeQuietly(unfinished);
    throw new HistoryError(
      `The history ${dir} can't take this record: ${reasonOf(error)}; nothing in it was changed. Make room or give --history another directory, and take the run in later with npm run history -- --import.`,
      { cause: error },
    );
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // it was never there: the folder itself can't be
  }
}

/** On the disk before it has its name: a machine that stops leaves a whole file or none. */
function writeWhole(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o644);
  try {
    const bytes = Buffer.from(text, 'utf8');
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function nameUntaken(unfinished: string, folder: string, stem: string, text: string): string {
  for (let n = 1; n <= NAMES_TRIED_MAX; n += 1) {
    const path = join(folder, n === 1 ? `${stem}.json` : `${stem}-${n}.json`);
    if (existsSync(path)) {
      if (textOf(path) !== text) continue;
      rmSync(unfinished); // the same record again, as an import or a restore brings it
      return path;
    }
    if (named(unfinished, path)) return path;
  }
  throw new Error(`${NAMES_TRIED_MAX} records of one moment are there already`);
}

/** Gives a file its name unless that is taken; where there are no hard links, between looking and renaming. */
function named(unfinished: string, path: string): boolean {
  try {
    linkSync(unfinished, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EMLINK', 'EINVAL'].includes(code ?? '')) throw error;
    renameSync(unfinished, path);
    return true;
  }
  rmSync(unfinished, { force: true });
  return true;
}

/** What killed runs left unnamed; no reader ever takes it for a record. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith('.') && one.endsWith('.part'))) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) rmSync(path, { force: true });
  }
}

/** Reads every record in a folder. What is newer, broken or empty is set aside and named; a folder that is not there is empty. */
export function readHistory(dir: string): History {
  const read = filesBelow(dir, 0).map((path) => ({ path, night: readNight(path) }));
  const kept = read.flatMap(({ path, night }) => ('why' in night ? [] : [{ path, night }]));
  const setAside = read.flatMap(({ path, night }) =>
    'why' in night ? [{ path: relative(dir, path), why: night.why }] : [],
  );
  return { dir, kept: distinct(kept).toSorted(earliestFirst), setAside };
}

function readNight(path: string): NightRecord | { readonly why: string } {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) return { why: 'it is larger than 1 MiB, which no record is' };
    return parseNight(readFileSync(path, 'utf8'));
  } catch (error) {
    return { why: `it can't be read: ${reasonOf(error)}` };
  }
}

/** The files that may hold a record: those of the months, and not what stands beside them, like labels. */
function filesBelow(folder: string, depth: number): readonly string[] {
  return entriesIn(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return depth < DEPTH_MAX && /^\d{2,4}$/.test(entry.name) ? filesBelow(path, depth + 1) : [];
    return depth > 0 && entry.name.endsWith('.json') && !entry.name.startsWith('.') ? [path] : [];
  });
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** A record that is there twice, as a copy under another name, is one record. */
function distinct(kept: readonly KeptNight[]): readonly KeptNight[] {
  const keyOf = ({ night }: KeptNight): string => [night.id, night.started_at, night.ended_at].join('\n');
  return [...new Map(kept.map((one) => [keyOf(one), one])).values()];
}

function earliestFirst(a: KeptNight, b: KeptNight): number {
  return Date.parse(a.night.started_at) - Date.parse(b.night.started_at) || (a.path < b.path ? -1 : 1);
}

function monthOf(startedAt: string): readonly [year: string, month: string] {
  const iso = new Date(startedAt).toISOString();
  return [iso.slice(0, 4), iso.slice(5, 7)];
}

const STEM_MAX = 120;

function stemOf({ started_at: startedAt, id }: NightRecord): string {
  const time = new Date(startedAt).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}Z-${id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, STEM_MAX)}`;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  return diskReason(error) ?? (error instanceof Error ? error.message : 'unknown error');
}
