import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readResult, ResultFileError } from './result-file.ts';
import type { RunResult } from './result.ts';

/** Most earlier results that are read: a month of nights. */
const READ_MAX = 31;
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * The results in the folders beside an output folder, those written last first. What can't be read, or is no result of
 * this version, is passed over: a run must not fail because of an older one.
 */
export function readEarlier(outDir: string): readonly RunResult[] {
  return filesBeside(outDir)
    .slice(0, READ_MAX)
    .flatMap((path) => {
      try {
        return [readResult(path)];
      } catch (error) {
        if (error instanceof ResultFileError) return [];
        throw error;
      }
    });
}

function filesBeside(outDir: string): readonly string[] {
  const parent = dirname(outDir);
  return namesIn(parent)
    .filter((name) => name !== basename(outDir))
    .flatMap((name) => {
      const path = join(parent, name, 'result.json');
      const written = writtenAt(path);
      return written === null ? [] : [{ path, written }];
    })
    .toSorted((a, b) => b.written - a.written || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
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
