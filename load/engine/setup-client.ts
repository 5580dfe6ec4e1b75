import type { CallResult } from '../../api/exchange.ts';
import type { Command } from '../../openapi/registry.ts';
import { openApiClient, type ApiClient } from '../../target/send.ts';
import { sendPastThrottle } from '../../target/retry-after.ts';
import { sleepUntil, paced, type Spread } from '../../target/sweep.ts';
import {
  noteRun,
  noteTokens,
  requestFor,
  reserveRun,
  type ScenarioContext,
  type LoadContext,
} from './context.ts';

const THROTTLED = { repeatsMax: 2, longestMs: 60_000, unnamedMs: 1000 } as const;
const CONNECT_KINDS: readonly string[] = ['refused', 'dns', 'network', 'tls', 'local', 'proxy'];
const NOT_IN_THAT_STATE: readonly number[] = [404, 409, 410];
const GONE: readonly number[] = [404, 410];
const NOT_THERE: readonly number[] = [502, 503, 504];

/** How an attempt to stop a run ended. */
export type StopOutcome = 'stopped' | 'completed' | 'refused' | 'unanswered';

/** What a command to a run came to. */
export interface CommandResult {
  /** Null when it was not answered. */
  readonly status: number | null;
  /** True when the run was seen to have ended by itself. */
  readonly hasEnded: boolean;
}

/** What a start came to. */
export interface StartResult extends CommandResult {
  /** Null when no run was started. */
  readonly runId: string | null;
}

/** Sends the requests beside the load, which are not measured: they prepare runs, pause them again and stop them. */
export class SetupClient {
  readonly #context: ScenarioContext;
  readonly #client: ApiClient;

  constructor(context: ScenarioContext) {
    this.#context = context;
    this.#client = openApiClient(context.target);
  }

  /** Starts a run within the budget. */
  async start(): Promise<StartResult> {
    if (!reserveRun(this.#context)) return { runId: null, status: null, hasEnded: false };
    const { response } = await this.#send('start', null);
    if (response === null) return { runId: null, status: null, hasEnded: false };
    const check = this.#context.checker.checkResponse({ command: 'start', runId: null }, response, true);
    noteRun(this.#context, 'start', null, response.status, check);
    return { runId: check.runId, status: response.status, hasEnded: check.hasEnded };
  }

  /** Gives a command to a run. */
  async command(command: Exclude<Command, 'start' | 'stop'>, runId: string): Promise<CommandResult> {
    const { response } = await this.#send(command, runId);
    if (response === null) return { status: null, hasEnded: false };
    const check = this.#context.checker.checkResponse({ command, runId }, response, false);
    noteRun(this.#context, command, runId, response.status, check);
    return { status: response.status, hasEnded: check.hasEnded };
  }

  /** Stops a run and notes how it ended. A response that the run has already ended, or is gone, is as good. */
  async stop(runId: string): Promise<StopOutcome> {
    const { response } = await this.#send('stop', runId);
    if (response === null || NOT_THERE.includes(response.status)) return 'unanswered';
    const { status } = response;
    noteTokens(this.#context, runId, response);
    noteRun(this.#context, 'stop', runId, status, { runId, hasEnded: true });
    if (status >= 200 && status < 300) return 'stopped';
    if (!NOT_IN_THAT_STATE.includes(status)) return 'refused';
    this.#context.runs.ended(runId, GONE.includes(status) ? 'deleted' : 'completed');
    this.#context.liveRuns.delete(runId);
    return 'completed';
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #isInterrupted(): boolean {
    return this.#context.stopSignal.reason?.inconclusive?.cause === 'interrupted';
  }

  /** Sends once; again, at most twice, only after a 429, which did nothing; Ctrl-C ends the wait for that. */
  async #send(command: Command, runId: string | null): Promise<CallResult> {
    const send = async (): Promise<CallResult> => {
      this.#context.requests.count();
      const result = await this.#client.send(requestFor(this.#context, command, runId));
      this.#informBreaker(command, result);
      return result;
    };
    const pause = async (pauseMs: number): Promise<boolean> => {
      // The stops after Ctrl-C wait as they are told; whoever sends them watches the time.
      const isAfterwards = command === 'stop' && this.#isInterrupted();
      const isCutOff = (): boolean => !isAfterwards && this.#isInterrupted();
      await sleepUntil(performance.now() + pauseMs, isCutOff);
      return !isCutOff();
    };
    return sendPastThrottle(send, ({ response }) => response, THROTTLED, pause);
  }

  #informBreaker(command: Command, { response, evidence }: CallResult): void {
    const { breaker } = this.#context;
    if (evidence.failure !== null) {
      if (CONNECT_KINDS.includes(evidence.failure.kind)) breaker.connectFailed(evidence.failure);
      else
        breaker.settled({
          command,
          fate: evidence.failure.kind === 'timeout' ? 'timeout' : 'transport_error',
          status: null,
        });
      return;
    }
    breaker.connected();
    if (response === null || NOT_IN_THAT_STATE.includes(response.status)) return;
    breaker.settled({
      command,
      fate: response.status === 200 ? 'ok' : 'http_error',
      status: response.status,
    });
  }
}

const PARALLEL_MAX = 8;
const UNANSWERED_MAX = 3;
/** How long an API that does not respond is waited for, and how the waits between two tries grow. */
const PATIENCE: Patience = { wholeMs: 30_000, firstMs: 500, longestMs: 8000 };
const INTERRUPTED_MS_MAX = 10_000;

/** How the stops after a scenario are sent. */
export interface Cleanup {
  /** The rate of the scenario; null in the closed model. */
  readonly ratePerSecond: number | null;
  /** Ctrl-C, before or meanwhile: from then on it takes at most ten seconds; what is left stays open in the ledger. */
  readonly interruption: AbortSignal;
}

/** How long an API that is coming back is waited for. */
export interface Patience {
  readonly wholeMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Stops runs at the scenario's own rate, eight at a time. When three stops in a row are not answered, the API may be
 * coming back: one is tried again, ever more rarely, for half a minute. What could not be stopped stays open in the
 * ledger and is listed at the end.
 * @param hurryMs how long it may take after Ctrl-C; given by self-tests.
 */
export async function stopRuns(
  setup: Pick<SetupClient, 'stop'>,
  runIds: readonly string[],
  { ratePerSecond, interruption }: Cleanup,
  hurryMs = INTERRUPTED_MS_MAX,
  patience = PATIENCE,
): Promise<void> {
  const left = new Set(runIds);
  let unanswered = 0;
  const isVain = (): boolean => unanswered >= UNANSWERED_MAX;
  const isOver = (): boolean => isVain() || interruption.aborted;
  const stop = async (runId: string): Promise<void> => {
    left.delete(runId);
    const isSilent = (await setup.stop(runId)) === 'unanswered';
    unanswered = isSilent ? unanswered + 1 : 0;
    if (isSilent) left.add(runId);
  };
  const usual = { ratePerSecond, parallel: PARALLEL_MAX };
  const stopping = (async () => {
    await paced(runIds, usual, isOver, stop);
    const isBack = async (): Promise<boolean> => {
      const [first] = left;
      if (first !== undefined) await stop(first);
      return unanswered === 0;
    };
    while (left.size > 0 && !interruption.aborted && (await waitFor(isBack, patience, interruption)))
      await paced([...left], usual, isOver, stop);
  })();
  await untilAborted(stopping, interruption);
  if (!interruption.aborted) return;
  unanswered = 0;
  const endMs = performance.now() + hurryMs;
  const spread = rushed(left.size, ratePerSecond, hurryMs);
  const rest = paced([...left], spread, () => isVain() || performance.now() >= endMs, stop);
  await Promise.race([Promise.all([stopping, rest]), sleep(hurryMs)]);
}

/** Tries again and again, with growing pauses, until something is back; false when it did not come in time. */
async function waitFor(
  isBack: () => Promise<boolean>,
  { wholeMs, firstMs, longestMs }: Patience,
  interruption: AbortSignal,
): Promise<boolean> {
  const endMs = performance.now() + wholeMs;
  const isOver = (): boolean => interruption.aborted || performance.now() >= endMs;
  for (let waitMs = firstMs; !isOver(); waitMs = Math.min(longestMs, waitMs * 2)) {
    await sleepUntil(Math.min(endMs, performance.now() + waitMs), () => interruption.aborted);
    if (!interruption.aborted && (await isBack())) return true;
  }
  return false;
}

/** In a hurry the pace is as high as it must be for all stops to fit into four fifths of the time. */
function rushed(count: number, ratePerSecond: number | null, hurryMs: number): Spread {
  const needed = count / ((0.8 * hurryMs) / 1000);
  const rate = ratePerSecond === null ? null : Math.max(ratePerSecond, needed);
  return { ratePerSecond: rate, parallel: PARALLEL_MAX };
}

/** Waits for some work, or no longer than until it is to be cut short. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let tell: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (tell = resolve));
  signal.addEventListener('abort', tell);
  if (signal.aborted) tell();
  await Promise.race([work, aborted]);
  signal.removeEventListener('abort', tell);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

const RETRY_AFTER_MS_MAX = 60_000;

/**
 * Waits for the Retry-After delay of the scenario before, so that the next one does not begin
 * with requests that were not wanted yet. It waits a minute at most, and no longer once the run is interrupted.
 * @param untilEpochMs when the target will take requests again; null when it did not ask.
 */
export async function waitForRetryAfter(
  untilEpochMs: number | null,
  next: string,
  { say, signal }: LoadContext,
): Promise<void> {
  const waitMs = Math.min(RETRY_AFTER_MS_MAX, (untilEpochMs ?? 0) - Date.now());
  if (waitMs <= 0) return;
  say(`${next}: waiting ${(waitMs / 1000).toFixed(1)} s, as the target asked for by Retry-After`);
  await sleepUntil(performance.now() + waitMs, () => signal.aborted);
}
