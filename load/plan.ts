import { describeCapacity, type CapacityPlan } from './capacity/plan.ts';
import { describeScenario, sum, type PlanDescription } from './scenario/describe.ts';
import type { ScenarioPlan } from './scenario/plan.ts';
import type { Shard } from './arrivals/shard.ts';

/** The whole load part of a run: scenarios, one after another, then a search for the capacity. */
export interface LoadPlan {
  readonly scenarios: readonly ScenarioPlan[];
  /** A search after the scenarios; null for none. */
  readonly capacity: CapacityPlan | null;
  /** How many processes share each scenario. */
  readonly processes: number;
  /** Which share of the load this run is to send; the plans of the scenarios are of that share already. */
  readonly shard: Shard;
  /** What all shares of the load have in common, by name, when this run sends one of them by --shard; else null. */
  readonly sharedByShards: Readonly<Record<string, unknown>> | null;
  /** Epoch milliseconds at which the load is to begin; null for as soon as it can. */
  readonly startsAtMs: number | null;
}

/** Whether all of a load goes through the proxy of HTTPS_PROXY, some of it, or nothing. */
export function proxiedPart({ scenarios, capacity }: LoadPlan): 'all' | 'some' | 'none' {
  const all = [...scenarios, ...(capacity === null ? [] : [capacity.template])];
  const through = all.filter(({ throughProxy }) => throughProxy).length;
  return through === 0 ? 'none' : through === all.length ? 'all' : 'some';
}

/** The same scenarios with their measured time so many times as long, to tell what that would spend. */
export function lengthened(plan: LoadPlan, times: number): LoadPlan {
  const scenarios = plan.scenarios.map((scenario): ScenarioPlan => {
    const { arrival, durationMs } = scenario;
    if (arrival.model === 'closed') return { ...scenario, durationMs: durationMs * times };
    const stages = arrival.profile.stages.map((stage) => ({
      ...stage,
      segment: { ...stage.segment, durationMs: stage.segment.durationMs * times },
    }));
    return {
      ...scenario,
      durationMs: durationMs * times,
      arrival: { ...arrival, profile: { ...arrival.profile, stages } },
    };
  });
  return { ...plan, scenarios };
}

/** Describes a plan in numbers and in lines for people. Sends nothing. */
export function describePlan({ scenarios, capacity, processes }: LoadPlan): PlanDescription {
  const parts = [
    ...scenarios.map((scenario) => describeScenario(scenario, processes)),
    ...(capacity === null ? [] : [describeCapacity(capacity, processes)]),
  ];
  const peaks = parts.flatMap(({ peakPerSecond }) => (peakPerSecond === null ? [] : [peakPerSecond]));
  return {
    requests: sum(parts.map((part) => part.requests)),
    startsRuns: sum(parts.map((part) => part.startsRuns)),
    durationMs: parts.reduce((total, part) => total + part.durationMs, 0),
    peakPerSecond: peaks.length === 0 ? null : Math.max(...peaks),
    lines: parts.flatMap((part) => part.lines),
  };
}
