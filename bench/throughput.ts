/**
 * How much the ledger, the histograms and the judging cost: closed model, 64 connections, one process, in turns with
 * bare autocannon that sends the same bytes to the same kind of server; then the open model, two processes merged,
 * Artillery, and k6 by CPU second. Traffic goes to 127.0.0.1 alone. `--part closed|open|merged|artillery|k6`, `--rounds N`, `--seconds N`.
 */
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { postText } from '../api/request.ts';
import { bodyText } from '../api/request-body.ts';
import { Bodies } from '../load/scenario/request-bodies.ts';
import { Inputs } from '../load/scenario/run-input.ts';
import { WHOLE } from '../load/arrivals/shard.ts';
import type { LoadPlan } from '../load/plan.ts';
import { attack, operation, stepOf, targetAt, type AttemptOptions } from '../selftest/load/servers.ts';
import { wireHeaders } from '../target/send.ts';
import { TraceParents } from '../target/trace-parents.ts';
import { amount, bench, choice, count } from './options.ts';
import { timed } from './cpu-time.ts';
import { artilleryPath, k6Path, runArtillery, runK6Closed, type ClosedJob } from './peers.ts';
import { printTable, quantileOf, startTruth, type Truth } from './truth.ts';

const PARTS = { closed, open, merged, artillery, k6 } as const;
const options = bench('throughput', 'Requests per second beside bare autocannon.')
  .addOption(choice('--part <part>', 'what is compared', Object.keys(PARTS), 'closed'))
  .option('--rounds <n>', 'rounds of the closed model', count, 5)
  .option('--seconds <n>', 'how long each is measured', amount, 4)
  .option('--rate <n>', 'arrivals per second of the open model', amount, 10_000)
  .parse()
  .opts<{ part: keyof typeof PARTS; rounds: number; seconds: number; rate: number }>();
const SECONDS = options.seconds;
const CONNECTIONS = 64;

interface Speed {
  readonly perSecond: number;
  /** Cores that the generator used. */
  readonly cores: number;
}

async function withServer<T>(measure: (truth: Truth) => Promise<T>): Promise<T> {
  const truth = await startTruth({ keepsLog: false });
  try {
    return await measure(truth);
  } finally {
    await truth.close();
  }
}

const ours = (options: AttemptOptions): Promise<Speed> =>
  withServer(async ({ port }) => {
    const common = { names: ['data'], duration: `${SECONDS}s`, warmup: '1s' };
    const { scenario, result } = await attack(port, {
      ...common,
      concurrency: String(CONNECTIONS),
      over: { traces: true }, // as every load goes out unless HARNESS_TRACE is off
      ...options,
    });
    const step = stepOf(scenario, 'data');
    if (step.ledger.ok !== step.ledger.sent) throw new Error('Not every response was well.');
    return { perSecond: step.ledger.ok / (step.duration_ms / 1000), cores: result.generator?.cpu ?? NaN };
  });

/** The same request that this harness sends, for others to send. */
function jobAt(port: number): ClosedJob {
  const target = targetAt(`http://127.0.0.1:${port}`);
  const bodies = new Bodies(target, new Inputs(target.runInput, [], WHOLE));
  const request = postText(operation, bodies.next('data', 'a'.repeat(24), 1_000_000));
  return {
    url: target.baseUrl + request.path,
    headers: { ...Object.fromEntries(wireHeaders(target, request)), traceparent: new TraceParents().next() },
    body: bodyText(request.body ?? ''),
    connections: CONNECTIONS,
    seconds: SECONDS,
  };
}

const bare = (): Promise<Speed> =>
  withServer(async ({ port }) => {
    const { seconds: duration, ...job } = jobAt(port);
    const cpu = process.cpuUsage();
    const { requests, duration: tookSeconds } = await autocannon({ ...job, method: 'POST', duration });
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: requests.total / tookSeconds, cores: (user + system) / 1e6 / tookSeconds };
  });

const thousands = (count: number): string => Math.round(count).toLocaleString('en');
const perRequestUs = ({ perSecond, cores }: Speed): string => ((cores * 1e6) / perSecond).toFixed(1);

async function closed(): Promise<void> {
  const shares = ['1 % checked', 'share', 'all checked', 'share'];
  const costs = ['µs of a core per request: autocannon', '1 %', 'all'];
  const print = printTable(['round', 'autocannon per second', ...shares, ...costs, 'load of the machine']);
  const reached: { readonly some: number[]; readonly all: number[] } = { some: [], all: [] };
  for (let round = 1; round <= options.rounds; round += 1) {
    const theirs = await bare();
    const some = await ours({ validate: '1%' });
    const all = await ours({ validate: 'all' });
    reached.some.push(some.perSecond / theirs.perSecond);
    reached.all.push(all.perSecond / theirs.perSecond);
    print([
      String(round),
      thousands(theirs.perSecond),
      ...[some, all].flatMap((mine) => [
        thousands(mine.perSecond),
        (mine.perSecond / theirs.perSecond).toFixed(2),
      ]),
      ...[theirs, some, all].map(perRequestUs),
      loadavg()[0]?.toFixed(1) ?? '',
    ]);
  }
  const goal = (shares: readonly number[], least: number): string => {
    const share = quantileOf(shares, 0.5);
    return `${share.toFixed(2)}, goal ${least}: ${share >= least ? 'met' : 'missed'}`;
  };
  process.stdout.write(
    `\nMedian round: 1 % checked ${goal(reached.some, 0.9)}; all checked ${goal(reached.all, 0.7)}.\n`,
  );
}

/** A plan's constant rate made higher than the command line allows: the engine is to be measured, not its options. */
function atRate(plan: LoadPlan, rate: number): LoadPlan {
  const scenarios = plan.scenarios.map((scenario) => {
    if (scenario.arrival.model !== 'open') return scenario;
    const { profile: rateProfile } = scenario.arrival;
    const parts = rateProfile.stages.map((part) => ({
      ...part,
      segment: { ...part.segment, fromRate: rate, toRate: rate },
    }));
    return { ...scenario, arrival: { model: 'open' as const, profile: { ...rateProfile, stages: parts } } };
  });
  return { ...plan, scenarios };
}

/** The open model at a rate: what left, how late, and whether all arrived. */
async function openRow(rate: number, processes: number): Promise<readonly string[]> {
  return withServer(async (truth) => {
    const { scenario, result } = await attack(truth.port, {
      names: ['data'],
      rate: '1000',
      duration: `${SECONDS}s`,
      warmup: '1s',
      connections: '128',
      processes: String(processes),
      validate: '1%',
      reshape: (plan) => atRate(plan, rate),
    });
    const { received } = await truth.log();
    const {
      ledger,
      latency_us: latency,
      seconds,
      pacing_error_us: pacing,
      achieved_per_second,
    } = stepOf(scenario, 'data');
    const measured = rate * SECONDS;
    const bySecond = seconds.reduce((sum, row) => sum + row.ok, 0);
    const isWhole = [ledger.intended, ledger.ok, latency.count, bySecond].every(
      (count) => count === measured,
    );
    return [
      `${thousands(rate)}/s from ${processes} ${processes === 1 ? 'process' : 'processes'}`,
      thousands(achieved_per_second),
      `${ledger.ok} of ${measured}`,
      `${received - rate} at the server`,
      isWhole && received === measured + rate ? 'lossless' : 'DIFFERS',
      ((pacing.p99 ?? NaN) / 1000).toFixed(2),
      String(result.generator?.cpu ?? '–'),
    ];
  });
}

const OPEN_HEAD = [
  'open model',
  'per second',
  'ok',
  'received after warm-up',
  'merged',
  'pacing error p99 ms',
  'cores',
];

async function artillery(): Promise<void> {
  const path = artilleryPath();
  const print = printTable(['Artillery per second', 'this harness', 'times']);
  if (path === null) {
    print(['not installable here', '–', '–']);
    return;
  }
  const theirs = await withServer(async ({ port }) => {
    const { aggregate } = await runArtillery(path, {
      config: {
        target: `http://127.0.0.1:${port}`,
        phases: [{ duration: 1, arrivalCount: CONNECTIONS }],
        http: { pool: CONNECTIONS },
      },
      scenarios: [{ flow: [{ loop: [{ post: { url: '/', body: 'bench' } }], count: 300 }] }],
    });
    return aggregate.counters['http.responses'] === undefined
      ? NaN
      : (aggregate.rates?.['http.request_rate'] ?? NaN);
  });
  const mine = await ours({ validate: '1%' });
  print([thousands(theirs), thousands(mine.perSecond), (mine.perSecond / theirs).toFixed(1)]);
}

async function open(): Promise<void> {
  printTable(OPEN_HEAD)(await openRow(options.rate, 1));
}

async function merged(): Promise<void> {
  printTable(OPEN_HEAD)(await openRow(4000, 2));
}

/** What a whole process sent, and what it took for that. */
interface Spent {
  readonly sent: number;
  readonly ok: number;
  readonly cpuSeconds: number;
}

/** A tool of the table, measured on the port of a server. */
type Tool = readonly [name: string, measure: (port: number) => Promise<Spent>];

async function ownProcess(port: number, validate: string): Promise<Spent> {
  const program = fileURLToPath(new URL('attack-program.ts', import.meta.url));
  const args = ['--import', 'tsx', program, String(port), String(SECONDS), validate];
  const { stdout, cpuSeconds } = await timed(process.execPath, args, {});
  return { ...(JSON.parse(stdout) as Omit<Spent, 'cpuSeconds'>), cpuSeconds };
}

function k6Tools(path: string): readonly Tool[] {
  return [
    ['k6 1.8.1, all parsed', (port) => runK6Closed(path, jobAt(port), true)],
    ['k6 1.8.1, bodies thrown away', (port) => runK6Closed(path, jobAt(port), false)],
  ];
}

/** k6 and this harness in turns, each as a whole process with its start and its end, by the same count of CPU time. */
async function k6(): Promise<void> {
  const path = k6Path();
  const head = [
    'round',
    'tool',
    'sent',
    'well',
    'per second',
    'CPU s',
    'requests per CPU s',
    'load of the machine',
  ];
  const print = printTable(head);
  const tools: readonly Tool[] = [
    ['this harness, all checked', (port) => ownProcess(port, 'all')],
    ['this harness, 1 % checked', (port) => ownProcess(port, '1%')],
    ...(path === null ? [] : k6Tools(path)),
  ];
  if (path === null) print(['–', 'k6: not installable here', ...Array<string>(6).fill('–')]);
  for (let round = 1; round <= options.rounds; round += 1)
    for (const [name, measure] of tools) {
      const { sent, ok, cpuSeconds } = await withServer(({ port }) => measure(port));
      print([
        String(round),
        name,
        thousands(sent),
        thousands(ok),
        thousands(sent / SECONDS),
        cpuSeconds.toFixed(1),
        thousands(sent / cpuSeconds),
        loadavg()[0]?.toFixed(1) ?? '',
      ]);
    }
}

await PARTS[options.part]();
