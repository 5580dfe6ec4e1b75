import type { LoadCaps } from '../../target/load-caps.ts';
import type { Target } from '../../target/target.ts';
import { portionOf, type Shard } from '../arrivals/shard.ts';

/** The part of the caps that a share of the load has to keep, so that all shares together keep the whole. */
export function capsOfShare({ ratePerSecond, requests, durationMs }: LoadCaps, shard: Shard): LoadCaps {
  return {
    ratePerSecond: ratePerSecond === null ? null : ratePerSecond / shard.count,
    requests: requests === null ? null : portionOf(requests, shard),
    durationMs,
  };
}

/** The target as a shard on a machine of its own may use it: with its part of every cap, started runs among them. */
export function targetOfShard(target: Target, shard: Shard): Target {
  return {
    ...target,
    loadCaps: capsOfShare(target.loadCaps, shard),
    maxRuns: target.maxRuns === null ? null : portionOf(target.maxRuns, shard),
  };
}
