import { meanRateOf, paceOf, peakRateOf, type Course } from './shape.ts';
import type { ThinkTime } from './think.ts';

/** When work arrives: on a schedule of its own (open), or whenever earlier work has ended (closed). */
export type Arrival =
  | { readonly model: 'open'; readonly course: Course }
  | {
      readonly model: 'closed';
      readonly concurrency: number;
      readonly think: ThinkTime;
      /** Seed of the think times. */
      readonly seed: number;
    };

/** Mean arrivals per second over the measured time; null in the closed model. */
export function ratePerSecondOf({ arrival }: { readonly arrival: Arrival }): number | null {
  return arrival.model === 'open' ? meanRateOf(arrival.course.parts) : null;
}

/** Most arrivals per second at any time; null in the closed model. */
export function peakPerSecondOf({ arrival }: { readonly arrival: Arrival }): number | null {
  return arrival.model === 'open' ? peakRateOf(arrival.course.parts) : null;
}

/** Iterations that begin in warm-up and measured time together; null in the closed model. */
export function iterationsOf({
  arrival,
  warmupMs,
}: {
  readonly arrival: Arrival;
  readonly warmupMs: number;
}): number | null {
  return arrival.model === 'closed' ? null : paceOf(arrival.course, warmupMs).count;
}
