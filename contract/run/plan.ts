import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Selectable } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { commandsOf, flowsOf } from '../budget/flows.ts';
import { requestsPlanned } from '../budget/selection.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Environment } from '../../target/settings.ts';

/** What one contract run is to do. It travels to the workers in the environment, because they are processes. */
export interface ContractPlan {
  /** Where the workers keep what they share: the ledger, the control, the silences. */
  readonly stateDir: string;
  readonly seed: number;
  readonly strict: boolean;
  /** Most runs that may be started, over all workers; null for no cap. */
  readonly budgetRuns: number | null;
  /** Most requests that may be sent, repetitions and read-backs too; null for no cap. */
  readonly budgetRequests: number | null;
  /** The id of the only case to ask, or null. */
  readonly replay: string | null;
  /** Of a replay: the fingerprint of the finding that is looked for again. */
  readonly expect?: string;
  readonly only: string | null;
  /** The commands to ask; absent for all. */
  readonly commands?: readonly string[];
  /** True when a key of another team was given. */
  readonly hasOtherKey?: boolean;
  /** Calls in flight at once. */
  readonly inFlight: number;
}

/** Writes a plan as environment variables of the runner. */
export function planEnvironment(plan: ContractPlan): Record<string, string> {
  return {
    HARNESS_RUNNER: 'command line',
    HARNESS_STATE_DIR: plan.stateDir,
    HARNESS_SEED: String(plan.seed),
    HARNESS_STRICT: plan.strict ? '1' : '',
    HARNESS_IN_FLIGHT: String(plan.inFlight),
    HARNESS_BUDGET_RUNS: plan.budgetRuns === null ? '' : String(plan.budgetRuns),
    HARNESS_BUDGET_REQUESTS: plan.budgetRequests === null ? '' : String(plan.budgetRequests),
    HARNESS_REPLAY: plan.replay ?? '',
    HARNESS_ONLY: plan.only ?? '',
    HARNESS_COMMANDS: plan.commands?.join(',') ?? '',
  };
}

/** Reads the plan back; without one (the runner was started by hand) the defaults hold. */
export function readPlan(environment: Environment): ContractPlan {
  const text = (name: string): string | null => {
    const value = environment[name];
    return value === undefined || value === '' ? null : value;
  };
  const number = (name: string): number | null => {
    const value = text(name);
    return value === null ? null : Number(value);
  };
  return {
    stateDir: text('HARNESS_STATE_DIR') ?? join(tmpdir(), `harness-${process.pid}`),
    seed: Number(text('HARNESS_SEED') ?? 1),
    strict: text('HARNESS_STRICT') !== null,
    budgetRuns: number('HARNESS_BUDGET_RUNS'),
    budgetRequests: number('HARNESS_BUDGET_REQUESTS'),
    replay: text('HARNESS_REPLAY'),
    only: text('HARNESS_ONLY'),
    ...(text('HARNESS_COMMANDS') === null ? {} : { commands: text('HARNESS_COMMANDS')?.split(',') ?? [] }),
    hasOtherKey: text('INTERACTLY_OTHER_KEY') !== null,
    inFlight: Number(text('HARNESS_IN_FLIGHT') ?? 1),
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
