/** Nights that are missing, and how old the newest one is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshnessOf, gapsIn, nightsOf } from '../../history/gaps.ts';
import { dayAt, onDay } from './nights.ts';

const missing = (times: readonly string[]): readonly number[] => gapsIn(times).map((gap) => gap.missing);

test('a night that was skipped is missing, and one that began six hours late is not', () => {
  assert.deepEqual(missing([0, 1, 2, 3].map((day) => dayAt(day))), []);
  assert.deepEqual(missing([0, 1, 4, 5].map((day) => dayAt(day))), [2]);
  assert.deepEqual(missing([dayAt(0), dayAt(1, 8), dayAt(2), dayAt(3)]), []);
  assert.deepEqual(missing([dayAt(0, 23), dayAt(2, 5), dayAt(2, 23)]), [], 'late, on the next day');
});

test('a schedule of one night a week owes no six nights', () => {
  assert.deepEqual(missing([0, 7, 14, 21].map((day) => dayAt(day))), []);
  assert.deepEqual(missing([0, 7, 14, 28].map((day) => dayAt(day))), [1]);
});

test('runs within half a day are one night', () => {
  const times = [dayAt(0, 2), dayAt(0, 3), dayAt(1, 2)].map((started_at) => ({ started_at }));
  assert.deepEqual(
    nightsOf(times).map((night) => night.length),
    [2, 1],
  );
});

test('the newest judged night is stale after 36 hours, whatever could not be judged since', () => {
  const nights = [onDay(1), onDay(2, { verdict: 'INCONCLUSIVE' }), onDay(3, { interrupted: true })];
  const after = (hours: number): boolean =>
    freshnessOf(nights, Date.parse(nights[0]?.ended_at ?? '') + hours * 3_600_000).isStale;
  assert.deepEqual([after(35.9), after(36.1)], [false, true]);
  assert.equal(freshnessOf([], 0).isStale, true);
  const newest = freshnessOf(nights, Date.parse(dayAt(4))).newest;
  assert.equal(newest?.id, 'night-1');
});

test('the sandbox is no judged night beside a deployed API, and counts where it is all there is', () => {
  const sandbox = onDay(9, { target: { name: 'the embedded sandbox', is_sandbox: true } });
  const now = Date.parse(dayAt(9, 5));
  assert.equal(freshnessOf([onDay(1), sandbox], now).isStale, true);
  assert.equal(freshnessOf([sandbox], now).isStale, false);
});

test('a night that is dated in the future does not hide that none came since', () => {
  const freshness = freshnessOf([onDay(1), onDay(90)], Date.parse(dayAt(5)));
  assert.equal(freshness.isStale, true);
  assert.deepEqual(
    freshness.ahead.map(({ id }) => id),
    ['night-90'],
  );
});
