/**
 * Whose wait it was, against servers and generators of known truth: slow, limited and restarting targets, too few
 * connections, and a generator that is stopped again and again. What the server's own log says of the same starts stands
 * beside what is said of them. `--only TEXT` takes the rows whose name has the text.
 */
import { loadavg } from 'node:os';
import { judgeRun } from '../result/verdict.ts';
import { attack, startServer, type AttemptOptions, type Behaviour } from '../selftest/load/servers.ts';
import { bench, only } from './options.ts';
import { printTable, quantileOf } from './truth.ts';

interface Row {
  readonly name: string;
  readonly server: Behaviour;
  readonly load: AttemptOptions;
  /** This process is stopped for so long once in so many milliseconds. */
  readonly stops?: { readonly forMs: number; readonly everyMs: number };
  /** The server goes away that long after the load began, and comes back. */
  readonly restart?: { readonly afterMs: number; readonly forMs: number };
  readonly wanted: RegExp;
}

const under = (ms: number): readonly string[] => [`latency_ms_p95 < ${ms}`, 'error_rate < 1%'];
const ROWS: readonly Row[] = [
  {
    name: '1 s, 50/s, limit 3 s',
    server: { delayMs: 1000 },
    load: { rate: '50', duration: '8s', threshold: under(3000) },
    wanted: /^GO/,
  },
  {
    name: '1 s, 50/s, at most 25 connections',
    server: { delayMs: 1000 },
    load: { rate: '50', duration: '8s', connections: '25', threshold: under(3000) },
    wanted: /^INCONCLUSIVE: too-few-connections/,
  },
  {
    name: '12 s, 4/s, limit 20 s',
    server: { delayMs: 12_000 },
    load: { rate: '4', duration: '16s', timeout: '30s', threshold: under(20_000) },
    wanted: /^GO/,
  },
  {
    name: '10 ms, 429 beyond 20/s, asked for 50/s',
    server: { delayMs: 10, throttleAbove: 20 },
    load: { rate: '50', duration: '8s', threshold: under(500) },
    wanted: /^INCONCLUSIVE: throttled/,
  },
  {
    name: '10 ms, gone for 2 s, 50/s',
    server: { delayMs: 10 },
    load: { rate: '50', duration: '8s', breakerConnects: '500', threshold: under(500) },
    restart: { afterMs: 3000, forMs: 2000 },
    wanted: /^(NO-GO: environment|INCONCLUSIVE: environment-down)/,
  },
  {
    name: '20 ms, 50/s, generator stopped 30 of 180 ms, limit 200 ms',
    server: { delayMs: 20 },
    load: { rate: '50', duration: '10s', threshold: under(200) },
    stops: { forMs: 30, everyMs: 180 },
    wanted: /^GO/,
  },
  {
    name: '20 ms, 50/s, generator stopped 30 of 180 ms, limit 30 ms',
    server: { delayMs: 20 },
    load: { rate: '50', duration: '10s', threshold: under(30) },
    stops: { forMs: 30, everyMs: 180 },
    wanted: /^INCONCLUSIVE: generator-saturated/,
  },
  {
    name: '5 ms, 4 at a time, generator stopped 40 of 80 ms, limit 20 ms',
    server: { delayMs: 5 },
    load: { rate: undefined, concurrency: '4', duration: '8s', threshold: under(20) },
    stops: { forMs: 40, everyMs: 80 },
    wanted: /^INCONCLUSIVE: generator-saturated/,
  },
];
const options = bench('waits', 'Whose wait it was, against known truth.')
  .addOption(only(ROWS.map(({ name }) => name)))
  .parse()
  .opts<{ only: string }>();

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const show = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(1));

/** Stops this process, as a busy machine does, until it is told to end. */
function stopping({ forMs, everyMs }: NonNullable<Row['stops']>): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const timer = setInterval(() => Atomics.wait(cell, 0, 0, forMs), everyMs);
  return () => {
    clearInterval(timer);
  };
}

async function measured({ server: behaviour, load, stops, restart }: Row): Promise<readonly string[]> {
  let server = await startServer(behaviour);
  const { port } = server;
  const end = stops === undefined ? null : stopping(stops);
  const back =
    restart === undefined
      ? null
      : after(restart.afterMs)
          .then(() => server.close())
          .then(() => after(restart.forMs))
          .then(() => startServer({ ...behaviour, port }))
          .then((again) => {
            server = again;
          });
  const { result, scenario } = await attack(port, { names: ['start'], warmup: '0s', ...load });
  await back;
  end?.();
  const { servicesMs, requests } = await server.stats();
  await server.close();
  const { verdict, reasons, mover } = judgeRun({ contract: null, load: result, interrupted: false });
  const cause =
    scenario.inconclusive?.cause ?? scenario.thresholds.find((one) => one.cause !== undefined)?.cause;
  const said = [verdict ?? 'none', verdict === 'NO-GO' ? mover : verdict === 'GO' ? null : (cause ?? null)];
  const step = scenario.steps.find(({ command }) => command === 'start');
  const ms = (us: number | null | undefined): number | null => (typeof us !== 'number' ? null : us / 1000);
  return [
    restart === undefined ? `${show(quantileOf(servicesMs, 0.95))} of ${requests}` : '–',
    show(ms(step?.service_us.p95)),
    show(ms(step?.latency_us.p95)),
    `${step?.ledger.ok ?? 0} of ${step?.ledger.intended ?? 0}`,
    said.filter((part) => part !== null).join(': '),
    reasons[0] ?? '',
  ];
}

const print = printTable([
  'server, load',
  'p95 ms by the log (with stops)',
  'service p95 ms',
  'response p95 ms',
  'ok of due',
  'verdict',
  'as it must be',
  'first reason',
  'load of the machine',
]);
for (const row of ROWS.filter(({ name }) => name.includes(options.only))) {
  const cells = await measured(row);
  const [verdict = '', reason = ''] = cells.slice(-2);
  const outcome = row.wanted.test(verdict) ? 'met' : 'missed';
  print([row.name, ...cells.slice(0, -1), outcome, reason, loadavg()[0]?.toFixed(1) ?? '']);
}
