import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readResult, ResultFileError } from './result-file.ts';
import type { RunResult } from './result.ts';

/** Most earlier results that are read: a month of nights. */
const READ_MAX = 31;
const BYTES_MAX = 64 * 1024 * 1024;
const HEAD_BYTES = 64 * 1024;

/** The results of earlier runs, and how many of those looked at could not be read. */
export interface Earlier {
  readonly results: readonly RunResult[];
  readonly passedOver: number;
}

/**
 * The results in the folders beside an output folder, and in those of another folder of runs, the latest first. A machine
 * that starts empty gets that folder back from where it was kept, and with it times of writing that say nothing: the time
 * that counts is the one at which a run says it began. What can't be read, or is no result of this version, is passed
 * over: a run must not fail because of an older one.
 * @param folder the other folder; null for none. It need not be there.
 */
export function readEarlier(outDir: string, folder: string | null = null): Earlier {
  const beside = filesIn(dirname(outDir), basename(outDir));
  const kept = folder === null ? [] : filesIn(resolve(folder), null);
  const paths = new Map([...beside, ...kept].map((one) => [one.path, one]));
  const latest = [...paths.values()]
    .toSorted((a, b) => b.beganMs - a.beganMs || (a.path < b.path ? -1 : 1))
    .slice(0, READ_MAX)
    .map(({ path }) => readOrNull(path));
  const results = latest.filter((one) => one !== null);
  return { results: distinct(results), passedOver: latest.length - results.length };
}

function readOrNull(path: string): RunResult | null {
  try {
    return readResult(path);
  } catch (error) {
    if (error instanceof ResultFileError) return null;
    throw error;
  }
}

/** A run that is there twice, as a copy, is one run. */
function distinct(results: readonly RunResult[]): readonly RunResult[] {
  const keyOf = ({ run }: RunResult): string => JSON.stringify([run.id, run.started_at]);
  return [...new Map(results.toReversed().map((one) => [keyOf(one), one])).values()].toReversed();
}

interface ResultPath {
  readonly path: string;
  readonly beganMs: number;
}

function filesIn(parent: string, own: string | null): readonly ResultPath[] {
  return namesIn(parent)
    .filter((name) => name !== own)
    .flatMap((name) => {
      const path = join(parent, name, 'result.json');
      const writtenMs = writtenAt(path);
      return writtenMs === null ? [] : [{ path, beganMs: beganAt(path) ?? writtenMs }];
    });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** When a file was written last, or null where there is none that can be looked at. */
function writtenAt(path: string): number | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= BYTES_MAX ? found.mtimeMs : null;
  } catch {
    return null;
  }
}

/** When a run began, from the beginning of its file, where that is written; null where it is not found there. */
function beganAt(path: string): number | null {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const text = head.toString('utf8', 0, readSync(file, head, 0, HEAD_BYTES, 0));
      const ms = Date.parse(/"started_at": ?"([^"\\]+)"/.exec(text)?.[1] ?? '');
      return Number.isNaN(ms) ? null : ms;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
