import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file, or nothing when it is not there. */
export function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The self-test files below a folder, in order of their names. */
export function testFilesBelow(folder: string): readonly string[] {
  return filesBelow(folder)
    .filter((name) => /\.test\.tsx?$/.test(name))
    .sort();
}

/** Every regular file below a folder, with its path. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
