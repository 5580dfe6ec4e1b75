/** What clusters of slow responses come to, on courses whose effect can be worked out by hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Blocks, effectOf, groupsOf } from '../../load/metrics/clustering.ts';

const BLOCK_MS = 125;

/** A course of 64 blocks of ten requests each; `slow` says how many of a block took 1 ms in place of 10 µs. */
function blocksOf(slow: (block: number) => number, at = (block: number): number => block * BLOCK_MS): Blocks {
  const blocks = new Blocks();
  for (let block = 0; block < 64; block += 1)
    for (let n = 0; n < 10; n += 1) blocks.record(n < slow(block) ? 1000 : 10, at(block));
  return blocks;
}

function isNear(value: number, right: number, title = ''): void {
  assert.ok(Math.abs(value - right) < right / 1000, `${title}: ${value} for ${right}`);
}

test('the effect is how much more the share varies from group to group than chance would make it', () => {
  const groups = (above: readonly number[], count = 10): { count: number; above: number }[] =>
    above.map((one) => ({ count, above: one }));
  // 10 of 80: the squares about 1.25 sum up to 87.5, and chance alone makes 80 · 0.125 · 0.875 · 7 / 8 of them.
  isNear(effectOf(groups([10, 0, 0, 0, 0, 0, 0, 0])), 87.5 / (8.75 * (7 / 8)));
  isNear(effectOf(groups([0, 10, 10, 10, 10, 10, 10, 10])), 87.5 / (8.75 * (7 / 8)));
  isNear(effectOf(groups([4, 0, 0, 0, 0, 0, 0, 0])), 14 / (3.8 * (7 / 8)));
  // Groups of different sizes with the same share of them above are no clusters.
  const even = [10, 20, 30, 40, 50, 60, 70, 80].map((count) => ({ count, above: count / 10 }));
  assert.equal(effectOf(even), 1);
  isNear(
    effectOf([{ count: 100, above: 100 }, ...groups([0, 0, 0, 0, 0, 0, 0], 100)]),
    (87.5 ** 2 + 7 * 12.5 ** 2) / (800 * 0.125 * 0.875 * (7 / 8)),
  );
});

test('no effect is taken from fewer than eight groups, or fewer than half a request above or below for each', () => {
  const rows: readonly (readonly [above: readonly number[], hasEffect: boolean])[] = [
    [[10, 0, 0, 0, 0, 0, 0], false],
    [[10, 0, 0, 0, 0, 0, 0, 0], true],
    [[7, ...Array<number>(15).fill(0)], false],
    [[8, ...Array<number>(15).fill(0)], true],
    [[3, ...Array<number>(15).fill(10)], false],
    [[2, ...Array<number>(15).fill(10)], true],
    [[0, 0, 0, 0, 0, 0, 0, 0], false],
    [[], false],
  ];
  for (const [above, hasEffect] of rows)
    assert.equal(effectOf(above.map((one) => ({ count: 10, above: one }))) > 1, hasEffect, above.join());
});

test('what chance alone makes in 999 of 1,000 cases is no effect', () => {
  // The 99.9 % points of chi-square over its degrees of freedom, from the tables, and within 1 % of them.
  for (const [degrees, limit] of [
    [7, 24.32 / 7],
    [15, 37.7 / 15],
    [31, 61.1 / 31],
    [63, 103.44 / 63],
  ] as const) {
    const groups = degrees + 1;
    /** Half of the groups have so many above 50 of 100, the others as many below: the mean of squares is known. */
    const effect = (off: number): number =>
      effectOf(
        Array.from({ length: groups }, (_, n) => ({ count: 100, above: 50 + (n % 2 === 0 ? off : -off) })),
      );
    const offOf = (mean: number): number => Math.sqrt((mean * 25 * degrees) / groups);
    assert.equal(effect(offOf(limit * 0.98)), 1, `${degrees}`);
    isNear(effect(offOf(limit * 1.02)), limit * 1.02, `${degrees}`);
  }
});

test('neighbours are put together, and those left over are left out', () => {
  const groups = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ count: n * 10, above: n }));
  assert.deepEqual(groupsOf(groups, 1), groups);
  assert.deepEqual(groupsOf(groups, 3), [
    { count: 60, above: 6 },
    { count: 150, above: 15 },
  ]);
  assert.deepEqual(groupsOf(groups, 8), []);
});

test('clusters are looked for in blocks by themselves and in groups of two, four and eight; the largest effect counts', () => {
  // Slow ones in 8 blocks in a row: as one of eight groups they vary the most.
  isNear(blocksOf((block) => (block < 8 ? 8 : 0)).inflation(0.9), 3584 / (57.6 * (7 / 8)), 'eight');
  // In every other block alone: groups hide it, single blocks show it.
  isNear(blocksOf((block) => (block % 2) * 10).inflation(0.5), (64 * 25) / (160 * (63 / 64)), 'one');
  // Two blocks with, two without.
  isNear(blocksOf((block) => (block % 4 < 2 ? 10 : 0)).inflation(0.5), 3200 / (160 * (31 / 32)), 'two');
  isNear(blocksOf((block) => (block % 8 < 4 ? 10 : 0)).inflation(0.5), 6400 / (160 * (15 / 16)), 'four');
  assert.equal(blocksOf(() => 1).inflation(0.9), 1, 'one in each block');
  assert.equal(blocksOf(() => 0).inflation(0.9), 1, 'all alike');
  assert.equal(blocksOf(() => 10).inflation(0.9), 1, 'all alike');
  assert.equal(new Blocks().inflation(0.5), 1);
  // Stretches without any request are no groups.
  const sparse = new Blocks();
  for (let block = 0; block < 8; block += 1)
    for (let n = 0; n < 10; n += 1) sparse.record(block === 0 ? 1000 : 10, block * 3 * BLOCK_MS);
  isNear(sparse.inflation(0.9), 87.5 / (8.75 * (7 / 8)), 'with gaps');
  // Two per cent are enough to tell two times apart.
  const close = new Blocks();
  for (let block = 0; block < 8; block += 1)
    for (let n = 0; n < 10; n += 1) close.record(block === 0 ? 1.03 : 1, block * BLOCK_MS);
  isNear(close.inflation(0.9), 87.5 / (8.75 * (7 / 8)), 'close');
});

test('a quantile is looked for at the boundary that comes nearest to it', () => {
  const blocks = new Blocks();
  // Of each block 6 take 10 µs; at 1 ms and above are 5 %, all of them in the first eight blocks.
  for (let block = 0; block < 64; block += 1)
    for (let n = 0; n < 10; n += 1) blocks.record(n < 6 ? 10 : block < 8 ? 1000 : 100, block * BLOCK_MS);

  for (const quantile of [0.5, 0.6, 0.77]) assert.equal(blocks.inflation(quantile), 1, `${quantile}`);
  for (const quantile of [0.78, 0.9, 0.99, 0.999])
    isNear(
      blocks.inflation(quantile),
      ((32 - 4) ** 2 + 7 * 4 ** 2) / (640 * 0.05 * 0.95 * (7 / 8)),
      `${quantile}`,
    );
});

test('times are counted in buckets of two per cent, from 1 µs up', () => {
  const bucketOf = (us: number): number | undefined => {
    const blocks = new Blocks();
    blocks.record(us, 0);
    return blocks.state().blocks[0]?.[1][0];
  };
  for (const [us, bucket] of [
    [0, 0],
    [1, 0],
    [1.019, 0],
    [1.0201, 1],
    [2, 35],
    [10_000, 465],
    [600_000_000, 1020],
    [1e12, 1023],
  ] as const)
    assert.equal(bucketOf(us), bucket, `${us}`);
});

test('blocks last 125 ms, and double so that 64 hold the whole time', () => {
  const blocks = new Blocks();
  for (const atMs of [-5, 0, 124.9, 125, 7999]) blocks.record(1, atMs);
  assert.deepEqual(blocks.state(), {
    blockMs: 125,
    blocks: [
      [0, [0, 3]],
      [1, [0, 1]],
      [63, [0, 1]],
    ],
  });
  blocks.record(1.03, 8000);
  assert.deepEqual(blocks.state(), {
    blockMs: 250,
    blocks: [
      [0, [0, 4]],
      [31, [0, 1]],
      [32, [1, 1]],
    ],
  });
  blocks.record(2, 63_999);
  assert.deepEqual(
    [blocks.state().blockMs, blocks.state().blocks.map(([block]) => block)],
    [1000, [0, 7, 8, 63]],
  );
});

test('what several have counted adds up to what one would have counted, whoever began', () => {
  const counted = (events: readonly (readonly [us: number, atMs: number])[]): Blocks => {
    const blocks = new Blocks();
    for (const [us, atMs] of events) blocks.record(us, atMs);
    return blocks;
  };
  const short = Array.from({ length: 50 }, (_, n) => [1 + (n % 3), n * 100] as const);
  const long = Array.from({ length: 90 }, (_, n) => [1 + (n % 4), n * 371] as const);
  const whole = counted([...short, ...long]);
  for (const [first, second] of [
    [short, long],
    [long, short],
  ] as const) {
    const merged = counted(first);
    merged.merge(counted(second).state());
    assert.deepEqual(merged.state(), whole.state());
    const third = new Blocks();
    third.merge(merged.state());
    assert.deepEqual(third.state(), whole.state());
  }
});
