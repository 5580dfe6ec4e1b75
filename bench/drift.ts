/**
 * Holds the direction of 2,000 generated pairs of schemas against jsoncompat. In processes of 250 pairs each, because
 * its WebAssembly runs out of memory after some 1,800.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { disagreements } from '../selftest/drift/oracle.ts';

const PAIRS = 2000;
const AT_ONCE = 250;
const [from] = process.argv.slice(2);
if (from === undefined) {
  let found = 0;
  for (let first = 1; first <= PAIRS; first += AT_ONCE) {
    const program = fileURLToPath(import.meta.url);
    const done = spawnSync(process.execPath, ['--import', 'tsx', program, String(first)], {
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`the pairs from ${first} on could not be compared`);
    const list = JSON.parse(done.stdout) as readonly unknown[];
    for (const one of list) process.stdout.write(`${JSON.stringify(one)}\n`);
    found += list.length;
  }
  const share = Math.round((1 - found / PAIRS) * 10_000) / 100;
  process.stdout.write(`direction alike in ${share} % of ${PAIRS} generated pairs\n`);
  process.exitCode = share >= 99 ? 0 : 1;
} else process.stdout.write(JSON.stringify(await disagreements(Number(from), Number(from) + AT_ONCE - 1)));
