import assert from 'node:assert/strict';
import test from 'node:test';
import {
  advance,
  beginSearch,
  worstCase,
  type Search,
  type SearchLimits,
} from '../../load/capacity/search.ts';
import type { CapacityProbe } from '../../result/load-result.ts';
import { LIMITS } from './search-limits.ts';

type Outcome = CapacityProbe['outcome'];

/** Follows a search to its end; each probe comes out as the target says. What only checks a probe that broke is left out. */
function follow(
  limits: SearchLimits,
  target: (rate: number, durationMs: number, attempt: number) => Outcome,
): { readonly search: Search; readonly tried: readonly string[] } {
  const { search, tried } = followAll(limits, target);
  const own = tried.filter((probe, i) => !probe.startsWith('control') && !isRepeat(probe, i, tried));
  return { search, tried: own };
}

/** A probe that follows a control, or itself. */
function isRepeat(probe: string, i: number, tried: readonly string[]): boolean {
  const before = tried[i - 1];
  return before === probe || (before?.startsWith('control') === true && tried.slice(0, i).includes(probe));
}

/** Follows a search to its end, checks and all. */
function followAll(
  limits: SearchLimits,
  target: (rate: number, durationMs: number, attempt: number) => Outcome,
): { readonly search: Search; readonly tried: readonly string[] } {
  const tried: string[] = [];
  let search = beginSearch(limits);
  while (search.next !== null) {
    const { phase, ratePerSecond, durationMs, attempt } = search.next;
    tried.push(`${phase} ${ratePerSecond} ${durationMs / 1000}s`);
    search = advance(limits, search, target(ratePerSecond, durationMs, attempt));
    assert.ok(tried.length < 300);
  }
  return { search, tried };
}

test('the rate doubles until it breaks, the gap is halved, and a soak confirms', () => {
  const { search, tried } = follow(LIMITS, (rate) => (rate <= 180 ? 'kept' : 'broken'));
  assert.deepEqual(tried, [
    'exponential 10 5s',
    'exponential 20 5s',
    'exponential 40 5s',
    'exponential 80 5s',
    'exponential 160 5s',
    'exponential 320 5s',
    'binary 240 5s',
    'binary 200 5s',
    'binary 180 5s',
    'binary 190 5s',
    'binary 185 5s',
    'confirming 180 15s',
  ]);
  assert.deepEqual([search.confirmed, search.broken], [180, 185]);
});

test('whatever the capacity, the search ends beside it', () => {
  for (let capacity = 10; capacity <= 1000; capacity *= 1.13) {
    const { search, tried } = follow(LIMITS, (rate) => (rate <= capacity ? 'kept' : 'broken'));
    const { confirmed } = search;
    assert.ok(
      confirmed !== null && confirmed <= capacity && confirmed * 1.06 > Math.min(1000, capacity),
      `${capacity}`,
    );
    assert.ok(tried.length <= 16, tried.join(', '));
  }
});

test('the ends of the range: broken at once, and never broken', () => {
  const none = follow(LIMITS, () => 'broken');
  assert.deepEqual([none.search.confirmed, none.tried.length], [null, 1]);
  const all = follow(LIMITS, () => 'kept');
  assert.equal(all.search.confirmed, 1000);
  assert.deepEqual(all.tried.slice(-3), ['exponential 640 5s', 'exponential 1000 5s', 'confirming 1000 15s']);
});

test('a soak that breaks sends the search back below it, with probes as long as a soak', () => {
  const { search, tried } = follow(LIMITS, (rate, durationMs) =>
    rate <= (durationMs < 15_000 ? 200 : 170) ? 'kept' : 'broken',
  );
  const at = tried.indexOf('confirming 200 15s');
  assert.ok(at > 0 && tried.slice(at).every((probe) => probe.endsWith(' 15s')), tried.join(', '));
  assert.ok((search.confirmed ?? 0) <= 170 && (search.confirmed ?? 0) >= 160, String(search.confirmed));
});

test('three soaks in vain are enough', () => {
  const { search, tried } = follow(LIMITS, (_rate, durationMs) => (durationMs < 15_000 ? 'kept' : 'broken'));
  assert.equal(search.confirmed, null);
  assert.ok(tried.filter((probe) => probe.startsWith('confirming')).length <= 3);
});

test('a soak that stays inside the noise is repeated once, and then a lower rate is confirmed', () => {
  const { search, tried } = follow({ ...LIMITS, precision: 0.5 }, (rate, durationMs) =>
    rate > 200 ? 'broken' : rate === 160 && durationMs >= 15_000 ? 'inconclusive' : 'kept',
  );
  assert.deepEqual(tried.slice(-4), [
    'confirming 160 15s',
    'confirming 160 30s',
    'binary 120 15s',
    'confirming 120 15s',
  ]);
  assert.deepEqual([search.confirmed, search.broken, search.failedSoaks], [120, 160, 1]);
});

test('what is inside the noise is tried thrice, each time twice as long, and then counts as not kept', () => {
  const once = follow(LIMITS, (rate, _durationMs, attempt) =>
    rate > 30 ? 'broken' : rate === 20 && attempt === 1 ? 'inconclusive' : 'kept',
  );
  assert.deepEqual(once.tried.slice(0, 4), [
    'exponential 10 5s',
    'exponential 20 5s',
    'exponential 20 10s',
    'exponential 40 5s',
  ]);
  const blurred = follow(LIMITS, (rate) => (rate === 40 ? 'inconclusive' : rate > 40 ? 'broken' : 'kept'));
  assert.ok(blurred.tried.includes('exponential 40 20s') && !blurred.tried.includes('exponential 80 5s'));
  assert.ok((blurred.search.confirmed ?? 0) < 40 && (blurred.search.confirmed ?? 0) > 37);
  const lost = follow(LIMITS, () => 'inconclusive');
  assert.deepEqual([lost.search.confirmed, lost.tried.length], [null, 3]);
});

test('a probe is as long as the percentiles of the objectives need', () => {
  const { tried } = follow({ ...LIMITS, samplesLeast: 299 }, (rate) => (rate <= 40 ? 'kept' : 'broken'));
  assert.deepEqual(tried.slice(0, 4), [
    'exponential 10 29.9s',
    'exponential 20 14.95s',
    'exponential 40 7.475s',
    'exponential 80 5s',
  ]);
});

test('the worst case is never less than any course comes to', () => {
  const limits = { ...LIMITS, precision: 0.1 };
  const worst = worstCase(limits, ({ ratePerSecond, durationMs }) => ({
    probes: 1,
    requests: (ratePerSecond * durationMs) / 1000,
    startsRuns: 1,
    durationMs,
  }));
  let seed = 1;
  const draw = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 300; n += 1) {
    let requests = 0;
    let probes = 0;
    let search = beginSearch(limits);
    while (search.next !== null) {
      requests += (search.next.ratePerSecond * search.next.durationMs) / 1000;
      probes += 1;
      const outcome = (['kept', 'broken', 'inconclusive'] as const)[Math.floor(draw() * 3)] ?? 'kept';
      search = advance(limits, search, outcome);
    }
    assert.ok(requests <= worst.requests + 1e-6 && probes <= worst.probes);
  }
  assert.ok(worst.probes < 250, String(worst.probes));
});

test('one probe that breaks is not believed: the highest kept rate is asked again, then the probe is repeated', () => {
  let broken = 0;
  const hiccup = followAll(LIMITS, (rate) =>
    rate === 40 && (broken += 1) === 1 ? 'broken' : rate <= 160 ? 'kept' : 'broken',
  );
  assert.deepEqual(hiccup.tried.slice(1, 6), [
    'exponential 20 5s',
    'exponential 40 5s',
    'control 20 5s',
    'exponential 40 5s',
    'exponential 80 5s',
  ]);
  assert.equal(hiccup.search.confirmed, 160);
  const soak = followAll(LIMITS, (rate, durationMs) =>
    durationMs >= 15_000 && (broken += 1) === 2 ? 'broken' : rate <= 160 ? 'kept' : 'broken',
  );
  assert.equal(soak.search.confirmed, 160);
});

test('an environment that has changed ends the search without a capacity', () => {
  let probes = 0;
  const { search, tried } = followAll(LIMITS, () => ((probes += 1) > 3 ? 'broken' : 'kept'));
  assert.deepEqual(tried.slice(-2), ['exponential 80 5s', 'control 40 5s']);
  assert.deepEqual([search.confirmed, search.isUnsteady], [null, true]);
});
