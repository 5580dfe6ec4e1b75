import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all: beside its place, then renamed. What was there stays until then.
 * @param mode of the new file, as the process's mask leaves it.
 * @throws the error of the file system; nothing unfinished is left behind.
 */
export function replaceFile(path: string, text: string, mode = 0o666): void {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, text, { encoding: 'utf8', mode });
    renameSync(unfinished, path);
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // its folder can't be written, so it was never there
    }
    throw error;
  }
}
