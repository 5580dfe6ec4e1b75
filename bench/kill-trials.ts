import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { leftLines } from '../commands/leftovers.ts';
import { sweepFolder } from '../commands/sweep.ts';
import { loadOperation } from '../openapi/registry.ts';
import { NO_LATENCY } from '../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../sandbox/server.ts';
import { resolveTarget } from '../target/resolve.ts';
import { leftAt, ledgerPath, RUNS_DIR } from '../target/run-folder.ts';
import { parseSettings } from '../target/settings.ts';
import type { Errand } from './kill-program.ts';

const KEY = 'bench-key-AbCdEf0123456789';
const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
const PROGRAM = fileURLToPath(new URL('kill-program.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What is killed: the suite or a load in a process of its own, or `npm run contract` with the runner below it. */
export type Victim = 'suite' | 'load' | 'command';

/** One run that is killed by SIGKILL. */
export interface KillTrial {
  readonly victim: Victim;
  readonly profile: string;
  readonly seed: number;
  /** The request of it, by the sandbox's count, that has come when it is killed, and how much later. */
  readonly afterRequests: number;
  readonly thenMs: number;
}

/** What came of it, by the sandbox's own count. */
export interface KillOutcome extends KillTrial {
  /** Runs of ours that the kill has left at work or at rest. */
  readonly left: number;
  /** Starts without a response, as its ledger tells. */
  readonly lostStarts: number;
  /** True when the next run names the ledger and offers the sweep, where there is something to name. */
  readonly isNamed: boolean;
  readonly sweepCode: number;
  /** Runs of ours that are active after the sweep. */
  readonly activeAfter: number;
  /** Runs of others that are no longer what they were. */
  readonly foreignTouched: number;
  readonly isRight: boolean;
}

function sandboxOf(profile: string, seed: number): Promise<Sandbox> {
  return startSandbox({
    port: 0,
    key: KEY,
    workflowId: WORKFLOW,
    faults: [],
    profile,
    latency: NO_LATENCY,
    seed,
  });
}

function settingsOf(sandbox: Sandbox): Record<string, string> {
  return {
    INTERACTLY_BASE_URL: sandbox.url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    HARNESS_PATIENCE: '1500ms',
  };
}

/** Kills one run, then sweeps as a person would. */
export async function killOnce(trial: KillTrial): Promise<KillOutcome> {
  const sandbox = await sandboxOf(trial.profile, trial.seed);
  const cwd = mkdtempSync(join(tmpdir(), 'bench-kill-'));
  const runsDir = join(cwd, RUNS_DIR);
  mkdirSync(runsDir, { recursive: true });
  try {
    const foreign = [await startForeign(sandbox), await startForeign(sandbox)];
    const before = sandbox.stats().requests;
    const child = begin(trial, sandbox, cwd, runsDir);
    await killed(child, () => sandbox.stats().requests - before >= trial.afterRequests, trial.thenMs);
    const left = activeIn(sandbox) - foreign.length;
    const found = leftAt(runsDir, sandbox.url);
    const isNamed = found.length === 0 ? left === 0 : await offers(trial, sandbox, cwd, runsDir);
    const lostStarts = found.reduce((sum, { unknownStarts }) => sum + unknownStarts, 0);
    const parsed = parseSettings(settingsOf(sandbox));
    if (!parsed.ok) throw new Error(parsed.issues.join(' '));
    const sweepCode = await sweepFolder(resolveTarget(parsed.value, null), runsDir, true, () => undefined);
    const still = await Promise.all(foreign.map((id) => isActive(sandbox, id)));
    const foreignTouched = still.filter((one) => !one).length;
    const activeAfter = activeIn(sandbox) - (foreign.length - foreignTouched);
    const isRight =
      isNamed && foreignTouched === 0 && activeAfter <= lostStarts && (sweepCode === 0 || lostStarts > 0);
    return { ...trial, left, lostStarts, isNamed, sweepCode, activeAfter, foreignTouched, isRight };
  } finally {
    await sandbox.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

function begin({ victim, seed }: KillTrial, sandbox: Sandbox, cwd: string, runsDir: string): ChildProcess {
  const settings = settingsOf(sandbox);
  if (victim === 'command')
    return spawn(process.execPath, ['--import', LOADER, CLI, 'contract', '--seed', String(seed)], {
      cwd,
      env: { PATH: process.env['PATH'], HARNESS_ENV_FILE: 'none', ...settings },
      stdio: 'ignore',
    });
  const child = fork(PROGRAM, { execArgv: ['--import', LOADER] });
  const errand: Errand = { kind: victim, settings, at: { runsDir }, cap: null, seed };
  child.send(errand);
  return child;
}

/** Kills a process by SIGKILL once it is so far, or when it is done, and waits until those below it are gone too. */
async function killed(child: ChildProcess, isSoFar: () => boolean, thenMs: number): Promise<void> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  child.once('message', end).once('exit', end);
  while (!isSoFar() && !over.signal.aborted) await sleep(1);
  await sleep(thenMs);
  const below = processesBelow(child.pid ?? 0);
  child.kill('SIGKILL');
  while (child.exitCode === null && child.signalCode === null) await sleep(1);
  while (below.some(isRunning)) await sleep(5);
}

function processesBelow(pid: number): readonly number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).trim();
  return children === ''
    ? []
    : children
        .split(' ')
        .map(Number)
        .flatMap((one) => [one, ...processesBelow(one)]);
}

function isRunning(pid: number): boolean {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat !== '' && !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether the next run names what was left and offers the sweep: of a command that was killed, by that command itself. */
async function offers(trial: KillTrial, sandbox: Sandbox, cwd: string, runsDir: string): Promise<boolean> {
  const lines = leftLines(leftAt(runsDir, sandbox.url)).join('\n');
  const isOffered = (text: string): boolean =>
    /left by an earlier run: .*reports\/runs\//.test(text) && text.includes('npm run sweep -- --yes');
  if (trial.victim !== 'command' || !isOffered(lines)) return isOffered(lines);
  const next = spawn(process.execPath, ['--import', LOADER, CLI, 'contract', '--plan'], {
    cwd,
    env: { PATH: process.env['PATH'], HARNESS_ENV_FILE: 'none', ...settingsOf(sandbox) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  next.stdout.on('data', (text: Buffer) => (said += text.toString()));
  await new Promise((resolve) => next.once('close', resolve));
  return isOffered(said);
}

async function startForeign({ url }: Sandbox): Promise<string> {
  const response = await fetch(url + loadOperation().path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'start', workflow_id: WORKFLOW }),
  });
  const { workflow_run: run } = (await response.json()) as { workflow_run: { _id: string } };
  return run._id;
}

async function isActive({ url }: Sandbox, id: string): Promise<boolean> {
  const response = await fetch(`${url}${loadOperation().path}/${id}`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  const shown = (await response.json()) as { workflow_run: { workflow_run: { status: string } } };
  return loadOperation().statusClassOf(shown.workflow_run.workflow_run.status) !== 'terminal';
}

/** Runs that have not ended, by the sandbox's own count. */
function activeIn(sandbox: Sandbox): number {
  const counts = Object.entries(sandbox.stats().runs);
  return counts
    .filter(([status]) => loadOperation().statusClassOf(status) !== 'terminal')
    .reduce((sum, [, count]) => sum + count, 0);
}

/** One cap that several processes, each with several calls in flight, share. */
export interface CapTrial {
  readonly cap: number;
  readonly profile: string;
  readonly seed: number;
}

/** How many runs the sandbox has started in a trial. */
export interface CapOutcome extends CapTrial {
  readonly started: number;
  readonly overshoot: number;
}

/** Warm processes that share a cap: the contract tests and two loads. */
export interface CapProcesses {
  run(trial: CapTrial): Promise<CapOutcome>;
  close(): void;
}

const SHARING = ['suite', 'load', 'load'] as const;

export function openCapProcesses(): CapProcesses {
  const children = SHARING.map(() => fork(PROGRAM, { execArgv: ['--import', LOADER] }));
  return {
    async run(trial) {
      const sandbox = await sandboxOf(trial.profile, trial.seed);
      const dir = mkdtempSync(join(tmpdir(), 'bench-cap-'));
      const ledger = ledgerPath(dir);
      mkdirSync(dirname(ledger), { recursive: true });
      try {
        await Promise.all(
          children.map((child, i) => {
            const done = new Promise<void>((resolve, reject) => {
              const failed = (): void => {
                reject(new Error('a process of the trial ended'));
              };
              child.once('exit', failed).once('message', () => {
                child.off('exit', failed);
                resolve();
              });
            });
            const kind = SHARING[i] ?? 'suite';
            const errand: Errand = {
              kind,
              settings: settingsOf(sandbox),
              at: { ledger },
              cap: trial.cap,
              seed: trial.seed + i,
            };
            child.send(errand);
            return done;
          }),
        );
        const started = Object.values(sandbox.stats().runs).reduce((sum, count) => sum + count, 0);
        return { ...trial, started, overshoot: Math.max(0, started - trial.cap) };
      } finally {
        await sandbox.close();
        rmSync(dir, { recursive: true, force: true });
      }
    },
    close() {
      for (const child of children) child.disconnect();
    },
  };
}
