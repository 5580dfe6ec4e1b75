import assert from 'node:assert/strict';
import hdr from 'hdr-histogram-js';
import test from 'node:test';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { Timeline } from '../../load/metrics/timeline.ts';

function recorderOf(responsesMs: readonly number[], unansweredMs: readonly number[] = []): Recorder {
  const recorder = new Recorder();
  for (const ms of responsesMs) recorder.record(ms);
  for (const ms of unansweredMs) recorder.recordUnanswered(ms);
  return recorder;
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

test('percentiles come at three digits, in microseconds', () => {
  const { count, p50, p90, p95, p99, p999, max, mean } = recorderOf(upTo(3000)).distribution();
  assert.equal(count, 3000);
  for (const [value, truth] of [
    [p50, 1500e3],
    [p90, 2700e3],
    [p95, 2850e3],
    [p99, 2970e3],
    [p999, 2997e3],
  ] as const) {
    assert.ok(value !== null && Math.abs(value - truth) <= truth / 1000, `${String(value)} for ${truth}`);
  }
  assert.equal(max, 3_000_000);
  assert.equal(mean, 1_500_500);
});

test('a percentile that the sample cannot carry is null, and so is its interval', () => {
  const rows = [
    [0, null],
    [5, null],
    [6, 'p50'],
    [28, 'p50'],
    [29, 'p90'],
    [58, 'p90'],
    [59, 'p95'],
    [299, 'p99'],
    [2994, 'p99'],
    [2995, 'p999'],
  ] as const;
  const names = ['p50', 'p90', 'p95', 'p99', 'p999'] as const;
  for (const [count, highest] of rows) {
    const distribution = recorderOf(upTo(count)).distribution();
    const carried = highest === null ? 0 : names.indexOf(highest) + 1;
    for (const [i, name] of names.entries()) {
      assert.equal(distribution[name] !== null, i < carried, `${name} of ${count}`);
      assert.equal(distribution.interval[name] !== null, i < carried, `interval of ${name} of ${count}`);
    }
  }
});

test('an unanswered request makes the percentiles that it reaches lower bounds, and no others', () => {
  const distribution = recorderOf(
    upTo(90).map(() => 10),
    upTo(10).map(() => 1000),
  ).distribution();
  assert.equal(distribution.censored, 10);
  assert.deepEqual(distribution.at_least, ['p95', 'max']);
  assert.equal(distribution.interval.p95?.[1], null);
  assert.ok((distribution.interval.p50?.[1] ?? Infinity) < 11_000);
});

test('one unanswered request of many leaves the median and its interval alone', () => {
  const distribution = recorderOf(upTo(299), [0.005]).distribution();
  assert.ok(!distribution.at_least.includes('max'));
  assert.ok((distribution.interval.p50?.[1] ?? Infinity) < 180_000);
});

test('nothing answered at all is a lower bound throughout', () => {
  const distribution = recorderOf(
    [],
    upTo(60).map(() => 500),
  ).distribution();
  assert.deepEqual(distribution.at_least, ['p50', 'p90', 'p95', 'max']);
  assert.ok((distribution.p50 ?? 0) >= 500_000);
});

test('times beyond the histogram are held at its ends', () => {
  const { max } = recorderOf([1e9, 0]).distribution();
  assert.equal(max, 600_000_000);
});

test('the raw histograms can be read back and added up', () => {
  const a = hdr.decodeFromCompressedBase64(recorderOf(upTo(100)).encoded().answered);
  const b = hdr.decodeFromCompressedBase64(recorderOf(upTo(50)).encoded().answered);
  a.add(b);
  assert.equal(a.totalCount, 150);
});

test('the curve ascends and ends at the maximum', () => {
  const { curve, max } = recorderOf(upTo(1000)).distribution();
  assert.deepEqual(curve.at(-1), [1, max]);
  for (let i = 1; i < curve.length; i += 1) {
    assert.ok((curve[i]?.[0] ?? 0) > (curve[i - 1]?.[0] ?? 1) || i === curve.length - 1);
    assert.ok((curve[i]?.[1] ?? 0) >= (curve[i - 1]?.[1] ?? 0));
  }
});

test('seconds have no gaps, and a finished second is folded', () => {
  const seconds = new Timeline(1000);
  for (let ms = 0; ms < 20_000; ms += 100) {
    if (ms >= 5000 && ms < 7000) continue;
    seconds.sent(ms);
    seconds.ended(ms, ms % 1000 === 0 ? 'throttled' : 'ok', 10);
  }
  const rows = seconds.rows();
  assert.equal(rows.length, 20);
  assert.deepEqual(rows[5], {
    second: 5,
    sent: 0,
    ok: 0,
    failed: 0,
    throttled: 0,
    p50_us: null,
    p99_us: null,
    max_us: null,
    bands: [],
  });
  assert.deepEqual(rows[3], {
    second: 3,
    sent: 10,
    ok: 9,
    failed: 1,
    throttled: 1,
    p50_us: 10_000,
    p99_us: null,
    max_us: 10_000,
    bands: [[26, 10]],
  });
});
