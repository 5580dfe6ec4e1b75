/** Whether a share of requests is within what is allowed, held against sums of the binomial distribution from factorials. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { intervalOf, isWithin } from '../../load/judge/share-beyond.ts';
import { atMost } from './binomial.ts';

test('a share is within, beyond or neither by the chance of what was seen, 5 % in all', () => {
  for (const allowed of [0.5, 0.1, 0.05, 0.01])
    for (const of of [1, 6, 29, 60, 150])
      for (let count = 0; count <= of; count += Math.ceil(of / 40)) {
        const isLow = atMost(allowed, of, count) <= (count === 0 ? 0.05 : 0.025);
        const isHigh = count > 0 && 1 - atMost(allowed, of, count - 1) <= 0.025;
        const right = isLow ? true : isHigh ? false : null;
        assert.equal(isWithin({ count, of, cluster: 1 }, allowed), right, `${count} of ${of}, ${allowed}`);
      }
});

test('clusters divide the sample, and what is left over of them is held against neither side', () => {
  const rows: readonly (readonly [count: number, of: number, cluster: number, is: boolean | null])[] = [
    [0, 118, 2, true],
    [0, 117, 2, null],
    [0, 1, 2, null],
    [1, 1, 2, null],
    [0, 0, 1, null],
    // 10.5 of 100 may be 10 as well as 11, and 1.5 of 120 may be 1 as well as 2.
    [22, 200, 2, false],
    [21, 200, 2, null],
    [20, 200, 2, null],
    [2, 240, 2, true],
    [3, 240, 2, null],
    [4, 240, 2, null],
    [1, 300, 2, true],
  ];
  for (const [count, of, cluster, is] of rows) {
    const [least, most] = [Math.floor(count / cluster), Math.ceil(count / cluster)];
    const groups = Math.floor(of / cluster);
    const isLow = groups > 0 && atMost(0.05, groups, most) <= (count === 0 ? 0.05 : 0.025);
    const isHigh = least > 0 && 1 - atMost(0.05, groups, least - 1) <= 0.025;
    assert.equal(isLow ? true : isHigh ? false : null, is, `by the sums: ${count} of ${of}`);
    assert.equal(isWithin({ count, of, cluster }, 0.05), is, `${count} of ${of} by ${cluster}`);
  }
});

test('the interval of a share is where the sample can not tell, to a millionth', () => {
  for (const [count, of, cluster] of [
    [0, 60, 1],
    [1, 60, 1],
    [3, 60, 1],
    [30, 60, 1],
    [59, 60, 1],
    [60, 60, 1],
    [12, 400, 4],
    [7, 100_000, 1],
  ] as const) {
    const share = { count, of, cluster };
    const [low, high] = intervalOf(share);
    const title = `${count} of ${of}`;
    assert.equal(low === 0, count === 0, title);
    assert.equal(high === 1, count === of, title);
    if (low > 0) {
      assert.equal(isWithin(share, low - 1e-6), false, `${title}: below ${low}`);
      assert.equal(isWithin(share, low + 1e-6), null, `${title}: above ${low}`);
    }
    if (high < 1) {
      assert.equal(isWithin(share, high - 1e-6), null, `${title}: below ${high}`);
      assert.equal(isWithin(share, high + 1e-6), true, `${title}: above ${high}`);
    }
  }
  const [low, high] = intervalOf({ count: 1, of: 1_000_000, cluster: 1 });
  assert.ok(Math.abs(low - 2.5318e-8) < 1e-10 && Math.abs(high - 5.57163e-6) < 1e-10, `${low} to ${high}`);
  assert.deepEqual(intervalOf({ count: 0, of: 0, cluster: 1 }), [0, 1]);
  assert.deepEqual(intervalOf({ count: 1, of: 1, cluster: 3 }), [0, 1]);
});
