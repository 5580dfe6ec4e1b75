import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runIdOf, runStatusOf, tokensOf } from '../api/response.ts';
import { judgeControl, type ControlJudgement } from '../contract/checks/control.ts';
import type { CallResult, WireRequest } from '../api/exchange.ts';
import { post, startBody } from '../api/request.ts';
import type { Operation, StatusClass } from '../openapi/registry.ts';
import { sendPastThrottle } from '../target/retry-after.ts';
import type { RunEnd, RunLedger } from '../target/run-ledger.ts';
import { openApiClient, type ApiClient } from '../target/send.ts';
import { sweepRuns } from '../target/sweep.ts';
import type { Target } from '../target/target.ts';

/** One call of the paid run: what came, how long it took. */
export interface TrialCall {
  readonly result: CallResult;
  readonly tookMs: number;
}

/** One workflow run, started, read, stopped and read again. */
export interface Trial {
  readonly start: TrialCall;
  readonly judged: ControlJudgement;
  readonly runId: string | null;
  /** The read after the start; null where none was sent. */
  readonly read: TrialCall | null;
  readonly stop: TrialCall | null;
  readonly readAfter: TrialCall | null;
  /** How the run ended, as far as is known; null where none was started. */
  readonly ended: RunEnd | 'left' | null;
  /** The status of the run before it was stopped, and what kind it is. */
  readonly status: string | null;
  readonly statusClass: StatusClass | null;
  /** How long the run was at work before it came to rest; null while it was not seen at rest. */
  readonly settledMs: number | null;
  readonly tokens: number | null;
  /** Starts that may have left a run of which no response told. */
  readonly unknownStarts: number;
}

/** What a trial is made with. */
export interface TrialTools {
  readonly operation: Operation;
  readonly target: Target;
  readonly runs: RunLedger;
  readonly signal: AbortSignal;
}

const STOP_LIMIT_MS = 30_000;
const STOP_INTERRUPTED_MS = 10_000;
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 2000;
const THROTTLED = { repeatsMax: 1, longestMs: 5000, unnamedMs: null } as const;

/**
 * Starts one workflow run, reads it until it is at rest or the patience is over, stops it and reads it again. It is in
 * the ledger as soon as its id is known, and is stopped whatever happens in between, also after Ctrl-C.
 */
export async function tryRun(tools: TrialTools): Promise<Trial> {
  const { operation, target, runs } = tools;
  const client = openApiClient(target);
  try {
    if (!runs.reserve(1)) throw new Error('a cap of at least one run is expected');
    const start = await startOnce(tools, client);
    const runId = runIdOf(start.result.response);
    const isRefused = start.result.response !== null && start.result.response.status >= 400;
    if (runId !== null) runs.started(runId, 'doctor');
    else if (isRefused) runs.release(1);
    const judged = judgeControl(operation, start.result);
    if (runId === null) return withoutRun(start, judged, isRefused ? 0 : 1);
    const settled = await settle(tools, client, start, runId);
    const stop = await call(client, post(operation, { command: 'stop', workflow_run_id: runId }));
    const isStopped = isAccepted(stop.result);
    if (isStopped) runs.ended(runId, 'stopped');
    else
      await sweepRuns(operation, target, runs, {
        ratePerSecond: null,
        limitMs: tools.signal.aborted ? STOP_INTERRUPTED_MS : STOP_LIMIT_MS,
      });
    const readAfter = settled.read === null ? null : await call(client, readOf(operation, runId));
    return {
      start,
      judged,
      runId,
      ...settled,
      stop,
      readAfter,
      ended: endOf(runs, runId),
      tokens: tokensIn([readAfter, stop, settled.read, start]),
      unknownStarts: 0,
    };
  } finally {
    await client.close();
  }
}

function withoutRun(start: TrialCall, judged: ControlJudgement, unknownStarts: number): Trial {
  const none = { read: null, stop: null, readAfter: null, ended: null, status: null, statusClass: null };
  return { start, judged, runId: null, ...none, settledMs: null, tokens: null, unknownStarts };
}

/** One start; a second one only after a 429, by which nothing was started. */
async function startOnce({ operation, target }: TrialTools, client: ApiClient): Promise<TrialCall> {
  const mark = randomBytes(10).toString('hex');
  const canary = { key: `harness_canary_${mark.slice(0, 6)}`, value: `canary-${mark}` };
  const subject = { workflowId: target.workflowId, runInput: target.runInput, liveRunId: null };
  const request = post(operation, startBody(subject, canary));
  const pause = (pauseMs: number): Promise<boolean> => sleep(pauseMs, true);
  return sendPastThrottle(
    () => call(client, request),
    ({ result }) => result.response,
    THROTTLED,
    pause,
  );
}

async function call(client: ApiClient, request: WireRequest): Promise<TrialCall> {
  const result = await client.send(request);
  return { result, tookMs: result.evidence.duration_ms };
}

function readOf({ path }: Operation, runId: string): WireRequest {
  return { method: 'GET', path: `${path}/${runId}`, credential: { kind: 'valid' }, headers: [], body: null };
}

/** Reads the run until it is at rest or has ended; a target without GET shows only what the start said. */
async function settle(
  { operation, target, signal }: TrialTools,
  client: ApiClient,
  start: TrialCall,
  runId: string,
): Promise<Pick<Trial, 'read' | 'status' | 'statusClass' | 'settledMs'>> {
  const began = performance.now();
  let status = runStatusOf(start.result.response);
  let first: TrialCall | null = null;
  for (let attempt = 0; ; attempt += 1) {
    const read = await call(client, readOf(operation, runId));
    first ??= read;
    const shown = read.result.response?.status === 200 ? runStatusOf(read.result.response) : null;
    status = shown ?? status;
    const statusClass = operation.statusClassOf(status);
    const settledMs = performance.now() - began;
    if (shown === null || statusClass !== 'at-work')
      return { read: first, status, statusClass, settledMs: statusClass === 'at-work' ? null : settledMs };
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** attempt);
    if (signal.aborted || settledMs + pauseMs > target.patienceMs)
      return { read: first, status, statusClass, settledMs: null };
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined); // Ctrl-C: the stop goes out at once
  }
}

function isAccepted({ response }: CallResult): boolean {
  return response !== null && response.status >= 200 && response.status <= 299;
}

function endOf(runs: RunLedger, runId: string): RunEnd | 'left' {
  if (runs.open().includes(runId)) return 'left';
  const { stopped, deleted = 0 } = runs.spend().ended_by;
  return stopped > 0 ? 'stopped' : deleted > 0 ? 'deleted' : 'completed';
}

/** The newest count of tokens that a response told. */
function tokensIn(newestFirst: readonly (TrialCall | null)[]): number | null {
  for (const one of newestFirst) {
    const tokens = one === null ? null : tokensOf(one.result.response);
    if (tokens !== null) return tokens;
  }
  return null;
}
