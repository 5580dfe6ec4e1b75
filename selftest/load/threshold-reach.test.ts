/** Thresholds that no target could meet or break under a plan are refused before anything is sent, with the figures. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Command } from '../../openapi/registry.ts';
import { DEFAULT_BREAKER } from '../../load/scenario/plan.ts';
import type { Weights } from '../../load/scenario/mix.ts';
import { DEFAULT_SAMPLING } from '../../load/scenario/sampling.ts';
import type { ScenarioPlan } from '../../load/scenario/plan.ts';
import { stagesOf, type Shape } from '../../load/arrivals/rate-profile.ts';
import { parseThreshold } from '../../load/scenario/threshold.ts';
import { unreachable } from '../../load/scenario/validate.ts';
import { WHOLE } from '../../load/arrivals/shard.ts';

interface Planned {
  readonly name?: string;
  readonly commands?: readonly Command[];
  readonly weights?: Weights | null;
  readonly rate: number;
  readonly seconds: number;
  readonly shape?: Shape;
  readonly isClosed?: boolean;
}

function planOf(planned: Planned): ScenarioPlan {
  const { name = 'start', commands = ['start'], weights = null, rate, seconds } = planned;
  const { shape = { kind: 'constant' }, isClosed = false } = planned;
  const durationMs = seconds * 1000;
  return {
    scenario: {
      name,
      about: '',
      commands,
      weights,
      defaults: { ratePerSecond: 1, durationMs, warmupMs: 0, thresholds: [] },
    },
    arrival: isClosed
      ? { model: 'closed', concurrency: 1, think: { leastMs: 0, mostMs: 0 }, seed: 1 }
      : {
          model: 'open',
          profile: { about: '', stages: stagesOf(shape, rate, durationMs), poissonSeed: null },
        },
    durationMs,
    warmupMs: 0,
    connections: 1,
    timeoutMs: null,
    thresholds: [],
    shard: WHOLE,
    rows: [],
    keepsAlive: true,
    throughProxy: false,
    sampling: DEFAULT_SAMPLING,
    breaker: DEFAULT_BREAKER,
  };
}

function said(plan: Planned, ...expressions: readonly string[]): readonly string[] {
  const thresholds = expressions.map((expression) => {
    const threshold = parseThreshold(expression);
    if ('issue' in threshold) throw new Error(threshold.issue);
    return threshold;
  });
  return unreachable(planOf(plan), thresholds);
}

const CHAIN = { name: 'start-resume', commands: ['start', 'resume'] } as const;
const MIX = {
  name: 'mixed',
  commands: ['start', 'data', 'resume'],
  weights: { start: 1, data: 6, resume: 3 },
} as const;

test('a percentile needs as many requests as bound it, in the rarest step that it means', () => {
  const rows: readonly (readonly [plan: Planned, expression: string, sends: string | null])[] = [
    [{ rate: 6, seconds: 10 }, 'latency_ms_p95 < 250', null],
    [{ rate: 5.9, seconds: 10 }, 'latency_ms_p95 < 250', null],
    [{ rate: 5.8, seconds: 10 }, 'latency_ms_p95 < 250', '58'],
    [{ rate: 5.81, seconds: 10 }, 'latency_ms_p95 < 250', null],
    [{ rate: 0.1, seconds: 60 }, 'service_ms_p50 < 250', null],
    [{ rate: 0.1, seconds: 50 }, 'service_ms_p50 < 250', '5'],
    [{ rate: 10, seconds: 299 }, 'latency_ms_p99.9 < 250', '2990'],
    [{ ...CHAIN, rate: 6, seconds: 10 }, 'latency_ms_p95 < 250', null],
    [{ ...CHAIN, rate: 5, seconds: 10 }, 'latency_ms_p95{command=resume} < 250', '50'],
    [{ ...MIX, rate: 10, seconds: 50 }, 'latency_ms_p95 < 250', '50'],
    [{ ...MIX, rate: 10, seconds: 59 }, 'latency_ms_p95 < 250', null],
    [{ ...MIX, rate: 10, seconds: 50 }, 'latency_ms_p95{command=data} < 250', null],
    [{ ...MIX, rate: 10, seconds: 50 }, 'latency_ms_p95{command=start} < 250', '50'],
    [{ ...MIX, rate: 10, seconds: 9 }, 'latency_ms_p95{command=resume} < 250', '27'],
    [{ ...MIX, rate: 10, seconds: 50 }, 'latency_ms_p95{command=mixed} < 250', null],
    [{ ...MIX, rate: 10, seconds: 5 }, 'latency_ms_p95{command=mixed} < 250', '50'],
    [{ rate: 0, seconds: 10, shape: { kind: 'ramp', from: 0, to: 10 } }, 'latency_ms_p95 < 1', '50'],
    [{ rate: 1, seconds: 0 }, 'latency_ms_max < 250', null],
    [{ rate: 1, seconds: 0 }, 'latency_ms_mean < 250', null],
    [{ rate: 1, seconds: 0 }, 'error_rate < 1%', null],
    [{ rate: 1, seconds: 0 }, 'shed <= 0', null],
    [{ rate: 1, seconds: 1, isClosed: true }, 'latency_ms_p95 < 250', null],
  ];
  for (const [plan, expression, sends] of rows) {
    const title = `${expression} at ${plan.rate} for ${plan.seconds} s`;
    const [message, ...more] = said(plan, expression);
    assert.deepEqual(more, [], title);
    if (sends === null) assert.equal(message, undefined, title);
    else assert.match(message ?? '', new RegExp(`would send ${sends}:`), title);
  }
  assert.match(said({ rate: 10, seconds: 1 }, 'latency_ms_p99.9 < 1')[0] ?? '', /needs 2,995 responses/);
});

test('a throughput above the rate at which the step it means is sent is out of reach', () => {
  const spike = { kind: 'spike', peak: 40, spikeMs: 1000 } as const;
  const rows: readonly (readonly [plan: Planned, expression: string, offered: string | null])[] = [
    [{ rate: 10, seconds: 10 }, 'throughput_rps > 9.9', null],
    [{ rate: 10, seconds: 10 }, 'throughput_rps >= 10', null],
    [{ rate: 10, seconds: 10 }, 'throughput_rps >= 10.01', '10'],
    [{ rate: 10 / 3, seconds: 10 }, 'throughput_rps >= 4', '3.33333'],
    [{ rate: 10, seconds: 10 }, 'throughput_rps < 20', null],
    [{ rate: 10, seconds: 10 }, 'throughput_rps <= 20', null],
    [{ rate: 10, seconds: 10, shape: spike }, 'throughput_rps >= 40', null],
    [{ rate: 10, seconds: 10, shape: spike }, 'throughput_rps >= 41', '40'],
    [{ ...CHAIN, rate: 10, seconds: 10 }, 'throughput_rps{command=resume} >= 10', null],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps{command=data} >= 6', null],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps{command=data} >= 6.1', '6'],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps >= 1', null],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps >= 1.1', '1'],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps{command=mixed} >= 10', null],
    [{ ...MIX, rate: 10, seconds: 10 }, 'throughput_rps{command=mixed} >= 11', '10'],
    [{ rate: 1, seconds: 10, isClosed: true }, 'throughput_rps >= 100', null],
  ];
  for (const [plan, expression, offered] of rows) {
    const [message] = said(plan, expression);
    if (offered === null) assert.equal(message, undefined, expression);
    else assert.match(message ?? '', new RegExp(`would offer, ${offered} per second:`), expression);
  }
});

test('each threshold is looked at by itself', () => {
  const plan = { rate: 5, seconds: 10 };
  assert.equal(said(plan, 'latency_ms_p95 < 1', 'error_rate < 1%', 'throughput_rps > 6').length, 2);
});
