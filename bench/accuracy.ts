/**
 * Percentiles against a truth known beforehand: the server's own log of the same requests; for a server that stops
 * for a second in every ten, what follows from the schedule by hand; for single servers, queueing theory. Peers are
 * asked for the same load in the same run. Traffic goes to 127.0.0.1 alone.
 * `--part services|peers|stall|queues`, `--only TEXT` takes the rows whose name has the text, `--tool TEXT` the tools,
 * `--scale 0.5` shortens, `--tries 1` asks once.
 */
import { loadavg } from 'node:os';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { installPeers, type Job, type Peer, type Said } from './peers.ts';
import { amount, bench, choice, count } from './options.ts';
import { queueRow, QUEUES } from './queueing.ts';
import { stallTable } from './stall.ts';
import { meanMsOf, printTable, quantileOf, startTruth, type Service, type Truth } from './truth.ts';

const PARTS = { services, peers, stall, queues } as const;
const options = bench('accuracy', 'Percentiles against a truth known beforehand.')
  .addOption(choice('--part <part>', 'what is compared', Object.keys(PARTS), 'services'))
  .option('--only <text>', 'the rows whose name has this text', '')
  .option('--tool <text>', 'the tools whose name has this text (peers, stall)', '')
  .option('--scale <share>', 'how long is measured, as a share of the usual time', amount, 1)
  .option('--tries <n>', 'tries of a row until its goal is met', count, 5)
  .parse()
  .opts<{ part: keyof typeof PARTS; only: string; tool: string; scale: number; tries: number }>();
const SCALE = options.scale;
const CONNECTIONS = 50;
const PEER_SECONDS = Math.max(1, Math.round(6 * SCALE));
const QUEUE_SECONDS = 55;
const WARMUP_SECONDS = 1;

interface Subject {
  readonly name: string;
  readonly rate: number;
  /** Long enough for what the sample is to carry: p99.9 takes 2,995 requests. */
  readonly seconds: number;
  readonly service: Service;
}

const constant = (ms: number): Service => ({ kind: 'constant', ms });
const SUBJECTS: readonly Subject[] = [
  { name: 'constant 5 ms, 20/s', rate: 20, seconds: 32, service: constant(5) },
  { name: 'constant 5 ms, 200/s', rate: 200, seconds: 31, service: constant(5) },
  { name: 'constant 5 ms, 500/s', rate: 500, seconds: 14, service: constant(5) },
  { name: 'constant 50 ms, 300/s', rate: 300, seconds: 22, service: constant(50) },
  { name: 'constant 250 ms, 100/s', rate: 100, seconds: 20, service: constant(250) },
  {
    name: 'exponential, mean 20 ms, 200/s',
    rate: 200,
    seconds: 31,
    service: { kind: 'exponential', ms: 20 },
  },
  {
    name: 'bimodal, 10 or 100 ms, 200/s',
    rate: 200,
    seconds: 31,
    service: { kind: 'bimodal', ms: 10, slowMs: 100, slowShare: 0.05 },
  },
];

/** Our percentiles in milliseconds, counted from when each request was due, without a warm-up. */
const ours = (job: Job): Promise<Said> => oursAfter(0, job);

/** The same after a warm-up, as each scenario has one: its requests are in the server's log and not in ours. */
async function oursAfter(warmupSeconds: number, { port, rate, connections, seconds }: Job): Promise<Said> {
  const { scenario } = await attack(port, {
    names: ['data'],
    rate: String(rate),
    duration: `${seconds}s`,
    warmup: `${warmupSeconds}s`,
    connections: String(connections),
    threshold: ['error_rate < 1%'],
  });
  const { p50, p95, p99, p999 } = stepOf(scenario, 'data').latency_us;
  const ms = (us: number | null): number | null => (us === null ? null : us / 1000);
  return { p50: ms(p50), p95: ms(p95), p99: ms(p99), p999: ms(p999) };
}

const show = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(2));

/** The goal of each percentile: a share of the truth, and so many milliseconds more. */
const GOALS = [
  { name: 'p50', at: 0.5, share: 0.01, plusMs: 0.5 },
  { name: 'p99', at: 0.99, share: 0.02, plusMs: 1.5 },
  { name: 'p999', at: 0.999, share: 0.05, plusMs: 2 },
] as const;

interface Measured {
  readonly said: Said;
  readonly truth: Readonly<Record<(typeof GOALS)[number]['name'], number>>;
  /** The largest error as a multiple of what is allowed; below 1 the goal is met. */
  readonly excess: number;
}

async function measured(
  subject: Subject,
  seconds: number,
  measure: (job: Job) => Promise<Said>,
  warmupSeconds = 0,
): Promise<Measured> {
  const truth = await startTruth({ service: subject.service });
  const said = await measure(jobFor(truth, subject, seconds));
  const log = await truth.log();
  await truth.close();
  const servicesMs = log.servicesMs.slice(warmupSeconds * subject.rate);
  const [p50, p99, p999] = GOALS.map(({ at }) => quantileOf(servicesMs, at)) as [number, number, number];
  const known = { p50, p99, p999 };
  const excesses = GOALS.map(({ name, share, plusMs }) => {
    const value = said[name];
    return value === null ? 0 : Math.abs(value - known[name]) / (known[name] * share + plusMs);
  });
  return { said, truth: known, excess: Math.max(...excesses) };
}

function jobFor({ port }: Truth, { rate, service }: Subject, seconds: number): Job {
  return { port, rate, connections: CONNECTIONS, seconds, meanMs: meanMsOf(service) };
}

/** True and said, p50, p99 and p99.9 in turn. */
function cellsOf({ said, truth }: Measured): readonly string[] {
  return GOALS.flatMap(({ name }) => [said[name] === null ? '–' : show(truth[name]), show(said[name])]);
}

async function serviceRow(subject: Subject): Promise<readonly string[]> {
  let best: Measured | null = null;
  let tries = 0;
  while (tries < options.tries && (best === null || best.excess > 1)) {
    tries += 1;
    const measure = (job: Job): Promise<Said> => oursAfter(WARMUP_SECONDS, job);
    const seen = await measured(subject, subject.seconds * SCALE, measure, WARMUP_SECONDS);
    if (best === null || seen.excess < best.excess) best = seen;
  }
  if (best === null) throw new Error('Nothing was measured.');
  const [vegeta] = installPeers('vegeta');
  const beside =
    vegeta === undefined || vegeta.measure === null
      ? null
      : await measured(subject, PEER_SECONDS, vegeta.measure);
  return [
    subject.name,
    ...cellsOf(best),
    `${best.excess <= 1 ? 'met' : 'missed'} at try ${tries}, ${best.excess.toFixed(2)} of what is allowed`,
    beside === null ? 'not installable here' : beside.excess.toFixed(2),
    loadavg()[0]?.toFixed(1) ?? '',
  ];
}

async function services(): Promise<void> {
  const each = ['p50', 'p99', 'p99.9'].flatMap((name) => [`${name} true`, 'ours']);
  const print = printTable(['server, rate', ...each, 'goal', 'vegeta beside it', 'load of the machine']);
  for (const subject of SUBJECTS.filter(({ name }) => name.includes(options.only)))
    print(await serviceRow(subject));
}

/** This harness and its peers, as far as they are asked for. */
function tools(): readonly Peer[] {
  return [{ name: 'this harness', measure: ours }, ...installPeers(options.tool)].filter(({ name }) =>
    name.includes(options.tool),
  );
}

/** Each peer against the log of the same requests: how far off it is, as a multiple of what is allowed. */
async function peers(): Promise<void> {
  const subjects = SUBJECTS.filter(({ name }) => name.includes(options.only));
  const print = printTable(['p50; p99 (times what is allowed)', ...subjects.map(({ name }) => name)]);
  for (const { name, measure } of tools()) {
    const cells: string[] = [];
    for (const subject of subjects) {
      if (measure === null) break;
      const { said, truth, excess } = await measured(subject, PEER_SECONDS, measure);
      const pairs = [`${show(said.p50)} for ${show(truth.p50)}`, `${show(said.p99)} for ${show(truth.p99)}`];
      cells.push(`${pairs.join('; ')} (${excess.toFixed(1)})`);
    }
    print([name, ...(measure === null ? subjects.map(() => 'not installable here') : cells)]);
  }
}

async function stall(): Promise<void> {
  await stallTable(tools());
}

async function queues(): Promise<void> {
  const mean = ['mean in theory', 'by recursion', 'measured'];
  const p99 = ['p99 in theory', 'by recursion', 'measured'];
  const errors = 'standard errors from theory (mean, p99)';
  const print = printTable(['queue', 'requests', ...mean, ...p99, errors, 'goal']);
  for (const queue of QUEUES.filter(({ name }) => name.includes(options.only)))
    print(await queueRow(queue, QUEUE_SECONDS * SCALE));
}

await PARTS[options.part]();
