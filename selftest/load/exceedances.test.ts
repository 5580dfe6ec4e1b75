import assert from 'node:assert/strict';
import test from 'node:test';
import { Exceedances, type Timed } from '../../load/metrics/exceedances.ts';
import { NO_SHARES } from '../../load/metrics/hit.ts';
import { intervalOf, isWithin } from '../../load/judge/share-beyond.ts';

const GOOD: Timed = {
  atMs: 0,
  latencyMs: 10,
  serviceMs: 10,
  shares: NO_SHARES,
  lagMs: 0,
  isDisturbed: false,
  isOurs: false,
  isDown: false,
};

function counted(requests: readonly Partial<Timed>[]): ReturnType<Exceedances['toResult']> {
  const one = new Exceedances({ of: 'latency', limitUs: 200_000, isBeyondAtLimit: true });
  for (const [n, request] of requests.entries()) one.add({ ...GOOD, atMs: n * 20, ...request });
  const other = new Exceedances(one.limit);
  other.merge(one.state());
  assert.deepEqual(other.toResult(), one.toResult(), 'as plain data it is the same');
  return one.toResult();
}

test('a request is held against the limit with everything in it, and without what was ours', () => {
  const slow = { latencyMs: 300, serviceMs: 10 };
  const rows: readonly (readonly [
    title: string,
    request: Partial<Timed>,
    all: number,
    apart: number,
    of: number,
  ])[] = [
    ['within', {}, 0, 0, 1],
    ['at the limit', { latencyMs: 200 }, 1, 1, 1],
    ['slow', { latencyMs: 300, serviceMs: 300 }, 1, 1, 1],
    ['we were late', { ...slow, shares: { ...NO_SHARES, own: 290 } }, 1, 0, 1],
    ['read late', { latencyMs: 300, serviceMs: 300, lagMs: 290 }, 1, 0, 1],
    ['no connection was free', { ...slow, shares: { ...NO_SHARES, ceiling: 290 } }, 1, 0, 1],
    ['a pause was asked for', { ...slow, shares: { ...NO_SHARES, held: 290 } }, 1, 0, 1],
    ['no run was ready', { ...slow, shares: { ...NO_SHARES, pool: 290 } }, 1, 0, 1],
    ['late, and slow all the same', { latencyMs: 600, shares: { ...NO_SHARES, own: 300 } }, 1, 1, 1],
    ['refused connections', { ...slow, shares: { ...NO_SHARES, down: 290 } }, 1, 1, 1],
    ['in a burst of our making', { latencyMs: 300, isDisturbed: true }, 1, 0, 0],
    ['never answered', { latencyMs: Infinity, serviceMs: Infinity }, 1, 1, 1],
    ['given up by us', { latencyMs: Infinity, isOurs: true }, 1, 0, 0],
  ];
  for (const [title, request, all, apart, of] of rows) {
    const { all: full, without_ours: without } = counted([request]);
    assert.deepEqual([full.count, without.count, without.of], [all, apart, of], title);
  }
  assert.equal(counted([{ ...slow, shares: { ...NO_SHARES, down: 290 } }]).while_down, 1);
});

test('clusters count where the requests beyond the limit are', () => {
  const spread = counted(Array.from({ length: 600 }, (_, n) => (n % 20 === 0 ? { latencyMs: 300 } : {})));
  const together = counted(
    Array.from({ length: 600 }, (_, n) => (n >= 300 && n < 330 ? { latencyMs: 300 } : {})),
  );
  assert.deepEqual([spread.all.count, together.all.count, spread.all.cluster], [30, 30, 1]);
  assert.ok(together.all.cluster > 5, String(together.all.cluster));
});

test('a share is within what is allowed, beyond it, or within the noise', () => {
  const rows: readonly (readonly [
    count: number,
    of: number,
    cluster: number,
    allowed: number,
    is: boolean | null,
  ])[] = [
    [0, 59, 1, 0.05, true],
    [0, 58, 1, 0.05, null],
    [1, 400, 1, 0.05, true],
    [20, 400, 1, 0.05, null],
    [40, 400, 1, 0.05, false],
    [40, 400, 20, 0.05, null],
    [0, 2995, 1, 0.001, true],
    [0, 0, 1, 0.05, null],
  ];
  for (const [count, of, cluster, allowed, is] of rows) {
    assert.equal(isWithin({ count, of, cluster }, allowed), is, `${count} of ${of}`);
    const [low, high] = intervalOf({ count, of, cluster });
    assert.ok(low >= 0 && high <= 1 && low <= high);
  }
});
