/**
 * How exactly sends leave on their schedule, what that costs, and whether arrivals scatter as they should: even
 * ones not at all, Poisson ones as their count (variance to mean of the counts in 20 ms). Traffic to 127.0.0.1 alone.
 */
import { loadavg } from 'node:os';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { startTruth, table } from './truth.ts';

const SECONDS = Number(process.argv[2] ?? '10');
const BIN_MS = 20;

/** Variance to mean of the counts in bins; the first and last second, where it starts and ends, are left out. */
function dispersionOf(arrivalsMs: readonly number[]): number {
  const sorted = [...arrivalsMs].sort((a, b) => a - b);
  const from = (sorted[0] ?? 0) + 1000;
  const bins = new Array<number>(Math.floor(((sorted.at(-1) ?? 0) - 1000 - from) / BIN_MS)).fill(0);
  for (const at of sorted) {
    const bin = Math.floor((at - from) / BIN_MS);
    if (bin >= 0 && bin < bins.length) bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const mean = bins.reduce((sum, n) => sum + n, 0) / bins.length;
  return bins.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (bins.length - 1) / mean;
}

async function row(rate: number, arrivals: 'even' | 'poisson'): Promise<readonly string[]> {
  const truth = await startTruth({ service: { kind: 'constant', ms: 5 } });
  const { scenario, result } = await attack(truth.port, {
    names: ['data'],
    rate: String(rate),
    arrivals,
    duration: `${SECONDS}s`,
    warmup: '0',
    connections: '64',
  });
  const { arrivalsMs } = await truth.log();
  await truth.close();
  const { pacing_error_us: pacing, ledger } = stepOf(scenario, 'data');
  const ms = (us: number | null): string => (us === null ? '–' : (us / 1000).toFixed(3));
  const isMet = (pacing.p50 ?? Infinity) < 100 && (pacing.p99 ?? Infinity) < 1500;
  return [
    `${rate}/s ${arrivals}`,
    `${ledger.sent} of ${ledger.intended}`,
    ms(pacing.p50),
    ms(pacing.p99),
    ms(pacing.max),
    dispersionOf(arrivalsMs).toFixed(2),
    String(result.generator?.cpu ?? '–'),
    isMet ? 'met' : 'missed',
    loadavg()[0]?.toFixed(1) ?? '',
  ];
}

const rows: (readonly string[])[] = [];
for (const rate of [50, 200, 1000]) rows.push(await row(rate, 'even'));
rows.push(await row(200, 'poisson'));
process.stdout.write(
  table(
    [
      'arrivals',
      'sent',
      'error p50 ms',
      'p99 ms',
      'max ms',
      'variance/mean',
      'cores',
      'goal',
      'load of the machine',
    ],
    rows,
  ),
);
