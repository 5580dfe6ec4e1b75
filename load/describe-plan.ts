import { describeCapacity } from './capacity/describe.ts';
import type { LoadPlan } from './load-plan.ts';
import { describeScenario, sum, type PlanDescription } from './scenario/describe.ts';

export type { PlanDescription } from './scenario/describe.ts';

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
