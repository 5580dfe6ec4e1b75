import { createHash } from 'node:crypto';
import { writeFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorHealth, LoadResult } from '../../result/load-result.ts';
import type { Target } from '../../target/target.ts';
import { stateOf, type RecordState, type ScenarioRecord, mergeRecords } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { mergeHealth } from '../metrics/generator-health.ts';
import { reportScenario } from './scenario-report.ts';
import { WHOLE, type Shard } from '../arrivals/shard.ts';
import type { Share } from '../../result/result.ts';

/** What one share of a scenario leaves behind for the merge: the plan of the share, and its statistics without loss. */
export interface ShardFile {
  readonly shard_version: 5;
  /** One hash over everything that all shares of one load have in common: the whole plan, its options, the target. */
  readonly load_hash: string;
  /** The same part by part, so that a difference can be named; what is long stands as a hash. */
  readonly shared: Readonly<Record<string, string>>;
  /** False when the share was ended before its time, so that it did not send what it was to send. */
  readonly complete: boolean;
  readonly plan: ScenarioPlan;
  readonly record: RecordState;
  readonly health: GeneratorHealth;
}

/** How such files are named, after their scenario. */
export const SHARD_SUFFIX = '.shard.json';

/** The version of shard files that this tool reads and writes. */
export const SHARD_VERSION = 5;

const SHOWN_MAX = 200;

/** What all shares must have in common, with what is known of the target. */
export function sharedWith(
  shared: Readonly<Record<string, unknown>>,
  { baseUrl, workflowId, runInput, timeoutMs }: Target,
): Readonly<Record<string, unknown>> {
  return {
    ...shared,
    INTERACTLY_BASE_URL: baseUrl,
    INTERACTLY_WORKFLOW_ID: workflowId,
    INTERACTLY_RUN_INPUT: runInput,
    HARNESS_TIMEOUT: timeoutMs,
  };
}

export function saveShard(
  outDir: string,
  shared: Readonly<Record<string, unknown>>,
  plan: ScenarioPlan,
  record: ScenarioRecord,
  health: GeneratorHealth,
): void {
  const texts = Object.entries(shared).map(([name, value]) => [name, JSON.stringify(value ?? null)] as const);
  const file: ShardFile = {
    shard_version: SHARD_VERSION,
    load_hash: hashOf(JSON.stringify(texts)),
    shared: Object.fromEntries(texts.map(([name, text]) => [name, shown(text)])),
    complete: isComplete(record),
    plan,
    record: stateOf(record),
    health,
  };
  writeFileSync(join(outDir, `${plan.scenario.name}${SHARD_SUFFIX}`), `${JSON.stringify(file)}\n`);
}

/** A share that a threshold ended with abort_on_fail, or the API's own failures, was judged as it was meant to be. */
function isComplete({ facts: { stopReason } }: ScenarioRecord): boolean {
  return (stopReason?.inconclusive ?? null) === null;
}

function shown(text: string): string {
  return text.length <= SHOWN_MAX ? text : `sha256:${hashOf(text)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One share as it was given for the merge. */
export interface GivenShard {
  /** Counted from 0. */
  readonly index: number;
  readonly count: number;
  /** Null for a share that left no statistics, because it did not begin. */
  readonly file: ShardFile | null;
  /** Why it did not send all that it was to send; null when it did. */
  readonly lack: string | null;
}

/** The load that several shards have sent together, or why they are not the shards of one load. */
export type MergedLoad =
  | {
      readonly load: LoadResult;
      /** The whole, as one process would have left it; null when no share left any statistics. */
      readonly whole: { readonly plan: ScenarioPlan; readonly record: ScenarioRecord } | null;
    }
  | { readonly issues: readonly string[] };

/**
 * Merges the shards of one load into the result that one process would have had. A set that is not whole is merged too,
 * but says nothing of the load that was asked for.
 */
export function mergeShards(given: readonly GivenShard[]): MergedLoad {
  if (given.length === 0) return { issues: ['There is no shard to merge.'] };
  const files = given.flatMap(({ file }) => (file === null ? [] : [file]));
  const issues = foreign(given, files);
  if (issues.length > 0) return { issues };
  const lacks = lacksOf(given);
  const once = [...new Map(given.map((shard) => [shard.index, shard.file])).values()];
  const merged = mergeStats(once.flatMap((file) => (file === null ? [] : [file])));
  if (lacks.length === 0) return merged;
  const inconclusive = { cause: 'shares-incomplete' as const, sentence: lacks.join(' ') };
  const scenarios = merged.load.scenarios.map((scenario) => ({ ...scenario, inconclusive, thresholds: [] }));
  return { ...merged, load: { ...merged.load, inconclusive, scenarios } };
}

function mergeStats(files: readonly ShardFile[]): Extract<MergedLoad, { readonly load: LoadResult }> {
  const [first] = files;
  if (first === undefined)
    return { load: { inconclusive: null, duration_ms: 0, scenarios: [], generator: null }, whole: null };
  const plan = wholePlan(files, first.plan);
  const record = mergeRecords(files.map((file) => file.record));
  const { scenario, saturation } = reportScenario(plan, record);
  const load: LoadResult = {
    inconclusive: scenario.inconclusive,
    duration_ms: Math.round(plan.warmupMs + record.stages.reduce((sum, stage) => sum + stage.measuredMs, 0)),
    scenarios: [scenario],
    generator: mergeHealth(
      files.map(({ health }) => health),
      saturation,
    ),
    ...(record.controls === null ? {} : { controls: record.controls.toResult() }),
  };
  return { load, whole: { plan, record } };
}

/** Why these are not shards of one load, with the first difference that can be named. */
function foreign(given: readonly GivenShard[], files: readonly ShardFile[]): readonly string[] {
  const [first] = files;
  if (given.some(({ count }) => count !== given[0]?.count))
    return [
      'These shards belong to different loads: they were to be merged with different numbers of others.',
    ];
  const other = files.find(({ load_hash: hash }) => hash !== first?.load_hash);
  if (first === undefined || other === undefined) return [];
  const differing = [...new Set([...Object.keys(first.shared), ...Object.keys(other.shared)])].filter(
    (name) => first.shared[name] !== other.shared[name],
  );
  const [name = 'version'] = differing.filter((one) => one !== 'plan').concat(differing);
  const [one, two] = [first, other].map(({ shared }) => shared[name] ?? 'nothing');
  const values = name === 'plan' || isHash(one) || isHash(two) ? '' : ` (${one ?? ''} and ${two ?? ''})`;
  return [`These shards belong to different loads: they differ in ${name}${values}. Give those of one.`];
}

function isHash(text: string | undefined): boolean {
  return text?.startsWith('sha256:') === true;
}

/** What a set lacks to be the whole load, as sentences. */
function lacksOf(given: readonly GivenShard[]): readonly string[] {
  const count = given[0]?.count ?? 0;
  const named = (index: number): string => `${index + 1}/${count}`;
  const times = (index: number): number => given.filter((shard) => shard.index === index).length;
  const indices = Array.from({ length: count }, (_, index) => index);
  return [
    ...indices
      .filter((index) => times(index) === 0)
      .map(
        (index) => `The shard ${named(index)} is missing, so the load that was asked for was not measured.`,
      ),
    ...indices
      .filter((index) => times(index) > 1)
      .map((index) => `The shard ${named(index)} was given ${times(index)} times and counted once.`),
    ...given.flatMap(({ index, lack }) =>
      lack === null ? [] : [`The shard ${named(index)} is incomplete: ${lack}`],
    ),
  ];
}

function wholePlan(files: readonly ShardFile[], first: ScenarioPlan): ScenarioPlan {
  const sum = (of: (plan: ScenarioPlan) => number): number =>
    files.reduce((total, { plan }) => total + of(plan), 0);
  const { arrival } = first;
  const places = sum(({ arrival: own }) => (own.model === 'closed' ? own.concurrency : 0));
  return {
    ...first,
    shard: WHOLE,
    connections: sum(({ connections }) => connections),
    arrival: arrival.model === 'open' ? arrival : { ...arrival, concurrency: places },
  };
}

/** Which share of a load a run has sent, and whether all of it; undefined when it was the whole load. */
export function shareOf(
  { sharedByShards, shard }: { readonly sharedByShards: unknown; readonly shard: Shard },
  outDir: string,
): Share | undefined {
  if (sharedByShards === null) return undefined;
  const file = readShardFile(outDir);
  const complete = typeof file === 'object' && file?.complete === true;
  return { index: shard.index + 1, count: shard.count, complete };
}

/** The statistics of the share in a folder; null when it left none, `unreadable` when they are of another version or none at all. */
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
