import type { Pacer } from './pacer.ts';
import { meanRateOf, paceOf, peakRateOf, type RateProfile } from './rate-profile.ts';
import { interleaved, type Shard } from './shard.ts';
import type { ThinkTime } from './think-time.ts';

/** When work arrives: on a schedule of its own (open), or whenever earlier work has ended (closed). */
export type Arrival =
  | { readonly model: 'open'; readonly course: RateProfile }
  | {
      readonly model: 'closed';
      readonly concurrency: number;
      readonly think: ThinkTime;
      /** Seed of the think times. */
      readonly seed: number;
    };

/** Arrivals of which one share is ours. */
interface Shared {
  readonly arrival: Arrival;
  readonly shard: Shard;
}

/** Mean arrivals per second of a share over the measured time; null in the closed model. */
export function ratePerSecondOf({ arrival, shard }: Shared): number | null {
  return arrival.model === 'open' ? meanRateOf(arrival.course.parts) / shard.count : null;
}

/** Most arrivals per second of a share at any time; null in the closed model. */
export function peakPerSecondOf({ arrival, shard }: Shared): number | null {
  return arrival.model === 'open' ? peakRateOf(arrival.course.parts) / shard.count : null;
}

/** When the iterations of a share begin, warm-up included; null in the closed model. */
export function pacerOf({ arrival, shard, warmupMs }: Shared & { readonly warmupMs: number }): Pacer | null {
  return arrival.model === 'closed' ? null : interleaved(paceOf(arrival.course, warmupMs), shard);
}

/** Iterations that begin in warm-up and measured time together; null in the closed model. */
export function iterationsOf(plan: Shared & { readonly warmupMs: number }): number | null {
  return pacerOf(plan)?.count ?? null;
}
