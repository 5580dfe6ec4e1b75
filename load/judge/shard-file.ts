import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorHealth } from '../../result/load-result.ts';
import type { Target } from '../../target/target.ts';
import { stateOf, type RecordState, type ScenarioRecord } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';

/** What one share of a scenario leaves behind for the merge: the plan of the share, and its books without loss. */
export interface ShardFile {
  readonly shard_version: 4;
  /** One hash over everything that all shares of one load have in common: the whole plan, its options, the target. */
  readonly load_hash: string;
  /** The same part by part, so that a difference can be named; what is long stands as a hash. */
  readonly alike: Readonly<Record<string, string>>;
  /** False when the share was ended before its time, so that it did not send what it was to send. */
  readonly complete: boolean;
  readonly plan: ScenarioPlan;
  readonly record: RecordState;
  readonly health: GeneratorHealth;
}

/** How such files are named, after their scenario. */
export const SHARD_SUFFIX = '.shard.json';

/** The version of shard files that this tool reads and writes. */
export const SHARD_VERSION = 4;

const SHOWN_MAX = 200;

/** What all shares must have in common, with what is known of the target. */
export function alikeWith(
  alike: Readonly<Record<string, unknown>>,
  { baseUrl, workflowId, runInput, timeoutMs }: Target,
): Readonly<Record<string, unknown>> {
  return {
    ...alike,
    INTERACTLY_BASE_URL: baseUrl,
    INTERACTLY_WORKFLOW_ID: workflowId,
    INTERACTLY_RUN_INPUT: runInput,
    HARNESS_TIMEOUT: timeoutMs,
  };
}

export function saveShard(
  outDir: string,
  alike: Readonly<Record<string, unknown>>,
  plan: ScenarioPlan,
  record: ScenarioRecord,
  health: GeneratorHealth,
): void {
  const texts = Object.entries(alike).map(([name, value]) => [name, JSON.stringify(value ?? null)] as const);
  const file: ShardFile = {
    shard_version: SHARD_VERSION,
    load_hash: hashOf(JSON.stringify(texts)),
    alike: Object.fromEntries(texts.map(([name, text]) => [name, shown(text)])),
    complete: isComplete(record),
    plan,
    record: stateOf(record),
    health,
  };
  writeFileSync(join(outDir, `${plan.scenario.name}${SHARD_SUFFIX}`), `${JSON.stringify(file)}\n`);
}

/** A share that a threshold ended with abort_on_fail, or the API's own failures, was judged as it was meant to be. */
function isComplete({ facts: { trip } }: ScenarioRecord): boolean {
  return (trip?.inconclusive ?? null) === null;
}

function shown(text: string): string {
  return text.length <= SHOWN_MAX ? text : `sha256:${hashOf(text)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
