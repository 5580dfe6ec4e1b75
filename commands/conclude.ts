import { changeOf, earlierChanges, isCompared, type Change } from '../history/change.ts';
import { driftText } from '../result/accepted.ts';
import { count, counted, utc } from '../result/format.ts';
import type { RunResult } from '../result/result.ts';
import { inertJson, inertLine } from '../reports/inert.ts';
import { exitCodeOf } from '../result/verdict.ts';
import { casesText } from '../result/wording.ts';
import type { Console } from './console.ts';
import { objectiveRows } from './objective-rows.ts';
import { showOnJobPage } from './job-page.ts';
import type { CommonOptions } from './options.ts';

const REASONS_SAID = 5;
/** The exit code of a run that could leave no result, whatever its verdict. */
export const NOT_WRITTEN = 3;

/** Says what a run came to: the verdict with its reasons and next steps, what is new, the spend, and where the report is. */
export function conclude(
  result: RunResult,
  report: string | null,
  { console, options }: { readonly console: Console; readonly options: CommonOptions },
): void {
  for (const line of contractLines(result)) console.say(line);
  for (const line of objectiveRows(result.load, console.columns, inertLine)) console.row(line);
  for (const line of verdictLines(result)) console.outcome(line);
  for (const note of result.contract?.acceptance_notes ?? []) console.say(note);
  for (const line of sinceLines(result)) console.say(line);
  for (const { sentence } of result.history?.decisions ?? []) console.say(`history: ${sentence}`);
  console.say(spendLine(result));
  if (report !== null) console.outcome(`report: ${report}`);
  showOnJobPage(result, process.env, (line) => {
    console.command(line);
  });
  if (options.json) process.stdout.write(`${inertJson(jsonLine(result, options.outDir, report !== null))}\n`);
}

/** How the contract tests came out, in the same numbers as on the page, whatever the verdict rests on. */
export function contractLines({ contract }: RunResult): readonly string[] {
  if (contract === null) return [];
  const { cases, drift } = contract;
  const found = drift === undefined || drift.total === 0 ? '' : `; ${driftText(drift)}`;
  return [`contract: ${casesText(cases)}${found}`];
}

/** The verdict, its first reasons, what was asked when it was no deployed API, and what to do next. */
export function verdictLines(result: RunResult): readonly string[] {
  const rest = result.reasons.length - REASONS_SAID;
  return [
    result.verdict === null ? 'verdict: none, this is one share of a load' : `verdict: ${result.verdict}`,
    ...result.reasons.slice(0, REASONS_SAID).map((reason) => `  ${reason}`),
    ...(rest > 0 ? [`  and ${count(rest)} more, in the report`] : []),
    ...(result.target.is_sandbox
      ? ['  It is the verdict on the embedded sandbox: no deployed API was asked.']
      : []),
    ...(result.next_steps ?? []).map((step) => `next: ${step}`),
  ].map(inertLine);
}

function sinceLines(result: RunResult): readonly string[] {
  const change = changeOf(result);
  if (change === null || !isCompared(result)) return [];
  return [
    sinceLine(`the last run (${change.last.verdict}, ${utc(change.last.started_at)})`, change),
    ...earlierChanges(result).map(({ what, change: earlier }) =>
      sinceLine(`the last ${what} (${utc(earlier.last.started_at)})`, earlier),
    ),
  ];
}

function sinceLine(what: string, { last, appeared, stayed }: Change): string {
  return `since ${what}: ${count(appeared.length)} new, ${count(last.gone.length)} gone, ${count(stayed.length)} still there`;
}

function spendLine({ spend, contract }: RunResult): string {
  const { workflow_runs_started: started, ended_by: ended, unknown_starts: unknown = 0 } = spend;
  const sent = contract === null ? '' : `${counted(contract.requests_sent, 'request')} of contract tests, `;
  const stops = counted(spend.cleanup_requests ?? 0, 'request');
  const gone = ended.deleted === undefined ? '' : `${ended.deleted} were gone, `;
  const more = unknown === 0 ? '' : `; ${unknown} more may have been started, no response named their ids`;
  return `spend: ${sent}${stops} to clean up; ${started} workflow runs started, ${ended.stopped} stopped, ${ended.completed} had ended, ${gone}${ended.left_running} left running${more}`;
}

/** The one line for a machine. */
function jsonLine(result: RunResult, out: string, isWritten: boolean): string {
  const { verdict, share, reasons, mover, spend, target, next_steps = [] } = result;
  return JSON.stringify({
    verdict,
    ...(share === undefined ? {} : { share }),
    exit_code: isWritten ? exitCodeOf(result) : NOT_WRITTEN,
    reasons,
    mover,
    next_steps,
    target,
    spend,
    out,
  });
}
