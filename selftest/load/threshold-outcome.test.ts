/** Each threshold on steps whose truth is written down: who is to blame, and whether it can be told at all. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseThreshold } from '../../load/threshold.ts';
import { connectionsText, judgeThresholds } from '../../load/threshold-outcome.ts';
import type { BeyondLimit, Distribution, LoadStep, ThresholdOutcome } from '../../reports/load-result.ts';
import { step } from '../reports/load-fixtures.ts';

type Counted = readonly [count: number, of: number, cluster?: number];
type Ours = Partial<BeyondLimit['ours_ms']>;

/** What was seen beyond the limit: in all, without what was ours, and what only an outage put there. */
interface Seen {
  readonly all: Counted;
  readonly apart?: Counted;
  readonly down?: number;
  readonly up?: Counted;
  readonly ours?: Ours;
}

const shareOf = ([count, of, cluster = 1]: Counted): BeyondLimit['all'] => ({ count, of, cluster });

function beyondOf({ all, apart = all, down = 0, up, ours = {} }: Seen): BeyondLimit {
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

const TIMES: Distribution = {
  ...step().latency_us,
  p50: 40_000,
  p95: 240_000,
  p999: null,
  max: 900_000,
  mean: 50_000,
  censored: 0,
  interval: { p50: [39_000, 41_000], p90: null, p95: [230_000, null], p99: null, p999: null },
};
const STEP: LoadStep = { ...step(), latency_us: TIMES, service_us: { ...TIMES, p95: 100_000, mean: 20_000 } };

function outcomeOf(expression: string, over: Partial<LoadStep>, isShare = false): ThresholdOutcome {
  const threshold = parseThreshold(expression);
  if ('mistake' in threshold) throw new Error(threshold.mistake);
  const [outcome, ...more] = judgeThresholds([threshold], [{ ...STEP, ...over }], 'start', isShare);
  assert.ok(outcome !== undefined && more.length === 0);
  return outcome;
}

const short = ({ outcome, cause, mover }: ThresholdOutcome): string =>
  [outcome, cause, mover].filter((word) => word !== undefined).join(' ');

function judged(seen: Seen, expression = 'latency_ms_p95 < 250'): ThresholdOutcome {
  return outcomeOf(expression, { beyond: [beyondOf(seen)] });
}

type Row = readonly [seen: Seen, right: string, sentence?: RegExp];

function check(rows: readonly Row[], expression?: string): void {
  for (const [seen, right, sentence = /./] of rows) {
    const outcome = judged(seen, expression);
    assert.equal(short(outcome), right, JSON.stringify(seen));
    assert.match(outcome.sentence, sentence, JSON.stringify(seen));
  }
}

test('a percentile is judged by the share beyond its limit: 5 % of 400 are 20, and 11 to 29 may be chance', () => {
  check([
    [{ all: [0, 400] }, 'met'],
    [{ all: [11, 400] }, 'met', /11 of 400 requests took longer than 250 ms \(.* allowed are 5 %\)/],
    [{ all: [12, 400] }, 'inconclusive too-few-samples', /within the noise/],
    [{ all: [29, 400] }, 'inconclusive too-few-samples', /within the noise/],
    [{ all: [30, 400] }, 'broken'],
    [{ all: [400, 400] }, 'broken'],
    [{ all: [30, 400, 1.01] }, 'inconclusive too-few-samples', /came together/],
    [{ all: [0, 58] }, 'inconclusive too-few-samples', /; 58 samples can't carry p95, it takes 59\.$/],
    [{ all: [0, 59] }, 'met'],
    [{ all: [3, 59] }, 'inconclusive too-few-samples', /3 of 59 .* within the noise\.$/],
    [{ all: [30, 58] }, 'broken', /30 of 58/],
    [{ all: [0, 0] }, 'inconclusive too-few-samples', /can't be judged: nothing was timed\.$/],
  ]);
});

test('what was ours neither breaks a percentile nor spoils one that is met with it', () => {
  const late = { generator: 90 };
  check([
    [{ all: [5, 400], apart: [0, 400], ours: late }, 'met'],
    [{ all: [40, 400], apart: [0, 400], ours: late }, 'inconclusive generator-saturated', /late or busy/],
    [{ all: [40, 400], apart: [1, 400], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [40, 400], apart: [20, 400], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [21, 400], apart: [0, 400], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [21, 400], apart: [1, 400], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [21, 400], apart: [20, 400], ours: late }, 'inconclusive too-few-samples'],
    [{ all: [21, 400], apart: [21, 400] }, 'inconclusive too-few-samples'],
    [{ all: [60, 400], apart: [40, 400], ours: late }, 'broken'],
    // Of those that were on time fewer than half are left: too few to blame the API with.
    [{ all: [40, 400], apart: [40, 199], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [40, 400], apart: [40, 200], ours: late }, 'broken'],
    [{ all: [21, 400], apart: [21, 199] }, 'inconclusive too-few-samples'],
    [{ all: [3, 58], apart: [0, 58], ours: late }, 'inconclusive generator-saturated'],
    [{ all: [3, 58], apart: [1, 58], ours: late }, 'inconclusive too-few-samples'],
    [{ all: [40, 400], apart: [40, 400, 20], ours: late }, 'inconclusive too-few-samples'],
    [{ all: [5, 400, 5], apart: [5, 400] }, 'inconclusive too-few-samples'],
  ]);
});

test('the cause of ours that weighs most is named', () => {
  const seen = (ours: Ours): Seen => ({ all: [40, 400], apart: [0, 400], ours });
  check([
    [seen({}), 'inconclusive generator-saturated'],
    [seen({ generator: 2, pause: 1 }), 'inconclusive generator-saturated'],
    [seen({ pause: 2, generator: 1, connections: 1, runs: 1 }), 'inconclusive throttled', /Retry-After/],
    [seen({ pause: 0.5 }), 'inconclusive throttled'],
    [seen({ runs: 2, generator: 1, connections: 1, pause: 1 }), 'inconclusive runs-not-ready', /prepared/],
    [seen({ runs: 0.5 }), 'inconclusive runs-not-ready'],
    [
      seen({ connections: 2, generator: 1, runs: 1, pause: 1 }),
      'inconclusive too-few-connections',
      /connections were busy/,
    ],
    [seen({ connections: 0.5 }), 'inconclusive too-few-connections'],
  ]);
});

test('an outage alone is the environment’s; what the target does while it is there stays its own', () => {
  check([
    [
      { all: [40, 400], down: 40 },
      'broken environment',
      /40 of them only because the target took no connections/,
    ],
    [{ all: [40, 400], down: 40, up: [0, 360] }, 'broken environment'],
    [{ all: [400, 400], down: 400 }, 'broken environment'],
    // Slow besides: 40 of 360 that were no outage.
    [{ all: [80, 400], down: 40 }, 'broken', /confidence, allowed are 5 %\)\.$/],
    [{ all: [80, 400], down: 40, up: [40, 360, 20] }, 'broken environment'],
    // One outage of five requests is one cluster, but it is counted as it was.
    [{ all: [5, 400, 5], down: 5, up: [0, 395] }, 'met'],
    [{ all: [5, 400, 5], down: 5, up: [0, 58] }, 'inconclusive too-few-samples', /came together/],
    // Broken only by both together; who has at least half of it is to blame.
    [{ all: [30, 400], down: 20 }, 'broken environment'],
    [{ all: [30, 400], down: 15 }, 'broken environment'],
    [{ all: [30, 400], down: 14 }, 'broken'],
    // Not broken, not met, and all but the outage is well.
    [{ all: [22, 400], down: 20 }, 'inconclusive environment-down', /20 of them only/],
    [{ all: [22, 400], down: 5 }, 'inconclusive too-few-samples'],
    [{ all: [40, 400, 20], down: 40, up: [0, 360] }, 'broken environment'],
    [{ all: [80, 400, 40], down: 40, up: [40, 360] }, 'broken'],
    [{ all: [5, 400, 5], down: 1, up: [4, 399] }, 'met'],
    [{ all: [68, 400], down: 40 }, 'broken'],
    [{ all: [65, 400, 10], down: 30, up: [35, 370, 10] }, 'broken environment'],
    [{ all: [560, 10_000], down: 120 }, 'broken environment'],
    // Some of it was ours.
    [{ all: [60, 400], apart: [40, 400], down: 40, ours: { generator: 9 } }, 'broken environment'],
    [
      { all: [60, 400], apart: [40, 199], down: 40, ours: { generator: 9 } },
      'inconclusive generator-saturated',
    ],
    [
      { all: [60, 400], apart: [60, 199], down: 20, ours: { generator: 9 } },
      'inconclusive generator-saturated',
    ],
  ]);
});

test('a maximum is broken by one request, unless ours or an outage put it there', () => {
  check(
    [
      [{ all: [0, 1] }, 'met', /is met: observed 900\.0 ms\.$/],
      [{ all: [1, 400] }, 'broken', /observed 900\.0 ms; 1 of 400 requests were beyond the limit\.$/],
      [{ all: [1, 400], apart: [0, 399], ours: { runs: 1 } }, 'inconclusive runs-not-ready'],
      [{ all: [2, 400], apart: [1, 399] }, 'broken'],
      [{ all: [1, 400], down: 1 }, 'broken environment', /limit, 1 of them only because the target took no/],
      [{ all: [2, 400], down: 1 }, 'broken'],
      [{ all: [0, 0] }, 'inconclusive too-few-samples', /nothing was timed/],
    ],
    'latency_ms_max < 250',
  );
});

test('a limit is found by what it limits, where it lies, and whether it is itself beyond', () => {
  const slow = beyondOf({ all: [400, 400] });
  const right = (expression: string, beyond: readonly BeyondLimit[] | undefined): string =>
    short(outcomeOf(expression, beyond === undefined ? {} : { beyond }));
  const lacking = 'inconclusive too-few-samples';
  const exclusive = { ...slow, at_limit: false };
  const service = { ...slow, of: 'service' } as const;
  const rows: readonly (readonly [expression: string, beyond: BeyondLimit[] | undefined, right: string])[] = [
    ['latency_ms_p95 < 250', undefined, lacking],
    ['latency_ms_p95 < 250', [], lacking],
    ['latency_ms_p95 < 250', [slow], 'broken'],
    ['latency_ms_p95 < 251', [slow], lacking],
    ['service_ms_p95 < 250', [slow], lacking],
    ['service_ms_p95 < 250', [slow, service], 'broken'],
    ['latency_ms_p95 <= 250', [slow], lacking],
    ['latency_ms_p95 <= 250', [exclusive], 'broken'],
    ['latency_ms_p95 < 250', [exclusive], lacking],
    ['latency_ms_p95 >= 250', [slow], 'met'],
    ['latency_ms_p95 >= 250', [exclusive], lacking],
    ['latency_ms_p95 > 250', [exclusive], 'met'],
    ['latency_ms_p95 > 250', [slow], lacking],
    ['latency_ms_p95 >= 250', [beyondOf({ all: [0, 400] })], 'broken'],
    ['latency_ms_p95 >= 250', [beyondOf({ all: [20, 400] })], lacking],
    ['latency_ms_p95 >= 250', [beyondOf({ all: [40, 400], down: 40 })], 'met'],
  ];
  for (const [expression, beyond, outcome] of rows)
    assert.equal(right(expression, beyond), outcome, `${expression} with ${JSON.stringify(beyond)}`);
});

test('what was observed is that of the metric, in its unit, with its interval', () => {
  const beyond = [beyondOf({ all: [0, 400] }), { ...beyondOf({ all: [0, 400] }), of: 'service' } as const];
  const seen = (expression: string): readonly unknown[] => {
    const { observed, interval, unit, limit } = outcomeOf(expression, { beyond });
    return [observed, interval, unit, limit];
  };
  assert.deepEqual(seen('latency_ms_p95 < 250'), [240, [230, null], 'ms', 250]);
  assert.deepEqual(seen('service_ms_p95 < 250'), [100, [230, null], 'ms', 250]);
  assert.deepEqual(seen('latency_ms_p50 < 250'), [40, [39, 41], 'ms', 250]);
  assert.deepEqual(seen('latency_ms_p99.9 < 250'), [null, null, 'ms', 250]);
  assert.deepEqual(seen('latency_ms_max < 250'), [900, null, 'ms', 250]);
  assert.deepEqual(seen('latency_ms_mean < 250'), [50, [50, 50], 'ms', 250]);
  assert.deepEqual(seen('service_ms_mean < 250'), [20, [20, 20], 'ms', 250]);
});

test('the sentence tells step, expression, outcome, figures and reason', () => {
  const of = (seen: Seen, expression?: string): string => judged(seen, expression).sentence;
  assert.equal(
    of({ all: [11, 400] }),
    'start: latency_ms_p95 < 250 is met: observed 240.0 ms (95 % interval 230.0 ms to unbounded); ' +
      '11 of 400 requests took longer than 250 ms (1.38 % to 4.87 % with 95 % confidence, allowed are 5 %).',
  );
  assert.match(
    of({ all: [0, 400] }, 'latency_ms_p50 < 250'),
    /observed 40\.0 ms \(95 % interval 39\.0 ms to 41\.0 ms\)/,
  );
  assert.match(
    of({ all: [0, 3000] }, 'latency_ms_p99.9 < 250'),
    /^start: latency_ms_p99\.9 < 250 is met: 0 of 3000/,
  );
  assert.match(
    of({ all: [0, 30] }, 'latency_ms_p99.9 < 250'),
    /be judged: 30 samples can't carry p99\.9, it takes 2,995\.$/,
  );
  const quick = { ...STEP.latency_us, mean: 9994 };
  assert.match(
    outcomeOf('latency_ms_mean < 250', { latency_us: quick }).sentence,
    /is met: observed 9\.99 ms\.$/,
  );
  const round = { ...STEP.latency_us, mean: 10_000 };
  assert.match(outcomeOf('latency_ms_mean < 250', { latency_us: round }).sentence, /observed 10\.0 ms\.$/);
});

test('how a shortage of connections is told', () => {
  const text = (connections: NonNullable<LoadStep['connections']>): string =>
    connectionsText({ ...STEP, connections });
  assert.equal(
    text({ ceiling: 1, waited: 3, needed: 2 }),
    'the only connection was busy and requests waited for one; 2 connections would do at this rate',
  );
  assert.equal(
    text({ ceiling: 8, waited: 3, needed: null }),
    'all 8 connections were busy, and answers took longer the more of them were under way',
  );
  assert.match(connectionsText(STEP), /^all 0 connections were busy, and/);
});

test('a mean is judged as it was; without what was ours it decides who broke it', () => {
  const over = (
    mean: number | null,
    censored: number,
    apart: LoadStep['mean_without_ours_us'],
  ): Partial<LoadStep> => ({
    latency_us: { ...TIMES, mean, censored },
    ...(apart === undefined ? {} : { mean_without_ours_us: apart }),
  });
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, sentence?: RegExp])[] = [
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
  for (const [one, right, sentence = /./] of rows) {
    const outcome = outcomeOf('latency_ms_mean < 250', one);
    assert.equal(short(outcome), right, JSON.stringify(one.mean_without_ours_us));
    assert.match(outcome.sentence, sentence);
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
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, sentence?: RegExp])[] = [
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
  for (const [over, right, sentence = /./] of rows) {
    const outcome = outcomeOf('shed <= 5', over);
    assert.equal(short(outcome), right, JSON.stringify([over.ledger?.shed, over.shed_by]));
    assert.match(outcome.sentence, sentence);
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
  const rows: readonly (readonly [over: Partial<LoadStep>, right: string, sentence?: RegExp])[] = [
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
  for (const [one, right, sentence = /./] of rows) {
    const outcome = outcomeOf('throughput_rps >= 40', one);
    assert.equal(short(outcome), right, JSON.stringify(one));
    assert.match(outcome.sentence, sentence);
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
    const threshold = parseThreshold(expression);
    if ('mistake' in threshold) throw new Error(threshold.mistake);
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
  const throughput = parseThreshold('throughput_rps >= 60');
  if ('mistake' in throughput) throw new Error(throughput.mistake);
  const unsaid = judgeThresholds([throughput], [STEP], 'start');
  assert.equal(unsaid[0]?.outcome, 'broken', 'the whole of a load unless it is said to be a share');
});
