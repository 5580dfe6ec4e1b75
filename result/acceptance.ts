import type { Acceptance, Finding } from './contract-result.ts';
import type { ShapeChange } from './shape.ts';

/**
 * A name that responses may have although it was never promised: a field, or a value of one. Days are in UTC, like
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
  /** The id of the run that saw it. */
  readonly run: string;
  /** Whom that run had asked: it is accepted there alone. Absent only from drift of old files, which holds anywhere. */
  readonly target?: string;
  /** Only of a known failure: that it is one, who accepted it, and the commands that it affected then. */
  readonly severity?: 'failure';
  readonly by?: string;
  readonly commands?: readonly string[];
}

/**
 * Marks each drift and each failure that was accepted for this target with the reason and the day, and with whether that
 * still holds: a failure is accepted for the commands that it affected. Nothing else is changed: no finding is dropped, no
 * severity moves.
 */
export function markAccepted(
  findings: readonly Finding[],
  accepted: readonly AcceptedDrift[],
  at: Date,
  target: string,
): readonly Finding[] {
  const known = new Map(
    [...accepted.filter(isOfNoTarget), ...accepted.filter((entry) => entry.target === target)].map(
      (entry) => [matchOf(entry), entry],
    ),
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

/** Marks each change of the interface that was accepted for this target by its fingerprint. */
export function markChanges(
  changes: readonly ShapeChange[],
  accepted: readonly AcceptedDrift[],
  at: Date,
  target: string,
): readonly ShapeChange[] {
  const known = new Map(accepted.filter((entry) => isFor(entry, target)).map((one) => [matchOf(one), one]));
  return changes.map((change) => {
    const entry = known.get(`${change.fingerprint} drift`);
    return entry === undefined ? change : { ...change, acceptance: acceptanceOf(entry, [], at) };
  });
}

/** True where what was accepted holds on this target: it was seen there, or it is of an old file and names none. */
export function isFor(entry: AcceptedDrift, target: string): boolean {
  return isOfNoTarget(entry) || entry.target === target;
}

function isOfNoTarget({ target }: AcceptedDrift): boolean {
  return target === undefined;
}

/** The findings that an acceptance speaks of, by fingerprint and severity. */
export function matchOf({ fingerprint, severity }: AcceptedDrift): string {
  return `${fingerprint} ${severity ?? 'drift'}`;
}

function acceptanceOf(entry: AcceptedDrift, affected: readonly (string | null)[], at: Date): Acceptance {
  const { reason, accepted_at, expires_at, by, commands } = entry;
  const isWider =
    commands !== undefined && affected.some((command) => command !== null && !commands.includes(command));
  const state = isExpired(entry, at) ? 'expired' : isWider ? 'widened' : 'accepted';
  return { state, reason, accepted_at, expires_at, ...(by === undefined ? {} : { by }) };
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
