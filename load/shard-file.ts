import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorHealth } from '../reports/load-result.ts';
import { stateOf, type RecordState, type ScenarioRecord } from './record.ts';
import type { ScenarioPlan } from './scenario.ts';

/** What one share of a scenario leaves behind for the merge: the plan of the share, and its books without loss. */
export interface ShardFile {
  readonly shard_version: 2;
  /** When all shares were to begin, in epoch milliseconds; null for a share that was not told. */
  readonly starts_at_ms: number | null;
  readonly plan: ScenarioPlan;
  readonly record: RecordState;
  readonly health: GeneratorHealth;
}

/** How such files are named, after their scenario. */
export const SHARD_SUFFIX = '.shard.json';

export function saveShard(
  outDir: string,
  startsAtMs: number | null,
  plan: ScenarioPlan,
  record: ScenarioRecord,
  health: GeneratorHealth,
): void {
  const file: ShardFile = {
    shard_version: 2,
    starts_at_ms: startsAtMs,
    plan,
    record: stateOf(record),
    health,
  };
  writeFileSync(join(outDir, `${plan.scenario.name}${SHARD_SUFFIX}`), `${JSON.stringify(file)}\n`);
}
