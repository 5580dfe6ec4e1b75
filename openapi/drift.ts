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
  /** Only of a known failure: that it is one, who accepted it, and the commands that it affected then. */
  readonly severity?: 'failure';
  readonly by?: string;
  readonly commands?: readonly string[];
}

/**
 * Marks each drift and each failure that was accepted with the reason and the day, and with whether that still holds: a
 * failure is accepted for one target and for the commands that it affected. Nothing else is changed: no finding is
 * dropped, no severity moves.
 */
export function markAccepted(
  findings: readonly Finding[],
  accepted: readonly AcceptedDrift[],
  at: Date,
  target: string,
): readonly Finding[] {
  const known = new Map(
    accepted
      .filter((entry) => entry.severity === undefined || entry.target === target)
      .map((entry) => [`${entry.fingerprint} ${entry.severity ?? 'drift'}`, entry]),
  );
  return findings.map((finding) => {
    const entry = known.get(`${finding.fingerprint} ${finding.severity}`);
    if (entry === undefined) return finding;
    const affected = findings
      .filter((one) => one.fingerprint === finding.fingerprint)
      .map(({ command }) => command);
    return { ...finding, acceptance: acceptanceOf(entry, affected, at) };
  });
}

function acceptanceOf(entry: AcceptedDrift, affected: readonly (string | null)[], at: Date): Acceptance {
  const { reason, accepted_at, expires_at, by, commands } = entry;
  const isWider =
    commands !== undefined && affected.some((command) => command !== null && !commands.includes(command));
  const state = isExpired(entry, at) ? 'expired' : isWider ? 'widened' : 'accepted';
  return { state, reason, accepted_at, expires_at, ...(by === undefined ? {} : { by }) };
}

/** What a reader of the accepted file should know after a run: what matched nothing, and what is another target's. */
export function acceptanceNotes(
  findings: readonly Finding[],
  accepted: readonly AcceptedDrift[],
  target: string,
): readonly string[] {
  const found = new Set(findings.map(({ fingerprint, severity }) => `${fingerprint} ${severity}`));
  const unmatched = accepted.filter(
    (entry) => entry.target === target && !found.has(`${entry.fingerprint} ${entry.severity ?? 'drift'}`),
  );
  const foreign = accepted.filter((entry) => entry.severity === 'failure' && entry.target !== target);
  return [
    ...unmatched.map(
      ({ fingerprint, what }) =>
        `The acceptance ${fingerprint} matched nothing in this run (${what.replace(/\.$/, '')}); if that stays so, take it back: npm run accept -- --remove ${fingerprint}.`,
    ),
    ...foreign.map(
      (entry) =>
        `The acceptance ${entry.fingerprint} is for ${entry.target} and was ignored; this run asked ${target}.`,
    ),
  ];
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
