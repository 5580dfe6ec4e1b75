import { changeOf, isCompared, NO_EARLIER } from '../history/change.ts';
import { count, counted, more, utc } from '../result/format.ts';
import { inertBlock, inertCode } from './inert.ts';
import type { RunResult } from '../result/result.ts';
import { troublesOf, type Trouble, type TroubleKind } from './troubles.ts';
import {
  actionText,
  alarmsOf,
  CHANGES,
  changeText,
  VERDICTS,
  verdictMark,
  verdictMeaning,
} from '../result/wording.ts';

/** The first line of the comment, by which a job finds the one that it wrote before. */
export const COMMENT_MARKER = '<!-- interactly-workflow-runs-harness -->';

/** GitHub takes 65,536 characters. */
const BYTES_MAX = 60 * 1024;
const CAUSES_MAX = 20;
const REASONS_MAX = 3;
const TEXT_MAX = 300;
const LINE_MAX = 600;

const KINDS: Readonly<Record<TroubleKind, string>> = {
  failure: '✗ failure',
  unknown: '? not judged',
  warning: '! warning',
  drift: '≠ drift',
  accepted: '– accepted',
};

/**
 * Renders the comment on a pull request: the verdict, why, the worst causes with the lines that ask them again. Every text
 * that may come from the target is inert, so that it can mention nobody, link nothing and command nothing.
 */
export function renderComment(result: RunResult, bytesMax = BYTES_MAX): string {
  const troubles = troublesOf(result);
  let text = '';
  for (const causes of [CAUSES_MAX, 10, 5, 2, 0]) {
    text = commentOf(result, troubles, causes);
    if (Buffer.byteLength(text) < bytesMax) return text;
  }
  return text;
}

function commentOf(result: RunResult, troubles: readonly Trouble[], causes: number): string {
  const mark = verdictMark(result.verdict);
  const { run, target, spend, reasons, next_steps: steps = [] } = result;
  const profile = run.profile === undefined ? '' : ` (${run.profile.name})`;
  const where = target.is_sandbox ? 'the embedded sandbox: no deployed API was asked' : code(target.base_url);
  const rest = reasons.length - REASONS_MAX;
  return [
    COMMENT_MARKER,
    `## ${mark.icon} ${mark.word}${profile}`,
    `${verdictMeaning(result)} **${actionText(result)}**`,
    list(reasons.slice(0, REASONS_MAX).map(code)),
    rest > 0 ? `… and ${more(rest)}, in the report.` : '',
    list(steps.map((step) => `Next: ${code(step)}`)),
    list(
      alarmsOf(result.history).map(
        (one) => `Night after night, ${CHANGES[one.state].word}: ${code(changeText(one))}`,
      ),
    ),
    causesText(troubles, causes),
    list([
      `Target: ${where}`,
      `Run: ${code(run.id)}, ${code(utc(run.started_at))}, seed ${run.seed}`,
      `Spend: ${counted(spend.workflow_runs_started, 'workflow run')} started, ${count(spend.ended_by.left_running)} left running`,
      sinceText(result),
    ]),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n');
}

function causesText(troubles: readonly Trouble[], causes: number): string {
  const shown = troubles.slice(0, causes);
  if (troubles.length === 0) return '';
  const rows = shown.map(
    ({ kind, title, check, findings, isNew }) =>
      `| ${KINDS[kind]} | ${code(title)} | ${code(check)} | ${count(findings)} | ${isNew === true ? 'new' : ''} |`,
  );
  const lines = [
    ...new Set(shown.flatMap(({ replay }) => (replay === null || replay.length > LINE_MAX ? [] : [replay]))),
  ];
  return [
    ...(rows.length === 0
      ? []
      : [['| | What | Check | Findings | |', '| --- | --- | --- | ---: | --- |', ...rows].join('\n')]),
    ...(troubles.length > shown.length
      ? [`… and ${more(troubles.length - shown.length)}, in the report.`]
      : []),
    ...(lines.length === 0
      ? []
      : [`<details><summary>Ask them again</summary>\n\n${inertBlock(lines)}\n\n</details>`]),
  ].join('\n\n');
}

function sinceText(result: RunResult): string {
  const change = changeOf(result);
  if (change === null || !isCompared(result)) return NO_EARLIER;
  const { last, appeared, stayed } = change;
  return `Since the last run (${VERDICTS[last.verdict].word}, ${code(utc(last.started_at))}): ${count(appeared.length)} new, ${count(last.gone.length)} gone, ${count(stayed.length)} still there`;
}

function code(text: string): string {
  return inertCode(text, TEXT_MAX);
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
