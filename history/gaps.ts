import type { NightRecord } from './night.ts';
import { timeOf } from './since.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Runs that began within this of each other are one night: a second look, or a night that was started again. */
const SAME_NIGHT_MS = 12 * HOUR_MS;
/** Longest time without a judged night; a schedule may be skipped once, or run hours late. */
export const STALE_HOURS = 36;
/** A night that is dated further ahead than this says nothing about how old the newest one is. */
const AHEAD_MS = 10 * 60_000;
const CADENCE_NIGHTS = 14;

/** Nights that a schedule owes between two that there are. */
export interface Gap {
  readonly after: string;
  readonly before: string;
  readonly missing: number;
}

/** Records grouped into nights, the earliest first; each has at least one record. */
export function nightsOf<Record extends Pick<NightRecord, 'started_at'>>(
  records: readonly Record[],
): readonly (readonly [Record, ...Record[]])[] {
  const groups: [Record, ...Record[]][] = [];
  for (const record of records.toSorted((a, b) => a.started_at.localeCompare(b.started_at))) {
    const group = groups.at(-1);
    const begun = group === undefined ? NaN : Date.parse(group[0].started_at);
    if (group !== undefined && Date.parse(record.started_at) - begun < SAME_NIGHT_MS) group.push(record);
    else groups.push([record]);
  }
  return groups;
}

/** The nights that are missing: by the distance that most of the latest nights kept, so that a weekly schedule owes no six nights. */
export function gapsIn(startedAt: readonly string[]): readonly Gap[] {
  const nights = nightsOf(startedAt.map((started_at) => ({ started_at }))).map(([{ started_at: at }]) => at);
  const pairs = nights.slice(1).map((before, i) => {
    const after = nights[i] ?? before;
    return {
      after,
      before,
      days: Math.max(1, Math.round((Date.parse(before) - Date.parse(after)) / DAY_MS)),
    };
  });
  const latest = pairs
    .slice(-CADENCE_NIGHTS)
    .map(({ days }) => days)
    .sort((a, b) => a - b);
  const cadence = latest[Math.floor((latest.length - 1) / 2)] ?? 1;
  return pairs
    .map(({ after, before, days }) => ({ after, before, missing: Math.round(days / cadence) - 1 }))
    .filter(({ missing }) => missing > 0);
}

/** How old the newest judged night is. */
export interface Freshness {
  /** Null where no night was judged. */
  readonly newest: NightRecord | null;
  readonly hours: number | null;
  readonly isStale: boolean;
  /** Nights that are dated in the future, by which nothing is judged. */
  readonly ahead: readonly NightRecord[];
}

/**
 * How long ago a night ended in GO or NO-GO about a deployed API. Of a history that knows the embedded sandbox alone, its nights
 * count: somebody is trying the tool.
 */
export function freshnessOf(records: readonly NightRecord[], nowMs: number): Freshness {
  const ahead = records.filter((one) => timeOf(one) > nowMs + AHEAD_MS);
  const past = records.filter((one) => timeOf(one) <= nowMs + AHEAD_MS);
  const deployed = past.filter(({ target }) => !target.is_sandbox);
  const judged = (deployed.length > 0 ? deployed : past).filter(
    ({ verdict, interrupted }) => verdict !== 'INCONCLUSIVE' && !interrupted,
  );
  const newest = judged.toSorted((a, b) => Date.parse(a.ended_at) - Date.parse(b.ended_at)).at(-1) ?? null;
  const hours = newest === null ? null : Math.max(0, (nowMs - Date.parse(newest.ended_at)) / HOUR_MS);
  return { newest, hours, isStale: hours === null || hours > STALE_HOURS, ahead };
}
