import assert from 'node:assert/strict';
import test from 'node:test';
import { Blocks } from '../../load/metrics/clustering.ts';
import { seededRandom } from '../../load/arrivals/random.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { clusteredRankInterval, rankInterval } from '../../load/metrics/quantile.ts';

/** Response times in ms, one every 10 ms: a tenth of them slow, either scattered or in clusters of about 20. */
function times(seed: number, count: number, isClustered: boolean): readonly number[] {
  const random = seededRandom(seed);
  let isSlow = random() < 0.1;
  return Array.from({ length: count }, () => {
    if (!isClustered) isSlow = random() < 0.1;
    else if (random() < (isSlow ? 0.05 : 0.05 / 9)) isSlow = !isSlow;
    return (isSlow ? 100 : 10) * (1 + random());
  });
}

function recorderOf(values: readonly number[]): Recorder {
  const recorder = new Recorder();
  for (const [i, ms] of values.entries()) recorder.record(ms, i * 10);
  return recorder;
}

/** The share of intervals that hold the true p90, which lies anywhere from 20 to 100 ms. */
function coverage(isClustered: boolean): number {
  const runs = 200;
  let held = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const interval = recorderOf(times(seed, 3000, isClustered)).distribution().interval.p90;
    if (interval === null) continue;
    const [low, high] = interval;
    if (low <= 100_000 && (high === null || high >= 20_000)) held += 1;
  }
  return held / runs;
}

test('intervals hold the truth as often as they say, also when slow responses come in clusters', () => {
  assert.ok(coverage(false) >= 0.93, `scattered: ${coverage(false)}`);
  assert.ok(coverage(true) >= 0.88, `clustered: ${coverage(true)}`);
});

test('without the blocks, the intervals of clustered times hold the truth far too seldom', () => {
  let held = 0;
  for (let seed = 1; seed <= 200; seed += 1) {
    const sorted = [...times(seed, 3000, true)].sort((a, b) => a - b);
    const ranks = rankInterval(0.9, sorted.length);
    if (ranks === null) continue;
    if ((sorted[ranks.low - 1] ?? 0) <= 100 && (sorted[ranks.high - 1] ?? 0) >= 20) held += 1;
  }
  assert.ok(held / 200 < 0.6, String(held / 200));
});

test('independent times are hardly ever taken for clustered, clustered ones nearly always seen', () => {
  const inflated = (isClustered: boolean): number => {
    let seen = 0;
    for (let seed = 1; seed <= 100; seed += 1)
      if (recorderOf(times(seed, 3000, isClustered)).effectiveCount() < 3000) seen += 1;
    return seen;
  };
  assert.ok(inflated(false) <= 10, String(inflated(false)));
  const clustered = recorderOf(times(5, 30_000, true));
  assert.ok(clustered.effectiveCount() < 3000, String(clustered.effectiveCount()));
});

test('one value throughout, few samples and long runs have no effect or a bounded one', () => {
  const flat = new Blocks();
  for (let i = 0; i < 1000; i += 1) flat.record(5000, i * 10);
  assert.equal(flat.inflation(0.99), 1);
  const few = new Blocks();
  for (let i = 0; i < 20; i += 1) few.record(i < 5 ? 100 : 5000, i * 1000);
  assert.ok(few.inflation(0.5) >= 1);
  const long = new Blocks();
  for (let i = 0; i < 10_000; i += 1) long.record(1000 + (i % 7) * 100, i * 8640);
  assert.equal(long.inflation(0.5), 1);
});

test('the ranks widen with the effect, and have no upper end where too little is left', () => {
  const whole = rankInterval(0.95, 1000);
  assert.ok(whole !== null);
  assert.deepEqual(clusteredRankInterval(0.95, 1000, 1), whole);
  const wider = clusteredRankInterval(0.95, 1000, 5);
  assert.ok(wider?.high !== null && wider !== null && wider.low < whole.low && wider.high > whole.high);
  const open = clusteredRankInterval(0.95, 1000, 100);
  assert.ok(open?.high === null && open.low <= wider.low && open.low >= 1);
  assert.equal(clusteredRankInterval(0.95, 58, 3), null);
});
