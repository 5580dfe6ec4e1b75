import type { PlanDescription } from '../scenario-description.ts';
import { costOfProbe } from './allowance.ts';
import type { CapacityPlan } from './capacity-plan.ts';
import { beginSearch, worstCase } from './search.ts';

/**
 * Describes a search before anything is sent: what it tries, and the most that it can come to. Its numbers are those
 * of the first probe alone, which the caps must have room for; the search stops before a probe that they have not.
 */
export function describeCapacity(plan: CapacityPlan, processes: number): PlanDescription {
  const { limits, template } = plan;
  const { minRate, maxRate, precision, probeMs, soakMs } = limits;
  const worst = worstCase(limits, (probe) => costOfProbe(plan, probe, processes));
  const { next } = beginSearch(limits);
  const first = next === null ? worst : costOfProbe(plan, next, processes);
  const among = processes === 1 ? '' : ` in ${processes} processes`;
  const objectives = template.thresholds.map(({ expression }) => expression).join('; ');
  return {
    requests: first.requests,
    startsRuns: first.startsRuns,
    durationMs: first.durationMs,
    peakPerSecond: maxRate,
    lines: [
      `capacity: the highest rate of ${template.scenario.name} from ${minRate}/s to ${maxRate}/s that keeps: ${objectives}; ${template.connections} connections${among}`,
      `  probes of ${probeMs / 1000} s, longer where the objectives need more answers or the outcome is inside the noise, until the gap is ${precision * 100} %; then a soak of ${soakMs / 1000} s`,
      `  at the very most: ${worst.probes} probes, ${worst.requests} requests, ${String(worst.startsRuns)} runs started, ${Math.ceil(worst.durationMs / 1000)} s of load; it stops before a probe that could pass a cap`,
    ],
  };
}
