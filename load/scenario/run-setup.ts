import type { Command } from '../../openapi/registry.ts';
import { iterationsOf, ratePerSecondOf } from '../arrivals/rate-profile.ts';
import { mixOrder, shareOf } from './mix.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioPlan } from './plan.ts';
import { placeOf } from '../arrivals/shard.ts';

/** What a run is in, as far as commands go. */
export type RunState = 'running' | 'paused' | 'ended';

/** What a command leaves its run in. */
const STATE_AFTER = {
  start: 'running',
  data: 'running',
  resume: 'running',
  pause: 'paused',
  stop: 'ended',
} as const satisfies Record<Command, RunState>;

/** What a command wants its run to be in. */
export const STATE_BEFORE = {
  data: 'running',
  resume: 'paused',
  pause: 'running',
  stop: 'running',
} as const satisfies Record<Exclude<Command, 'start'>, RunState>;

/** What an accepted command leaves its run in. */
export function stateAfter(command: Command): RunState {
  return STATE_AFTER[command];
}

/** The command that brings a run from one state into another; null when nothing is to be done, `start` when only another run helps. */
export function restoringCommand(from: RunState, to: RunState): 'pause' | 'resume' | 'start' | null {
  if (from === 'ended') return 'start';
  if (from === to) return null;
  return to === 'paused' ? 'pause' : 'resume';
}

/** How runs for a command are prepared and brought back. */
export interface RunSetup {
  /** What a run must be in when the command comes. */
  readonly needs: RunState;
  /** What is sent to a started run before its first use; null for nothing. */
  readonly after: 'pause' | null;
  /** What is sent to a run after each use; null for nothing, `start` when the run is used up and another is begun. */
  readonly restore: 'pause' | 'resume' | 'start' | null;
}

/** The recipe of the runs that a command of a scenario takes: it brings them back from what its last command leaves. */
export function runSetupOf({ commands, weights }: Scenario, command: Exclude<Command, 'start'>): RunSetup {
  const needs = STATE_BEFORE[command];
  const chain = weights === null ? commands : [command];
  const leaves = chain.includes('stop') ? 'ended' : stateAfter(chain.at(-1) ?? command);
  return { needs, after: needs === 'paused' ? 'pause' : null, restore: restoringCommand(leaves, needs) };
}

/** How many runs a pool prepares, and how many more it may start. */
export interface PoolSize {
  readonly runs: number;
  /** In place of runs that ended by themselves. */
  readonly replacements: number;
  /** In place of runs that were used up. */
  readonly refills: number;
}

const RUNS_PER_CONNECTION = 4;
const TURNAROUND_S = 3;

/** The commands of a scenario that take a run from a pool: those that an iteration may begin with, but for start. */
export function pooledCommands({ scenario }: ScenarioPlan): readonly Exclude<Command, 'start'>[] {
  const first = scenario.weights === null ? scenario.commands.slice(0, 1) : scenario.commands;
  return first.filter((command) => command !== 'start');
}

/** How often a command is sent in warm-up and measured time together; null in the closed model. */
export function sendsOf(plan: ScenarioPlan, command: Command): number | null {
  const iterations = iterationsOf(plan);
  const { weights } = plan.scenario;
  if (iterations === null || weights === null) return iterations;
  const { commandAt } = mixOrder(weights);
  let sends = 0;
  for (let n = 0; n < iterations; n += 1) if (commandAt(placeOf(n, plan.shard)) === command) sends += 1;
  return sends;
}

/**
 * The pool of a command: enough for each use and the way back to take three seconds, but no more than are needed or
 * than four to a connection; half as many may replace runs that end. A command that uses runs up gets as many as it
 * is sent.
 */
export function poolSizeOf(plan: ScenarioPlan, command: Exclude<Command, 'start'>): PoolSize {
  const { weights } = plan.scenario;
  const share = weights === null ? 1 : shareOf(weights, command);
  const sends = sendsOf(plan, command);
  const rate = ratePerSecondOf(plan);
  const inTurn =
    plan.arrival.model === 'closed'
      ? plan.arrival.concurrency * 2
      : Math.max(4, Math.ceil((rate ?? 0) * share * TURNAROUND_S));
  const most = plan.connections * RUNS_PER_CONNECTION;
  const runs = Math.min(most, inTurn, sends ?? most);
  if (runSetupOf(plan.scenario, command).restore === 'start')
    return { runs, replacements: 0, refills: sends === null ? Infinity : sends - runs };
  return { runs, replacements: Math.floor(runs / 2), refills: 0 };
}
