import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readResult, ResultFileError } from '../result/result-file.ts';
import type { NightRecord } from './night.ts';
import { recordOf } from './record.ts';
import { statIfThere } from '../result/disk.ts';

/** A saved run as a record, or why it can't be one. */
export interface Imported {
  readonly path: string;
  readonly night: NightRecord | { readonly why: string };
}

/** The record of a saved run, from its folder, its `result.json`, or a folder of such folders. */
export function importRuns(given: string): readonly Imported[] {
  const path = resolve(given);
  const found = statIfThere(path);
  if (found === undefined) return [{ path, night: { why: 'it does not exist' } }];
  if (found.isFile()) return [importFile(path)];
  if (existsSync(join(path, 'result.json'))) return [importFile(join(path, 'result.json'))];
  const files = resultsBelow(path);
  return files.length === 0
    ? [{ path, night: { why: 'there is no result.json in it' } }]
    : files.map(importFile);
}

/** Each `result.json` in the folders of a folder of runs; none where that is not there. */
export function resultsBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name, 'result.json'))
      .filter((path) => existsSync(path));
  } catch {
    return [];
  }
}

export function importFile(path: string): Imported {
  try {
    const night = recordOf(readResult(path));
    return { path, night: night ?? { why: 'it is one share of a load, which says nothing alone' } };
  } catch (error) {
    if (error instanceof ResultFileError) return { path, night: { why: error.message } };
    throw error;
  }
}
