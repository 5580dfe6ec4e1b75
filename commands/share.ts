import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadPlan } from '../load/plan.ts';
import { SHARD_SUFFIX, SHARD_VERSION, type ShardFile } from '../load/judge/shard-file.ts';
import type { Share } from '../result/result.ts';

/** Which share of a load a run has sent, and whether all of it; undefined when it was the whole load. */
export function shareOf({ alike, shard }: LoadPlan, outDir: string): Share | undefined {
  if (alike === null) return undefined;
  const file = readShardFile(outDir);
  const complete = typeof file === 'object' && file?.complete === true;
  return { index: shard.index + 1, count: shard.count, complete };
}

/** The books of the share in a folder; null when it left none, `unreadable` when they are of another version or no books. */
export function readShardFile(folder: string): ShardFile | null | 'unreadable' {
  const [name, ...more] = readdirSync(folder).filter((file) => file.endsWith(SHARD_SUFFIX));
  if (name === undefined) return null;
  try {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ShardFile;
    const { shard_version: version } = file as { readonly shard_version?: unknown };
    return version === SHARD_VERSION && more.length === 0 ? file : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
