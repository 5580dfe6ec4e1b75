import { pairsOf, USUAL } from '../../bench/compare-worlds.ts';
import { randomFrom } from '../../bench/nights.ts';
import { compareNights } from '../../history/compare.ts';
import { judgeLive, type LiveResult } from '../../history/live.ts';
import type { NightRecord } from '../../history/night.ts';
import { viewOfLive, viewOfRuns, type ComparisonView } from '../../reports/comparison.ts';
import type { LivePair } from '../../result/live-blocks.ts';
import { onDay, slower } from '../history/nights.ts';

/** A night whose percentiles have intervals of 5 % on either side. */
export function exactNight(day: number, factor: number, over: Partial<NightRecord> = {}): NightRecord {
  const night = onDay(day, over);
  if (night.load === null) throw new Error('the fixture has no load');
  const around = (us: number | null): readonly number[] | null =>
    us === null ? null : [us * 0.95, us * 1.05];
  const scenarios = slower(night, factor).map((scenario) => ({
    ...scenario,
    steps: scenario.steps.map((step) => ({
      ...step,
      curve: step.curve.map(([quantile = 0, us = 0]) => [quantile, us * factor]),
      latency_us: {
        ...step.latency_us,
        p50_interval: around(step.latency_us.p50),
        p95_interval: around(step.latency_us.p95),
      },
    })),
  }));
  return { ...night, load: { ...night.load, scenarios } };
}

/** Blocks of two deployments, the second so many times as slow. */
export function livePairs(factor: number, seed: number): readonly LivePair[] {
  return pairsOf({ ...USUAL, pairs: 12, factor }, randomFrom(seed)).map(({ a, b }) => ({
    a: { latenciesUs: a, sent: a.length, ok: a.length, ours: null },
    b: { latenciesUs: b, sent: b.length, ok: b.length, ours: null },
  }));
}

function live(factor: number): LiveResult {
  const blocks = {
    noise: livePairs(1, 1),
    pairs: livePairs(factor, 2),
    ended: null,
    interrupted: false,
    headers: { a: {}, b: {} },
  };
  const side = (name: string, build: string): LiveResult['a'] => ({
    base_url: `https://${name}.example.test`,
    workflow: 'a1b2c3d4',
    version_headers: { 'x-build-id': build },
    workflow_runs_started: 1200,
    left_running_ids: [],
  });
  return {
    live_version: 1,
    id: 'compare-20261124T010000Z-77aa',
    started_at: '2026-11-24T01:00:00.000Z',
    ended_at: '2026-11-24T01:14:00.000Z',
    command: 'npm run compare -- --live https://blue.example.test https://green.example.test',
    interrupted: false,
    load: { scenario: 'start', rate_per_second: 20, block_ms: 5000, pairs: 12 },
    a: side('blue', '4711'),
    b: side('green', '4712'),
    ...judgeLive(blocks, randomFrom(5)),
  };
}

/** A comparison of each kind, by the name of its page. */
export const COMPARISONS: Readonly<Record<string, () => ComparisonView>> = {
  'two runs': () => viewOfRuns(compareNights(exactNight(1, 1), exactNight(2, 1.5, { verdict: 'NO-GO' }))),
  'two runs without load': () =>
    viewOfRuns(compareNights(onDay(1, { load: null }), onDay(2, { load: null }))),
  'two deployments': () => viewOfLive(live(1.3)),
  'two equal deployments': () => viewOfLive(live(1)),
};
