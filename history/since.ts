import type { RunResult, SinceLast } from '../result/result.ts';
import { isWithin, membersOf } from './case-set.ts';
import { recordOf } from './record.ts';
import type { NightCause, NightRecord } from './night.ts';

/**
 * The result with what changed since the last run and since when each finding is known. Of the earlier nights only those
 * count that asked the same of the same target and could be judged; without one the result stays as it is.
 */
export function withHistory(result: RunResult, nights: readonly NightRecord[]): RunResult {
  const now = recordOf(result);
  if (now === null) return result; // one share says nothing that could be new
  const known = comparableWith(now, nights);
  const [last] = known;
  if (last === undefined) return result;
  const go = known.find(({ verdict }) => verdict === 'GO');
  const release = known.find(isReleased);
  return {
    ...firstSeen(result, known),
    since_last: sinceNight(now, last),
    ...(go === undefined ? {} : { since_go: sinceNight(now, go) }),
    ...(release === undefined ? {} : { since_release: sinceNight(now, release) }),
  };
}

/** The earlier nights that can be set against one, the latest first. */
export function comparableWith(now: NightRecord, nights: readonly NightRecord[]): readonly NightRecord[] {
  return nights
    .filter((one) => timeOf(one) < timeOf(now) && hasSameScope(one, now) && wasJudged(one))
    .toSorted((a, b) => timeOf(b) - timeOf(a));
}

/** A night of the release profile that was GO: what is out there. */
export function isReleased({ profile, verdict }: NightRecord): boolean {
  return profile === 'release' && verdict === 'GO';
}

export function timeOf({ started_at: startedAt }: NightRecord): number {
  return Date.parse(startedAt);
}

/** The same target, parts, cases and scenarios. */
function hasSameScope(one: NightRecord, other: NightRecord): boolean {
  return JSON.stringify(scopeOf(one)) === JSON.stringify(scopeOf(other));
}

function scopeOf({ target, contract, load }: NightRecord): unknown {
  return [
    target.name,
    contract === null ? null : [contract.selection],
    load === null ? null : 'load',
    load !== null && contract === null
      ? load.scenarios.filter(({ repeats }) => repeats === undefined).map(({ name }) => name)
      : null,
  ];
}

/** A night on which nothing could be judged is no night to compare with. */
export function wasJudged({ interrupted, contract, load }: NightRecord): boolean {
  return !interrupted && (contract ?? load)?.inconclusive === null;
}

/** What one night has that another had not, and what it no longer has although it asked again. */
export function sinceNight(now: NightRecord, before: NightRecord): SinceLast {
  const known = fingerprintsOf(before);
  const seen = fingerprintsOf(now);
  return {
    run_id: before.id,
    started_at: before.started_at,
    verdict: before.verdict,
    appeared: [...seen].filter((fingerprint) => !known.has(fingerprint)),
    gone: (before.contract?.causes ?? [])
      .filter((cause) => !seen.has(cause.fingerprint) && wasJudgedAgain(cause, now, before))
      .map(({ fingerprint, check, title }) => ({ fingerprint, check, title })),
  };
}

/** Every fingerprint of a night. */
export function fingerprintsOf({ contract }: NightRecord): ReadonlySet<string> {
  return new Set([
    ...(contract?.causes ?? []).map(({ fingerprint }) => fingerprint),
    ...(contract?.more_causes ?? []),
  ]);
}

/** A finding is gone only where each case that had it came to a judgement this time. */
function wasJudgedAgain({ cases }: NightCause, now: NightRecord, before: NightRecord): boolean {
  if (now.interrupted || now.contract?.inconclusive !== null) return false;
  return isWithin(cases ?? before.contract?.judged_cases ?? '', membersOf(now.contract.judged_cases));
}

/** Marks each finding with the earliest time that the known nights tell for its fingerprint, or with this run's own. */
function firstSeen(result: RunResult, known: readonly NightRecord[]): RunResult {
  if (result.contract === null) return result;
  const since = new Map<string, string>();
  for (const { contract, started_at: startedAt } of known) {
    for (const { fingerprint, first_seen: told } of contract?.causes ?? [])
      since.set(fingerprint, earliest(told, since.get(fingerprint)));
    for (const fingerprint of contract?.more_causes ?? [])
      since.set(fingerprint, earliest(startedAt, since.get(fingerprint)));
  }
  const findings = result.contract.findings.map((finding) => ({
    ...finding,
    first_seen: since.get(finding.fingerprint) ?? result.run.started_at,
  }));
  return { ...result, contract: { ...result.contract, findings } };
}

function earliest(one: string, other: string | undefined): string {
  return other === undefined || Date.parse(one) < Date.parse(other) ? one : other;
}
