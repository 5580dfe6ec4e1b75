import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { GeneratorHealth } from '../../result/load-result.ts';
import { plainOf, secretsOf } from '../../target/serialize.ts';
import type { LoadContext } from '../engine/context.ts';
import { mergeHealth } from '../metrics/generator-health.ts';
import { mergeRecords, type RecordState } from '../metrics/scenario-record.ts';
import { sharePlan } from '../scenario/share.ts';
import { capsOfShare } from '../scenario/share.ts';
import { shardsOf, type Shard } from '../arrivals/shard.ts';
import { lateReason } from '../engine/start-barrier.ts';
import { mergeProgress, type Progress } from '../engine/progress.ts';
import type { Runner } from './runner.ts';
import { monotonicMs, type WorkerCommand, type WorkerEvent } from './messages.ts';

const PROGRAM = fileURLToPath(new URL('worker.ts', import.meta.url));
const LEAD_MS = 50;
const CLOSE_MS_MAX = 15_000;

/** When a load begins. */
interface StartTime {
  /** Epoch milliseconds; null for as soon as all are ready. */
  readonly startsAtMs: number | null;
  /** True when the load is one share of a larger one, on several machines. */
  readonly isShare: boolean;
}

/** What each process has told of its progress since that of all was told. */
type ProgressOfAll = Map<Worker, Progress>;

/** One worker process as the first process knows it. */
interface Worker {
  readonly child: ChildProcess;
  health: GeneratorHealth | null;
  listener: (event: WorkerEvent) => void;
  gone: boolean;
}

/**
 * Starts processes that share each scenario among them: every one of them gets every n-th arrival, its part of the
 * connections, and the common ledger of started runs, which keeps the cap for all. Their statistics are merged without
 * loss, so that the result reads as if one process had sent everything.
 */
export async function openWorkerPool(
  processes: number,
  context: LoadContext,
  startTime: StartTime,
): Promise<Runner> {
  const workers = shardsOf(processes).map((shard) => launch(shard, context));
  const interrupt = (): void => {
    for (const worker of workers) send(worker, { kind: 'interrupt' });
  };
  context.signal.addEventListener('abort', interrupt);
  await Promise.all(workers.map((worker) => received(worker, 'initialized')));
  if (context.signal.aborted) interrupt();
  return {
    async run(plan) {
      const start = new CommonStart(workers, startTime);
      const progress: ProgressOfAll = new Map();
      const records = workers.map((worker) => serve(worker, workers, { start, progress }, context));
      for (const [i, shard] of shardsOf(processes).entries()) {
        const worker = workers[i];
        if (worker !== undefined) send(worker, { kind: 'run', plan: sharePlan(plan, shard) });
      }
      return mergeRecords(await Promise.all(records));
    },
    health: (saturation) =>
      mergeHealth(
        workers.flatMap(({ health }) => (health === null ? [] : [health])),
        saturation,
      ),
    async close() {
      context.signal.removeEventListener('abort', interrupt);
      await Promise.all(workers.map(release));
    },
  };
}

function launch(shard: Shard, context: LoadContext): Worker {
  const number = shard.index + 1;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(PROGRAM, [], {
    execArgv: ['--import', loader],
    env: { ...process.env, ...secretsOf(context.target), HARNESS_ENV_FILE: 'none' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const worker: Worker = { child, health: null, listener: () => undefined, gone: false };
  child.on('message', (event) => {
    worker.listener(event as WorkerEvent);
  });
  child.once('exit', (code) => {
    worker.gone = true;
    worker.listener({ kind: 'failed', message: `process ${number} ended with code ${String(code)}` });
  });
  const target = plainOf(context.target);
  const loadCaps = capsOfShare(target.loadCaps, shard);
  send(worker, {
    kind: 'init',
    target: { ...target, loadCaps, runMark: `${target.runMark}-${number}` },
    ledgerPath: context.runs.path,
    runsCap: context.runs.spend().cap,
  });
  return worker;
}

/** Listens to a worker through one scenario; resolves with its record. */
function serve(
  worker: Worker,
  workers: readonly Worker[],
  { start, progress }: { readonly start: CommonStart; readonly progress: ProgressOfAll },
  context: LoadContext,
): Promise<RecordState> {
  return new Promise((resolve, reject) => {
    worker.listener = (event) => {
      switch (event.kind) {
        case 'ready':
          start.isReady(worker);
          return;
        case 'stopped':
          for (const other of workers)
            if (other !== worker) send(other, { kind: 'stop', reason: event.reason });
          return;
        case 'done':
          worker.health = event.health;
          start.isReady(worker); // it ended before it began, and nobody is to wait for it
          resolve(event.record);
          return;
        case 'failed':
          for (const other of workers) send(other, { kind: 'interrupt' });
          reject(new Error(event.message));
          return;
        case 'say':
          context.say(event.line);
          return;
        case 'progress':
          progress.set(worker, event.progress);
          if (progress.size === workers.length) {
            context.progress(mergeProgress([...progress.values()]));
            progress.clear();
          }
          return;
        case 'initialized':
          return;
      }
    };
  });
}

/** Lets all workers begin at one moment, once each of them is ready or done. */
class CommonStart {
  readonly #waiting: Set<Worker>;
  readonly #workers: readonly Worker[];
  readonly #startTime: StartTime;

  constructor(workers: readonly Worker[], startTime: StartTime) {
    this.#workers = workers;
    this.#waiting = new Set(workers);
    this.#startTime = startTime;
  }

  isReady(worker: Worker): void {
    if (!this.#waiting.delete(worker) || this.#waiting.size > 0) return;
    const { startsAtMs, isShare } = this.#startTime;
    const late = isShare && startsAtMs !== null ? lateReason(startsAtMs, Date.now()) : null;
    if (late !== null) for (const one of this.#workers) send(one, { kind: 'stop', reason: late });
    const soonMs = monotonicMs() + LEAD_MS;
    const atMs = startsAtMs === null ? soonMs : Math.max(soonMs, monotonicMs() + startsAtMs - Date.now());
    for (const one of this.#workers) send(one, { kind: 'start', atMs });
  }
}

function send(worker: Worker, what: WorkerCommand): void {
  if (!worker.gone && worker.child.connected) worker.child.send(what);
}

/** Waits for the first event of a kind. @throws when the worker fails before. */
function received(worker: Worker, kind: WorkerEvent['kind']): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.listener = (event) => {
      if (event.kind === kind) resolve();
      else if (event.kind === 'failed') reject(new Error(event.message));
    };
  });
}

/** Releases a worker; one that is still stopping its runs gets time for it. */
async function release(worker: Worker): Promise<void> {
  worker.listener = () => undefined;
  if (worker.gone) return;
  const gone = new Promise((resolve) => worker.child.once('exit', resolve));
  const limit = setTimeout(() => worker.child.kill('SIGKILL'), CLOSE_MS_MAX);
  if (worker.child.connected) worker.child.disconnect();
  await gone;
  clearTimeout(limit);
}
