import type { LoadResult } from '../reports/load-result.ts';
import { mergeHealth } from './generator.ts';
import { mergeRecords, type ScenarioRecord } from './record.ts';
import type { ScenarioPlan } from './scenario.ts';
import { reportScenario } from './scenario-report.ts';
import type { ShardFile } from './shard-file.ts';
import { WHOLE } from './shard.ts';

/** The load that several shards have sent together, or why they are not the shards of one load. */
export type MergedLoad =
  | { readonly load: LoadResult; readonly plan: ScenarioPlan; readonly record: ScenarioRecord }
  | { readonly mistakes: readonly string[] };

/** Merges the shards of one load into the result that one process would have had. */
export function mergeShards(files: readonly ShardFile[]): MergedLoad {
  const [first] = files;
  if (first === undefined) return { mistakes: ['There is no shard to merge.'] };
  const mistakes = mistakesIn(files, first);
  if (mistakes.length > 0) return { mistakes };
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
  return { load, plan, record };
}

function mistakesIn(files: readonly ShardFile[], first: ShardFile): readonly string[] {
  const { count } = first.plan.shard;
  const indices = files.map(({ plan }) => plan.shard.index);
  const missing = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !indices.includes(index),
  );
  const twice = indices.filter((index, i) => indices.indexOf(index) !== i);
  const named = (index: number): string => `${index + 1}/${count}`;
  return [
    ...(files.some((file) => signatureOf(file.plan) !== signatureOf(first.plan))
      ? ['These are shards of different loads; give those of one.']
      : []),
    ...(files.some((file) => file.starts_at_ms !== first.starts_at_ms)
      ? [
          'These shards did not begin together (--start-at), so they were never one load; give those that did.',
        ]
      : []),
    ...missing.map((index) => `The shard ${named(index)} is missing; give its folder too.`),
    ...[...new Set(twice)].map((index) => `The shard ${named(index)} is given twice.`),
  ];
}

/** What all shards of one load have in common. */
function signatureOf({ scenario, arrival, durationMs, warmupMs, thresholds, shard }: ScenarioPlan): string {
  const course = arrival.model === 'open' ? arrival.course : arrival.think;
  return JSON.stringify([scenario, arrival.model, course, durationMs, warmupMs, thresholds, shard.count]);
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
