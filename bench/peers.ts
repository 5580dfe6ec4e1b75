/**
 * Other load generators, installed by the bench itself into a temporary place, and asked for the same load. None is a
 * dependency of this project; one that can't be had on a machine is said to be missing there.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { timed } from './cpu-time.ts';

/** The load that a peer is asked for. */
export interface Job {
  readonly port: number;
  readonly rate: number;
  readonly connections: number;
  readonly seconds: number;
  /** Mean time of a response: peers without a rate get as many connections as keep about that rate. */
  readonly meanMs: number;
}

/** What a peer says, in milliseconds; null for what it does not say. */
export interface Said {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
}

export interface Peer {
  readonly name: string;
  /** Null when it is not installable here. */
  readonly measure: ((job: Job) => Promise<Said>) | null;
}

const HOME = join(tmpdir(), 'harness-bench-peers');
const BIN = join(HOME, 'bin');
const LIMIT_MS = 120_000;
const BUILD_LIMIT_MS = 1_800_000;

function quietly(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  try {
    mkdirSync(BIN, { recursive: true });
    const options = { cwd: HOME, env: { ...process.env, ...env }, timeout: BUILD_LIMIT_MS };
    execFileSync(program, args, { ...options, stdio: ['ignore', 'ignore', 'ignore'] });
    return true;
  } catch {
    return false;
  }
}

/** The path of a program that is there already or that the step brings; null when neither. */
function program(path: string, install: () => boolean): string | null {
  return existsSync(path) || (install() && existsSync(path)) ? path : null;
}

/** Unpacks packages of Debian into the temporary place; nothing is installed on the machine. */
function unpacked(packages: readonly string[]): boolean {
  if (!quietly('apt-get', ['download', ...packages])) return false;
  return readdirSync(HOME)
    .filter((file) => file.endsWith('.deb'))
    .every((file) => quietly('dpkg', ['-x', file, join(HOME, 'debian')]));
}

const debian = (name: string, packages: readonly string[]): string | null =>
  program(join(HOME, 'debian', 'usr', 'bin', name), () => unpacked(packages));

function run(path: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: join(HOME, 'debian', 'usr', 'lib', 'x86_64-linux-gnu'),
      K6_NO_USAGE_REPORT: 'true',
    };
    const options = { env, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024, encoding: 'buffer' } as const;
    const child = execFile(path, args, options, (error, stdout) => {
      if (error === null) resolve(stdout.toString('latin1'));
      else reject(new Error(`${path} failed: ${error.message}`));
    });
    child.stdin?.end(Buffer.from(input, 'latin1'));
  });
}

const urlOf = ({ port }: Job): string => `http://127.0.0.1:${port}/`;
const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** autocannon with its own rate and its own latencies. It has no p95. */
async function autocannons(job: Job): Promise<Said> {
  const { latency } = await autocannon({
    url: urlOf(job),
    method: 'POST',
    body: 'bench',
    connections: Math.min(job.connections, job.rate),
    overallRate: job.rate,
    duration: job.seconds,
  });
  return { p50: latency.p50, p95: null, p99: latency.p99, p999: latency.p99_9 };
}

const wrks =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const connections = Math.max(1, Math.round((job.rate * job.meanMs) / 1000));
    const load = ['-t1', `-c${connections}`, `-d${job.seconds}s`, '--timeout', '10s'];
    const text = await run(path, [...load, '--latency', '-s', 'bench/wrk.lua', urlOf(job)]);
    const at = (share: number): number | null => {
      const found = new RegExp(`\\b${share}%\\s+([0-9.]+)(us|ms|s)`).exec(text);
      return found === null ? null : Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? NaN);
    };
    return { p50: at(50), p95: null, p99: at(99), p999: null };
  };

const heys =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const workers = Math.min(job.connections, job.rate);
    const load = ['-z', `${job.seconds}s`, '-c', String(workers), '-q', String(job.rate / workers)];
    const text = await run(path, [...load, '-t', '10', '-m', 'POST', '-d', 'bench', urlOf(job)]);
    const at = (share: number): number | null => {
      const found = new RegExp(`\\b${share}% in ([0-9.]+) secs`).exec(text);
      return found === null ? null : Number(found[1]) * 1000;
    };
    return { p50: at(50), p95: at(95), p99: at(99), p999: null };
  };

const vegetas =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const body = join(HOME, 'body');
    writeFileSync(body, 'bench');
    const load = [`-rate=${job.rate}`, `-duration=${job.seconds}s`, `-workers=${job.connections}`];
    const results = await run(path, ['attack', ...load, `-body=${body}`], `POST ${urlOf(job)}\n`);
    const report = await run(path, ['report', '-type=json'], results);
    const { latencies } = JSON.parse(report) as { latencies: Record<string, number> };
    const at = (name: string): number | null => {
      const nanoseconds = latencies[name];
      return nanoseconds === undefined ? null : nanoseconds / 1e6;
    };
    return { p50: at('50th'), p95: at('95th'), p99: at('99th'), p999: null };
  };

const ohas =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const load = ['-z', `${job.seconds}s`, '-c', String(job.connections), '-q', String(job.rate)];
    const how = ['--latency-correction', '--no-tui', '--output-format', 'json', '-w'];
    const text = await run(path, [...load, ...how, '-m', 'POST', '-d', 'bench', urlOf(job)]);
    const { latencyPercentiles } = JSON.parse(text) as { latencyPercentiles: Record<string, number | null> };
    const at = (name: string): number | null => {
      const seconds = latencyPercentiles[name];
      return typeof seconds === 'number' ? seconds * 1000 : null;
    };
    return { p50: at('p50'), p95: at('p95'), p99: at('p99'), p999: at('p99.9') };
  };

/** The JSON report of an Artillery run: its aggregate. */
interface ArtilleryReport {
  readonly aggregate: {
    readonly counters: Readonly<Record<string, number>>;
    readonly rates?: Readonly<Record<string, number>>;
    readonly summaries: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

/** Runs Artillery with a script of its own making. */
export async function runArtillery(path: string, script: unknown): Promise<ArtilleryReport> {
  const [file, report] = [join(HOME, 'artillery.json'), join(HOME, 'artillery-report.json')];
  writeFileSync(file, JSON.stringify(script));
  await run(path, ['run', '--quiet', '--output', report, file]);
  return JSON.parse(readFileSync(report, 'utf8')) as ArtilleryReport;
}

const artillerys =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const { aggregate } = await runArtillery(path, {
      config: {
        target: urlOf(job),
        phases: [{ duration: job.seconds, arrivalRate: job.rate }],
        http: { pool: job.connections, timeout: 10 },
      },
      scenarios: [{ flow: [{ post: { url: '/', body: 'bench' } }] }],
    });
    const {
      p50 = null,
      p95 = null,
      p99 = null,
      p999 = null,
    } = aggregate.summaries['http.response_time'] ?? {};
    return { p50, p95, p99, p999 };
  };

/** Artillery's program; null when it is not installable here. */
export function artilleryPath(): string | null {
  const home = join(HOME, 'artillery');
  return program(join(home, 'node_modules', '.bin', 'artillery'), () => {
    mkdirSync(home, { recursive: true });
    return quietly('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      home,
      'artillery@2.0.21',
    ]);
  });
}

/** k6's constant arrival rate in a script of its own making; it says percentiles of what it calls http_req_duration. */
const k6s =
  (path: string) =>
  async (job: Job): Promise<Said> => {
    const [script, summary] = [join(HOME, 'k6.js'), join(HOME, 'k6-summary.json')];
    const scenario = {
      executor: 'constant-arrival-rate',
      rate: job.rate,
      timeUnit: '1s',
      duration: `${job.seconds}s`,
      preAllocatedVUs: job.connections,
      maxVUs: job.connections,
    };
    const options = {
      scenarios: { bench: scenario },
      summaryTrendStats: ['p(50)', 'p(95)', 'p(99)', 'p(99.9)'],
      discardResponseBodies: true,
    };
    writeFileSync(
      script,
      `import http from 'k6/http';
export const options = ${JSON.stringify(options)};
export default () => { http.post(${JSON.stringify(urlOf(job))}, 'bench', { timeout: '10s' }); };
`,
    );
    await run(path, ['run', '--quiet', '--no-usage-report', '--summary-export', summary, script]);
    const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as K6Summary;
    const at = (name: string): number | null => metrics.http_req_duration?.[name] ?? null;
    return { p50: at('p(50)'), p95: at('p(95)'), p99: at('p(99)'), p999: at('p(99.9)') };
  };

/** What k6 exports at its end: each trend by the names of its statistics, in milliseconds, and counters. */
interface K6Summary {
  readonly metrics: {
    readonly http_req_duration?: Readonly<Record<string, number>>;
    readonly http_reqs?: { readonly count: number };
    readonly checks?: { readonly passes: number };
  };
}

/** k6's program; null when it is not installable here. */
export function k6Path(): string | null {
  return program(join(BIN, 'k6'), () => quietly('go', ['install', 'go.k6.io/k6@v1.8.1'], { GOBIN: BIN }));
}

/** What a closed load is made of: the same bytes for every tool. */
export interface ClosedJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

/**
 * k6's constant virtual users; each checked response is parsed, the others are thrown away unread.
 * @returns how many it sent, how many were well, and the CPU time of its whole process.
 */
export async function runK6Closed(
  path: string,
  { url, headers, body, connections, seconds }: ClosedJob,
  isChecked: boolean,
): Promise<{ readonly sent: number; readonly ok: number; readonly cpuSeconds: number }> {
  const [script, summary] = [join(HOME, 'k6-closed.js'), join(HOME, 'k6-closed-summary.json')];
  const users = { executor: 'constant-vus', vus: connections, duration: `${seconds}s` };
  const options = { scenarios: { bench: users }, discardResponseBodies: !isChecked };
  const test = isChecked
    ? `r.status === 200 && typeof r.json().workflow_run._id === 'string'`
    : 'r.status === 200';
  writeFileSync(
    script,
    `import http from 'k6/http';
import { check } from 'k6';
export const options = ${JSON.stringify(options)};
export default () => {
  const r = http.post(${JSON.stringify(url)}, ${JSON.stringify(body)}, { headers: ${JSON.stringify(headers)} });
  check(r, { well: () => ${test} });
};
`,
  );
  const args = ['run', '--quiet', '--no-usage-report', '--summary-export', summary, script];
  const { cpuSeconds } = await timed(path, args, { K6_NO_USAGE_REPORT: 'true' });
  const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as K6Summary;
  return { sent: metrics.http_reqs?.count ?? NaN, ok: metrics.checks?.passes ?? NaN, cpuSeconds };
}

/** How a peer is had: where its program is, or null, and what is done with it. */
interface Way {
  readonly name: string;
  readonly find: () => string | null;
  readonly use: (path: string) => NonNullable<Peer['measure']>;
}

const built = (name: string, tool: string, args: readonly string[]) => (): string | null =>
  program(join(BIN, name), () => quietly(tool, args, { GOBIN: BIN }));

const WAYS: readonly Way[] = [
  { name: 'autocannon 9.0.0', find: () => '', use: () => autocannons },
  {
    name: 'wrk 4.1.0',
    find: () => debian('wrk', ['wrk', 'libluajit-5.1-2', 'libluajit-5.1-common']),
    use: wrks,
  },
  { name: 'hey 0.1.4', find: () => debian('hey', ['hey']), use: heys },
  {
    name: 'vegeta 12.13.0',
    find: built('vegeta', 'go', ['install', 'github.com/tsenart/vegeta/v12@v12.13.0']),
    use: vegetas,
  },
  {
    name: 'oha 1.16.0',
    find: built('oha', 'cargo', ['install', 'oha', '--version', '1.16.0', '--locked', '--root', HOME]),
    use: ohas,
  },
  { name: 'Artillery 2.0.21', find: artilleryPath, use: artillerys },
  { name: 'k6 1.8.1', find: k6Path, use: k6s },
];

/** Installs the peers whose name has the text, as far as they can be, which takes minutes the first time: k6 some fifteen. */
export function installPeers(text: string): readonly Peer[] {
  return WAYS.filter(({ name }) => name.includes(text)).map(({ name, find, use }) => {
    const path = find();
    return { name, measure: path === null ? null : use(path) };
  });
}
