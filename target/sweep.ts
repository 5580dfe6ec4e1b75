import { setTimeout as sleep } from 'node:timers/promises';
import { valueAt } from '../result/json.ts';
import type { Operation } from '../openapi/registry.ts';
import type { RunLedger } from './run-ledger.ts';
import { openApiClient, type ApiClient, type Travel } from './send.ts';
import type { Target } from './target.ts';

/** How fast runs are stopped, and how long that may take in all. */
export interface SweepLimits {
  /** Null for as fast as the responses come. */
  readonly ratePerSecond: number | null;
  readonly limitMs: number;
}

/** As many calls in flight as the contract tests have. */
const IN_FLIGHT = 4;
/** The first pause before a stop is repeated; each further one is twice as long, up to the longest. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 2000;
/** A run that refuses to stop for so long, on a target that does not show it, is taken to have ended. */
const UNSEEN_MS = 5000;
const GONE: readonly number[] = [404, 410];
const REFUSED_BY_STATE: readonly number[] = [400, 409, 422, 423, 425];

/** One sweep: what it sends with, and until when. */
interface Sweep {
  readonly operation: Operation;
  readonly client: ApiClient;
  readonly runs: RunLedger;
  readonly untilMs: number;
  sent: number;
}

/**
 * Stops every run that the ledger knows as open, four at a time and no faster than the given rate. A run that is at
 * work may refuse to stop, and a target may be coming back: then the stop is repeated. What is not stopped in time
 * stays open in the ledger, which the report lists.
 * @returns how many requests it took.
 */
export async function sweepRuns(
  operation: Operation,
  target: Target,
  runs: RunLedger,
  limits: SweepLimits,
): Promise<number> {
  const open = runs.open();
  if (open.length === 0) return 0;
  const client = openApiClient(target);
  const began = performance.now();
  const sweep: Sweep = { operation, client, runs, untilMs: began + limits.limitMs, sent: 0 };
  try {
    const spread = { ratePerSecond: limits.ratePerSecond, parallel: IN_FLIGHT };
    const isOver = (): boolean => performance.now() > sweep.untilMs;
    await paced(open, spread, isOver, (run) => stopRun(sweep, run));
  } finally {
    await client.close();
  }
  return sweep.sent;
}

async function stopRun(sweep: Sweep, run: string): Promise<void> {
  const { operation, runs } = sweep;
  const body = JSON.stringify({ command: 'stop', workflow_run_id: run });
  const sinceMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { response } = await send(sweep, operation.method, operation.path, body);
    const status = response?.status ?? 0;
    if (status >= 200 && status <= 299) {
      runs.ended(run, 'stopped');
      return;
    }
    if (GONE.includes(status)) {
      runs.ended(run, 'deleted');
      return;
    }
    if (REFUSED_BY_STATE.includes(status) && (await hasEnded(sweep, run, sinceMs))) {
      runs.ended(run, 'completed');
      return;
    }
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** attempt);
    if (performance.now() + pauseMs > sweep.untilMs) return;
    await sleep(pauseMs);
  }
}

/** Whether a run that refuses to stop has ended, as GET shows it; a target without GET is given some time. */
async function hasEnded(sweep: Sweep, run: string, sinceMs: number): Promise<boolean> {
  const { operation } = sweep;
  const { response } = await send(
    sweep,
    operation.related.getWorkflowRun.method,
    operation.related.getWorkflowRun.path(run),
    null,
  );
  const shown = response?.status === 200 && response.body.kind === 'json' ? response.body.value : null;
  const status = valueAt(shown, ['workflow_run', 'workflow_run', 'status']);
  if (typeof status === 'string') return operation.statusClassOf(status) === 'terminal';
  return performance.now() - sinceMs > UNSEEN_MS;
}

function send(
  sweep: Sweep,
  method: string,
  path: string,
  body: string | null,
): ReturnType<ApiClient['send']> {
  sweep.sent += 1;
  // Neither a stop nor a look starts anything: both may be sent again.
  const mayRepeat = (): boolean => {
    sweep.sent += 1;
    return true;
  };
  const travel: Travel = { mayReuse: true, mayRepeat };
  const headers = body === null ? [] : ([['content-type', 'application/json']] as const);
  return sweep.client.send({ method, path, credential: { kind: 'valid' }, headers, body }, travel);
}

/** How set-up and clean-up requests are spread out. */
export interface Spread {
  /** Most tasks begun per second; null for no pace besides `parallel`. */
  readonly ratePerSecond: number | null;
  /** Most tasks at a time. */
  readonly parallel: number;
}

/** Does a task for each item, paced and with bounded parallelism; stops beginning new ones once `isOver` says so. */
export async function paced<T>(
  items: readonly T[],
  spread: Spread,
  isOver: () => boolean,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !isOver()) {
      const index = next;
      next += 1;
      const dueMs = spread.ratePerSecond === null ? 0 : startMs + (index * 1000) / spread.ratePerSecond;
      await sleepUntil(dueMs, isOver);
      if (!isOver()) await task(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(spread.parallel, items.length) }, worker));
}

const NAP_MS = 100;

/** Sleeps until a time of the process clock, in naps, so that an end before it is noticed. */
export async function sleepUntil(dueMs: number, isOver: () => boolean): Promise<void> {
  for (let leftMs = dueMs - performance.now(); leftMs > 0 && !isOver(); leftMs = dueMs - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, NAP_MS)));
  }
}
