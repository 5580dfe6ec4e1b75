/** Writes one record after the other into the folder that it is given, and says the id of each that is written. */
import { writeSync } from 'node:fs';
import { writeNight } from '../../history/files.ts';
import { record } from './nights.ts';

const [dir = '', name = ''] = process.argv.slice(2);
for (let n = 0; ; n += 1) {
  const id = `${name}-${n}`;
  writeNight(dir, record({ id }));
  writeSync(1, `${id}\n`);
}
