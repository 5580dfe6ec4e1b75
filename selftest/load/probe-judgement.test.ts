/** What a probe of a capacity search says of its rate, of the environment and of ourselves; and the curve through probes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { conclude, curveOf } from '../../load/capacity/conclusion.ts';
import { judgeProbe, type ProbeMeasured } from '../../load/capacity/judge-probe.ts';
import type { Search } from '../../load/capacity/search.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { CapacityProbe, LoadScenario, LoadStep } from '../../result/load-result.ts';
import { distribution, scenario, step, threshold } from '../reports/load-fixtures.ts';
import { LIMITS } from './search-limits.ts';

const why = (cause: Inconclusive['cause']): Inconclusive => ({ cause, sentence: `Because of ${cause}.` });
const met = threshold('met', { sentence: 'p95 is met.' });
const broken = threshold('broken', { sentence: 'p95 is broken.' });
const unclear = threshold('inconclusive', { cause: 'too-few-samples', sentence: 'p95 is unclear.' });
const throttled = threshold('inconclusive', { cause: 'throttled', sentence: 'p95 is throttled.' });

/** A probe of 100 a second, all of them answered well. */
function stepOf(over: Partial<LoadStep> = {}, ledger: Partial<LoadStep['ledger']> = {}): LoadStep {
  const base = step({ rate: 100 });
  return { ...base, ok_per_second: 100, ...over, ledger: { ...base.ledger, ...ledger } };
}

interface Probed extends Partial<ProbeMeasured> {
  readonly step?: LoadStep;
  readonly inconclusive?: Inconclusive | null;
  readonly failure?: string;
  readonly thresholds?: LoadScenario['thresholds'];
  readonly attempt?: number;
}

function judged(of: Probed): ReturnType<typeof judgeProbe> {
  const { step: one = stepOf(), inconclusive = null, failure, thresholds = [met], attempt = 1 } = of;
  const { stopped = null, hasKept = true } = of;
  const requested = { phase: 'binary', ratePerSecond: 100, durationMs: 5000, attempt } as const;
  const whole = scenario({
    steps: [stepOf({ ok_per_second: 1 }), stepOf({ ok_per_second: 2 }), one],
    inconclusive,
    thresholds,
    ...(failure === undefined ? {} : { failure }),
  });
  return judgeProbe(requested, whole, { stopped, hasKept });
}

/** The outcome, its cause, and why the whole search ends, if it does. */
function short(of: Probed): string {
  const { probe, fatal } = judged(of);
  const words = [probe.outcome, probe.cause, fatal === null ? undefined : `fatal ${fatal.cause}`];
  return words.filter((word) => word !== undefined).join(' ');
}

test('a probe has the figures of its last step, and says how much was answered', () => {
  const { probe } = judged({ step: stepOf({ ok_per_second: 99.5, duration_ms: 5001 }) });
  const { phase, rate_per_second, answered_per_second, duration_ms, sentence: message } = probe;
  assert.deepEqual(
    [phase, rate_per_second, answered_per_second, duration_ms, message],
    ['binary', 100, 99.5, 5001, 'p95 is met. 99.5 of 100 per second were answered well.'],
  );
  assert.deepEqual(probe.ledger, stepOf().ledger);
  assert.equal(judged({ step: withoutRate(stepOf()) }).probe.answered_per_second, 0);
  assert.throws(
    () =>
      judgeProbe({ phase: 'binary', ratePerSecond: 1, durationMs: 1, attempt: 1 }, scenario({ steps: [] }), {
        stopped: null,
        hasKept: true,
      }),
    /no step/,
  );
});

/** A step as older results have it. */
function withoutRate(step: LoadStep): LoadStep {
  return Object.fromEntries(
    Object.entries(step).filter(([key]) => key !== 'ok_per_second'),
  ) as unknown as LoadStep;
}

test('the objectives decide, the broken first, then a throttled one, then overload, then what is unclear', () => {
  const shed = stepOf({}, { shed: 1 });
  const rows: readonly (readonly [of: Probed, right: string, message: string])[] = [
    [{}, 'kept', 'p95 is met.'],
    [{ thresholds: [met, met] }, 'kept', 'p95 is met. p95 is met.'],
    [{ thresholds: [unclear, met, broken, { ...broken, sentence: 'later.' }] }, 'broken', 'p95 is broken.'],
    [
      { thresholds: [throttled, { ...throttled, sentence: 'later.' }] },
      'broken throttled',
      'p95 is throttled.',
    ],
    [{ thresholds: [broken, throttled] }, 'broken', 'p95 is broken.'],
    [{ thresholds: [met, throttled] }, 'broken throttled', 'p95 is throttled.'],
    [{ thresholds: [unclear], step: shed }, 'broken', 'start: 1 of 3000 requests had to be shed.'],
    [{ thresholds: [met, unclear] }, 'inconclusive too-few-samples', 'p95 is unclear.'],
    [{ thresholds: [threshold('inconclusive', { sentence: 'no cause.' })] }, 'inconclusive', 'no cause.'],
    [{ stopped: 'Stopped early: 500s.', thresholds: [met] }, 'broken', 'Stopped early: 500s.'],
  ];
  for (const [of, right, message] of rows) {
    assert.equal(short(of), right, message);
    assert.ok(judged(of).probe.sentence.startsWith(message), judged(of).probe.sentence);
  }
});

test('work that is shed and responses that fall behind are an overload, unless ours kept the rate down', () => {
  const by = (over: Partial<NonNullable<LoadStep['shed_by']>>): NonNullable<LoadStep['shed_by']> => ({
    ...{ generator: 0, connections: 0, runs: 0, pause: 0, down: 0 },
    ...over,
  });
  const limit = (cause: Inconclusive['cause']): Pick<LoadStep, 'limited_by'> => ({ limited_by: why(cause) });
  const rows: readonly (readonly [step: LoadStep, right: string, message?: RegExp])[] = [
    [stepOf({ ok_per_second: 90 }), 'kept'],
    [stepOf({ ok_per_second: 89.9 }), 'broken', /^start: the responses fell behind\./],
    [stepOf({ ok_per_second: 0 }), 'broken'],
    [stepOf({ rate_per_second: null, ok_per_second: 0 }), 'kept'],
    [stepOf({}, { shed: 1 }), 'broken', /^start: 1 of 3000 requests had to be shed\./],
    [stepOf({ shed_by: by({ down: 1 }) }, { shed: 1 }), 'broken'],
    [
      stepOf({ shed_by: by({ generator: 1 }) }, { shed: 1 }),
      'inconclusive generator-saturated',
      /That is ours: it was our own doing\./,
    ],
    [stepOf({ shed_by: by({ connections: 1 }) }, { shed: 1 }), 'inconclusive generator-saturated'],
    [stepOf({ shed_by: by({ runs: 1 }) }, { shed: 1 }), 'inconclusive generator-saturated'],
    [stepOf({ shed_by: by({ pause: 1 }) }, { shed: 1 }), 'inconclusive generator-saturated'],
    [
      stepOf({ shed_by: by({ generator: 1, connections: 1 }) }, { shed: 2 }),
      'inconclusive generator-saturated',
    ],
    [stepOf({ shed_by: by({ generator: 1, runs: 1 }) }, { shed: 2 }), 'inconclusive generator-saturated'],
    [stepOf({ shed_by: by({ generator: 1, pause: 1 }) }, { shed: 2 }), 'inconclusive generator-saturated'],
    [stepOf({ shed_by: by({ generator: 1 }), ok_per_second: 99 }), 'kept'],
    [
      stepOf({ ...limit('too-few-connections'), ok_per_second: 10 }),
      'inconclusive too-few-connections',
      /Because of too-few-connections\./,
    ],
    [
      stepOf({ ...limit('throttled'), ok_per_second: 10 }),
      'broken throttled',
      /^start: the responses fell behind\. 10 of 100/,
    ],
    [stepOf(limit('too-few-connections')), 'kept'],
    [withoutRate(stepOf({ rate_per_second: 1 })), 'broken'],
  ];
  for (const [one, right, message = /./] of rows) {
    assert.equal(
      short({ step: one }),
      right,
      JSON.stringify([one.shed_by, one.limited_by, one.ok_per_second]),
    );
    assert.match(judged({ step: one }).probe.sentence, message);
  }
});

test('a cause may lie in the rate, in the probe, or in the environment; only the last ends the search', () => {
  const silent = stepOf({}, { ok: 0, http_error: 0, invalid: 0 });
  const rows: readonly (readonly [of: Probed, right: string])[] = [
    [{ inconclusive: why('environment-down') }, 'broken environment-down'],
    [{ inconclusive: why('throttled') }, 'broken throttled'],
    [{ inconclusive: why('circuit-broken') }, 'broken circuit-broken'],
    [
      { inconclusive: why('environment-down'), hasKept: false },
      'inconclusive environment-down fatal environment-down',
    ],
    [{ inconclusive: why('throttled'), hasKept: false }, 'inconclusive throttled fatal throttled'],
    [{ inconclusive: why('generator-saturated') }, 'inconclusive generator-saturated'],
    [{ inconclusive: why('too-few-samples'), hasKept: false }, 'inconclusive too-few-samples'],
    [{ inconclusive: why('too-few-connections') }, 'inconclusive too-few-connections'],
    [{ inconclusive: why('runs-not-ready') }, 'inconclusive runs-not-ready'],
    [{ inconclusive: why('key-refused') }, 'inconclusive key-refused fatal key-refused'],
    // Without a single response nothing is known of the rate: it is asked again, three times in all.
    [{ inconclusive: why('environment-down'), step: silent, attempt: 1 }, 'inconclusive environment-down'],
    [{ inconclusive: why('environment-down'), step: silent, attempt: 2 }, 'inconclusive environment-down'],
    [
      { inconclusive: why('environment-down'), step: silent, attempt: 3 },
      'inconclusive environment-down fatal environment-down',
    ],
    [
      { inconclusive: why('environment-down'), step: silent, hasKept: false },
      'inconclusive environment-down fatal environment-down',
    ],
    [{ inconclusive: why('throttled'), step: silent }, 'inconclusive throttled fatal throttled'],
    [
      { inconclusive: why('environment-down'), step: stepOf({}, { ok: 0, http_error: 1 }) },
      'broken environment-down',
    ],
    [
      { inconclusive: why('environment-down'), step: stepOf({}, { ok: 0, http_error: 0, invalid: 1 }) },
      'broken environment-down',
    ],
    [{ failure: 'no start was accepted' }, 'inconclusive fatal circuit-broken'],
    [
      { failure: 'no start was accepted', inconclusive: why('too-few-samples') },
      'inconclusive too-few-samples fatal circuit-broken',
    ],
  ];
  for (const [of, right] of rows)
    assert.equal(short(of), right, JSON.stringify([of.inconclusive, of.attempt]));
  assert.equal(judged({ failure: 'no start was accepted' }).fatal?.sentence, 'no start was accepted');
});

/** A probe with its rate, what was answered, p90 and the lower bound of that, in milliseconds. */
function probe(
  rate: number,
  wellPerSecond: number,
  p90Ms: number,
  over: Partial<CapacityProbe> = {},
): CapacityProbe {
  const times = distribution(60, 1000);
  const us = p90Ms * 1000;
  return {
    phase: 'binary',
    rate_per_second: rate,
    answered_per_second: wellPerSecond,
    duration_ms: 5000,
    ledger: stepOf().ledger,
    latency_us: { ...times, p90: us, interval: { ...times.interval, p90: [us, us] } },
    service_us: times,
    outcome: 'kept',
    sentence: `Probe at ${rate}.`,
    ...over,
  };
}

test('the knee is the first rate beyond half as much again, and a millisecond, that is still answered', () => {
  const kneeOf = (...probes: readonly CapacityProbe[]): number | null => curveOf(probes).knee;
  const low = probe(10, 10, 4);
  assert.equal(kneeOf(low, probe(20, 20, 6)), null);
  assert.equal(kneeOf(low, probe(20, 20, 6.1)), 20);
  assert.equal(kneeOf(probe(10, 10, 1), probe(20, 20, 2)), null, 'less than a millisecond more');
  assert.equal(kneeOf(probe(10, 10, 1), probe(20, 20, 2.1)), 20);
  assert.equal(kneeOf(low, probe(20, 19, 9), probe(30, 30, 10)), 20);
  assert.equal(kneeOf(low, probe(20, 18.9, 9), probe(30, 30, 10)), null, 'not answered any more');
  assert.equal(kneeOf(probe(20, 20, 9), low), 20, 'in the order of the rates');
  assert.equal(kneeOf(), null);
  const unknown = { ...low.latency_us, p90: null };
  assert.equal(kneeOf({ ...low, latency_us: unknown }, probe(20, 20, 9)), null);
  const { interval } = low.latency_us;
  const unbounded = { ...low.latency_us, interval: { ...interval, p90: null } };
  assert.equal(kneeOf(low, { ...probe(20, 20, 9), latency_us: unbounded }), null);
});

test('it collapses where less than nine tenths of the most before are answered; of one rate the longest probe counts', () => {
  const curve = (...probes: readonly CapacityProbe[]): readonly (number | null)[] => {
    const { collapse, peakResponses: mostAnswered } = curveOf(probes);
    return [collapse, mostAnswered];
  };
  assert.deepEqual(curve(), [null, 0]);
  assert.deepEqual(curve(probe(0.5, 0.5, 1)), [null, 0.5]);
  assert.deepEqual(curve(probe(10, 10, 1), probe(20, 9, 1)), [null, 10]);
  assert.deepEqual(curve(probe(10, 10, 1), probe(20, 8.9, 1)), [20, 10]);
  assert.deepEqual(curve(probe(10, 10, 1), probe(20, 15, 1), probe(30, 12, 1), probe(40, 30, 1)), [30, 30]);
  const long = (wellPerSecond: number, duration_ms: number): CapacityProbe =>
    probe(20, wellPerSecond, 1, { duration_ms });
  assert.deepEqual(curve(probe(10, 10, 1), long(1, 4000), long(20, 9000), long(2, 8000)), [null, 20]);
  assert.deepEqual(curve(probe(10, 10, 1), long(20, 5000), long(1, 5000)), [20, 10], 'of equals the last');
});

/** The sentence of a search, why nothing can be concluded, and the figures of the capacity. */
function concluded(
  search: Partial<Search>,
  probes: readonly CapacityProbe[],
  ended: { readonly fatal?: Inconclusive; readonly ours?: Inconclusive } = {},
): ReturnType<typeof conclude> {
  const none = {
    kept: [],
    broken: null,
    confirmed: null,
    failedSoaks: 0,
    next: null,
    doubted: null,
    isUnsteady: false,
  };
  const about = { command: 'start', objectives: ['p95 < 100', 'shed <= 0'], limits: LIMITS };
  const { fatal = null, ours = null } = ended;
  return conclude(about, { ...none, ...search }, probes, { fatal, ours });
}

const WHAT = 'p95 < 100 and shed <= 0';
const KEEPS = `start keeps ${WHAT} at 80 per second, confirmed by a soak`;

test('the conclusion names the rate, where it breaks, and how the operation behaves around it', () => {
  const kept = [probe(40, 40, 4), probe(80, 80, 9)];
  const rows: readonly (readonly [...Parameters<typeof concluded>, message: string, cause: string | null])[] =
    [
      [
        { kept: [40, 80], confirmed: 80, broken: 100 },
        [...kept, probe(100, 76, 400, { outcome: 'broken' })],
        {},
        `${KEEPS}; at 100 they break, latency leaves its plateau at 80, and no more than 80 per second are ever answered.`,
        null,
      ],
      [
        { kept: [80], confirmed: 80, broken: 100 },
        [probe(80, 79.96, 4), probe(100, 20, 400, { outcome: 'broken' })],
        {},
        `${KEEPS}; at 100 they break, and from 100 on the responses fall below the 80 per second that there were before: it collapses.`,
        null,
      ],
      [
        { kept: [80], confirmed: 80, broken: 100 },
        [probe(80, 80, 4), probe(100, 20, 400, { outcome: 'broken', cause: 'throttled' })],
        {},
        `${KEEPS}; at 100 the target responds with 429: a limit on this key, not a collapse.`,
        null,
      ],
      [
        { kept: [80], confirmed: 80, broken: 100 },
        [probe(80, 80, 4), probe(100, 100, 4, { outcome: 'inconclusive' })],
        {},
        `${KEEPS}; 100 could not be shown to keep them, and no more than 80 per second are ever answered.`,
        null,
      ],
      [
        { kept: [80], confirmed: 80, broken: 100 },
        [probe(80, 80, 4), probe(100, 100, 4, { outcome: 'inconclusive' })],
        { ours: why('generator-saturated') },
        `${KEEPS}; higher rates could not be judged. Because of generator-saturated.`,
        'generator-saturated',
      ],
      [
        { kept: [1000], confirmed: 1000 },
        [probe(1000, 1000, 4)],
        {},
        `start keeps ${WHAT} at 1000 per second, confirmed by a soak; that is the highest rate that was allowed, so its limit lies beyond.`,
        null,
      ],
      [
        { broken: 10 },
        [probe(10, 1, 400, { outcome: 'broken' })],
        {},
        `start breaks ${WHAT} already at 10 per second, the lowest rate that was tried.`,
        null,
      ],
      [
        { broken: 10 },
        [probe(10, 1, 400, { outcome: 'broken', cause: 'throttled' })],
        {},
        'No rate was confirmed for start: Probe at 10.',
        'throttled',
      ],
      [
        { broken: 10 },
        [probe(10, 1, 400, { outcome: 'inconclusive' })],
        {},
        'No rate was confirmed for start: Probe at 10.',
        'too-few-samples',
      ],
      [
        { kept: [20, 40], broken: 80 },
        [probe(40, 40, 4)],
        { fatal: why('key-refused') },
        `40 per second kept ${WHAT}, but no rate was confirmed for start: Because of key-refused.`,
        'key-refused',
      ],
      [
        { kept: [40] },
        [probe(40, 40, 4)],
        {},
        `40 per second kept ${WHAT}, but no rate was confirmed for start: the search ended early.`,
        null,
      ],
    ];
  for (const [search, probes, ended, message, cause] of rows) {
    const { capacity, inconclusive } = concluded(search, probes, ended);
    assert.equal(capacity.sentence, message);
    assert.equal(inconclusive?.cause ?? null, cause, message);
  }
});

test('what a limit on the key brings about is no collapse, and the edge is that of the lowest rate that was not kept', () => {
  const limited = probe(100, 20, 400, { outcome: 'broken', cause: 'throttled' });
  const { capacity } = concluded({ kept: [80], confirmed: 80, broken: 100 }, [probe(80, 80, 4), limited]);
  assert.deepEqual([capacity.collapse_per_second, capacity.broken_at_per_second], [null, 100]);
  const unclear10 = probe(10, 10, 4, { outcome: 'inconclusive' });
  assert.equal(concluded({ broken: 10 }, [unclear10, probe(8, 8, 4)]).inconclusive?.cause, 'too-few-samples');
});

test('a probe counts unless a later one at its rate came to something else', () => {
  const once = probe(90, 20, 400, { outcome: 'broken' });
  const search = { kept: [80], confirmed: 80, broken: 100 };
  const later = probe(100, 30, 500, { outcome: 'broken' });
  const of = (...probes: readonly CapacityProbe[]): readonly (number | null)[] => {
    const { capacity } = concluded(search, [probe(80, 80, 4), ...probes, later]);
    return [capacity.broken_at_per_second, capacity.collapse_per_second, capacity.rate_per_second];
  };
  assert.deepEqual(of(once), [90, 90, 80]);
  assert.deepEqual(of(once, probe(90, 90, 4)), [100, 100, 80], 'a hiccup');
  assert.deepEqual(of(once, probe(90, 90, 4, { outcome: 'inconclusive' })), [90, 90, 80]);
  const { capacity } = concluded(search, [probe(80, 80, 4)]);
  assert.deepEqual(
    [capacity.broken_at_per_second, capacity.objectives, capacity.command, capacity.probes.length],
    [null, ['p95 < 100', 'shed <= 0'], 'start', 1],
  );
});
