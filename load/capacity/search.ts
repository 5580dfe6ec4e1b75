import type { CapacityProbe } from '../../result/load-result.ts';

/** Between which rates a capacity is looked for, and how long is measured. Rates are arrivals per second. */
export interface SearchLimits {
  readonly minRate: number;
  readonly maxRate: number;
  /** The search ends when the kept and the broken rate differ by no more than this share. */
  readonly precision: number;
  readonly probeMs: number;
  /** Length of the soak that confirms the rate that was found. */
  readonly soakMs: number;
  /** Fewest requests of a probe: as many as the objectives' percentiles need. */
  readonly samplesLeast: number;
}

/** A rate to be tried next. */
export interface Probe {
  readonly phase: CapacityProbe['phase'];
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Counted from 1; each further attempt at the same rate is twice as long. */
  readonly attempt: number;
}

/** How far a search has come. */
export interface Search {
  /** Rates that kept the objectives, ascending. */
  readonly kept: readonly number[];
  /** The lowest rate that did not, or could not be shown to; null when none was. */
  readonly broken: number | null;
  /** The rate that a soak confirmed; null while none is. */
  readonly confirmed: number | null;
  /** Soaks that broke, or could not be judged. */
  readonly failedSoaks: number;
  /** What to try next; null when the search is over. */
  readonly next: Probe | null;
  /** The probe that broke once and is not believed yet; null for none. */
  readonly doubted: Probe | null;
  /** True when a rate that had kept the objectives did not keep them when it was asked again. */
  readonly isUnsteady: boolean;
}

const ATTEMPTS_MAX = 3;
const SOAK_ATTEMPTS_MAX = 2;
const FAILED_SOAKS_MAX = 3;

/** A search that has not tried anything: it begins at the lowest rate. */
export function beginSearch(limits: SearchLimits): Search {
  const next = probeAt(limits, 'exponential', limits.minRate, limits.probeMs);
  return { kept: [], broken: null, confirmed: null, failedSoaks: 0, next, doubted: null, isUnsteady: false };
}

/**
 * The search after its next probe has come out. The rate doubles until one breaks; then the gap between the highest
 * kept and the lowest broken rate is halved until it is small; then a soak at the highest kept rate confirms it, or
 * is itself the rate that broke. What is inside the noise is tried again, longer; if it stays there, the rate counts
 * as one that could not be shown to keep the objectives. A soak, long already, is repeated once: a lower rate tells
 * more than a third one. After three rates whose soaks were in vain the search gives up.
 * One probe that breaks is not believed: the highest rate that was kept is asked again, and when that holds, the probe is
 * repeated. When it does not, the environment has changed, and there is no capacity to be found.
 */
export function advance(limits: SearchLimits, search: Search, outcome: CapacityProbe['outcome']): Search {
  const { next } = search;
  if (next === null) return search;
  const attemptsMax = next.phase === 'confirming' ? SOAK_ATTEMPTS_MAX : ATTEMPTS_MAX;
  if (outcome === 'inconclusive' && next.attempt < attemptsMax)
    return {
      ...search,
      next: { ...next, attempt: next.attempt + 1, durationMs: next.durationMs * 2 },
    };
  if (next.phase === 'control') return afterControl(search, outcome);
  if (outcome === 'broken' && search.doubted === null)
    return { ...search, ...doubting(limits, search, next) };
  return afterProbe(limits, { ...search, doubted: null }, next, outcome);
}

/** Asks whether the environment is still what it was, before a probe that broke is repeated. */
function doubting(limits: SearchLimits, { kept }: Search, probe: Probe): Pick<Search, 'next' | 'doubted'> {
  const doubted = { ...probe, attempt: 1 };
  const lower = kept.findLast((rate) => rate < probe.ratePerSecond);
  return {
    doubted,
    next: lower === undefined ? doubted : probeAt(limits, 'control', lower, limits.probeMs),
  };
}

function afterControl(search: Search, outcome: CapacityProbe['outcome']): Search {
  if (outcome === 'broken') return { ...search, isUnsteady: true, next: null };
  return { ...search, next: search.doubted };
}

function afterProbe(
  limits: SearchLimits,
  search: Search,
  next: Probe,
  outcome: CapacityProbe['outcome'],
): Search {
  const rate = next.ratePerSecond;
  if (outcome === 'kept' && next.phase === 'confirming') return { ...search, confirmed: rate, next: null };
  const kept = outcome === 'kept' ? [...search.kept, rate] : search.kept.filter((lower) => lower < rate);
  const broken = outcome === 'kept' ? search.broken : rate;
  const failedSoaks = search.failedSoaks + (next.phase === 'confirming' ? 1 : 0);
  if (failedSoaks >= FAILED_SOAKS_MAX) return { ...search, kept, broken, failedSoaks, next: null };
  return {
    ...search,
    kept,
    broken,
    failedSoaks,
    next: nextProbe(limits, kept.at(-1) ?? null, broken, failedSoaks),
  };
}

function nextProbe(
  limits: SearchLimits,
  kept: number | null,
  broken: number | null,
  failedSoaks: number,
): Probe | null {
  if (kept === null) return null;
  const usualMs = failedSoaks > 0 ? limits.soakMs : limits.probeMs; // shorter ones have shown to be too short
  if (broken === null) {
    return kept < limits.maxRate
      ? probeAt(limits, 'exponential', Math.min(limits.maxRate, round(kept * 2)), usualMs)
      : probeAt(limits, 'confirming', kept, limits.soakMs);
  }
  const middle = round((kept + broken) / 2);
  const isApart = broken / kept > 1 + limits.precision && middle > kept && middle < broken;
  return isApart
    ? probeAt(limits, 'binary', middle, usualMs)
    : probeAt(limits, 'confirming', kept, limits.soakMs);
}

function probeAt(
  limits: SearchLimits,
  phase: Probe['phase'],
  ratePerSecond: number,
  wantedMs: number,
): Probe {
  const samplesMs = Math.ceil((limits.samplesLeast * 1000) / ratePerSecond);
  return { phase, ratePerSecond, durationMs: Math.max(wantedMs, samplesMs), attempt: 1 };
}

/** Three digits are finer than any capacity is known. */
function round(rate: number): number {
  return Number(rate.toPrecision(3));
}

/** What a search may come to. */
export interface Spending {
  readonly probes: number;
  readonly requests: number;
  /** Null where nobody can tell. */
  readonly startsRuns: number | null;
  readonly durationMs: number;
}

/** What a search costs at most whose every probe keeps the objectives. @param costOf what one probe costs. */
export function costWhereKept(limits: SearchLimits, costOf: (probe: Probe) => Spending): Spending {
  let total: Spending = { probes: 0, requests: 0, startsRuns: 0, durationMs: 0 };
  for (let search = beginSearch(limits); search.next !== null; search = advance(limits, search, 'kept')) {
    const cost = costOf(search.next);
    total = {
      probes: total.probes + cost.probes,
      requests: total.requests + cost.requests,
      startsRuns:
        total.startsRuns === null || cost.startsRuns === null ? null : total.startsRuns + cost.startsRuns,
      durationMs: total.durationMs + cost.durationMs,
    };
  }
  return total;
}

/** The most that any search can cost, each figure by itself. @param costOf what one probe costs. */
export function worstCase(limits: SearchLimits, costOf: (probe: Probe) => Spending): Spending {
  const known = new Map<string, Spending>();
  const from = (search: Search): Spending => {
    if (search.next === null) return { probes: 0, requests: 0, startsRuns: 0, durationMs: 0 };
    const key = JSON.stringify(search);
    const before = known.get(key);
    if (before !== undefined) return before;
    const cost = costOf(search.next);
    const rests = (['kept', 'broken', 'inconclusive'] as const).map((outcome) =>
      from(advance(limits, search, outcome)),
    );
    const most = (of: (spending: Spending) => number): number => of(cost) + Math.max(...rests.map(of));
    const isKnown = cost.startsRuns !== null && rests.every(({ startsRuns }) => startsRuns !== null);
    const worst = {
      probes: most(({ probes }) => probes),
      requests: most(({ requests }) => requests),
      startsRuns: isKnown ? most(({ startsRuns }) => startsRuns ?? 0) : null,
      durationMs: most(({ durationMs }) => durationMs),
    };
    known.set(key, worst);
    return worst;
  };
  return from(beginSearch(limits));
}
