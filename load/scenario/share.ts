import type { LoadCaps } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import type { Command } from '../../openapi/registry.ts';
import { mixOrder } from './mix.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioPlan } from './plan.ts';
import { placeOf, portionOf, within, type Shard } from '../arrivals/shard.ts';

/** The plan of a share: its arrivals, connections and places of the closed model. */
export function sharePlan(plan: ScenarioPlan, inner: Shard): ScenarioPlan {
  const { arrival } = plan;
  return {
    ...plan,
    shard: within(plan.shard, inner),
    connections: portionOf(plan.connections, inner),
    arrival:
      arrival.model === 'open'
        ? arrival
        : {
            ...arrival,
            concurrency: portionOf(arrival.concurrency, inner),
            seed: arrival.seed + plan.shard.count * inner.index,
          },
  };
}

/** What each iteration of a share sends in its turn: all commands of a chain, or its own of a mix. */
export function commandSequence({ commands, weights }: Scenario, shard: Shard): () => readonly Command[] {
  if (weights === null) return () => commands;
  const order = mixOrder(weights);
  let n = 0;
  return () => [order.commandAt(placeOf(n++, shard))];
}

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
