import { count } from './format.ts';
import type { Acceptance, DriftCounts, Finding, Severity } from './contract-result.ts';

/** Counts the kinds of drift, and apart from the rest those that were accepted. */
export function driftCountsOf(
  causes: readonly { readonly severity: Severity; readonly first: Pick<Finding, 'acceptance'> }[],
): DriftCounts {
  const drift = causes.filter(({ severity }) => severity === 'drift');
  const inState = (state: Acceptance['state']): number =>
    drift.filter(({ first }) => first.acceptance?.state === state).length;
  return { total: drift.length, accepted: inState('accepted'), expired: inState('expired') };
}

/** The counts in words: `3 drift, 2 of them accepted`. */
export function driftText({ total, accepted, expired }: DriftCounts): string {
  return [
    `${count(total)} drift`,
    ...(accepted === 0 ? [] : [`${count(accepted)} of them accepted`]),
    ...(expired === 0 ? [] : [`${count(expired)} accepted until a day that has passed`]),
  ].join(', ');
}

/** What was decided about a finding, with the reason, or null where nothing was. */
export function acceptanceText({ acceptance }: { readonly acceptance?: Acceptance }): string | null {
  if (acceptance === undefined) return null;
  const { state, expires_at: last, by, reason } = acceptance;
  const now = { accepted: '', expired: ', expired', widened: ', but more commands are affected now' }[state];
  return `accepted until ${last}${by === undefined ? '' : ` by ${by}`}${now}: ${reason}`;
}

/** True for a failure that is known and accepted: it stays visible, and the verdict does not rest on it. */
export function isAcceptedFailure({
  severity,
  acceptance,
}: Pick<Finding, 'severity' | 'acceptance'>): boolean {
  return severity === 'failure' && acceptance?.state === 'accepted';
}
