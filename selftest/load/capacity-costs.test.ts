/** What a capacity search may come to, on ranges so small that every course can be listed; and its single steps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  advance,
  beginSearch,
  costWhereKept,
  worstCase,
  type Probe,
  type Search,
  type Spending,
} from '../../load/capacity/search.ts';
import type { CapacityProbe } from '../../result/load-result.ts';
import { LIMITS } from './search-limits.ts';

const SMALL = { ...LIMITS, minRate: 10, maxRate: 20, precision: 0.5, probeMs: 5000, soakMs: 15_000 };
const costOf = ({ ratePerSecond, durationMs }: Probe): Spending => ({
  probes: 1,
  requests: (ratePerSecond * durationMs) / 1000,
  startsRuns: ratePerSecond,
  durationMs,
});

/** The most of each figure over every course, one after another. */
function byHand(limits: typeof SMALL): Spending {
  const most = { probes: 0, requests: 0, startsRuns: 0, durationMs: 0 };
  const follow = (search: Search, spent: typeof most): void => {
    if (search.next === null) {
      for (const key of ['probes', 'requests', 'startsRuns', 'durationMs'] as const)
        most[key] = Math.max(most[key], spent[key]);
      return;
    }
    const cost = costOf(search.next);
    for (const outcome of ['kept', 'broken', 'inconclusive'] as const)
      follow(advance(limits, search, outcome), {
        probes: spent.probes + cost.probes,
        requests: spent.requests + cost.requests,
        startsRuns: spent.startsRuns + (cost.startsRuns ?? 0),
        durationMs: spent.durationMs + cost.durationMs,
      });
  };
  follow(beginSearch(limits), { probes: 0, requests: 0, startsRuns: 0, durationMs: 0 });
  return most;
}

test('the worst case is the most of each figure over every course', () => {
  assert.deepEqual(worstCase({ ...SMALL, maxRate: 10 }, costOf), byHand({ ...SMALL, maxRate: 10 }));
  const unknown = worstCase(SMALL, (probe) => ({ ...costOf(probe), startsRuns: null }));
  assert.equal(unknown.startsRuns, null);
  const sometimes = worstCase(SMALL, (probe) => ({
    ...costOf(probe),
    startsRuns: probe.phase === 'confirming' ? null : 1,
  }));
  assert.equal(sometimes.startsRuns, null, 'what one course can not tell, nobody can');
});

test('where every probe keeps, the search costs its doublings and one soak', () => {
  // 10 and 20 a second for 5 s each, and 20 a second for 15 s.
  assert.deepEqual(costWhereKept(SMALL, costOf), {
    probes: 3,
    requests: 450,
    startsRuns: 50,
    durationMs: 25_000,
  });
  const unknown = (phase: Probe['phase']): number | null =>
    costWhereKept(SMALL, (probe) => ({ ...costOf(probe), startsRuns: probe.phase === phase ? null : 1 }))
      .startsRuns;
  assert.deepEqual([unknown('exponential'), unknown('confirming'), unknown('binary')], [null, null, 3]);
});

/** Goes on by these outcomes, and says each probe that was tried, and what would be next. */
function searchSteps(outcomes: readonly CapacityProbe['outcome'][], limits = LIMITS): readonly string[] {
  let search = beginSearch(limits);
  const text = ({ next }: Search): string =>
    next === null ? 'end' : `${next.phase} ${next.ratePerSecond} ${next.durationMs / 1000}s #${next.attempt}`;
  const said = [text(search)];
  for (const outcome of outcomes) {
    search = advance(limits, search, outcome);
    said.push(text(search));
  }
  return said;
}

test('one probe that breaks is asked again, after the highest lower rate that was kept', () => {
  assert.deepEqual(searchSteps(['broken', 'broken']), [
    'exponential 10 5s #1',
    'exponential 10 5s #1',
    'end',
  ]);
  assert.deepEqual(searchSteps(['kept', 'kept', 'inconclusive', 'broken', 'kept', 'broken']), [
    'exponential 10 5s #1',
    'exponential 20 5s #1',
    'exponential 40 5s #1',
    'exponential 40 10s #2',
    'control 20 5s #1',
    'exponential 40 10s #1',
    'binary 30 5s #1',
  ]);
  // A soak that breaks is at the highest kept rate itself: the one below it is asked.
  const soak = searchSteps(['kept', 'kept', 'broken', 'kept', 'kept'], { ...SMALL, maxRate: 20 });
  assert.deepEqual(soak.slice(2), [
    'confirming 20 15s #1',
    'control 10 5s #1',
    'confirming 20 15s #1',
    'end',
  ]);
});

test('rates have three digits, and the gap is halved only while there is a rate between', () => {
  const limits = { ...LIMITS, minRate: 1.11, maxRate: 100, precision: 0.001 };
  assert.deepEqual(searchSteps(['kept', 'kept'], limits).slice(0, 3), [
    'exponential 1.11 5s #1',
    'exponential 2.22 5s #1',
    'exponential 4.44 5s #1',
  ]);
  const close = searchSteps(['kept', 'broken', 'kept', 'broken'], { ...limits, minRate: 0.333 });
  assert.equal(close.at(-1), 'binary 0.5 5s #1');
  const fine = (kept: number, broken: number): string => {
    const search: Search = {
      ...beginSearch(limits),
      kept: [],
      broken,
      next: { phase: 'binary', ratePerSecond: kept, durationMs: 5000, attempt: 1 },
    };
    const { next } = advance(limits, search, 'kept');
    return next === null ? 'end' : `${next.phase} ${next.ratePerSecond}`;
  };
  assert.equal(fine(1, 1.02), 'binary 1.01');
  assert.equal(fine(1, 1.01), 'confirming 1', 'between them there is no rate of three digits');
  assert.equal(fine(1.01, 1.02), 'confirming 1.01');
});

test('a probe lasts until it has the samples that it needs, to the millisecond', () => {
  const limits = { ...LIMITS, minRate: 7, samplesLeast: 59 };
  assert.equal(searchSteps([], limits)[0], 'exponential 7 8.429s #1');
});

test('an ended search stays as it is, and a new one has nothing behind it', () => {
  const fresh = beginSearch(LIMITS);
  assert.deepEqual(
    { ...fresh, next: null },
    { kept: [], broken: null, confirmed: null, failedSoaks: 0, next: null, doubted: null, isUnsteady: false },
  );
  const ended = { ...fresh, next: null };
  assert.equal(advance(LIMITS, ended, 'broken'), ended);
});
