/** Writes one record after the other, like the one in a file, into the directory that it is given, and says the id of each that is written. */
import { readFileSync, writeSync } from 'node:fs';
import { writeNight } from '../history/files.ts';
import type { NightRecord } from '../history/night.ts';

const [dir = '', name = '', example = ''] = process.argv.slice(2);
const record = JSON.parse(readFileSync(example, 'utf8')) as NightRecord;
for (let n = 0; ; n += 1) {
  const id = `${name}-${n}`;
  writeNight(dir, { ...record, id });
  writeSync(1, `${id}\n`);
}
