import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * From now on the disk takes so many more lines of a ledger, then five bytes of each, and then no more.
 * @returns what makes room again.
 */
export function fullDisk(lines = 0): () => void {
  const { writeSync } = fs;
  let room = lines;
  fs.writeSync = ((file: number, bytes: Buffer, offset = 0) => {
    const isWhole = !/^\n?\{"kind":/.test(bytes.toString()) || (offset === 0 && (room -= 1) >= 0);
    if (isWhole) return writeSync(file, bytes, offset);
    if (offset === 0) return writeSync(file, bytes, 0, 5);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }) as never;
  syncBuiltinESMExports();
  return () => {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  };
}
