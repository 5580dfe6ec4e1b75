import { constantPace } from './pacer.ts';
import type { LoadPlan, ScenarioPlan } from './scenario.ts';

/** What a load plan will send and start, before anything is sent. */
export interface PlanDescription {
  /** Requests of all kinds, clean-up included; null in the closed model, where the answers decide. */
  readonly requests: number | null;
  /** Most workflow runs that will be started; null in the closed model, where only the cap bounds them. */
  readonly startsRuns: number | null;
  readonly lines: readonly string[];
}

/** How many paused runs the resume scenario prepares, and how many it may start in place of ones that ended. */
export interface PoolSize {
  readonly runs: number;
  readonly spares: number;
}

const RUNS_PER_CONNECTION = 4;
const TURNAROUND_S = 3;

/** Describes a plan in numbers and in lines for people. Sends nothing. */
export function describePlan(plan: LoadPlan): PlanDescription {
  const parts = plan.scenarios.map(describeScenario);
  return {
    requests: sum(parts.map((part) => part.requests)),
    startsRuns: sum(parts.map((part) => part.startsRuns)),
    lines: parts.flatMap((part) => part.lines),
  };
}

/** Iterations that begin in warm-up and measured time together; null in the closed model. */
export function iterationsOf(plan: ScenarioPlan): number | null {
  if (plan.arrival.model === 'closed') return null;
  return constantPace(plan.arrival.ratePerSecond, plan.warmupMs + plan.durationMs).count;
}

/**
 * The pool of a scenario that takes paused runs: enough for each resume and the pause after it to take three
 * seconds, but no more than are needed or than four to a connection; half as many may replace runs that end.
 */
export function poolSizeOf(plan: ScenarioPlan): PoolSize {
  if (!plan.scenario.takesPausedRun) return { runs: 0, spares: 0 };
  const most = plan.connections * RUNS_PER_CONNECTION;
  const inTurn =
    plan.arrival.model === 'closed'
      ? plan.arrival.concurrency * 2
      : Math.max(4, Math.ceil(plan.arrival.ratePerSecond * TURNAROUND_S));
  const runs = Math.min(most, inTurn, iterationsOf(plan) ?? most);
  return { runs, spares: Math.floor(runs / 2) };
}

function describeScenario(plan: ScenarioPlan): PlanDescription {
  const { scenario } = plan;
  const iterations = iterationsOf(plan);
  const pool = poolSizeOf(plan);
  const startsEach = scenario.commands.includes('start');
  const startsRuns = startsEach ? iterations : pool.runs + pool.spares;
  const measured = iterations === null ? null : iterations * scenario.commands.length;
  const side = sideRequests(plan, iterations, startsRuns);
  return {
    requests: measured === null || side === null ? null : measured + side,
    startsRuns,
    lines: [headLine(plan), countLine(plan, measured, side, startsRuns), ...thresholdLine(plan)],
  };
}

/** Preparing and re-pausing of the pool, and the stops at the end: paced, and not measured. */
function sideRequests(
  plan: ScenarioPlan,
  iterations: number | null,
  startsRuns: number | null,
): number | null {
  if (iterations === null || startsRuns === null) return null;
  if (plan.scenario.takesPausedRun) return startsRuns * 3 + iterations;
  return plan.scenario.commands.includes('stop') ? 0 : startsRuns;
}

function headLine(plan: ScenarioPlan): string {
  const { arrival, scenario } = plan;
  const shape =
    arrival.model === 'open'
      ? `${arrival.ratePerSecond}/s (open model)`
      : `${arrival.concurrency} at a time (closed model)`;
  const warmup = plan.warmupMs === 0 ? '' : ` after ${plan.warmupMs / 1000} s of warm-up`;
  return `${scenario.name}: ${scenario.about}; ${shape} for ${plan.durationMs / 1000} s${warmup}, ${plan.connections} connections`;
}

function countLine(
  plan: ScenarioPlan,
  measured: number | null,
  side: number | null,
  startsRuns: number | null,
): string {
  const runs =
    startsRuns === null ? 'as many runs as the answers allow, at most the cap' : `at most ${startsRuns} runs`;
  if (measured === null || side === null)
    return `  requests: as many as the answers allow; starts ${runs}, and stops them`;
  const beside = plan.scenario.takesPausedRun
    ? `and at most ${side} beside them to prepare, pause again and stop runs`
    : `and at most ${side} to stop runs`;
  return `  requests: ${measured} under load ${beside}; starts ${runs}`;
}

function thresholdLine(plan: ScenarioPlan): readonly string[] {
  if (plan.thresholds.length === 0) return [];
  return [`  thresholds: ${plan.thresholds.map((threshold) => threshold.expression).join('; ')}`];
}

function sum(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce<number | null>(
    (total, number) => (total === null || number === null ? null : total + number),
    0,
  );
}
