import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { mergeShards } from '../load/merge.ts';
import { saveHistograms } from '../load/raw-histograms.ts';
import { SHARD_SUFFIX, type ShardFile } from '../load/shard-file.ts';
import { readResult, ResultFileError } from '../reports/result-file.ts';
import type { RunResult, Spend } from '../reports/result.ts';
import { exitCodeOf, judgeRun } from '../reports/verdict.ts';
import { writeReports } from '../reports/write.ts';
import { verdictLines } from './conclude.ts';
import { UsageError } from './invocation.ts';
import { defaultOutDir, outMistakes } from './options.ts';

interface ShardRun {
  readonly result: RunResult;
  readonly file: ShardFile;
}

/** `npm run merge -- DIR DIR…`: one result and one verdict out of the shards of one load. Sends nothing. */
export async function merge(
  dirs: readonly string[],
  texts: { readonly out?: string | undefined },
): Promise<number> {
  const runs = dirs.map(readShard);
  const merged = mergeShards(runs.map(({ file }) => file));
  if ('mistakes' in merged) throw new UsageError(merged.mistakes);
  const [first] = runs;
  if (first === undefined) throw new UsageError(['Give the folders of the shards.']);
  const outDir = resolve(texts.out ?? defaultOutDir());
  const mistakes = outMistakes(outDir);
  if (mistakes.length > 0) throw new UsageError(mistakes);
  mkdirSync(outDir, { recursive: true });
  saveHistograms(outDir, merged.plan.scenario.name, merged.record);
  const interrupted = runs.some(({ result }) => result.run.interrupted);
  const result: RunResult = {
    ...first.result,
    run: runOf(
      runs.map((one) => one.result.run),
      first.result.run,
      basename(outDir),
    ),
    ...judgeRun({ contract: null, load: merged.load, interrupted }),
    contract: null,
    load: merged.load,
    spend: spendOf(runs.map((one) => one.result.spend)),
  };
  const written = await writeReports(result, outDir);
  process.stdout.write(`${verdictLines(result).join('\n')}\n`);
  process.stdout.write(`report: ${written.html}\n`);
  return exitCodeOf(result);
}

function readShard(dir: string): ShardRun {
  const folder = resolve(dir);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError([`${folder} is no folder; give the folder of a run with --shard.`]);
  const [name, ...more] = readdirSync(folder).filter((file) => file.endsWith(SHARD_SUFFIX));
  if (name === undefined || more.length > 0)
    throw new UsageError([`${folder} does not hold one shard; give the folder of a run with --shard.`]);
  try {
    return { result: readResult(join(folder, 'result.json')), file: readFile(join(folder, name)) };
  } catch (error) {
    if (error instanceof ResultFileError) throw new UsageError([error.message]);
    throw error;
  }
}

function readFile(path: string): ShardFile {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as ShardFile;
    if ((file as { readonly shard_version?: unknown }).shard_version === 2) return file;
  } catch {
    // said below
  }
  throw new UsageError([
    `${path} is no shard of this version of the tool; merge with the version that wrote it.`,
  ]);
}

/** The run of all shards: from the first beginning to the last end, on the host of the first. */
function runOf(
  runs: readonly RunResult['run'][],
  { seed, command, host }: RunResult['run'],
  id: string,
): RunResult['run'] {
  const begun = runs.map((run) => run.started_at).sort();
  const ended = runs.map((run) => run.ended_at).sort();
  return {
    id,
    started_at: begun[0] ?? '',
    ended_at: ended.at(-1) ?? '',
    seed,
    command,
    interrupted: runs.some((run) => run.interrupted),
    host,
  };
}

function spendOf(spends: readonly Spend[]): Spend {
  const sum = (of: (spend: Spend) => number): number => spends.reduce((total, spend) => total + of(spend), 0);
  const caps = spends.map(({ cap }) => cap);
  const tokens = spends.map((spend) => spend.tokens);
  return {
    workflow_runs_started: sum((spend) => spend.workflow_runs_started),
    cap: caps.every((cap) => cap !== null) ? sum((spend) => spend.cap ?? 0) : null,
    ended_by: {
      stopped: sum(({ ended_by: ended }) => ended.stopped),
      completed: sum(({ ended_by: ended }) => ended.completed),
      left_running: sum(({ ended_by: ended }) => ended.left_running),
    },
    unknown_starts: sum((spend) => spend.unknown_starts ?? 0),
    cleanup_requests: sum((spend) => spend.cleanup_requests ?? 0),
    left_running_ids: spends.flatMap((spend) => spend.left_running_ids),
    tokens: tokens.every((used) => used !== null) ? tokens.reduce((total, used) => total + used, 0) : null,
  };
}
