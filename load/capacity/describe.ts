import { describeScenario, type PlanDescription } from '../scenario-description.ts';
import { planOfProbe, type CapacityPlan } from './capacity-plan.ts';
import { worstCase } from './search.ts';

/** Describes a search before anything is sent: what it tries, and the most that it can come to. */
export function describeCapacity(plan: CapacityPlan, processes: number): PlanDescription {
  const { limits, template } = plan;
  const { minRate, maxRate, precision, probeMs, soakMs } = limits;
  const worst = worstCase(limits, (probe) => {
    const probePlan = planOfProbe(plan, probe, 1);
    const { requests, startsRuns } = describeScenario(probePlan, processes);
    return {
      probes: 1,
      requests: requests ?? 0,
      startsRuns,
      durationMs: probe.durationMs + template.warmupMs,
    };
  });
  const among = processes === 1 ? '' : ` in ${processes} processes`;
  const objectives = template.thresholds.map(({ expression }) => expression).join('; ');
  return {
    requests: worst.requests,
    startsRuns: worst.startsRuns,
    durationMs: worst.durationMs,
    peakPerSecond: maxRate,
    lines: [
      `capacity: the highest rate of ${template.scenario.name} from ${minRate}/s to ${maxRate}/s that keeps: ${objectives}; ${template.connections} connections${among}`,
      `  probes of ${probeMs / 1000} s, longer where the objectives need more answers or the outcome is inside the noise, until the gap is ${precision * 100} %; then a soak of ${soakMs / 1000} s`,
      `  at the very most: ${worst.probes} probes, ${worst.requests} requests, ${String(worst.startsRuns)} runs started, ${Math.ceil(worst.durationMs / 1000)} s of load`,
    ],
  };
}
