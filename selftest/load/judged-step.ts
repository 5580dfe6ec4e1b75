import assert from 'node:assert/strict';
import { parseThreshold, type Threshold } from '../../load/scenario/threshold.ts';
import { judgeThresholds } from '../../load/judge/thresholds.ts';
import type { BeyondLimit, Distribution, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { step } from '../reports/load-fixtures.ts';

export type Counted = readonly [count: number, of: number, cluster?: number];
export type Ours = Partial<BeyondLimit['ours_ms']>;

/** What was seen beyond the limit: in all, without what was ours, and what only an outage put there. */
export interface Seen {
  readonly all: Counted;
  readonly apart?: Counted;
  readonly down?: number;
  readonly up?: Counted;
  readonly ours?: Ours;
}

const shareOf = ([count, of, cluster = 1]: Counted): BeyondLimit['all'] => ({ count, of, cluster });

export function beyondOf({ all, apart = all, down = 0, up, ours = {} }: Seen): BeyondLimit {
  return {
    of: 'latency',
    limit_us: 250_000,
    at_limit: true,
    all: shareOf(all),
    without_ours: shareOf(apart),
    while_down: down,
    ...(up === undefined ? {} : { without_down: shareOf(up) }),
    ours_ms: { generator: 0, pause: 0, connections: 0, runs: 0, ...ours },
  };
}

export const TIMES: Distribution = {
  ...step().latency_us,
  p50: 40_000,
  p95: 240_000,
  p999: null,
  max: 900_000,
  mean: 50_000,
  censored: 0,
  interval: { p50: [39_000, 41_000], p90: null, p95: [230_000, null], p99: null, p999: null },
};
export const STEP: LoadStep = {
  ...step(),
  latency_us: TIMES,
  service_us: { ...TIMES, p95: 100_000, mean: 20_000 },
};

export function parsed(expression: string): Threshold {
  const threshold = parseThreshold(expression);
  if ('issue' in threshold) throw new Error(threshold.issue);
  return threshold;
}

export function outcomeOf(expression: string, over: Partial<LoadStep>, isShare = false): ThresholdOutcome {
  const [outcome, ...more] = judgeThresholds([parsed(expression)], [{ ...STEP, ...over }], 'start', isShare);
  assert.ok(outcome !== undefined && more.length === 0);
  return outcome;
}

export const short = ({ outcome, cause, mover }: ThresholdOutcome): string =>
  [outcome, cause, mover].filter((word) => word !== undefined).join(' ');

export function judged(seen: Seen, expression = 'latency_ms_p95 < 250'): ThresholdOutcome {
  return outcomeOf(expression, { beyond: [beyondOf(seen)] });
}
