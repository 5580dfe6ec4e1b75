import { appendFileSync, statSync } from 'node:fs';
import { annotationsOf } from '../reports/annotations.ts';
import type { RunResult } from '../result/result.ts';
import { renderSummary } from '../reports/summary.ts';
import type { Environment } from '../target/settings.ts';

/** GitHub refuses a job summary of more than 1 MiB; other steps may have written into it. */
const SUMMARY_BYTES_MAX = 1024 * 1024 - 16 * 1024;
const SUMMARY_BYTES_LEAST = 4096;

/**
 * Shows a run on the page of its job on GitHub: annotations as lines of the log, and `summary.md` at the end of the file that
 * `GITHUB_STEP_SUMMARY` names. What can't be written is told, and changes neither verdict nor exit code.
 * @param write writes one line of the log as it stands.
 */
export function showOnJobPage(
  result: RunResult,
  environment: Environment,
  write: (line: string) => void,
): void {
  if (environment['GITHUB_ACTIONS'] === 'true') for (const line of annotationsOf(result)) write(line);
  const path = environment['GITHUB_STEP_SUMMARY'] ?? '';
  if (path === '') return;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new Error('it is not a file'); // a pipe without a reader would hold the run
    const room = SUMMARY_BYTES_MAX - (found?.size ?? 0);
    if (room < SUMMARY_BYTES_LEAST) throw new Error('other steps have filled it');
    appendFileSync(path, `${renderSummary(result, Math.min(room, SUMMARY_BYTES_MAX))}\n`);
  } catch (error) {
    const why =
      error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'unknown error';
    write(
      `warning: the job summary that GITHUB_STEP_SUMMARY names could not be written (${why}); summary.md in the folder of the run has it, and the verdict stands.`,
    );
  }
}
