/**
 * Whether memory grows with the number of requests: closed model, 64 connections, a million requests, the resident
 * set after a tenth of them and at the end. Traffic goes to 127.0.0.1 alone. `--requests N`.
 */
import { attack, stepOf } from '../selftest/load/servers.ts';
import { bench, count } from './options.ts';
import { startTruth, table, type Truth } from './truth.ts';

const { requests: REQUESTS } = bench('memory', 'Does memory grow over a million requests?')
  .option('--requests <n>', 'how many are sent at least', count, 1_000_000)
  .parse()
  .opts<{ requests: number }>();
const MIB = 1024 * 1024;
const GROWTH_MIB_MAX = 20;
const TRIAL_SECONDS = 3;
const SPARE = 1.1;

/** Requests that a closed load of so many seconds sends. */
async function sent({ port }: Truth, seconds: number): Promise<number> {
  const { scenario } = await attack(port, {
    names: ['data'],
    concurrency: '64',
    duration: `${seconds}s`,
    warmup: '0',
  });
  return stepOf(scenario, 'data').ledger.sent;
}

const truth = await startTruth({ keepsLog: false });
const perSecond = (await sent(truth, TRIAL_SECONDS)) / TRIAL_SECONDS;
const seconds = Math.ceil((REQUESTS / perSecond) * SPARE);
const samples: { readonly atMs: number; readonly rss: number }[] = [];
const startMs = performance.now();
const sampler = setInterval(
  () => samples.push({ atMs: performance.now() - startMs, rss: process.memoryUsage.rss() / MIB }),
  100,
);
const requests = await sent(truth, seconds);
clearInterval(sampler);
await truth.close();

const meanAround = (share: number): number => {
  const atMs = share * seconds * 1000;
  const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= 1000).map(({ rss }) => rss);
  return near.reduce((sum, rss) => sum + rss, 0) / near.length;
};
const [early, late] = [meanAround(0.1), meanAround(0.99)];
const head = [
  'requests',
  'seconds',
  'RSS at 10 %, MiB',
  'at 100 %, MiB',
  'growth, MiB',
  `goal under ${GROWTH_MIB_MAX}`,
];
const isMet = requests >= REQUESTS && late - early < GROWTH_MIB_MAX;
process.stdout.write(
  table(head, [
    [
      requests.toLocaleString('en'),
      String(seconds),
      early.toFixed(1),
      late.toFixed(1),
      (late - early).toFixed(1),
      isMet ? 'met' : 'missed',
    ],
  ]),
);
