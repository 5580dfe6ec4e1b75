import { causesOf, type Cause } from '../result/causes.ts';
import { isAcceptedFailure } from '../result/accepted.ts';
import { oneLine, readable } from './readable.ts';
import { replayOf } from './replay.ts';
import type { RunResult } from '../result/result.ts';

/** Where the rule of a finding is written: a file, and the line that a pointer into it leads to. */
export interface RulePlaces {
  readonly path: string;
  readonly lineOf: (schemaPath: string) => number;
}

const DESCRIPTION_MAX = 500;

/**
 * Renders the causes as GitLab's code quality report: one entry for each cause, at the line of the description that is not
 * kept. The fingerprint is that of the finding, so a merge request shows what came and what went.
 */
export function renderCodeQuality(whole: RunResult, { path, lineOf }: RulePlaces): string {
  const result = readable(whole);
  const entries = causesOf(result.contract?.findings ?? []).map((cause) => ({
    description: descriptionOf(result, cause),
    check_name: cause.first.check,
    fingerprint: cause.fingerprint,
    severity: severityOf(cause),
    location: { path, lines: { begin: Math.max(1, lineOf(cause.first.schema_path)) } },
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function descriptionOf({ run }: RunResult, { first, findings }: Cause): string {
  const many = findings.length > 1 ? ` (${findings.length} findings)` : '';
  const text = oneLine(`${first.title}${many}`);
  const cut = text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX)}…`;
  return `${cut} Again: ${oneLine(replayOf(run, first.case_id))}`;
}

/** GitLab's words: info, minor, major, critical, blocker. What was accepted weighs as little as drift. */
function severityOf({ severity, first, findings }: Cause): 'critical' | 'minor' | 'info' {
  if (severity === 'failure') return findings.every(isAcceptedFailure) ? 'info' : 'critical';
  return severity === 'warning' && first.acceptance === undefined ? 'minor' : 'info';
}
