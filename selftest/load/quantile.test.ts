import assert from 'node:assert/strict';
import test from 'node:test';
import { QUANTILES, rankInterval, rankOf, samplesNeeded, wilsonInterval } from '../../load/quantile.ts';

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

test('intervals cover the quantile in at least 95 % of samples', () => {
  let covered = 0;
  const trials = 4000;
  for (let trial = 0; trial < trials; trial += 1) {
    const sample = Array.from({ length: 100 }, () => Math.random()).sort((a, b) => a - b);
    const ranks = rankInterval(0.9, 100);
    if (ranks !== null && (sample[ranks.low - 1] ?? 1) <= 0.9 && (sample[ranks.high - 1] ?? 0) >= 0.9)
      covered += 1;
  }
  assert.ok(covered / trials > 0.935, `${covered} of ${trials}`);
});

test('a quantile stands at the smallest rank with its share at or below', () => {
  assert.deepEqual(
    [rankOf(0.5, 10), rankOf(0.95, 100), rankOf(0.99, 100), rankOf(0.5, 1), rankOf(1, 7)],
    [5, 95, 99, 1, 7],
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
