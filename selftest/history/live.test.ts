/** Two deployments told apart by pairs of blocks, and what is said where one of them could not be measured. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { pairsOf, USUAL, type PairWorld } from '../../bench/compare-worlds.ts';
import { randomFrom } from '../../bench/nights.ts';
import { judgeLive } from '../../history/live.ts';
import { comparePairs, PAIRS_LEAST, type PairedComparison } from '../../history/statistics/block-pairs.ts';
import type { LiveBlocks, LivePair } from '../../result/live-blocks.ts';

function compared(over: Partial<PairWorld>, seed = 1): PairedComparison {
  const random = randomFrom(seed);
  return comparePairs(pairsOf({ ...USUAL, factor: 1, ...over }, random), random);
}

describe('pairs of blocks', () => {
  // How often, over 1,000 comparisons of each kind: npm run bench:compare.
  test('of two deployments that differ are told apart, also over a drift that both meet', () => {
    for (const drift of [0, 0.3]) {
      assert.equal(compared({ factor: 1.2, drift }).outcome, 'slower');
      assert.equal(compared({ factor: 1 / 1.2, drift }).outcome, 'faster');
      assert.equal(compared({ drift }).outcome, 'no difference seen');
    }
  });

  test('that differ by less than 1 % are not told apart, however certain it is', () => {
    const steady = { own: 0, spread: 0.01, drift: 0 };
    for (const [factor, outcome] of [
      [1.005, 'no difference seen'],
      [1 / 1.005, 'no difference seen'],
      [1.02, 'slower'],
      [1 / 1.02, 'faster'],
    ] as const) {
      const { ratios } = compared({ ...steady, factor });
      const middle = ratios.find(({ measure }) => measure === 'middle');
      assert.equal(middle?.outcome, outcome);
      assert.ok(middle.interval[0] > 1 || middle.interval[1] < 1, middle.interval.join(' to '));
    }
  });

  test('give the ratio that there is, within its interval', () => {
    const { ratios, missing } = compared({ factor: 1.2 });
    assert.deepEqual(
      ratios.map(({ measure }) => measure),
      ['middle', 'p50', 'p90', 'p95', 'p99'],
    );
    assert.deepEqual(missing, []);
    for (const { measure, interval } of ratios)
      assert.ok(interval[0] < 1.2 && interval[1] > 1.2, `${measure} ${interval.join(' to ')}`);
  });

  test('that are few, or carry no percentile, tell nothing', () => {
    assert.equal(compared({ factor: 3, pairs: PAIRS_LEAST - 1 }).outcome, 'can not tell');
    assert.deepEqual(compared({ pairs: 10, requests: 9 }).missing, ['p99']);
    const hung = Array.from({ length: 10 }, () => ({ a: [1, 2, 3], b: [1, Infinity, Infinity] }));
    assert.equal(comparePairs(hung, randomFrom(1)).outcome, 'can not tell');
  });

  test('that were never answered count as the slowest', () => {
    const random = randomFrom(3);
    const pairs = pairsOf({ ...USUAL, factor: 1 }, random);
    const hanging = pairs.map(({ a, b }) => ({ a, b: [...b.slice(0, 97), Infinity, Infinity, Infinity] }));
    assert.deepEqual(comparePairs(hanging, random).missing, ['p95', 'p99']);
  });
});

describe('a live comparison', () => {
  function blocks(over: Partial<LiveBlocks> = {}, factor = 1.3): LiveBlocks {
    const of = (by: number, seed: number): readonly LivePair[] =>
      pairsOf({ ...USUAL, pairs: 12, factor: by }, randomFrom(seed)).map(({ a, b }) => ({
        a: { latenciesUs: a, sent: a.length, ok: a.length, ours: null },
        b: { latenciesUs: b, sent: b.length, ok: b.length, ours: null },
      }));
    return {
      noise: of(1, 1),
      pairs: of(factor, 2),
      ended: null,
      interrupted: false,
      headers: { a: {}, b: {} },
      ...over,
    };
  }
  const judged = (given: LiveBlocks): ReturnType<typeof judgeLive> => judgeLive(given, randomFrom(5));

  test('says that B is slower, with by how much and the noise of A against A', () => {
    const told = judged(blocks());
    assert.equal(told.outcome, 'slower');
    assert.match(told.reasons[0] ?? '', /^B is slower: middle \(p10 to p90\) \+[23]\d[.\d]* % \(/);
    assert.equal(told.noise?.outcome, 'no difference seen');
    assert.equal(told.shift.length, 10);
  });

  test('never says of a side that was down, or failed, that it is slow or fast', () => {
    const why = { cause: 'environment-down', sentence: '3 attempts to connect failed.' } as const;
    for (const side of ['A', 'B'] as const) {
      const down = judged(blocks({ ended: { side, why } }));
      assert.equal(down.outcome, 'can not tell');
      assert.equal(
        down.reasons[0],
        `${side} could not be measured, so nothing is said of its speed: 3 attempts to connect failed.`,
      );
    }
    const { pairs } = blocks();
    const failing = pairs.map(({ a, b }) => ({ a, b: { ...b, ok: b.sent - 10 } }));
    const failed = judged(blocks({ pairs: failing }));
    assert.equal(failed.outcome, 'can not tell');
    assert.match(
      failed.reasons.join(' '),
      /120 of 1,200 requests to B failed: too many .*B failed more often/,
    );
  });

  test('says nothing where A differs from itself', () => {
    const unsteady = judged(blocks({ noise: blocks({}, 1.5).pairs }));
    assert.equal(unsteady.outcome, 'can not tell');
    assert.match(unsteady.reasons[0] ?? '', /^A against A was "slower" by itself/);
  });

  test('leaves out pairs that something of this tool shaped, and says so', () => {
    const { pairs } = blocks();
    const shaped = (count: number): readonly LivePair[] =>
      pairs.map((pair, i) => (i < count ? { ...pair, a: { ...pair.a, ours: 'too few connections' } } : pair));
    const some = judged(blocks({ pairs: shaped(2) }));
    assert.deepEqual([some.outcome, some.left_out, some.comparison?.pairs], ['slower', 2, 10]);
    const most = judged(blocks({ pairs: shaped(9) }));
    assert.equal(most.outcome, 'can not tell');
    assert.match(most.reasons[0] ?? '', /3 pairs of blocks could be compared, and it takes 8; .* 9 of 12/);
  });

  test('that was interrupted compares what there is', () => {
    const told = judged(blocks({ interrupted: true }));
    assert.equal(told.outcome, 'slower');
    assert.match(told.reasons.join(' '), /It was interrupted/);
    assert.equal(judged(blocks({ interrupted: true, pairs: [], noise: [] })).outcome, 'can not tell');
  });
});
