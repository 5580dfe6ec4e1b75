import assert from 'node:assert/strict';
import test from 'node:test';
import {
  QUANTILES,
  binomial,
  clusteredRankInterval,
  rankInterval,
  rankOf,
  samplesNeeded,
  wilsonInterval,
} from '../../load/metrics/quantile.ts';
import { atMost } from './binomial.ts';

test('a quantile needs the samples that its distribution-free 95 % bound takes', () => {
  assert.deepEqual(Object.values(QUANTILES).map(samplesNeeded), [6, 29, 59, 299, 2995]);
});

test('intervals are the known order statistics of the binomial distribution', () => {
  const rows: readonly (readonly [quantile: number, count: number, low: number, high: number])[] = [
    [0.5, 6, 1, 6],
    [0.5, 10, 2, 9],
    [0.5, 20, 6, 15],
    [0.5, 100, 40, 61],
    [0.9, 29, 21, 29],
    [0.95, 59, 50, 59],
    [0.95, 100, 90, 100],
    [0.95, 500, 465, 485],
    [0.99, 299, 289, 299],
    [0.999, 1_000_000, 998_938, 999_062],
  ];
  for (const [quantile, count, low, high] of rows)
    assert.deepEqual(rankInterval(quantile, count), { low, high }, `${quantile} of ${count}`);
});

test('one sample short, there is no interval', () => {
  for (const quantile of Object.values(QUANTILES))
    assert.equal(rankInterval(quantile, samplesNeeded(quantile) - 1), null);
});

test('a quantile stands at the smallest rank with its share at or below', () => {
  assert.deepEqual(
    [rankOf(0.5, 10), rankOf(0.95, 100), rankOf(0.99, 100), rankOf(0.5, 1), rankOf(1, 7), rankOf(0.1, 5)],
    [5, 95, 99, 1, 7, 1],
  );
});

test("Wilson's interval has its known values", () => {
  const [low, high] = wilsonInterval(1, 60);
  assert.ok(Math.abs(low - 0.00295) < 1e-4 && Math.abs(high - 0.08855) < 1e-4);
  assert.equal(wilsonInterval(0, 10)[0], 0);
  for (let count = 1; count < 400; count += 1) {
    assert.equal(wilsonInterval(0, count)[0], 0, `${count}`);
    assert.equal(wilsonInterval(count, count)[1], 1, `${count}`);
  }
});

test('the cumulative binomial distribution is that of the factorials, and symmetric where those take too long', () => {
  for (const share of [0.02, 0.3, 0.5, 0.9, 0.97])
    for (const count of [0, 1, 2, 7, 33, 80]) {
      const sum = binomial(share, count);
      assert.deepEqual([sum(-1), sum(count), sum(count + 1)], [0, 1, 1], `${share} of ${count}`);
      for (let k = 0; k < count; k += 1)
        assert.ok(Math.abs(sum(k) - atMost(share, count, k)) < 1e-12, `${k} of ${count} at ${share}`);
    }
  for (const [share, count] of [
    [0.99, 40_000],
    [0.3, 20_000],
  ] as const) {
    const [these, others] = [binomial(share, count), binomial(1 - share, count)];
    for (let off = -200; off <= 200; off += 7) {
      const k = Math.floor(share * count) + off;
      assert.ok(Math.abs(these(k) - (1 - others(count - k - 1))) < 1e-9, `${k} of ${count}`);
    }
  }
  assert.ok(Math.abs(binomial(0.5, 1_000_000)(500_000) - 0.5003989) < 1e-7);
});

test('clustered samples are worth as many as their effect leaves, scaled back to all of them', () => {
  const rows: readonly (readonly [
    quantile: number,
    count: number,
    inflation: number,
    right: { low: number; high: number | null } | null,
  ])[] = [
    [0.5, 100, 0.5, { low: 40, high: 61 }],
    [0.5, 100, 1, { low: 40, high: 61 }],
    // Worth 20, whose ranks are 6 and 15.
    [0.5, 100, 5, { low: 30, high: 75 }],
    [0.5, 100, 4.9, { low: 30, high: 75 }],
    // Worth 40, whose ranks are 14 and 27.
    [0.5, 100, 2.5, { low: 35, high: 68 }],
    // Worth 99, whose ranks come out no narrower than those of 100.
    [0.5, 100, 1.001, { low: 40, high: 61 }],
    // Worth 5: too few for an upper end. One of them is below the median with 31 in 32.
    [0.5, 100, 20, { low: 1, high: null }],
    [0.5, 100, 1000, { low: 1, high: null }],
    // Worth 20 in 100: at most 15 are below p90 with 4.3 %, at most 16 with 13.3 %.
    [0.9, 100, 5, { low: 75, high: null }],
    [0.9, 99, 5, { low: 72, high: null }],
    [0.9, 28, 2, null],
    // Worth 66, whose ranks are 25 and 42, and 37, whose ranks are 13 and 25.
    [0.5, 100, 1.5, { low: 37, high: 64 }],
    [0.5, 100, 2.7, { low: 35, high: 68 }],
    [0.5, 7, 1.1, { low: 1, high: 7 }],
  ];
  for (const [quantile, count, inflation, right] of rows)
    assert.deepEqual(clusteredRankInterval(quantile, count, inflation), right, `${count} / ${inflation}`);
});

test('both ranks of an interval are the first that keep the error, by a sum of factorials', () => {
  for (const [share, count] of [
    [0.5, 6],
    [0.5, 40],
    [0.9, 29],
    [0.9, 150],
    [0.95, 59],
    [0.95, 200],
    [0.99, 299],
    [0.99, 700],
  ] as const) {
    const ranks = rankInterval(share, count);
    assert.ok(ranks !== null);
    const above = (rank: number): number => 1 - atMost(share, count, rank - 1);
    const high = Array.from({ length: count }, (_, i) => i + 1).find((rank) => above(rank) <= 0.025) ?? count;
    const left = 0.05 - Math.max(above(high), 0.025);
    const low = Array.from({ length: high }, (_, i) => i + 1).find(
      (rank) => atMost(share, count, rank) > left,
    );
    assert.deepEqual(ranks, { low, high }, `${share} of ${count}`);
    assert.equal(rankInterval(share, samplesNeeded(share) - 1), null);
  }
});

test('the interval of a share is where the score of the share is within 1.96 of what was seen', () => {
  for (const [hits, count] of [
    [1, 10],
    [5, 10],
    [99, 100],
    [3, 1000],
  ] as const) {
    for (const end of wilsonInterval(hits, count)) {
      const score = (hits / count - end) / Math.sqrt((end * (1 - end)) / count);
      assert.ok(Math.abs(Math.abs(score) - 1.959964) < 1e-6, `${hits} of ${count}: ${end}`);
    }
  }
  assert.equal(wilsonInterval(0, 20)[0], 0);
  assert.equal(wilsonInterval(20, 20)[1], 1);
});
