/** The percentiles that are reported, by their field name in the result. */
export const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;

export type QuantileName = keyof typeof QUANTILES;

/** The names of the reported percentiles, ascending. */
export const QUANTILE_NAMES = Object.keys(QUANTILES) as readonly QuantileName[];

const ERROR_SHARE = 0.05;

/** Ranks (1-based) of the order statistics that bound a quantile with at least 95 % confidence. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Fewest samples whose smallest and largest value bound the quantile with 95 % confidence, whatever the
 * distribution: 6 for the median, 29 for p90, 59 for p95, 299 for p99, 2,995 for p99.9.
 */
export function samplesNeeded(quantile: number): number {
  let n = 1;
  while (1 - quantile ** n - (1 - quantile) ** n < 1 - ERROR_SHARE) n += 1;
  return n;
}

/** Rank (1-based) of the sample that stands for a quantile: the smallest with at least that share at or below. */
export function rankOf(quantile: number, count: number): number {
  return Math.min(count, Math.max(1, Math.ceil(quantile * count - 1e-9)));
}

/**
 * The distribution-free 95 % interval of a quantile as ranks, from the binomial distribution: half of the error
 * on either side, or, where the sample is too small for that, the largest value above and what is left below.
 * Null when the sample can't carry the quantile at all.
 */
export function rankInterval(quantile: number, count: number): RankInterval | null {
  if (count < samplesNeeded(quantile)) return null;
  const atMost = binomial(quantile, count);
  const above = (rank: number): number => 1 - atMost(rank - 1);
  const high = firstRank(count, (rank) => above(rank) <= ERROR_SHARE / 2);
  const left = ERROR_SHARE - Math.max(above(high), ERROR_SHARE / 2);
  const low = firstRank(high, (rank) => atMost(rank) > left);
  return { low, high };
}

/**
 * The same interval for samples of which `inflation` are worth as much as one independent sample. Its upper end is
 * null where so few are left that they can't bound the quantile from above.
 */
export function clusteredRankInterval(
  quantile: number,
  count: number,
  inflation: number,
): { readonly low: number; readonly high: number | null } | null {
  const whole = rankInterval(quantile, count);
  if (whole === null || inflation <= 1) return whole;
  const effective = Math.max(1, Math.floor(count / inflation));
  const fewer = rankInterval(quantile, effective);
  const scaled = (rank: number): number => (rank * count) / effective;
  if (fewer !== null)
    return {
      low: Math.max(1, Math.min(whole.low, Math.floor(scaled(fewer.low)))),
      high: Math.max(whole.high, Math.min(count, Math.ceil(scaled(fewer.high)))),
    };
  const atMost = binomial(quantile, effective);
  const low = firstRank(effective, (rank) => atMost(rank) > ERROR_SHARE);
  return { low: Math.max(1, Math.min(whole.low, Math.floor(scaled(low - 1)))), high: null };
}

/** The smallest rank up to `count` that fulfils the monotonic condition; `count` when none does. */
function firstRank(count: number, holds: (rank: number) => boolean): number {
  let low = 1;
  let high = count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The cumulative binomial distribution of `count` trials. Weights are taken outward from the most likely value
 * until they no longer matter, so a million samples cost a few thousand steps and no factorial is needed.
 */
export function binomial(share: number, count: number): (successes: number) => number {
  const mode = Math.min(count, Math.floor((count + 1) * share));
  const odds = share / (1 - share);
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0 && weight > 1e-18; k -= 1) {
    weight *= k / ((count - k + 1) * odds);
    below.push(weight);
  }
  const weights = [...below.reverse(), 1];
  for (let k = mode, weight = 1; k < count && weight > 1e-18; k += 1) {
    weight *= ((count - k) * odds) / (k + 1);
    weights.push(weight);
  }
  const first = mode - below.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  const sums = weights.map((weight) => (running += weight) / total);
  return (successes) => (successes < first ? 0 : (sums[successes - first] ?? 1));
}

/** The 95 % interval of a share by Wilson's score, each end between 0 and 1. */
export function wilsonInterval(hits: number, count: number): readonly [low: number, high: number] {
  const z = 1.959964;
  const share = hits / count;
  const middle = share + (z * z) / (2 * count);
  const reach = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  // At the ends the two terms are equal; what rounding leaves of their difference is no bound.
  return [
    hits === 0 ? 0 : Math.max(0, (middle - reach) / scale),
    hits === count ? 1 : Math.min(1, (middle + reach) / scale),
  ];
}
