import type { LoadResult } from '../../result/load-result.ts';
import { mergeHealth } from '../metrics/generator-health.ts';
import { mergeRecords, type ScenarioRecord } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { reportScenario } from './scenario-report.ts';
import type { ShardFile } from './shard-file.ts';
import { WHOLE } from '../arrivals/shard.ts';

/** One share as it was given for the merge. */
export interface GivenShard {
  /** Counted from 0. */
  readonly index: number;
  readonly count: number;
  /** Null for a share that left no books, because it did not begin. */
  readonly file: ShardFile | null;
  /** Why it did not send all that it was to send; null when it did. */
  readonly lack: string | null;
}

/** The load that several shards have sent together, or why they are not the shards of one load. */
export type MergedLoad =
  | {
      readonly load: LoadResult;
      /** The whole, as one process would have left it; null when no share left any books. */
      readonly whole: { readonly plan: ScenarioPlan; readonly record: ScenarioRecord } | null;
    }
  | { readonly mistakes: readonly string[] };

/**
 * Merges the shards of one load into the result that one process would have had. A set that is not whole is merged too,
 * but says nothing of the load that was asked for.
 */
export function mergeShards(given: readonly GivenShard[]): MergedLoad {
  if (given.length === 0) return { mistakes: ['There is no shard to merge.'] };
  const files = given.flatMap(({ file }) => (file === null ? [] : [file]));
  const mistakes = strangers(given, files);
  if (mistakes.length > 0) return { mistakes };
  const lacks = lacksOf(given);
  const once = [...new Map(given.map((shard) => [shard.index, shard.file])).values()];
  const merged = mergeBooks(once.flatMap((file) => (file === null ? [] : [file])));
  if (lacks.length === 0) return merged;
  const inconclusive = { cause: 'shares-incomplete' as const, sentence: lacks.join(' ') };
  const scenarios = merged.load.scenarios.map((scenario) => ({ ...scenario, inconclusive, thresholds: [] }));
  return { ...merged, load: { ...merged.load, inconclusive, scenarios } };
}

function mergeBooks(files: readonly ShardFile[]): Extract<MergedLoad, { readonly load: LoadResult }> {
  const [first] = files;
  if (first === undefined)
    return { load: { inconclusive: null, duration_ms: 0, scenarios: [], generator: null }, whole: null };
  const plan = wholePlan(files, first.plan);
  const record = mergeRecords(files.map((file) => file.record));
  const { scenario, saturation } = reportScenario(plan, record);
  const load: LoadResult = {
    inconclusive: scenario.inconclusive,
    duration_ms: Math.round(plan.warmupMs + record.parts.reduce((sum, part) => sum + part.measuredMs, 0)),
    scenarios: [scenario],
    generator: mergeHealth(
      files.map(({ health }) => health),
      saturation,
    ),
  };
  return { load, whole: { plan, record } };
}

/** Why these are not shards of one load, with the first difference that can be named. */
function strangers(given: readonly GivenShard[], files: readonly ShardFile[]): readonly string[] {
  const [first] = files;
  if (given.some(({ count }) => count !== given[0]?.count))
    return [
      'These shards belong to different loads: they were to be merged with different numbers of others.',
    ];
  const other = files.find(({ load_hash: hash }) => hash !== first?.load_hash);
  if (first === undefined || other === undefined) return [];
  const differing = [...new Set([...Object.keys(first.alike), ...Object.keys(other.alike)])].filter(
    (name) => first.alike[name] !== other.alike[name],
  );
  const [name = 'version'] = differing.filter((one) => one !== 'plan').concat(differing);
  const [one, two] = [first, other].map(({ alike }) => alike[name] ?? 'nothing');
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
