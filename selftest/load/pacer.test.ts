import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../load/attack/backoff.ts';
import { constantPace, firstDueAfter } from '../../load/pacer.ts';

test('an even pace has as many sends as fit before its end', () => {
  const rows: readonly (readonly [rate: number, durationMs: number, count: number])[] = [
    [50, 10_000, 500],
    [1, 1000, 1],
    [1, 1001, 2],
    [3, 20_000, 60],
    [6, 10_500, 63],
    [0.5, 1000, 1],
    [10, 0, 0],
    [0.1, 30_000, 3],
    [1000 / 3, 3000, 1000],
  ];
  for (const [rate, durationMs, count] of rows)
    assert.equal(constantPace(rate, durationMs).count, count, `${rate}/s for ${durationMs} ms`);
});

test('a send is due at its place on the schedule, whatever came before', () => {
  const pacer = constantPace(50, 10_000);
  assert.deepEqual(
    [0, 1, 2, 499].map((n) => pacer.dueMs(n)),
    [0, 20, 40, 9980],
  );
});

test('an hour at a thousand a second ends without drift', () => {
  const pacer = constantPace(1000, 3_600_000);
  assert.equal(pacer.count, 3_600_000);
  assert.equal(pacer.dueMs(3_600_000), 3_600_000);
  const third = constantPace(3, 3_600_000);
  assert.ok(Math.abs(third.dueMs(10_800 - 1) - (3_600_000 - 1000 / 3)) < 1e-6);
});

test('the first send after a time is found', () => {
  const pacer = constantPace(10, 1000);
  assert.deepEqual(
    [0, 1, 100, 101, 5000].map((ms) => firstDueAfter(pacer, ms)),
    [0, 1, 1, 2, 10],
  );
});

test('connecting again waits longer after each connection that brought no answer, up to five seconds', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 7, 60].map((barren) => backoffMs(barren, 1)),
    [0, 100, 200, 400, 5000, 5000],
  );
  assert.equal(backoffMs(3, 0), 200);
});
