import type { Acceptance, Finding } from '../reports/contract-result.ts';

/**
 * A name that answers may have although it was never promised: a field, or a value of one. Days are in UTC, like
 * `2026-11-25`; the last one still counts.
 */
export interface AcceptedDrift {
  readonly fingerprint: string;
  readonly check: string;
  /** What was seen, in the words of the finding. */
  readonly what: string;
  readonly schema_path: string;
  readonly reason: string;
  readonly accepted_at: string;
  readonly expires_at: string;
  /** The id of the run that saw it, and whom that had asked. */
  readonly run: string;
  readonly target: string;
}

/**
 * Marks each drift that was accepted with the reason and the day, and with whether that day has passed at a moment.
 * Nothing else is changed: no finding is dropped, no severity moves, and what is no drift is never marked.
 */
export function markAccepted(
  findings: readonly Finding[],
  accepted: readonly AcceptedDrift[],
  at: Date,
): readonly Finding[] {
  const known = new Map(accepted.map((entry) => [entry.fingerprint, entry]));
  return findings.map((finding) => {
    const entry = finding.severity === 'drift' ? known.get(finding.fingerprint) : undefined;
    return entry === undefined ? finding : { ...finding, acceptance: acceptanceOf(entry, at) };
  });
}

function acceptanceOf(entry: AcceptedDrift, at: Date): Acceptance {
  const { reason, accepted_at, expires_at } = entry;
  return { state: isExpired(entry, at) ? 'expired' : 'accepted', reason, accepted_at, expires_at };
}

/** True when the last day of an acceptance has passed. */
export function isExpired({ expires_at: last }: AcceptedDrift, at: Date): boolean {
  return dayOf(at) > last;
}

/** The day of a moment in UTC, like `2026-11-25`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** True for a day that the calendar has, written like `2026-11-25`. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && dayOf(at) === text;
}
