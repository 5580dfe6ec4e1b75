import type { RateStage } from '../arrivals/rate-profile.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Probe, SearchLimits } from './search.ts';

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

/** The name of a search as a scenario. */
export const CAPACITY = 'capacity';

/** The plan of one probe. @param number which probe of the search, from 1; it keeps their files apart. */
export function planOfProbe(
  { template, poissonSeed }: CapacityPlan,
  probe: Probe,
  number: number,
): ScenarioPlan {
  const { ratePerSecond: rate, durationMs } = probe;
  const label = `probe ${number} at ${rate} per second`;
  const part: RateStage = { label, segment: { fromRate: rate, toRate: rate, durationMs } };
  return {
    ...template,
    durationMs,
    arrival: {
      model: 'open',
      course: { about: '', parts: [part], poissonSeed: poissonSeed === null ? null : poissonSeed + number },
    },
  };
}
