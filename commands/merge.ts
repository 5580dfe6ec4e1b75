import { mkdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { mergeShards, type GivenShard, readShardFile } from '../load/judge/merge-shards.ts';
import { saveHistograms } from '../load/metrics/histogram-files.ts';
import type { LoadResult } from '../result/load-result.ts';
import { quoted } from '../options/shell-word.ts';
import { readResult, ResultFileError } from '../result/result-file.ts';
import type { RunResult, Spend } from '../result/result.ts';
import { descriptionPlaces } from '../openapi/registry.ts';
import { exitCodeOf, judgeRun } from '../result/verdict.ts';
import { writeReports } from '../reports/write.ts';
import { verdictLines } from './conclude.ts';
import { targetRevision } from './target-revision.ts';
import { UsageError } from './usage-error.ts';
import { HISTORY_DIR } from '../history/files.ts';
import { withNights } from './history-view.ts';
import { keepNight, knownNights } from './keep-night.ts';
import { showOnJobPage } from './job-page.ts';
import { defaultOutDir, historyIssues, outIssues } from './options.ts';
import { statIfThere } from '../result/disk.ts';

interface ShardRun {
  readonly folder: string;
  readonly result: RunResult;
  readonly shard: GivenShard;
}

/**
 * `npm run merge -- DIR DIR…`: one result and one verdict out of the shards of one load. A set that is not whole is
 * written too, INCONCLUSIVE. Sends nothing.
 */
export async function merge(
  dirs: readonly string[],
  texts: { readonly out?: string | undefined; readonly history?: string | undefined },
): Promise<number> {
  if (dirs.length === 0)
    throw new UsageError([
      'No shard is named; give the folders of the runs with --shard: npm run merge -- DIR DIR….',
    ]);
  const runs = readShards(dirs);
  const merged = mergeShards(runs.map(({ shard }) => shard));
  const outDir = resolve(texts.out ?? defaultOutDir());
  const historyDir = resolve(texts.history ?? HISTORY_DIR);
  const issues = [
    ...('issues' in merged ? merged.issues : []),
    ...outIssues(outDir),
    ...historyIssues(historyDir, texts.history !== undefined),
  ];
  const [first] = runs;
  if ('issues' in merged || first === undefined || issues.length > 0) throw new UsageError(issues);
  mkdirSync(outDir, { recursive: true });
  const { whole } = merged;
  if (whole !== null) saveHistograms(outDir, whole.plan.scenario.name, whole.record);
  const keeper = { options: { historyDir, earlier: null, outDir }, console: { say, problem: say } };
  const judged = resultOf(runs, first.result, merged.load, basename(outDir));
  const result = withNights(judged, knownNights(keeper), historyDir);
  const written = await writeReports(result, outDir, descriptionPlaces());
  keepNight(result, keeper);
  for (const line of verdictLines(result)) say(line);
  say(`report: ${written.html}`);
  showOnJobPage(result, process.env, say);
  return exitCodeOf(result);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function resultOf(runs: readonly ShardRun[], first: RunResult, load: LoadResult, id: string): RunResult {
  // An interrupted shard makes the set incomplete; the merge itself was not interrupted.
  const run = runOf(
    runs.map(({ result }) => result.run),
    first.run,
    { id, command: ['npm run merge --', ...runs.map(({ folder }) => quoted(near(folder)))].join(' ') },
  );
  const distinct = [...new Map(runs.map(({ folder, result }) => [folder, result.spend])).values()];
  return {
    schema_version: first.schema_version,
    tool: first.tool,
    target: {
      ...first.target,
      revision: targetRevision(first.target.revision?.declared ?? null, null, load),
    },
    run,
    ...judgeRun({ contract: null, load, interrupted: false }),
    contract: null,
    load,
    spend: spendOf(distinct),
  };
}

/** Reads the folders; every one that is no shard is named at once. */
function readShards(dirs: readonly string[]): readonly ShardRun[] {
  const read = dirs.map(readShard);
  const issues = read.filter((one) => typeof one === 'string');
  if (issues.length > 0) throw new UsageError(issues);
  return read.filter((one) => typeof one !== 'string');
}

function readShard(dir: string): ShardRun | string {
  const folder = resolve(dir);
  if (statIfThere(folder)?.isDirectory() !== true)
    return `${folder} is not a directory; give the folder of a run with --shard.`;
  try {
    const result = readResult(join(folder, 'result.json'));
    const { share } = result;
    if (share === undefined) return `${folder} is not a run with --shard; give the folder of one.`;
    const file = readShardFile(folder);
    if (file === 'unreadable')
      return `${folder} holds a shard of another version of this tool; merge with the version that wrote it.`;
    const lack = share.complete ? null : lackOf(result);
    return { folder, result, shard: { index: share.index - 1, count: share.count, file, lack } };
  } catch (error) {
    if (error instanceof ResultFileError) return error.message;
    throw error;
  }
}

function lackOf({ load, reasons }: RunResult): string {
  const causes = [load?.inconclusive, ...(load?.scenarios ?? []).map((scenario) => scenario.inconclusive)];
  const cause = causes.find((inconclusive) => inconclusive !== null && inconclusive !== undefined);
  return cause?.sentence ?? reasons[0] ?? 'it ended before its time.';
}

/** A folder as it is typed from here. */
function near(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path.startsWith('..') ? folder : path;
}

/** The run of all shards: from the first beginning to the last end, on the host of the first. */
function runOf(
  runs: readonly RunResult['run'][],
  { seed, host }: RunResult['run'],
  { id, command }: { readonly id: string; readonly command: string },
): RunResult['run'] {
  const begun = runs.map((run) => run.started_at).sort();
  const ended = runs.map((run) => run.ended_at).sort();
  return {
    id,
    started_at: begun[0] ?? '',
    ended_at: ended.at(-1) ?? '',
    seed,
    command,
    interrupted: false,
    host,
    shards: runs.length,
  };
}

function spendOf(spends: readonly Spend[]): Spend {
  const sum = (of: (spend: Spend) => number): number => spends.reduce((total, spend) => total + of(spend), 0);
  const caps = spends.map(({ cap }) => cap);
  const tokens = spends.map((spend) => spend.tokens);
  const deleted = sum(({ ended_by: ended }) => ended.deleted ?? 0);
  return {
    workflow_runs_started: sum((spend) => spend.workflow_runs_started),
    cap: caps.every((cap) => cap !== null) ? sum((spend) => spend.cap ?? 0) : null,
    ended_by: {
      stopped: sum(({ ended_by: ended }) => ended.stopped),
      completed: sum(({ ended_by: ended }) => ended.completed),
      ...(deleted === 0 ? {} : { deleted }),
      left_running: sum(({ ended_by: ended }) => ended.left_running),
    },
    unknown_starts: sum((spend) => spend.unknown_starts ?? 0),
    cleanup_requests: sum((spend) => spend.cleanup_requests ?? 0),
    left_running_ids: spends.flatMap((spend) => spend.left_running_ids),
    tokens: tokens.every((used) => used !== null) ? tokens.reduce((total, used) => total + used, 0) : null,
  };
}
