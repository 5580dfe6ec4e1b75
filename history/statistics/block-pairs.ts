/**
 * Two deployments under the same load in turn: blocks in pairs, and in each pair both were asked within moments of each other.
 * The pair is the unit: what a machine, a network or an hour does to both cancels within it, and what it does to one block
 * alone is seen as spread between pairs. Pure.
 */

/** Sorted times of one block in microseconds; what was never answered is `Infinity`. */
export type Block = readonly number[];

export interface BlockPair {
  readonly a: Block;
  readonly b: Block;
}

export const PAIRED_QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
export type PairedQuantile = keyof typeof PAIRED_QUANTILES;

/** A percentile, or the middle of the responses: the mean of the logarithms between p10 and p90, which sees least noise. */
export type PairedMeasure = 'middle' | PairedQuantile;

/** How many times as long B takes by one measure. */
export interface PairedRatio {
  readonly measure: PairedMeasure;
  readonly aUs: number;
  readonly bUs: number;
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number];
  readonly outcome: 'slower' | 'faster' | 'no difference seen';
}

export interface PairedComparison {
  readonly pairs: number;
  readonly ratios: readonly PairedRatio[];
  /** Percentiles that the samples, or the answered part of them, can't carry. */
  readonly missing: readonly PairedQuantile[];
  /** Of the middle and of all percentiles together; `can not tell` below the fewest pairs. */
  readonly outcome: 'slower' | 'faster' | 'slower and faster' | 'no difference seen' | 'can not tell';
}

export const PAIRS_LEAST = 8;
const RESAMPLES = 1000;
/**
 * The smallest change that is called one. Two processes of the same build are not quite alike: on quiet loopback B was 0.21 %
 * (0.04 % to 0.38 %) slower, which is certain and means nothing for a release.
 */
const CHANGE_LEAST = 0.01;
/** Chance that the interval of the middle of two equal deployments leaves out 1, and that any of those of the percentiles does. */
const ERROR_SHARES = { middle: 0.009, percentiles: 0.006 } as const;
const MIDDLE = [0.1, 0.9] as const;
/** Fewest samples on each side for a percentile: a distribution-free 95 % bound needs them. */
const SAMPLES_LEAST: Readonly<Record<PairedQuantile, number>> = { p50: 6, p90: 29, p95: 59, p99: 299 };

/**
 * The ratio of each measure of all blocks together, with intervals from a bootstrap over block pairs. Before samples are pooled
 * each pair is brought to one level, so that a drift that both met is none of the spread. The intervals of the percentiles hold at
 * once: the largest of the studentized deviations of a resample decides how wide they are. With few pairs all are wider, as
 * Student's t is.
 * @param random numbers from 0 to 1, seeded.
 */
export function comparePairs(pairs: readonly BlockPair[], random: () => number): PairedComparison {
  const plain = [pooled(pairs.map(({ a }) => a)), pooled(pairs.map(({ b }) => b))] as const;
  const names = Object.keys(PAIRED_QUANTILES) as readonly PairedQuantile[];
  const ones = new Uint16Array(pairs.length).fill(1);
  const carried = names.filter((name) => plain.every((side) => carries(side, name, ones)));
  const missing = names.filter((name) => !carried.includes(name));
  if (pairs.length < PAIRS_LEAST || !carried.includes('p50'))
    return { pairs: pairs.length, ratios: [], missing, outcome: 'can not tell' };
  const quantiles = carried.map((name) => PAIRED_QUANTILES[name]);
  const levelled = pairs.map(atOneLevel);
  const sides = [pooled(levelled.map(({ a }) => a)), pooled(levelled.map(({ b }) => b))] as const;
  const logs = logRatios(sides, ones, quantiles);
  const { errors, critical } = resampled(sides, pairs.length, quantiles, logs, random);
  const raw = plain.map((side) => measuresOf(side, ones, quantiles).map(Math.exp)) as [number[], number[]];
  const measures: readonly PairedMeasure[] = ['middle', ...carried];
  const ratios = measures.map((measure, i): PairedRatio => {
    const log = logs[i] ?? 0;
    const half = (measure === 'middle' ? critical.middle : critical.percentiles) * (errors[i] ?? 0);
    const interval = [Math.exp(log - half), Math.exp(log + half)] as const;
    const ratio = Math.exp(log);
    const [aUs, bUs] = [raw[0][i] ?? 0, raw[1][i] ?? 0];
    return { measure, aUs, bUs, ratio, interval, outcome: outcomeOf(ratio, interval) };
  });
  return { pairs: pairs.length, ratios, missing, outcome: wholeOf(ratios) };
}

function outcomeOf(ratio: number, [low, high]: PairedRatio['interval']): PairedRatio['outcome'] {
  if (low > 1 && ratio >= 1 + CHANGE_LEAST) return 'slower';
  return high < 1 && ratio <= 1 / (1 + CHANGE_LEAST) ? 'faster' : 'no difference seen';
}

/** Divides both blocks of a pair by the median of the two together. */
function atOneLevel({ a, b }: BlockPair): BlockPair {
  const all = [...a, ...b].sort((one, other) => one - other);
  const level = all[Math.floor((all.length - 1) / 2)] ?? 1;
  const by = Number.isFinite(level) && level > 0 ? level : 1;
  return { a: a.map((value) => value / by), b: b.map((value) => value / by) };
}

function wholeOf(ratios: readonly PairedRatio[]): PairedComparison['outcome'] {
  const [slower, faster] = (['slower', 'faster'] as const).map((word) =>
    ratios.some(({ outcome }) => outcome === word),
  );
  if (slower === true) return faster === true ? 'slower and faster' : 'slower';
  return faster === true ? 'faster' : 'no difference seen';
}

/** All samples of one side in order, each with the pair it is of. */
interface Pooled {
  readonly values: Float64Array;
  readonly logs: Float64Array;
  readonly pairs: Uint16Array;
  readonly counts: Uint32Array;
}

function pooled(blocks: readonly Block[]): Pooled {
  const all = blocks.flatMap((block, pair) => block.map((value) => ({ value, pair })));
  all.sort((one, other) => (one.value < other.value ? -1 : one.value > other.value ? 1 : 0));
  return {
    values: Float64Array.from(all, ({ value }) => value),
    logs: Float64Array.from(all, ({ value }) => Math.log(value)),
    pairs: Uint16Array.from(all, ({ pair }) => pair),
    counts: Uint32Array.from(blocks, ({ length }) => length),
  };
}

function carries(side: Pooled, name: PairedQuantile, ones: Uint16Array): boolean {
  if (side.values.length < SAMPLES_LEAST[name]) return false;
  // A resample may draw the blocks in which most was left unanswered, so half of the rest has to be answered too.
  const beyond = 1 - (1 - PAIRED_QUANTILES[name]) / 2;
  return Number.isFinite(quantilesOf(side, ones, [beyond])[0] ?? Infinity);
}

/** Percentiles of the pooled samples, each counted as often as its pair was drawn; the quantiles ascend. */
function quantilesOf(
  { values, pairs, counts }: Pooled,
  weights: Uint16Array,
  quantiles: readonly number[],
): number[] {
  let total = 0;
  for (let pair = 0; pair < counts.length; pair += 1) total += (counts[pair] ?? 0) * (weights[pair] ?? 0);
  const found: number[] = [];
  let seen = 0;
  let next = 0;
  let target = Math.ceil((quantiles[0] ?? 1) * total - 1e-9);
  for (let i = 0; i < values.length; i += 1) {
    seen += weights[pairs[i] ?? 0] ?? 0;
    while (seen >= target && seen > 0) {
      found.push(values[i] ?? 0);
      next += 1;
      if (next >= quantiles.length) return found;
      target = Math.ceil((quantiles[next] ?? 1) * total - 1e-9);
    }
  }
  return found;
}

/** The logarithm of the middle, and of each quantile. */
function measuresOf(side: Pooled, weights: Uint16Array, quantiles: readonly number[]): number[] {
  return [middleOf(side, weights), ...quantilesOf(side, weights, quantiles).map(Math.log)];
}

/** The mean of the logarithms between two quantiles. */
function middleOf({ logs, pairs, counts }: Pooled, weights: Uint16Array): number {
  let total = 0;
  for (let pair = 0; pair < counts.length; pair += 1) total += (counts[pair] ?? 0) * (weights[pair] ?? 0);
  const [from, to] = [MIDDLE[0] * total, MIDDLE[1] * total];
  let seen = 0;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < logs.length && seen < to; i += 1) {
    const weight = weights[pairs[i] ?? 0] ?? 0;
    const own = Math.min(seen + weight, to) - Math.max(seen, from);
    if (own > 0) {
      sum += own * (logs[i] ?? 0);
      count += own;
    }
    seen += weight;
  }
  return sum / count;
}

function logRatios(
  [a, b]: readonly [Pooled, Pooled],
  weights: Uint16Array,
  quantiles: readonly number[],
): readonly number[] {
  const was = measuresOf(a, weights, quantiles);
  return measuresOf(b, weights, quantiles).map((log, i) => log - (was[i] ?? NaN));
}

interface Spread {
  /** Standard error of each log ratio. */
  readonly errors: readonly number[];
  /** How many of them an interval reaches to either side. */
  readonly critical: { readonly middle: number; readonly percentiles: number };
}

function resampled(
  sides: readonly [Pooled, Pooled],
  pairs: number,
  quantiles: readonly number[],
  logs: readonly number[],
  random: () => number,
): Spread {
  const deviations = logs.map(() => new Float64Array(RESAMPLES));
  const weights = new Uint16Array(pairs);
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    weights.fill(0);
    for (let i = 0; i < pairs; i += 1) {
      const pair = Math.floor(random() * pairs);
      weights[pair] = (weights[pair] ?? 0) + 1;
    }
    const drawn = logRatios(sides, weights, quantiles);
    for (const [i, own] of deviations.entries()) {
      const deviation = (drawn[i] ?? NaN) - (logs[i] ?? NaN);
      own[draw] = Number.isFinite(deviation) ? deviation : 0;
    }
  }
  const few = Math.sqrt(pairs / (pairs - 1));
  const errors = deviations.map(
    (own) => few * Math.sqrt(own.reduce((sum, one) => sum + one * one, 0) / RESAMPLES),
  );
  const furthest = (from: number, to: number, share: number): number => {
    const sizes = Float64Array.from({ length: RESAMPLES }, (_, draw) =>
      Math.max(
        ...deviations
          .slice(from, to)
          .map((own, i) => Math.abs(own[draw] ?? 0) / Math.max(errors[from + i] ?? 0, 1e-12)),
      ),
    ).sort();
    const normal = (sizes[Math.ceil((1 - share) * RESAMPLES) - 1] ?? 0) * few;
    return studentized(normal, pairs - 1);
  };
  return {
    errors,
    critical: {
      middle: furthest(0, 1, ERROR_SHARES.middle),
      percentiles: furthest(1, logs.length, ERROR_SHARES.percentiles),
    },
  };
}

/** A critical value of the normal distribution as Student's t has it, by the first terms of its expansion. */
function studentized(z: number, freedom: number): number {
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + first / freedom + second / freedom ** 2;
}
