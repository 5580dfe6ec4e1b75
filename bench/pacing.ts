/**
 * How exactly sends leave on their schedule, what that costs, and whether arrivals scatter as they should: even
 * ones not at all, Poisson ones as their count (variance to mean of the counts in 20 ms). Then the schedule alone:
 * how much of a core its waiting takes, and that it gives the core up to others. And whether control calls among the paid
 * requests disturb these, by the server's own log. Traffic goes to 127.0.0.1 alone.
 * `--seconds N`, `--part sends|waiting|controls`, `--rounds N`, `--only TEXT`.
 */
import { fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Recorder } from '../load/metrics/latency-recorder.ts';
import { constantPace } from '../load/arrivals/pacer.ts';
import { runSchedule } from '../load/arrivals/schedule.ts';
import { attack, startServer, stepOf } from '../selftest/load/servers.ts';
import { isControl, paidBetween, withControls } from '../selftest/load/control-calls.ts';
import { amount, bench, choice, count, only } from './options.ts';
import { inOrder, printTable, startTruth } from './truth.ts';

const PARTS = { sends, waiting, controls } as const;
const EVEN_RATES = [50, 200, 1000];
const POISSON = '200/s poisson';
const options = bench('pacing', 'How exactly sends leave, and what exactness costs.')
  .option('--seconds <n>', 'how long each row is measured', amount, 30)
  .addOption(
    choice(
      '--part <part>',
      'sends, the waiting alone, or sends with and without control calls',
      Object.keys(PARTS),
      'sends',
    ),
  )
  .option('--rounds <n>', 'of the control calls: how often either way is measured, in turn', count, 3)
  .addOption(only([...EVEN_RATES.map((rate) => `${rate}/s even`), POISSON]))
  .parse()
  .opts<{ seconds: number; part: keyof typeof PARTS; rounds: number; only: string }>();
const SECONDS = options.seconds;
const BIN_MS = 20;
const HOUR_MS = 3_600_000;
const WAITING_SECONDS = 8;

/** Variance to mean of the counts in bins, without the first and the last second; null when there is no more. */
function dispersionOf(arrivalsMs: readonly number[]): number | null {
  const sorted = [...arrivalsMs].sort((a, b) => a - b);
  const from = (sorted[0] ?? 0) + 1000;
  const count = Math.floor(((sorted.at(-1) ?? 0) - 1000 - from) / BIN_MS);
  if (count < 2) return null;
  const bins = new Array<number>(count).fill(0);
  for (const at of sorted) {
    const bin = Math.floor((at - from) / BIN_MS);
    if (bin >= 0 && bin < bins.length) bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const mean = bins.reduce((sum, n) => sum + n, 0) / bins.length;
  return bins.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (bins.length - 1) / mean;
}

/** The largest error of any send of an hour against its number divided by the rate, in milliseconds. */
function driftOfHourMs(rate: number): number {
  const pacer = constantPace(rate, HOUR_MS);
  let largest = 0;
  for (let n = 0; n < pacer.count; n += 1)
    largest = Math.max(largest, Math.abs(pacer.dueMs(n) - (n * 1000) / rate));
  return largest;
}

const ms = (us: number | null): string => (us === null ? '–' : (us / 1000).toFixed(3));
const goal = (p50: number | null, p99: number | null): string => {
  if (p50 === null || p99 === null) return 'too few sends';
  return p50 < 100 && p99 < 1500 ? 'met' : 'missed';
};

async function sendsRow(rate: number, arrivals: 'even' | 'poisson'): Promise<readonly string[]> {
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
  return [
    `${rate}/s ${arrivals}`,
    `${ledger.sent} of ${ledger.intended}`,
    ms(pacing.p50),
    ms(pacing.p99),
    ms(pacing.max),
    dispersionOf(arrivalsMs)?.toFixed(2) ?? '–',
    String(result.generator?.cpu ?? '–'),
    arrivals === 'even' ? driftOfHourMs(rate).toExponential(0) : '–',
    goal(pacing.p50, pacing.p99),
    loadavg()[0]?.toFixed(1) ?? '',
  ];
}

/** A process that computes and does nothing else; it ends by itself. */
function startBusy(): () => void {
  const child = fork(
    fileURLToPath(new URL('busy-program.ts', import.meta.url)),
    [String(WAITING_SECONDS + 4)],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  return () => child.kill();
}

/** The schedule alone: nothing is sent. */
async function waitingRow(rate: number, others: number): Promise<readonly string[]> {
  const stops = Array.from({ length: others }, startBusy);
  if (others > 0) await new Promise((done) => setTimeout(done, 2000));
  const errors = new Recorder();
  const cpu = process.cpuUsage();
  const pacer = constantPace(rate, WAITING_SECONDS * 1000);
  const schedule = runSchedule(pacer, performance.now(), (_intended, lateMs) => {
    errors.record(lateMs);
  });
  await schedule.ended;
  const used = process.cpuUsage(cpu);
  for (const stop of stops) stop();
  const { p50, p99 } = errors.distribution();
  return [
    `${rate}/s`,
    String(others),
    (schedule.spunMs() / WAITING_SECONDS / 1000).toFixed(2),
    ((used.user + used.system) / 1e6 / WAITING_SECONDS).toFixed(2),
    ms(p50),
    ms(p99),
  ];
}

async function sends(): Promise<void> {
  const errors = ['error p50 ms', 'p99 ms', 'max ms'];
  const rest = ['variance/mean', 'cores', 'drift in an hour, ms', 'goal', 'load of the machine'];
  const print = printTable(['arrivals', 'sent', ...errors, ...rest]);
  for (const rate of EVEN_RATES)
    if (`${rate}/s even`.includes(options.only)) print(await sendsRow(rate, 'even'));
  if (POISSON.includes(options.only)) print(await sendsRow(200, 'poisson'));
}

async function waiting(): Promise<void> {
  const head = [
    'schedule alone',
    'other busy processes',
    'cores spun away',
    'cores in all',
    'error p50 ms',
    'p99 ms',
  ];
  const print = printTable(head);
  for (const others of [0, 2]) for (const rate of EVEN_RATES) print(await waitingRow(rate, others));
}

/** What one load came to: how late its paid requests left, and how they arrived by the server's own clock. */
interface Paced {
  readonly paid: number;
  readonly controls: number;
  /** Paid requests between two control calls, fewest and most. */
  readonly between: readonly number[];
  readonly errorP50Us: number;
  readonly errorP99Us: number;
  readonly gapP50Us: number;
  readonly gapP99Us: number;
}

async function paced(rate: number, hasControls: boolean): Promise<Paced> {
  const server = await startServer({ delayMs: 5, controls: { schema: 200 } });
  const { scenario } = await attack(server.port, {
    names: ['data'],
    rate: String(rate),
    duration: `${SECONDS}s`,
    warmup: '0',
    connections: '64',
    ...(hasControls ? { reshape: withControls } : {}),
  });
  const { log } = await server.stats();
  await server.close();
  const sent = log.filter(({ command }) => command === 'data' || isControl(command));
  const paid = sent.filter(({ command }) => command === 'data');
  const gaps = new Recorder();
  paid.slice(1).forEach(({ arrivedMs }, i) => {
    gaps.record(Math.abs(arrivedMs - (paid[i]?.arrivedMs ?? NaN) - 1000 / rate));
  });
  const { pacing_error_us: error } = stepOf(scenario, 'data');
  const { p50, p99 } = gaps.distribution();
  return {
    paid: paid.length,
    controls: sent.length - paid.length,
    between: paidBetween(sent.map(({ command }) => command)),
    errorP50Us: error.p50 ?? NaN,
    errorP99Us: error.p99 ?? NaN,
    gapP50Us: p50 ?? NaN,
    gapP99Us: p99 ?? NaN,
  };
}

/** Without and with control calls in turn, so that what else this machine does meets both; medians of the rounds. */
async function controls(): Promise<void> {
  const heads = ['of paid', 'paid between two', 'late p50 ms', 'p99 ms', 'gap error p50 ms', 'p99 ms'];
  const print = printTable([
    'arrivals',
    'controls',
    'paid',
    'control calls',
    ...heads,
    'load of the machine',
  ]);
  for (const rate of EVEN_RATES.filter((one) => `${one}/s even`.includes(options.only))) {
    const ways: { readonly off: Paced[]; readonly on: Paced[] } = { off: [], on: [] };
    for (let round = 0; round < options.rounds; round += 1) {
      ways.off.push(await paced(rate, false));
      ways.on.push(await paced(rate, true));
    }
    for (const [way, all] of Object.entries(ways)) print(controlsRow(rate, way, all));
  }
}

function controlsRow(rate: number, way: string, all: readonly Paced[]): readonly string[] {
  const sum = (of: 'paid' | 'controls'): number => all.reduce((total, one) => total + one[of], 0);
  const median = (of: keyof Omit<Paced, 'between'>): string =>
    ms(inOrder(all.map((one) => one[of]))[all.length >> 1] ?? null);
  const between = all.flatMap((one) => one.between);
  return [
    `${rate}/s even`,
    way,
    String(sum('paid')),
    String(sum('controls')),
    `${((100 * sum('controls')) / sum('paid')).toFixed(1)} %`,
    between.length === 0 ? '–' : `${Math.min(...between)} to ${Math.max(...between)}`,
    median('errorP50Us'),
    median('errorP99Us'),
    median('gapP50Us'),
    median('gapP99Us'),
    loadavg()[0]?.toFixed(1) ?? '',
  ];
}

await PARTS[options.part]();
