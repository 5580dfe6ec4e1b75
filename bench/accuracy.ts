/**
 * Percentiles against a truth known beforehand: the server's own log of the same requests, and for a server that
 * stops for a second in every ten, the percentiles worked out by hand from the schedule. Beside them, autocannon's
 * own figures with a rate, and wrk's where it is installed. Traffic goes to 127.0.0.1 alone.
 */
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { quantileOf, startTruth, table, type Service, type Truth } from './truth.ts';

const SECONDS = Number(process.argv[2] ?? '10');
const CONNECTIONS = 50;

interface Subject {
  readonly name: string;
  readonly rate: number;
  readonly service: Service;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'constant 5 ms', rate: 200, service: { kind: 'constant', ms: 5 } },
  { name: 'constant 50 ms', rate: 100, service: { kind: 'constant', ms: 50 } },
  { name: 'constant 250 ms', rate: 50, service: { kind: 'constant', ms: 250 } },
  { name: 'exponential, mean 20 ms', rate: 200, service: { kind: 'exponential', ms: 20 } },
  {
    name: 'bimodal, 10 or 100 ms',
    rate: 200,
    service: { kind: 'bimodal', ms: 10, slowMs: 100, slowShare: 0.05 },
  },
  { name: 'constant 5 ms', rate: 500, service: { kind: 'constant', ms: 5 } },
];

type Percentiles = readonly [p50: number | null, p95: number | null, p99: number | null];

/** Our percentiles in milliseconds, counted from when each request was due. */
async function ours(truth: Truth, rate: number, seconds: number, connections: number): Promise<Percentiles> {
  const { scenario } = await attack(truth.port, {
    names: ['data'],
    rate: String(rate),
    duration: `${seconds}s`,
    warmup: '0',
    connections: String(connections),
    threshold: ['error_rate < 1%'],
  });
  const { p50, p95, p99 } = stepOf(scenario, 'data').latency_us;
  return [p50, p95, p99].map((us) => (us === null ? null : us / 1000)) as unknown as Percentiles;
}

/** autocannon's own figures with a rate; it has no p95. */
async function autocannons(
  truth: Truth,
  rate: number,
  seconds: number,
  connections: number,
): Promise<Percentiles> {
  const { latency } = await autocannon({
    url: `http://127.0.0.1:${truth.port}`,
    method: 'POST',
    body: 'bench',
    connections,
    overallRate: rate,
    duration: seconds,
  });
  return [latency.p50, null, latency.p99];
}

const WRK_UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** wrk's figures: closed model, with as many connections as keep about that rate; null without wrk. */
async function wrks(truth: Truth, seconds: number): Promise<Percentiles> {
  const script = 'bench/wrk.lua';
  const args = ['-t1', '-c1', `-d${seconds}s`, '--latency', '-s', script, `http://127.0.0.1:${truth.port}/`];
  try {
    const { stdout } = await promisify(execFile)('wrk', args);
    const at = (share: number): number | null => {
      const found = new RegExp(`\\b${share}%\\s+([0-9.]+)(us|ms|s)`).exec(stdout);
      return found === null ? null : Number(found[1]) * (WRK_UNITS[found[2] ?? ''] ?? NaN);
    };
    return [at(50), null, at(99)];
  } catch {
    return [null, null, null];
  }
}

const show = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '–' : ms.toFixed(2);

function isWithin(seen: number | null, truth: number, share: number, plusMs: number): boolean {
  return seen !== null && Math.abs(seen - truth) <= truth * share + plusMs;
}

async function serviceRow({ name, rate, service }: Subject): Promise<readonly string[]> {
  const truth = await startTruth({ service });
  const [p50, , p99] = await ours(truth, rate, SECONDS, CONNECTIONS);
  const { servicesMs } = await truth.log();
  await truth.close();
  const peer = await startTruth({ service, keepsLog: false });
  const theirs = await autocannons(peer, rate, SECONDS, CONNECTIONS);
  await peer.close();
  const [true50, true99] = [quantileOf(servicesMs, 0.5), quantileOf(servicesMs, 0.99)];
  const isMet = isWithin(p50, true50, 0.01, 0.5) && isWithin(p99, true99, 0.02, 1.5);
  return [
    `${name}, ${rate}/s`,
    ...[true50, p50, theirs[0], true99, p99, theirs[2]].map(show),
    isMet ? 'met' : 'missed',
    loadavg()[0]?.toFixed(1) ?? '',
  ];
}

const STALL = { rate: 100, everyMs: 10_000, forMs: 1000, serviceMs: 5 };

/** What the schedule says: in each ten seconds, 100 of 1,000 requests wait for what is left of the stall. */
function stallTruth(): readonly [number, number, number] {
  const { rate, everyMs, forMs, serviceMs } = STALL;
  const gapMs = 1000 / rate;
  const times = Array.from(
    { length: (rate * everyMs) / 1000 },
    (_, n) => Math.max(0, forMs - n * gapMs) + serviceMs,
  );
  return [quantileOf(times, 0.5), quantileOf(times, 0.95), quantileOf(times, 0.99)];
}

async function stallRow(
  name: string,
  measure: (truth: Truth) => Promise<Percentiles>,
): Promise<readonly string[]> {
  const { everyMs, forMs, serviceMs } = STALL;
  const truth = await startTruth({
    service: { kind: 'constant', ms: serviceMs },
    freeze: { everyMs, forMs },
    keepsLog: false,
  });
  const seen = await measure(truth);
  await truth.close();
  const expected = stallTruth();
  const isMet = seen.every((ms, i) => isWithin(ms, expected[i] ?? NaN, 0.02, 2));
  return [
    name,
    ...seen.map(show),
    seen.every((ms) => ms === null) ? 'not installed' : isMet ? 'met' : 'missed',
  ];
}

const rows: (readonly string[])[] = [];
for (const subject of SUBJECTS) rows.push(await serviceRow(subject));
process.stdout.write(
  table(
    [
      'server, rate',
      'p50 true',
      'ours',
      'autocannon',
      'p99 true',
      'ours',
      'autocannon',
      'goal',
      'load of the machine',
    ],
    rows,
  ),
);
const SPAN_S = 20;
const stalls = [
  ['by hand from the schedule', ...stallTruth().map(show), 'truth'],
  await stallRow('ours', (truth) => ours(truth, STALL.rate, SPAN_S, 160)),
  await stallRow('autocannon with a rate', (truth) => autocannons(truth, STALL.rate, SPAN_S, 10)),
  await stallRow('wrk, one connection', (truth) => wrks(truth, SPAN_S)),
];
process.stdout.write(`\n${table(['1 s stall in 10 s, 100/s', 'p50', 'p95', 'p99', 'goal'], stalls)}`);
