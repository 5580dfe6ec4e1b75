import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { causesOf } from '../result/causes.ts';
import { isCompared } from '../history/change.ts';
import { driftCountsOf } from '../result/accepted.ts';
import { readable, visible } from './readable.ts';
import { readResult, ResultFileError } from '../result/result-file.ts';
import type { DriftCounts } from '../result/contract-result.ts';
import type { Interval } from '../result/load-result.ts';
import type { RunResult, VerdictWord } from '../result/result.ts';

/** The files of a run that the index links to, where they exist. */
export const RUN_FILES = [
  'index.html',
  'result.json',
  'junit.xml',
  'ctrf.json',
  'codequality.json',
  'summary.md',
] as const;

/** One run in a folder of runs, as much of it as the index shows. */
export interface RunRow {
  /** The name of the run's folder. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly verdict: VerdictWord | null;
  readonly mover: RunResult['mover'];
  readonly startedAt: string;
  readonly endedAt: string;
  readonly target: string;
  readonly isSandbox: boolean;
  readonly command: string;
  readonly runsStarted: number;
  /** Titles of the causes that are failures, and how many causes there are of each severity. */
  readonly failures: readonly string[];
  readonly causes: { readonly failure: number; readonly warning: number; readonly drift: DriftCounts };
  /** How many causes the run before it had not; null where none was known. */
  readonly appeared: number | null;
  readonly brokenThresholds: readonly string[];
  /** Why the run could not be judged; empty when it could. */
  readonly unknown: readonly string[];
  readonly latencies: readonly StepLatency[];
}

/** The latency of one load step of a run, in microseconds. */
export interface StepLatency {
  readonly step: string;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p95Interval: Interval | null;
  readonly p99: number | null;
}

/** A folder whose result can't be shown, and why. */
export interface UnreadableRun {
  readonly folder: string;
  readonly why: string;
}

/** All runs in a folder, the newest first, and the folders in it that hold no readable result. */
export interface Runs {
  readonly rows: readonly RunRow[];
  readonly unreadable: readonly UnreadableRun[];
}

/** Reads each `<folder>/result.json` below a folder of runs; what can't be read is listed with the reason. */
export function readRuns(dir: string): Runs {
  const rows: RunRow[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const folder of foldersIn(dir)) {
    const path = join(dir, folder, 'result.json');
    try {
      rows.push(rowOf(dir, folder, readable(readResult(path))));
    } catch (error) {
      if (!(error instanceof ResultFileError)) throw error;
      const why = error.message.replaceAll(path, 'result.json');
      unreadable.push({ folder: visible(folder), why: visible(why).slice(0, 400) });
    }
  }
  return { rows: rows.toSorted(newestFirst), unreadable };
}

function foldersIn(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter(
      (name) => !name.startsWith('.') && statSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory(),
    )
    .sort();
}

function newestFirst(a: RunRow, b: RunRow): number {
  return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.folder < b.folder ? -1 : 1);
}

function rowOf(dir: string, folder: string, result: RunResult): RunRow {
  const causes = causesOf(result.contract?.findings ?? []);
  const number = (severity: string): number => causes.filter((one) => one.severity === severity).length;
  const scenarios = result.load?.scenarios ?? [];
  return {
    folder,
    files: RUN_FILES.filter((name) => existsSync(join(dir, folder, name))),
    verdict: result.verdict,
    mover: result.mover,
    startedAt: result.run.started_at,
    endedAt: result.run.ended_at,
    target: result.target.base_url,
    isSandbox: result.target.is_sandbox,
    command: result.run.command,
    runsStarted: result.spend.workflow_runs_started,
    failures: causes
      .filter(({ severity }) => severity === 'failure')
      .map(({ first }) => `${first.check}: ${first.title}`),
    causes: { failure: number('failure'), warning: number('warning'), drift: driftCountsOf(causes) },
    appeared: isCompared(result) ? (result.since_last?.appeared.length ?? null) : null,
    brokenThresholds: scenarios.flatMap(({ thresholds }) =>
      thresholds.filter(({ outcome }) => outcome === 'broken').map(({ sentence }) => sentence),
    ),
    unknown: result.verdict === 'INCONCLUSIVE' || result.verdict === null ? result.reasons : [],
    latencies: scenarios.flatMap(({ name, steps }) =>
      steps.map((step) => ({
        step: step.name.startsWith(name) ? step.name : `${name}, ${step.name}`,
        p50: step.latency_us.p50,
        p95: step.latency_us.p95,
        p95Interval: step.latency_us.interval.p95,
        p99: step.latency_us.p99,
      })),
    ),
  };
}
