import type { FlakyFinding } from '../result/history-view.ts';
import { isWithin, membersOf } from './case-set.ts';
import type { NightCause, NightRecord } from './night.ts';
import { revisionsOf } from './revisions.ts';
import { fingerprintsOf, wasJudged } from './since.ts';

/** Where nobody knows whether the target changed, a finding has to come and go so often. */
const TURNS_UNKNOWN = 2;
const Z = 1.96;

/**
 * The findings that both came and stayed away among nights of one revision that asked their cases. Where the target does not say
 * what it is, a finding that came once and stayed may have come with a new revision, so it has to have turned twice.
 */
export function flakyIn(nights: readonly NightRecord[]): readonly FlakyFinding[] {
  const now = nights.at(-1);
  if (now === undefined) return [];
  const revisions = revisionsOf(nights);
  const revision = revisions.at(-1)?.text ?? '';
  const alike = nights.filter(
    (night, i) => revisions[i]?.text === revision && night.contract !== null && wasJudged(night),
  );
  const causes = new Map(
    alike.flatMap(({ contract }) => (contract?.causes ?? []).map((one) => [one.fingerprint, one])),
  );
  const judged = new Map(alike.map((night) => [night, membersOf(night.contract?.judged_cases ?? '')]));
  const seenIn = new Map(alike.map((night) => [night, fingerprintsOf(night)]));
  return [...causes.values()].flatMap((cause) => {
    const judgedNights = alike.filter(
      (night) => seenIn.get(night)?.has(cause.fingerprint) === true || isJudgedIn(cause, judged.get(night)),
    );
    const seen = judgedNights.map((night) => seenIn.get(night)?.has(cause.fingerprint) === true);
    const turns = seen.slice(1).filter((one, i) => one !== seen[i]).length;
    const count = seen.filter(Boolean).length;
    const isFlaky = count > 0 && count < seen.length && turns >= (revision === '' ? TURNS_UNKNOWN : 1);
    if (!isFlaky) return [];
    const [low, high] = wilson(count, seen.length);
    return [
      {
        fingerprint: cause.fingerprint,
        title: `${cause.check}: ${cause.title}`,
        seen: count,
        nights: seen.length,
        low,
        high,
      },
    ];
  });
}

function isJudgedIn({ cases }: NightCause, judged: ReadonlySet<number> | undefined): boolean {
  return cases !== null && cases !== '' && judged !== undefined && isWithin(cases, judged);
}

/** The 95 % interval of a share, after Wilson. */
export function wilson(count: number, of: number): readonly [number, number] {
  const share = count / of;
  const middle = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))) / (1 + (Z * Z) / of);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** For each cause of the last night, how many nights in a row it was seen; a night that did not ask its cases is passed over. */
export function nightsBroken(nights: readonly NightRecord[]): Readonly<Record<string, number>> {
  const now = nights.at(-1);
  return Object.fromEntries(
    (now?.contract?.causes ?? []).map((cause) => {
      let count = 0;
      for (const night of nights.toReversed()) {
        if (fingerprintsOf(night).has(cause.fingerprint)) count += 1;
        else if (isJudgedIn(cause, membersOf(night.contract?.judged_cases ?? ''))) break;
      }
      return [cause.fingerprint, count];
    }),
  );
}
