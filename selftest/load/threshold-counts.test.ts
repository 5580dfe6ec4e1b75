/** Thresholds on means, rates and counts, on steps whose truth is written down. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeThresholds } from '../../load/judge/thresholds.ts';
import type { LoadStep } from '../../result/load-result.ts';
import { STEP, TIMES, outcomeOf, parsed, short } from './judged-step.ts';

test('a mean is judged as it was; without what was ours it decides who broke it', () => {
  const over = (
    mean: number | null,
    censored: number,
    apart: LoadStep['mean_without_ours_us'],
  ): Partial<LoadStep> => ({
    latency_us: { ...TIMES, mean, censored },
    ...(apart === undefined ? {} : { mean_without_ours_us: apart }),
  });
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, message?: RegExp])[] = [
    [over(249_900, 0, undefined), 'met'],
    [over(250_000, 0, undefined), 'broken', /broken: observed 250\.0 ms\.$/],
    [over(null, 0, undefined), 'inconclusive too-few-samples', /nothing was timed/],
    [over(300_000, 0, { latency: 260_000, service: 1 }), 'broken'],
    [
      over(300_000, 0, { latency: 100_000, service: 1 }),
      'inconclusive generator-saturated',
      /it was 100\.0 ms/,
    ],
    [over(300_000, 0, { latency: null, service: null }), 'broken'],
    // Some were never answered: the mean is at least that.
    [over(200_000, 1, undefined), 'inconclusive too-few-samples', /some requests were never answered/],
    [over(300_000, 1, undefined), 'broken', /interval 300\.0 ms to unbounded/],
    [over(300_000, 1, { latency: 100_000, service: 1 }), 'inconclusive generator-saturated'],
    [over(300_000, 1, { latency: 260_000, service: 1 }), 'broken'],
    // Without the outage it would be met.
    [over(300_000, 0, { latency: 300_000, service: 1, latency_up: 100_000 }), 'broken environment'],
    [over(300_000, 0, { latency: 300_000, service: 1, latency_up: 250_000 }), 'broken'],
    [over(300_000, 0, { latency: 300_000, service: 1, latency_up: null }), 'broken'],
  ];
  for (const [one, right, message = /./] of rows) {
    const outcome = outcomeOf('latency_ms_mean < 250', one);
    assert.equal(short(outcome), right, JSON.stringify(one.mean_without_ours_us));
    assert.match(outcome.sentence, message);
  }
  const slowService: Partial<LoadStep> = {
    service_us: { ...TIMES, mean: 300_000 },
    mean_without_ours_us: { latency: 1, service: 260_000, latency_up: 1 },
  };
  assert.equal(
    short(outcomeOf('service_ms_mean < 250', slowService)),
    'broken',
    'an outage is no part of service',
  );
  assert.equal(short(outcomeOf('service_ms_mean > 250', slowService)), 'met');
  const quick = { latency: 100_000, service: 1 };
  assert.equal(short(outcomeOf('latency_ms_mean > 250', over(200_000, 0, quick))), 'broken');
  assert.equal(
    short(outcomeOf('latency_ms_mean > 250', over(200_000, 1, quick))),
    'inconclusive generator-saturated',
  );
});

const NO_SHED = { generator: 0, pause: 0, connections: 0, runs: 0, down: 0 };

/** A step with so many due, of which so many were shed, by whom. */
function shedding(shed: number, by?: Partial<typeof NO_SHED>, ok = 90): Partial<LoadStep> {
  return {
    ledger: { ...STEP.ledger, intended: ok + shed, shed, sent: ok, ok },
    http_error_by_status: {},
    ...(by === undefined ? {} : { shed_by: { ...NO_SHED, ...by } }),
  };
}

test('shed work is the target’s, ours, or the environment’s', () => {
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, message?: RegExp])[] = [
    [shedding(5), 'met', /is met: observed 5\.$/],
    [shedding(6), 'broken'],
    [shedding(6, {}), 'broken'],
    [shedding(6, { generator: 1 }), 'inconclusive generator-saturated'],
    [shedding(6, { connections: 1 }), 'inconclusive too-few-connections'],
    [shedding(6, { runs: 1 }), 'inconclusive runs-not-ready'],
    [shedding(6, { pause: 1 }), 'inconclusive throttled'],
    [shedding(10, { generator: 1, connections: 1, runs: 1, pause: 1 }), 'broken'],
    [shedding(9, { generator: 1, connections: 1, runs: 1, pause: 1 }), 'inconclusive too-few-connections'],
    [shedding(6, { down: 1 }), 'broken environment'],
    [shedding(10, { down: 4 }), 'broken'],
    [shedding(10, { down: 5 }), 'broken environment'],
    [shedding(12, { down: 5, runs: 2 }), 'broken environment'],
    [shedding(12, { down: 4, runs: 2 }), 'broken'],
    [shedding(6, undefined, 0), 'broken', /observed 6\.$/],
    [shedding(0, undefined, 0), 'inconclusive too-few-samples', /nothing was due/],
  ];
  for (const [over, right, message = /./] of rows) {
    const outcome = outcomeOf('shed <= 5', over);
    assert.equal(short(outcome), right, JSON.stringify([over.ledger?.shed, over.shed_by]));
    assert.match(outcome.sentence, message);
  }
  assert.equal(
    short(outcomeOf('shed <= 5', shedding(5), true)),
    'inconclusive too-few-samples',
    'of one share',
  );
  assert.match(
    outcomeOf('shed <= 5', shedding(5), true).sentence,
    /, and the limit lies inside that interval\.$/,
  );
});

test('a throughput counts good responses, and is not held against the API where something else kept it down', () => {
  const over = (ok: number, more: Partial<LoadStep> = {}): Partial<LoadStep> => ({
    ledger: { ...STEP.ledger, sent: 100, ok },
    achieved_per_second: 50,
    http_error_by_status: {},
    ...more,
  });
  const limit = { cause: 'too-few-connections', sentence: 'all 8 connections were busy' } as const;
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, message?: RegExp])[] = [
    [over(80), 'met', /observed 40\.0\/s\.$/],
    [over(79), 'broken', /observed 39\.5\/s\.$/],
    [over(79, { ok_per_second: 40 }), 'met'],
    [over(80, { ok_per_second: 39 }), 'broken'],
    [over(79, { limited_by: limit }), 'inconclusive too-few-connections', /; all 8 connections were busy\.$/],
    [over(80, { limited_by: limit }), 'met'],
    [over(60, { http_error_by_status: { 503: 20 } }), 'broken environment'],
    [over(60, { http_error_by_status: { 503: 19 } }), 'broken'],
    [over(60, { http_error_by_status: { 500: 40 } }), 'broken'],
    [over(0), 'broken', /observed 0\.0\/s\.$/],
    [over(1, { http_error_by_status: { 503: 79 } }), 'broken environment'],
    [over(0, { http_error_by_status: { 503: 80 } }), 'broken environment'],
    [over(0, { http_error_by_status: { 503: 79 } }), 'broken'],
  ];
  for (const [one, right, message = /./] of rows) {
    const outcome = outcomeOf('throughput_rps >= 40', one);
    assert.equal(short(outcome), right, JSON.stringify(one));
    assert.match(outcome.sentence, message);
  }
  assert.equal(short(outcomeOf('throughput_rps >= 40', over(79), true)), 'inconclusive too-few-samples');
  const nothing = { ledger: { ...STEP.ledger, intended: 3, shed: 3, sent: 0, ok: 0 } };
  for (const expression of ['throughput_rps >= 40', 'error_rate < 1%', 'latency_ms_mean < 1s'])
    assert.match(outcomeOf(expression, nothing).sentence, /can't be judged: nothing was sent\.$/, expression);
});

test('a limit that is touched is kept or broken as its comparison says', () => {
  const rows: readonly (readonly [expression: string, right: string])[] = [
    ['shed < 5', 'broken'],
    ['shed <= 5', 'met'],
    ['shed > 5', 'broken'],
    ['shed >= 5', 'met'],
    ['shed < 6', 'met'],
    ['shed <= 4', 'broken'],
    ['shed > 4', 'met'],
    ['shed >= 6', 'broken'],
  ];
  for (const [expression, right] of rows)
    assert.equal(short(outcomeOf(expression, shedding(5))), right, expression);
  for (const [expression, right] of [
    ['shed > 4', 'met'],
    ['shed > 5', 'inconclusive too-few-samples'],
    ['shed < 5', 'broken'],
    ['shed < 6', 'inconclusive too-few-samples'],
  ] as const)
    assert.equal(short(outcomeOf(expression, shedding(5), true)), right, `${expression} by one share`);
});

test('an error rate is judged by its ends, with figures as a share', () => {
  const over = (ok: number, failed: number): Partial<LoadStep> => ({
    ledger: { ...STEP.ledger, intended: ok + failed, sent: ok + failed, ok, http_error: failed },
    http_error_by_status: { 500: failed },
  });
  const outcome = outcomeOf('error_rate < 1%', over(90, 10));
  assert.equal(short(outcome), 'broken');
  assert.equal(
    outcome.sentence,
    'start: error_rate < 1% is broken: observed 10 % (95 % interval 5.523 % to 17.437 %).',
  );
  assert.equal(short(outcomeOf('error_rate < 1%', over(99, 1))), 'inconclusive too-few-samples');
  assert.match(
    outcomeOf('error_rate < 1%', over(99, 1)).sentence,
    /, and the limit lies inside that interval\.$/,
  );
});

test('without a command each command of a chain is judged, with one only its step, and each stair by itself', () => {
  const names = (
    expression: string,
    steps: readonly Partial<LoadStep>[],
    whole: string,
  ): readonly string[] => {
    const threshold = parsed(expression);
    const all = steps.map((one) => ({ ...STEP, ...one }));
    return judgeThresholds([threshold, threshold], all, whole).map(({ step: name }) => name);
  };
  const chain = ['start', 'pause', 'start-resume'].map((name) => ({ name, command: name }));
  const twice = (...found: readonly string[]): readonly string[] => [...found, ...found];
  assert.deepEqual(names('shed <= 0', chain, 'start-resume'), twice('start', 'pause'));
  assert.deepEqual(names('shed{command=start-resume} <= 0', chain, 'start-resume'), twice('start-resume'));
  assert.deepEqual(names('shed{command=pause} <= 0', chain, 'start-resume'), twice('pause'));
  const stairs = ['stair 1', 'stair 2'].map((name) => ({ name, command: 'start' }));
  for (const expression of ['shed <= 0', 'shed{command=start} <= 0'])
    assert.deepEqual(names(expression, stairs, 'start'), twice('stair 1', 'stair 2'));
  const unsaid = judgeThresholds([parsed('throughput_rps >= 60')], [STEP], 'start');
  assert.equal(unsaid[0]?.outcome, 'broken', 'the whole of a load unless it is said to be a share');
});
