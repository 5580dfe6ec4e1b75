import type { RateStage } from '../arrivals/rate-profile.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import {
  type Probe,
  type SearchLimits,
  type Spending,
  beginSearch,
  costWhereKept,
  worstCase,
} from './search.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { LoadContext } from '../engine/context.ts';
import { describeScenario, type PlanDescription } from '../scenario/describe.ts';

/** A search for the highest rate at which the objectives hold. */
export interface CapacityPlan {
  readonly limits: SearchLimits;
  /** What is sent; its thresholds are the objectives, its rate and duration are set for each probe. */
  readonly template: ScenarioPlan;
  /** Seed of random arrivals; null for even ones. */
  readonly poissonSeed: number | null;
  /**
   * What the caps must have room for before anything is sent: the first probe, after which the search goes on as far as
   * they allow; or all probes of a target that keeps the objectives at each rate, so that such a search comes to its end.
   */
  readonly roomFor: 'first-probe' | 'every-rate-kept';
}

/** The plan of one probe. @param number which probe of the search, from 1; it keeps their files apart. */
export function planOfProbe(
  { template, poissonSeed }: CapacityPlan,
  probe: Probe,
  number: number,
): ScenarioPlan {
  const { ratePerSecond: rate, durationMs } = probe;
  const label = `probe ${number} at ${rate} per second`;
  const stage: RateStage = { label, segment: { fromRate: rate, toRate: rate, durationMs } };
  return {
    ...template,
    controls: false, // they would be part of what is searched for
    durationMs,
    arrival: {
      model: 'open',
      profile: {
        about: '',
        stages: [stage],
        poissonSeed: poissonSeed === null ? null : poissonSeed + number,
      },
    },
  };
}

/** The most that one probe can cost, warm-up, preparation and clean-up included. */
export function costOfProbe(plan: CapacityPlan, probe: Probe, processes: number): Spending {
  const { requests, startsRuns } = describeScenario(planOfProbe(plan, probe, 1), processes);
  return {
    probes: 1,
    requests: requests ?? 0,
    startsRuns,
    durationMs: probe.durationMs + plan.template.warmupMs,
  };
}

/** Keeps a search within the caps: a probe that could pass one of them is not begun. */
export class ProbeBudget {
  readonly #plan: CapacityPlan;
  readonly #processes: number;
  readonly #context: LoadContext;
  #requests = 0;
  #durationMs = 0;

  constructor(plan: CapacityPlan, processes: number, context: LoadContext) {
    this.#plan = plan;
    this.#processes = processes;
    this.#context = context;
  }

  /** Takes what a probe can cost at most; else says which cap it would pass, and what to set. */
  take(probe: Probe): Inconclusive | null {
    const { target, runs } = this.#context;
    const cost = costOfProbe(this.#plan, probe, this.#processes);
    const requests = this.#requests + cost.requests;
    const durationMs = this.#durationMs + cost.durationMs;
    const started = runs.spend().workflow_runs_started + (cost.startsRuns ?? 0);
    const { requests: requestsCap, durationMs: durationCap } = target.loadCaps;
    const over = [
      ...(requestsCap !== null && requests > requestsCap ? [`HARNESS_MAX_REQUESTS=${requests}`] : []),
      ...(durationCap !== null && durationMs > durationCap
        ? [`HARNESS_MAX_DURATION=${Math.ceil(durationMs / 1000)}s`]
        : []),
      ...(target.maxRuns !== null && started > target.maxRuns ? [`HARNESS_MAX_RUNS=${started}`] : []),
    ];
    if (over.length > 0) {
      const what = `${probe.ratePerSecond} per second for ${probe.durationMs / 1000} s`;
      const message = `The caps leave no room for the next probe (${probe.phase}, ${what}); it would take ${over.join(' and ')}.`;
      return { cause: 'budget-exhausted', sentence: message };
    }
    this.#requests = requests;
    this.#durationMs = durationMs;
    return null;
  }
}

/**
 * Describes a search before anything is sent: what it tries, and the most that it can come to. Its numbers are those
 * of the probes that the caps must have room for; the search stops before a probe that they have not.
 */
export function describeCapacity(plan: CapacityPlan, processes: number): PlanDescription {
  const { limits, template, roomFor } = plan;
  const { minRate, maxRate, precision, probeMs, soakMs } = limits;
  const costOf = (probe: Probe): Spending => costOfProbe(plan, probe, processes);
  const worst = worstCase(limits, costOf);
  const kept = costWhereKept(limits, costOf);
  const { next } = beginSearch(limits);
  const first = next === null ? worst : costOf(next);
  const room = roomFor === 'every-rate-kept' ? kept : first;
  const among = processes === 1 ? '' : ` in ${processes} processes`;
  const objectives = template.thresholds.map(({ expression }) => expression).join('; ');
  return {
    requests: room.requests,
    startsRuns: room.startsRuns,
    durationMs: room.durationMs,
    peakPerSecond: maxRate,
    lines: [
      `capacity: the highest rate of ${template.scenario.name} from ${minRate}/s to ${maxRate}/s that keeps: ${objectives}; ${template.connections} connections${among}`,
      `  probes of ${probeMs / 1000} s, longer where the objectives need more responses or the outcome is inside the noise, until the gap is ${precision * 100} %; then a soak of ${soakMs / 1000} s`,
      `  where every rate keeps them: ${kept.probes} probes, ${kept.requests} requests, at most ${String(kept.startsRuns)} runs started, ${Math.ceil(kept.durationMs / 1000)} s of load`,
      `  at the very most: ${worst.probes} probes, ${worst.requests} requests, ${String(worst.startsRuns)} runs started, ${Math.ceil(worst.durationMs / 1000)} s of load; it stops before a probe that could pass a cap`,
    ],
  };
}
