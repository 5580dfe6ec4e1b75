import type { PlanDescription } from '../scenario/describe.ts';
import { costOfProbe } from './allowance.ts';
import type { CapacityPlan } from './plan.ts';
import { beginSearch, costWhereKept, worstCase, type Probe, type Spending } from './search.ts';

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
      `  probes of ${probeMs / 1000} s, longer where the objectives need more answers or the outcome is inside the noise, until the gap is ${precision * 100} %; then a soak of ${soakMs / 1000} s`,
      `  where every rate keeps them: ${kept.probes} probes, ${kept.requests} requests, at most ${String(kept.startsRuns)} runs started, ${Math.ceil(kept.durationMs / 1000)} s of load`,
      `  at the very most: ${worst.probes} probes, ${worst.requests} requests, ${String(worst.startsRuns)} runs started, ${Math.ceil(worst.durationMs / 1000)} s of load; it stops before a probe that could pass a cap`,
    ],
  };
}
