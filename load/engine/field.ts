import type { Command, Operation } from '../../openapi/registry.ts';
import { tokensOf } from '../../api/response.ts';
import type { ApiResponse, WireRequest } from '../../api/exchange.ts';
import { postText } from '../../api/request.ts';
import type { RunLedger } from '../../target/run-ledger.ts';
import type { Target } from '../../target/target.ts';
import type { ResponseChecker, ResponseCheck } from './check-response.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { StopSignal } from './halt.ts';
import type { RequestBudget } from './request-budget.ts';
import type { Bodies } from '../scenario/request-bodies.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What everything that sends in one scenario shares. */
export interface ScenarioContext {
  readonly operation: Operation;
  readonly target: Target;
  readonly scenario: Scenario;
  readonly judge: ResponseChecker;
  readonly breaker: CircuitBreaker;
  readonly halt: StopSignal;
  readonly runs: RunLedger;
  readonly requests: RequestBudget;
  readonly bodies: Bodies;
  /** The runs that this scenario has started and that are not known to have ended. */
  readonly live: Set<string>;
}

/** Notes what the response to a command means for the run that it was about. */
export function noteRun(
  field: ScenarioContext,
  command: Command,
  addressed: string | null,
  status: number,
  { runId, hasEnded }: Pick<ResponseCheck, 'runId' | 'hasEnded'>,
): void {
  const isAccepted = status >= 200 && status < 300;
  const run = command === 'start' ? runId : addressed;
  if (command === 'start') {
    if (status >= 400 && status < 500) field.runs.release(1);
    if (!isAccepted || run === null) return;
    field.runs.started(run);
    field.live.add(run);
  }
  if (!isAccepted || run === null || !(command === 'stop' || hasEnded)) return;
  field.runs.ended(run, command === 'stop' ? 'stopped' : 'completed');
  field.live.delete(run);
}

/** Notes the tokens that the response to a stop names: by then the run has used all that it will. */
export function noteTokens({ runs }: ScenarioContext, runId: string, response: ApiResponse | null): void {
  const total = tokensOf(response);
  if (total !== null) runs.tokens(runId, total);
}

/** Reserves one run of the budget; when there is none left the scenario is halted. */
export function reserveRun(field: ScenarioContext): boolean {
  if (field.runs.reserve(1)) return true;
  const sentence = `The cap on started runs was reached in ${field.scenario.name}; no further run was started.`;
  field.halt.stop({ inconclusive: { cause: 'budget-exhausted', sentence }, sentence });
  return false;
}

/** Takes one request of the budget; when there is none left the scenario is halted. */
export function takeRequest(field: ScenarioContext): boolean {
  if (field.requests.take()) return true;
  const sentence = `The cap on requests (HARNESS_MAX_REQUESTS) was reached in ${field.scenario.name}.`;
  field.halt.stop({ inconclusive: { cause: 'budget-exhausted', sentence }, sentence });
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
