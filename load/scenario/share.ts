import type { Command } from '../../openapi/registry.ts';
import { mixOrder } from './mix.ts';
import type { Scenario, ScenarioPlan } from './scenario.ts';
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
export function courseOf({ commands, weights }: Scenario, shard: Shard): () => readonly Command[] {
  if (weights === null) return () => commands;
  const order = mixOrder(weights);
  let n = 0;
  return () => [order.commandAt(placeOf(n++, shard))];
}
