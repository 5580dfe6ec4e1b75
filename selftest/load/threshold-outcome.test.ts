/** Thresholds on percentiles and maxima, on steps whose truth is written down: who is to blame, and whether it can be told at all. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { connectionsText } from '../../load/judge/thresholds.ts';
import type { BeyondLimit, LoadStep } from '../../result/load-result.ts';
import { STEP, beyondOf, judged, outcomeOf, short, type Ours, type Seen } from './judged-step.ts';

type Row = readonly [seen: Seen, right: string, message?: RegExp];

function check(rows: readonly Row[], expression?: string): void {
  for (const [seen, right, message = /./] of rows) {
    const outcome = judged(seen, expression);
    assert.equal(short(outcome), right, JSON.stringify(seen));
    assert.match(outcome.sentence, message, JSON.stringify(seen));
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
    'all 8 connections were busy, and responses took longer the more of them were under way',
  );
  assert.match(connectionsText(STEP), /^all 0 connections were busy, and/);
});
