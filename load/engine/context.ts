import type { Operation, Command } from '../../openapi/registry.ts';
import { LedgerError, type RunLedger } from '../../target/run-ledger.ts';
import type { Target } from '../../target/target.ts';
import type { StopReason } from '../metrics/scenario-record.ts';
import { tokensOf } from '../../api/response.ts';
import type { ApiResponse, WireRequest } from '../../api/exchange.ts';
import { postText } from '../../api/request.ts';
import type { ResponseChecker, ResponseCheck } from './check-response.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Progress } from './progress.ts';
import type { Bodies } from '../scenario/request-bodies.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What a load run needs from outside. */
export interface LoadContext {
  readonly operation: Operation;
  readonly target: Target;
  readonly runs: RunLedger;
  /** Aborted on Ctrl-C: the load stops, the statistics are closed, and runs are stopped for at most ten seconds. */
  readonly signal: AbortSignal;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** How far a scenario is. */
  readonly progress: (progress: Progress) => void;
  /** Where the raw histograms are written, as `<scenario>-<step>.hgrm.json`. */
  readonly outDir: string;
}

/** The end of a scenario before its time: the first reason counts, and everyone who must stop is told. */
export class StopSignal {
  #reason: StopReason | null = null;
  readonly #listeners: (() => void)[] = [];

  /** Why the scenario was stopped; null while it was not. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  /** Stops. Listeners are called after the current turn, so a stop never interrupts its caller. */
  stop(reason: StopReason): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    queueMicrotask(() => {
      for (const listener of this.#listeners.splice(0)) listener();
    });
  }

  /** Calls the listener when the scenario is stopped, at once if it was already. */
  onStop(listener: () => void): void {
    if (this.#reason === null) this.#listeners.push(listener);
    else listener();
  }

  /** Resolves when the scenario is stopped. */
  stopped(): Promise<void> {
    return new Promise((resolve) => {
      this.onStop(resolve);
    });
  }
}

const SPARE_SHARE = 0.9;

/** The requests that this process may still send under load, however many scenarios there are. */
export class RequestBudget {
  readonly #cap: number | null;
  #taken = 0;

  /** @param cap most requests; null for no cap. */
  constructor(cap: number | null) {
    this.#cap = cap;
  }

  /** Takes one for a request under load; false when none is left. */
  take(): boolean {
    if (this.#cap !== null && this.#taken >= this.#cap) return false;
    this.#taken += 1;
    return true;
  }

  /** Takes one for a call that is not needed: only while a tenth of the cap and more is left for those that are. */
  takeSpare(): boolean {
    if (this.#cap !== null && this.#taken >= this.#cap * SPARE_SHARE) return false;
    this.#taken += 1;
    return true;
  }

  /** Counts a request beside the load, which prepares or cleans up and is never refused. */
  count(): void {
    this.#taken += 1;
  }
}

/** State shared by all senders of a scenario. */
export interface ScenarioContext {
  readonly operation: Operation;
  readonly target: Target;
  readonly scenario: Scenario;
  readonly checker: ResponseChecker;
  readonly breaker: CircuitBreaker;
  readonly stopSignal: StopSignal;
  readonly runs: RunLedger;
  readonly requests: RequestBudget;
  readonly bodies: Bodies;
  /** The runs that this scenario has started and that are not known to have ended. */
  readonly liveRuns: Set<string>;
}

/** Notes what the response to a command means for the run that it was about. */
export function noteRun(
  context: ScenarioContext,
  command: Command,
  addressed: string | null,
  status: number,
  { runId, hasEnded }: Pick<ResponseCheck, 'runId' | 'hasEnded'>,
): void {
  const isAccepted = status >= 200 && status < 300;
  const run = command === 'start' ? runId : addressed;
  if (command === 'start') {
    if (status >= 400 && status < 500) context.runs.release(1);
    if (!isAccepted || run === null) return;
    context.runs.started(run, context.scenario.name);
    context.liveRuns.add(run);
  }
  if (!isAccepted || run === null || !(command === 'stop' || hasEnded)) return;
  context.runs.ended(run, command === 'stop' ? 'stopped' : 'completed');
  context.liveRuns.delete(run);
}

/** Notes the tokens that the response to a stop names: by then the run has used all that it will. */
export function noteTokens({ runs }: ScenarioContext, runId: string, response: ApiResponse | null): void {
  const total = tokensOf(response);
  if (total !== null) runs.tokens(runId, total);
}

const DISK_NEXT_STEP = 'Free space on this machine, or name another folder with --out, then repeat the run.';

/** Reserves one run of the budget; when there is none left, or none can be noted, the scenario is stopped. */
export function reserveRun(context: ScenarioContext): boolean {
  try {
    if (context.runs.reserve(1)) return true;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    const sentence = `${error.message} No further run was started in ${context.scenario.name}.`;
    const inconclusive = { cause: 'harness-error', sentence, next_step: DISK_NEXT_STEP } as const;
    context.stopSignal.stop({ inconclusive, message: sentence });
    return false;
  }
  const message = `The cap on started runs was reached in ${context.scenario.name}; no further run was started.`;
  context.stopSignal.stop({ inconclusive: { cause: 'budget-exhausted', sentence: message }, message });
  return false;
}

/** Takes one request of the budget; when there is none left the scenario is stopped. */
export function takeRequest(context: ScenarioContext): boolean {
  if (context.requests.take()) return true;
  const message = `The cap on requests (HARNESS_MAX_REQUESTS) was reached in ${context.scenario.name}.`;
  context.stopSignal.stop({ inconclusive: { cause: 'budget-exhausted', sentence: message }, message });
  return false;
}

let serial = 0;

/** The next request with a command, to a run or, for a start, to none. Each is unlike all others of this process. */
export function requestFor(
  { operation, bodies }: ScenarioContext,
  command: Command,
  runId: string | null,
): WireRequest {
  serial += 1;
  return postText(operation, bodies.next(command, runId, serial));
}
