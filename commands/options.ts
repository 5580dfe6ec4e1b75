import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { HISTORY_DIR } from '../history/files.ts';
import { COMMON_OPTIONS, SEED_MAX } from '../options/common.ts';
import { readOptions, type Parsed, type TextsOf } from '../options/option.ts';
import { newRunName, RUNS_DIR } from '../target/run-folder.ts';
import type { SandboxChoice } from '../target/sandbox-process.ts';
import { statIfThere } from '../result/disk.ts';

/** The options that every command which sends requests has, as they were typed. */
export type CommonTexts = TextsOf<typeof COMMON_OPTIONS>;

/** The common options, parsed. */
export interface CommonOptions {
  readonly outDir: string;
  /** Where the history lies. */
  readonly historyDir: string;
  /** A folder of earlier runs besides the history; null for none. */
  readonly earlier: string | null;
  readonly seed: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly planOnly: boolean;
  /** The rise that is asked about, as a share; null where none is. */
  readonly detect: number | null;
  readonly sandbox: SandboxChoice;
}

/** A seed for a run that was given none. */
export function drawSeed(): number {
  return randomInt(1, SEED_MAX);
}

/** Parses the common options, all issues at once. Tries the output directory unless only a plan is wanted, and leaves none behind. */
export function parseCommon(texts: CommonTexts, hasBaseUrl: boolean): Parsed<CommonOptions> {
  const { values, issues: unreadable } = readOptions(COMMON_OPTIONS, texts);
  const issues: string[] = [...unreadable];
  const sandbox: SandboxChoice = {
    faults: values.fault.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    profile: values.profile,
    latency: values.latency,
  };
  const isSandboxRequested =
    sandbox.faults.length > 0 || sandbox.profile !== null || sandbox.latency !== null;
  if (hasBaseUrl && isSandboxRequested)
    issues.push(
      '--fault, --profile and --latency are for the embedded sandbox; leave them out, or unset INTERACTLY_BASE_URL.',
    );
  if (values.detect !== null && !values.plan)
    issues.push('--detect tells what a plan would see; add --plan, which sends nothing.');
  const outDir = resolve(values.out ?? defaultOutDir());
  if (!values.plan) issues.push(...outIssues(outDir));
  const historyDir = resolve(values.history ?? HISTORY_DIR);
  issues.push(...historyIssues(historyDir, values.history !== null && !values.plan));
  if (values.earlier !== null) issues.push(...earlierIssues(resolve(values.earlier)));
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    value: {
      outDir,
      historyDir,
      earlier: values.earlier === null ? null : resolve(values.earlier),
      seed: values.seed ?? drawSeed(),
      json: values.json,
      quiet: values.quiet,
      planOnly: values.plan,
      detect: values.detect,
      sandbox,
    },
  };
}

/** A folder of earlier runs that is not there yet is that of a first night; one that is no directory is an issue. */
function earlierIssues(folder: string): readonly string[] {
  const found = statIfThere(folder);
  if (found === undefined || found.isDirectory()) return [];
  return [`--earlier is ${folder}, which is not a directory; give the folder that holds the earlier runs.`];
}

/**
 * A history that is not there yet is made. One that can't be written is an issue where it was named: its night would be paid
 * for and forgotten. @param isWritten whether a run is to be written into it, and it was named.
 */
export function historyIssues(folder: string, isWritten: boolean): readonly string[] {
  const found = statIfThere(folder);
  if (found !== undefined && !found.isDirectory())
    return [`--history is ${folder}, which is not a directory; give the directory that holds the history.`];
  if (!isWritten) return [];
  const issue = `--history is ${folder}, which can't be written; give a directory that can.`;
  try {
    const there = nearestThere(folder);
    accessSync(there, constants.W_OK);
    return statSync(there).isDirectory() ? [] : [issue];
  } catch {
    return [issue];
  }
}

/** The folder itself, or the nearest one above it that exists. */
function nearestThere(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestThere(dirname(folder));
}

/** A folder of its own for a run that was given none. */
export function defaultOutDir(): string {
  return join(RUNS_DIR, newRunName());
}

/** Where a run has left its files; nothing of another run may be replaced. */
const TRACES = ['result.json', 'state'];

/** Why a folder can't take a run, as a sentence, or none: it holds one, or can't be written. */
export function outIssues(outDir: string): readonly string[] {
  if (TRACES.some((name) => existsSync(join(outDir, name))))
    return [`--out is ${outDir}, which already holds another run; give a directory that does not exist yet.`];
  try {
    const made = mkdirSync(outDir, { recursive: true });
    accessSync(outDir, constants.W_OK);
    const isFolder = statSync(outDir).isDirectory();
    if (made !== undefined) rmSync(made, { recursive: true }); // other options may yet be mistaken
    if (isFolder) return [];
  } catch {
    // said below
  }
  return [`--out is ${outDir}, which can't be made or written; give a directory that can.`];
}
