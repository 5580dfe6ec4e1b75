/**
 * Whether memory grows with the number of requests: closed model, 64 connections, the resident set at 10 % and at
 * the end. Traffic goes to 127.0.0.1 alone.
 */
import { attack, stepOf } from '../selftest/load/servers.ts';
import { startTruth, table } from './truth.ts';

const SECONDS = Number(process.argv[2] ?? '60');
const MIB = 1024 * 1024;
const GROWTH_MIB_MAX = 20;

const truth = await startTruth({ keepsLog: false });
const samples: { readonly atMs: number; readonly rss: number }[] = [];
const startMs = performance.now();
const sampler = setInterval(
  () => samples.push({ atMs: performance.now() - startMs, rss: process.memoryUsage.rss() / MIB }),
  100,
);
const { scenario } = await attack(truth.port, {
  names: ['data'],
  concurrency: '64',
  duration: `${SECONDS}s`,
  warmup: '0',
});
clearInterval(sampler);
await truth.close();
const { ledger } = stepOf(scenario, 'data');
const meanAround = (share: number): number => {
  const atMs = share * SECONDS * 1000;
  const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= 1000).map(({ rss }) => rss);
  return near.reduce((sum, rss) => sum + rss, 0) / near.length;
};
const [early, late] = [meanAround(0.1), meanAround(0.99)];
process.stdout.write(
  table(
    [
      'requests',
      'seconds',
      'RSS at 10 %, MiB',
      'at 100 %, MiB',
      'growth, MiB',
      `goal under ${GROWTH_MIB_MAX}`,
    ],
    [
      [
        ledger.sent.toLocaleString('en'),
        String(SECONDS),
        early.toFixed(1),
        late.toFixed(1),
        (late - early).toFixed(1),
        late - early < GROWTH_MIB_MAX ? 'met' : 'missed',
      ],
    ],
  ),
);
