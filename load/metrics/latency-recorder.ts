import hdr from 'hdr-histogram-js';
import type { Distribution, Interval, TimePart } from '../../result/load-result.ts';
import { Blocks, type BlocksState } from './clustering.ts';
import {
  QUANTILE_NAMES,
  QUANTILES,
  clusteredRankInterval,
  rankOf,
  samplesNeeded,
  type QuantileName,
} from './quantile.ts';

const LONGEST_US = 600_000_000;
const DIGITS = 3;

/** To how many digits times are told apart. */
type Digits = 2 | 3;
const CURVE_POINTS_PER_HALVING = 5;

type Histogram = ReturnType<typeof hdr.build>;

/** The two histograms of a recorder as compressed HDR text; the texts of several runs can be added up. */
export interface EncodedHistograms {
  readonly answered: string;
  readonly unanswered: string;
}

/** A recorder as plain data, without any loss. */
export interface RecorderState extends EncodedHistograms {
  readonly sumUs: number;
  readonly maxAnsweredUs: number;
  readonly maxUnansweredUs: number;
  readonly blocks: BlocksState;
}

/**
 * Times of one kind, 1 µs to 10 min at three digits. What was never answered is kept apart: such a time is only
 * a lower bound, and a percentile that it reaches must say so.
 */
export class Recorder {
  readonly #digits: Digits;
  readonly #responses: Histogram;
  readonly #blocks = new Blocks();
  #unanswered: Histogram | null = null;
  #sumUs = 0;
  #maxAnsweredUs = 0;
  #maxUnansweredUs = 0;

  /** @param digits to how many digits times are told apart. */
  constructor(digits: Digits = DIGITS) {
    this.#digits = digits;
    this.#responses = newHistogram(digits);
  }

  /**
   * Records the time of an answered request, in milliseconds.
   * @param atMs when it was due, in milliseconds since the step began; null leaves it out of the search for clusters.
   */
  record(ms: number, atMs: number | null = null): void {
    const us = toMicroseconds(ms);
    if (atMs !== null) this.#blocks.record(us, atMs);
    this.#responses.recordValue(us);
    this.#sumUs += us;
    this.#maxAnsweredUs = Math.max(this.#maxAnsweredUs, us);
  }

  /** Records how long an unanswered request had been waiting when it was given up, in milliseconds. */
  recordUnanswered(ms: number, atMs: number | null = null): void {
    const us = toMicroseconds(ms);
    if (atMs !== null) this.#blocks.record(us, atMs);
    this.#unanswered ??= newHistogram(this.#digits);
    this.#unanswered.recordValue(us);
    this.#sumUs += us;
    this.#maxUnansweredUs = Math.max(this.#maxUnansweredUs, us);
  }

  get count(): number {
    return this.#responses.totalCount + (this.#unanswered?.totalCount ?? 0);
  }

  /** The raw histograms, to be saved and added up with those of other runs. */
  encoded(): EncodedHistograms {
    return {
      answered: hdr.encodeIntoCompressedBase64(this.#responses),
      unanswered: hdr.encodeIntoCompressedBase64(this.#unanswered ?? newHistogram(this.#digits)),
    };
  }

  /** Everything that was recorded, to be sent or saved. */
  state(): RecorderState {
    return {
      ...this.encoded(),
      sumUs: this.#sumUs,
      maxAnsweredUs: this.#maxAnsweredUs,
      maxUnansweredUs: this.#maxUnansweredUs,
      blocks: this.#blocks.state(),
    };
  }

  /** Adds what another has recorded over the same time, count by count. */
  merge(state: RecorderState): void {
    this.#responses.add(hdr.decodeFromCompressedBase64(state.answered));
    const unanswered = hdr.decodeFromCompressedBase64(state.unanswered);
    if (unanswered.totalCount > 0) {
      this.#unanswered ??= newHistogram(this.#digits);
      this.#unanswered.add(unanswered);
    }
    this.#sumUs += state.sumUs;
    this.#maxAnsweredUs = Math.max(this.#maxAnsweredUs, state.maxAnsweredUs);
    this.#maxUnansweredUs = Math.max(this.#maxUnansweredUs, state.maxUnansweredUs);
    this.#blocks.merge(state.blocks);
  }

  /** How many independent samples the interval is worth that had to be widened the most. */
  effectiveCount(): number {
    const { count } = this;
    const carried = QUANTILE_NAMES.filter((name) => count >= samplesNeeded(QUANTILES[name]));
    const inflations = carried.map((name) => this.#blocks.inflation(QUANTILES[name]));
    return Math.floor(count / Math.max(1, ...inflations));
  }

  /** Each time in microseconds, ascending; what was never answered is `Infinity`. */
  sorted(): readonly number[] {
    const { totalCount } = this.#responses;
    const responses = Array.from({ length: totalCount }, (_, i) => valueAtRank(this.#responses, i + 1));
    return [...responses, ...Array<number>(this.count - totalCount).fill(Infinity)];
  }

  /** What the result says about these times. */
  distribution(): Distribution {
    const { count } = this;
    const sample = this.#sample();
    const points = QUANTILE_NAMES.map((name) => [name, pointOf(sample, name)] as const);
    const valueOf = (name: QuantileName): number | null =>
      sample.carries(name) ? sample.atLeastUs(rankOf(QUANTILES[name], count)) : null;
    const censoredMax = this.#maxUnansweredUs > this.#maxAnsweredUs ? (['max'] as const) : [];
    return {
      count,
      censored: this.#unanswered?.totalCount ?? 0,
      p50: valueOf('p50'),
      p90: valueOf('p90'),
      p95: valueOf('p95'),
      p99: valueOf('p99'),
      p999: valueOf('p999'),
      max: count === 0 ? null : sample.maxUs,
      mean: count === 0 ? null : Math.round((this.#sumUs / count) * 10) / 10,
      interval: Object.fromEntries(
        points.map(([name, point]) => [name, point?.interval ?? null]),
      ) as Distribution['interval'],
      at_least: [...points.filter(([, point]) => point?.isLowerBound).map(([name]) => name), ...censoredMax],
      curve: curveOf(sample),
    };
  }

  /** The same in short. */
  part(): TimePart {
    const { count } = this;
    const sample = this.#sample();
    const at = (name: QuantileName): number | null =>
      sample.carries(name) ? sample.atLeastUs(rankOf(QUANTILES[name], count)) : null;
    return {
      count,
      p50: at('p50'),
      p95: at('p95'),
      p99: at('p99'),
      max: count === 0 ? null : sample.maxUs,
      mean: count === 0 ? null : Math.round((this.#sumUs / count) * 10) / 10,
    };
  }

  #sample(): Sample {
    const { count } = this;
    const responses = this.#responses;
    const maxUs = Math.max(this.#maxAnsweredUs, this.#maxUnansweredUs);
    const everything =
      this.#unanswered === null ? responses : sumOf(responses, this.#unanswered, this.#digits);
    return {
      count,
      maxUs,
      inflation: (name) => this.#blocks.inflation(QUANTILES[name]),
      carries: (name) => count >= samplesNeeded(QUANTILES[name]),
      atLeastUs: (rank) => Math.min(maxUs, valueAtRank(everything, rank)),
      atMostUs: (rank) =>
        rank > responses.totalCount ? null : Math.min(maxUs, valueAtRank(responses, rank)),
    };
  }
}

/** A sample as order statistics. With unanswered requests in it, each is known between two bounds. */
interface Sample {
  readonly count: number;
  readonly maxUs: number;
  carries(name: QuantileName): boolean;
  /** How many samples are worth one independent sample, as clusters of slow responses go. */
  inflation(name: QuantileName): number;
  /** The order statistic if every unanswered request had ended when it was given up. */
  atLeastUs(rank: number): number;
  /** The order statistic if no unanswered request ever ended; null for never. */
  atMostUs(rank: number): number | null;
}

interface Point {
  readonly interval: Interval;
  readonly isLowerBound: boolean;
}

function pointOf(sample: Sample, name: QuantileName): Point | null {
  const ranks = clusteredRankInterval(QUANTILES[name], sample.count, sample.inflation(name));
  if (ranks === null) return null;
  const rank = rankOf(QUANTILES[name], sample.count);
  return {
    interval: [sample.atLeastUs(ranks.low), ranks.high === null ? null : sample.atMostUs(ranks.high)],
    isLowerBound: sample.atMostUs(rank) !== sample.atLeastUs(rank),
  };
}

/** The percentile curve: steps that halve the distance to 1, so that the tail is drawn as finely as the body. */
function curveOf(sample: Sample): Distribution['curve'] {
  const points: (readonly [number, number])[] = [];
  for (let rest = 1; rest * sample.count >= 1; rest /= 2) {
    for (let i = 0; i < CURVE_POINTS_PER_HALVING; i += 1) {
      const quantile = 1 - rest + (i * rest) / 2 / CURVE_POINTS_PER_HALVING;
      points.push([Math.round(quantile * 1e6) / 1e6, sample.atLeastUs(rankOf(quantile, sample.count))]);
    }
  }
  return sample.count === 0 ? [] : [...points, [1, sample.maxUs]];
}

function newHistogram(digits: Digits): Histogram {
  return hdr.build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: digits,
    useWebAssembly: false,
  });
}

function toMicroseconds(ms: number): number {
  return Math.min(LONGEST_US, Math.max(1, Math.round(ms * 1000)));
}

function sumOf(a: Histogram, b: Histogram, digits: Digits): Histogram {
  const sum = newHistogram(digits);
  for (const part of [a, b]) sum.add(part);
  return sum;
}

/** The value of the n-th smallest record (1-based); half a rank is taken off so that rounding can't skip one. */
function valueAtRank(histogram: Histogram, rank: number): number {
  return histogram.getValueAtPercentile(((rank - 0.5) / histogram.totalCount) * 100);
}
