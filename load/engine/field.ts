import type { Command, Operation } from '../../openapi/registry.ts';
import { tokensOf } from '../../contract/checks/accepted-response.ts';
import type { Answer, WireRequest } from '../../api/exchange.ts';
import { postText } from '../../contract/request.ts';
import type { RunLedger } from '../../target/run-ledger.ts';
import type { Target } from '../../target/target.ts';
import type { Judge, Judgement } from './check-response.ts';
import type { Breaker } from './circuit-breaker.ts';
import type { Halt } from './halt.ts';
import type { RequestBudget } from './request-budget.ts';
import type { Bodies } from '../scenario/request-bodies.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What everything that sends in one scenario shares. */
export interface Field {
  readonly operation: Operation;
  readonly target: Target;
  readonly scenario: Scenario;
  readonly judge: Judge;
  readonly breaker: Breaker;
  readonly halt: Halt;
  readonly runs: RunLedger;
  readonly requests: RequestBudget;
  readonly bodies: Bodies;
  /** The runs that this scenario has started and that are not known to have ended. */
  readonly live: Set<string>;
}

/** Notes what the answer to a command means for the run that it was about. */
export function noteRun(
  field: Field,
  command: Command,
  addressed: string | null,
  status: number,
  { runId, hasEnded }: Pick<Judgement, 'runId' | 'hasEnded'>,
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

/** Notes the tokens that the answer to a stop names: by then the run has used all that it will. */
export function noteTokens({ runs }: Field, runId: string, answer: Answer | null): void {
  const total = tokensOf(answer);
  if (total !== null) runs.tokens(runId, total);
}

/** Reserves one run of the budget; when there is none left the scenario is halted. */
export function reserveRun(field: Field): boolean {
  if (field.runs.reserve(1)) return true;
  const sentence = `The cap on started runs was reached in ${field.scenario.name}; no further run was started.`;
  field.halt.stop({ inconclusive: { cause: 'budget-exhausted', sentence }, sentence });
  return false;
}

/** Takes one request of the budget; when there is none left the scenario is halted. */
export function takeRequest(field: Field): boolean {
  if (field.requests.take()) return true;
  const sentence = `The cap on requests (HARNESS_MAX_REQUESTS) was reached in ${field.scenario.name}.`;
  field.halt.stop({ inconclusive: { cause: 'budget-exhausted', sentence }, sentence });
  return false;
}

let serial = 0;

/** The next request with a command, to a run or, for a start, to none. Each is unlike all others of this process. */
export function requestFor(
  { operation, bodies }: Field,
  command: Command,
  runId: string | null,
): WireRequest {
  serial += 1;
  return postText(operation, bodies.next(command, runId, serial));
}
