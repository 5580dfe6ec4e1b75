import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Selectable } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { commandsOf, flowsOf } from '../budget/flows.ts';
import { requestsPlanned } from '../budget/selection.ts';
import { CONTRACT_DEFAULTS, type ContractValues } from '../option-rows.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Environment } from '../../target/settings.ts';

/** What one contract run is to do. It travels to the workers in the environment, because they are processes. */
export interface ContractPlan extends ContractValues {
  /** Where the workers keep what they share: the ledger, the control, the silences. */
  readonly stateDir: string;
  readonly seed: number;
  /** True when a key of another team was given. */
  readonly hasOtherKey?: boolean;
  /** Calls in flight at once. */
  readonly inFlight: number;
}

/** Writes a plan as environment variables of the runner. */
export function planEnvironment(
  plan: Partial<ContractPlan> & Pick<ContractPlan, 'stateDir'>,
): Record<string, string> {
  return { HARNESS_STATE_DIR: plan.stateDir, HARNESS_PLAN: JSON.stringify(plan) };
}

/** Reads the plan back; for what it leaves out the defaults hold, as where an editor looks for the tests. */
export function readPlan(environment: Environment): ContractPlan {
  const written = environment['HARNESS_PLAN'] ?? '';
  return {
    ...CONTRACT_DEFAULTS,
    stateDir: join(tmpdir(), `harness-${process.pid}`),
    seed: 1,
    hasOtherKey: (environment['INTERACTLY_OTHER_KEY'] ?? '') !== '',
    inFlight: 1,
    ...(written === '' ? {} : (JSON.parse(written) as Partial<ContractPlan>)),
  };
}

/** What each entry of a plan is to cost, without those that a budget leaves out. */
export function requestsPending(
  operation: Operation,
  plan: ContractPlan,
  out: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const known = [...flowsOf(operation), ...deriveCases(operation)];
  const selected = new Set(known.filter((about) => isSelected(plan, about)).map(({ id }) => id));
  const isPending = (id: string): boolean => selected.has(id) && id !== 'control/start'; // it comes before the plan begins
  return new Map([...requestsPlanned(operation, out)].filter(([id]) => isPending(id)));
}

/** The example of a property that a replay names, like `1:0:3` in `property/violations@1:0:3`, or null. */
export function replayedExample(plan: ContractPlan): string | null {
  return plan.replay?.split('@')[1] ?? null;
}

/** What a plan is narrowed to, as the verdict tells it; null when everything is sent. */
export function selectionOf(plan: ContractPlan): string | null {
  return plan.replay ?? plan.only ?? plan.commands?.join(', ') ?? null;
}

/** True when the plan asks a case: the one to replay, those whose id or title holds the pattern, or those of its commands. */
export function isSelected(plan: ContractPlan, about: Selectable): boolean {
  if (about.id.startsWith('team/') && plan.hasOtherKey !== true) return false;
  if (!commandsOf(about).every((command) => isCommandPlanned(plan, command))) return false;
  if (plan.replay !== null) return about.id === plan.replay.split('@')[0];
  return plan.only === null || isNamedBy(plan.only, about);
}

/** True when the plan asks a command; what only leads there, or stops a run in the end, is not asked. */
export function isCommandPlanned({ commands }: ContractPlan, command: string): boolean {
  return commands?.includes(command) ?? true;
}

/** True when the id, the title, or both as a step shows them, hold the pattern, in whatever letter case; or when it is the rule. */
export function isNamedBy(pattern: string, { id, title, rule }: Selectable): boolean {
  return pattern === rule || `${id}: ${title}`.toLowerCase().includes(pattern.toLowerCase());
}

/** True under `npm run contract` and its like, false when the runner was started by hand. */
export function isUnderCommandLine(environment: Environment): boolean {
  return environment['HARNESS_RUNNER'] === 'command line';
}

const FAILURES_TOLD = 'HARNESS_FAILURES_TOLD';

/** Says that a reporter counts the tests that failed, so that a worker need not end with the first of them. */
export function tellFailures(environment: NodeJS.ProcessEnv): void {
  environment[FAILURES_TOLD] = 'yes';
}

/** True where a reporter counts the tests that failed. */
export function areFailuresTold(environment: Environment): boolean {
  return environment[FAILURES_TOLD] === 'yes';
}
