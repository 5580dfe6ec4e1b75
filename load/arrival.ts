import { constantPace } from './pacer.ts';
import type { ScenarioPlan } from './scenario.ts';

/** Arrivals per second; null in the closed model. */
export function ratePerSecondOf({ arrival }: ScenarioPlan): number | null {
  return arrival.model === 'open' ? arrival.ratePerSecond : null;
}

/** Iterations that begin in warm-up and measured time together; null in the closed model. */
export function iterationsOf(plan: ScenarioPlan): number | null {
  if (plan.arrival.model === 'closed') return null;
  return constantPace(plan.arrival.ratePerSecond, plan.warmupMs + plan.durationMs).count;
}
