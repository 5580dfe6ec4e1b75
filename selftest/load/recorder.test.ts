/** Recorded times, their percentiles and their bounds, from samples that are known. */
import assert from 'node:assert/strict';
import test from 'node:test';
import hdr from 'hdr-histogram-js';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { clusteredRankInterval } from '../../load/metrics/quantile.ts';

/** Microseconds as milliseconds, in which times are recorded. */
const us = (value: number): number => value / 1000;

function recorderOf(responsesUs: readonly number[], unansweredUs: readonly number[] = []): Recorder {
  const recorder = new Recorder();
  for (const value of responsesUs) recorder.record(us(value));
  for (const value of unansweredUs) recorder.recordUnanswered(us(value));
  return recorder;
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

test('short times are told to the microsecond, longer ones to a thousandth, the longest to ten minutes', () => {
  const of = (ms: number): number | null => recorderOf([ms * 1000]).distribution().max;
  assert.deepEqual(
    [of(0.0001), of(0.0014), of(0.0016), of(700_000), of(600_000)],
    [1, 1, 2, 600_000_000, 600_000_000],
  );
  for (const count of [6, 29, 59, 299]) {
    const { p50, p90, p95, p99, max, mean, curve } = recorderOf(upTo(count)).distribution();
    const rank = (share: number): number => Math.ceil(share * count - 1e-9);
    assert.deepEqual(
      [p50, p90, p95, p99, max, mean],
      [
        rank(0.5),
        count < 29 ? null : rank(0.9),
        count < 59 ? null : rank(0.95),
        count < 299 ? null : rank(0.99),
        count,
        (count + 1) / 2,
      ],
      `${count}`,
    );
    assert.deepEqual(curve.at(-1), [1, count]);
  }
  const coarse = new Recorder(2);
  for (const value of [1000, 1003, 1003]) coarse.record(us(value));
  const fine = recorderOf([1000, 1003, 1003]);
  const codes = [coarse, fine].map((one) => hdr.decodeFromCompressedBase64(one.encoded().answered));
  assert.deepEqual(
    codes.map((one) => one.numberOfSignificantValueDigits),
    [2, 3],
  );
});

test('the mean is told to a tenth of a microsecond, of answered and unanswered together', () => {
  const meanOf = (...values: readonly number[]): number | null => recorderOf(values).distribution().mean;
  assert.deepEqual(
    [meanOf(1, 2), meanOf(1, 1, 2), meanOf(1, 2, 2), meanOf(1, 1, 1, 2)],
    [1.5, 1.3, 1.7, 1.3],
  );
  assert.equal(recorderOf([10], [30]).distribution().mean, 20);
  const { mean, max, p50, count, curve, at_least } = recorderOf([]).distribution();
  assert.deepEqual([mean, max, p50, count, curve, at_least], [null, null, null, 0, [], []]);
});

test('in short the figures are the same', () => {
  for (const count of [0, 5, 60, 299]) {
    const recorder = recorderOf(upTo(count), count === 60 ? [500] : []);
    const { p50, p95, p99, max, mean, count: all } = recorder.distribution();
    assert.deepEqual(recorder.part(), { count: all, p50, p95, p99, max, mean }, `${count}`);
  }
  assert.equal(recorderOf([1, 1, 2]).part().mean, 1.3);
});

test('the interval of a percentile is made of the samples of its ranks; unanswered ones have no upper bound', () => {
  const { interval } = recorderOf(upTo(100)).distribution();
  const ranks = clusteredRankInterval(0.9, 100, 1);
  assert.deepEqual(interval.p50, [40, 61]);
  assert.deepEqual(interval.p90, [ranks?.low, ranks?.high]);
  assert.equal(interval.p99, null);
  const late = recorderOf(upTo(95), [300, 300, 300, 300, 300]).distribution();
  assert.deepEqual(late.interval.p50, [40, 61]);
  assert.deepEqual(late.interval.p95, [90, null]);
  assert.deepEqual([late.censored, late.count, late.max], [5, 100, 300]);
  assert.deepEqual(late.at_least, ['max']);
  const more = recorderOf(upTo(94), [300, 300, 300, 300, 300, 300]).distribution();
  assert.deepEqual(more.at_least, ['p95', 'max']);
  // Given up sooner than others were answered: where it would have stood nobody knows.
  const early = recorderOf(upTo(100), [0.4]).distribution();
  assert.deepEqual([early.max, early.at_least.includes('max'), early.count], [100, false, 101]);
  assert.deepEqual(recorderOf([7], [7]).distribution().at_least, [], 'as long as the longest answered one');
  const { max } = recorderOf([7], [8]).distribution();
  assert.equal(max, 8);
});

test('the curve halves the distance to 1, five points to each halving, and ends at the longest', () => {
  const { curve } = recorderOf(upTo(8)).distribution();
  const quantiles = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.775, 0.8, 0.825, 0.85];
  const rest = [0.875, 0.8875, 0.9, 0.9125, 0.925];
  assert.deepEqual(
    curve.map(([quantile]) => quantile),
    [...quantiles, ...rest, 1],
  );
  assert.deepEqual(
    curve.map(([, value]) => value),
    [1, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8],
  );
  const many = recorderOf(upTo(7)).distribution().curve;
  assert.equal(many.length, 3 * 5 + 1, 'the last halving has at least one request in it');
  const fine = recorderOf(upTo(512))
    .distribution()
    .curve.map(([quantile]) => quantile);
  assert.ok(
    fine.includes(0.998242) && fine.every((quantile) => Math.round(quantile * 1e6) / 1e6 === quantile),
  );
});

test('clusters widen the interval, by blocks of the time when requests were due', () => {
  const times = Array.from({ length: 640 }, (_, n) => ({ ms: n < 64 ? 10 : 1, atMs: n * 12.5 }));
  const recorderAt = (isPlaced: boolean, hasResponse = true): Recorder => {
    const recorder = new Recorder();
    for (const { ms, atMs } of times) {
      if (hasResponse) recorder.record(ms, isPlaced ? atMs : null);
      else recorder.recordUnanswered(ms, isPlaced ? atMs : null);
    }
    return recorder;
  };
  for (const hasResponse of [true, false]) {
    assert.equal(recorderAt(false, hasResponse).effectiveCount(), 640);
    // One of eight groups of 80 has 64 of 80: by 64 the share of groups varies more than chance would have it.
    const effective = recorderAt(true, hasResponse).effectiveCount();
    assert.ok(effective > 7 && effective < 10, `${effective}`);
  }
  const apart = recorderAt(false).distribution();
  const placed = recorderAt(true).distribution();
  assert.deepEqual([placed.p90, placed.max, placed.mean], [apart.p90, apart.max, apart.mean]);
  assert.deepEqual([apart.interval.p90?.[1], placed.interval.p90?.[1]], [10_000, null]);
  assert.deepEqual(
    [recorderOf([1], [2]).state().blocks.blocks, recorderOf(upTo(5)).effectiveCount()],
    [[], 5],
  );
  const few = new Recorder();
  for (let n = 0; n < 28; n += 1) few.record(n < 4 ? 10 : 1, n * 125);
  assert.equal(few.effectiveCount(), 28, 'what the sample does not carry is not looked at');
  const tail = new Recorder();
  for (let n = 0; n < 200; n += 1) tail.record(n >= 10 && n < 15 ? 1000 : 1 + ((n * 37) % 97), n * 40);
  assert.equal(tail.effectiveCount(), 200, 'a cluster beyond the last percentile that is told widens none');
});

test('recorders add up, as text as well', () => {
  const parts = [recorderOf([5, 900], [100, 700]), recorderOf([2, 3, 400]), recorderOf([], [1000])];
  for (const order of [parts, parts.toReversed()]) {
    const merged = new Recorder();
    for (const part of order) merged.merge(part.state());
    const { count, censored, max, mean } = merged.distribution();
    assert.deepEqual([count, censored, max, mean], [8, 3, 1000, 388.8]);
    assert.ok(merged.distribution().at_least.includes('max'));
    const { maxAnsweredUs, maxUnansweredUs, sumUs } = merged.state();
    assert.deepEqual([maxAnsweredUs, maxUnansweredUs, sumUs], [900, 1000, 3110]);
  }
  const responses = new Recorder();
  responses.merge(recorderOf([5]).state());
  responses.merge(recorderOf([7]).state());
  assert.deepEqual([responses.count, responses.distribution().censored], [2, 0]);
  const placed = new Recorder();
  placed.record(1, 0);
  const other = new Recorder();
  other.record(1, 200);
  placed.merge(other.state());
  assert.deepEqual(
    placed.state().blocks.blocks.map(([block]) => block),
    [0, 1],
  );
});
