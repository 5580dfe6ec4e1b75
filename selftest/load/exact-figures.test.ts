/** Figures of a step that are known to the microsecond: where each time is taken from, and what is counted as what. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Hit } from '../../load/metrics/hit.ts';
import { ledgerImbalance, StepStats, type StepStatsFrame } from '../../load/metrics/step-stats.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { rankInterval, rankOf } from '../../load/metrics/quantile.ts';
import { Timeline } from '../../load/metrics/timeline.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

const START_MS = 50_000;
const STEP = { ratePerSecond: 10, concurrency: null, durationMs: 3000, notes: [] };

/** Sent 5 ms after it was intended, the first byte 20 ms after that, ended 30 ms after that: 55 ms in all. */
function hitAt(offsetMs: number, over: Partial<Hit> = {}): Hit {
  const intendedMs = START_MS + offsetMs;
  const times = {
    intendedMs,
    sentMs: intendedMs + 5,
    firstByteMs: intendedMs + 25,
    endedMs: intendedMs + 55,
  };
  return { ...PUNCTUAL, fate: 'ok', status: 200, cause: null, ...times, ...over };
}

function bookOf(hits: readonly Hit[], limits: StepStatsFrame['limits'] = []): StepStats {
  const book = new StepStats('start', 'start', { ...FRAME, limits, startMs: START_MS });
  for (const hit of hits) {
    book.due(1);
    book.sent(hit.intendedMs, hit.sentMs);
    book.settled(hit, () => null);
  }
  return book;
}

test('each time of a step is taken from the two moments that it is named after', () => {
  const step = bookOf(Array.from({ length: 40 }, (_, n) => hitAt(n * 50))).toStep(STEP);
  assert.deepEqual([step.latency_us.p50, step.latency_us.max], [55_000, 55_000]);
  assert.deepEqual([step.service_us.p50, step.service_us.max], [50_000, 50_000]);
  assert.deepEqual([step.first_byte_us.p50, step.first_byte_us.max], [20_000, 20_000]);
  for (const row of step.seconds) assert.deepEqual([row.p50_us, row.max_us], [55_000, 55_000]);
  assert.deepEqual(
    step.seconds.map(({ second, sent, ok }) => [second, sent, ok]),
    [
      [0, 20, 20],
      [1, 20, 20],
    ],
  );
});

test('what failed, was never answered or lost its connection is timed by what is known of it', () => {
  const limits = [
    { of: 'latency', limitUs: 1_000_000, isBeyondAtLimit: false },
    { of: 'service', limitUs: 1_000_000, isBeyondAtLimit: false },
  ] as const;
  const stepOf = (over: Partial<Hit>): ReturnType<StepStats['toStep']> =>
    bookOf([hitAt(0, over), hitAt(10, over)], limits).toStep(STEP);
  const failed = stepOf({ fate: 'http_error', status: 500, cause: 'no' });
  assert.deepEqual(
    [failed.failed_us?.max, failed.latency_us.count, failed.beyond?.[0]?.all.of],
    [55_000, 0, 0],
  );
  const timeout = stepOf({ fate: 'timeout', status: null, firstByteMs: null });
  assert.deepEqual([timeout.latency_us.max, timeout.latency_us.censored], [55_000, 2]);
  assert.deepEqual([timeout.service_us.max, timeout.service_us.censored], [50_000, 2]);
  assert.deepEqual([timeout.first_byte_us.count, timeout.seconds[0]?.max_us], [0, 55_000]);
  assert.deepEqual(
    [timeout, stepOf({})].map(({ beyond }) => beyond?.map(({ all }) => [all.count, all.of])),
    [
      [
        [2, 2],
        [2, 2],
      ],
      [
        [0, 2],
        [0, 2],
      ],
    ],
  );
  const lost = stepOf({ fate: 'transport_error', status: null, firstByteMs: null });
  assert.deepEqual([lost.latency_us.count, lost.seconds[0]?.failed, lost.seconds[0]?.max_us], [0, 2, null]);
});

test('429 counts as throttled, any other refusal as failed alone', () => {
  const refused = (status: number, n: number): Hit => hitAt(n, { fate: 'http_error', status, cause: 'no' });
  const [row] = bookOf([429, 429, 503, 428, 430].map(refused)).toStep(STEP).seconds;
  assert.deepEqual([row?.sent, row?.ok, row?.failed, row?.throttled], [5, 0, 5, 2]);
});

test('merged seconds are those of one time line', () => {
  const [whole, first, second] = [new Timeline(null), new Timeline(null), new Timeline(null)];
  for (let n = 0; n < 300; n += 1) {
    const outcome = n % 3 === 0 ? 'ok' : n % 3 === 1 ? 'failed' : 'throttled';
    for (const one of [whole, n % 2 === 0 ? first : second]) {
      one.sent(n * 10);
      one.ended(n * 10, outcome, n % 7 === 0 ? null : n + 0.25);
    }
  }
  first.merge(second.state());
  assert.deepEqual(first.rows(), whole.rows());
  assert.throws(() => first.state(), /folded/);
});

test('a ledger is balanced when what was intended is sent and shed, and what was sent has fates', () => {
  const fates = { ok: 1, http_error: 2, invalid: 3, transport_error: 4, timeout: 5, unfinished: 6 };
  const balanced = { intended: 28, shed: 7, sent: 21, ...fates };
  assert.equal(ledgerImbalance(balanced), null);
  assert.match(ledgerImbalance({ ...balanced, shed: 8 }) ?? '', /^intended 28 ≠ sent 21 \+ shed 8$/);
  assert.match(ledgerImbalance({ ...balanced, shed: 6 }) ?? '', /^intended 28 ≠ sent 21 \+ shed 6$/);
  for (const fate of Object.keys(fates) as (keyof typeof fates)[])
    assert.match(
      ledgerImbalance({ ...balanced, [fate]: fates[fate] + 1 }) ?? '',
      /^sent 21 ≠ the sum of the fates 22$/,
      fate,
    );
});

test('a percentile and both ends of its interval are the samples of their ranks', () => {
  const recorder = new Recorder();
  for (let n = 1; n <= 1000; n += 1) recorder.record(n);
  const times = recorder.distribution();
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const ranks = rankInterval(share, 1000);
    const [low, high] = times.interval[name] ?? [0, 0];
    const isNear = (us: number | null, rank: number): boolean =>
      us !== null && Math.abs(us / 1000 - rank) <= rank / 1000;
    assert.ok(isNear(times[name], rankOf(share, 1000)), name);
    assert.ok(isNear(low, ranks?.low ?? 0) && isNear(high, ranks?.high ?? 0), `${name}: ${low} to ${high}`);
  }
});
