import type { Inconclusive } from '../../result/exchange.ts';
import type { LoadContext } from '../engine/context.ts';
import { describeScenario } from '../scenario/describe.ts';
import { planOfProbe, type CapacityPlan } from './plan.ts';
import type { Probe, Spending } from './search.ts';

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
export class Allowance {
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
      const sentence = `The caps leave no room for the next probe (${probe.phase}, ${what}); it would take ${over.join(' and ')}.`;
      return { cause: 'budget-exhausted', sentence };
    }
    this.#requests = requests;
    this.#durationMs = durationMs;
    return null;
  }
}
