/** An error rate under each kind of end that a request can have: whose it is, and whether it can be judged. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { environmentOf, judgeErrors } from '../../load/judge/error-rate.ts';
import type { Interval, Ledger, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { step } from '../reports/load-fixtures.ts';

type ShedBy = NonNullable<LoadStep['shed_by']>;

/** How many requests ended in which way; what was shed is among what was due. */
interface Ends {
  readonly ok?: number;
  /** Count of responses by status code. */
  readonly refused?: Readonly<Record<string, number>>;
  readonly invalid?: number;
  readonly lost?: number;
  readonly timeouts?: number;
  readonly unfinished?: number;
  readonly shed?: number;
  readonly shedBy?: Partial<ShedBy>;
  readonly cutOff?: number;
  readonly runsEnded?: number;
}

function stepOf(ends: Ends): LoadStep {
  const { ok = 0, refused = {}, invalid = 0, lost = 0, timeouts = 0, unfinished = 0 } = ends;
  const { shed = 0, cutOff, runsEnded, shedBy } = ends;
  const http_error = Object.values(refused).reduce((sum, count) => sum + count, 0);
  const sent = ok + http_error + invalid + lost + timeouts + unfinished;
  const fates = { ok, http_error, invalid, transport_error: lost, timeout: timeouts, unfinished };
  const ledger: Ledger = { intended: sent + shed, shed, sent, ...fates };
  return {
    ...step(),
    ledger,
    http_error_by_status: refused,
    ...(cutOff === undefined ? {} : { cut_off: cutOff }),
    ...(runsEnded === undefined ? {} : { runs_ended: runsEnded }),
    ...(shedBy === undefined
      ? {}
      : { shed_by: { generator: 0, pause: 0, connections: 0, runs: 0, down: 0, ...shedBy } }),
  };
}

/** How an interval compares with "below 5 %". */
function below5Percent([low, high]: Interval): ThresholdOutcome['outcome'] {
  assert.ok(high !== null && low <= high);
  if (high < 0.05) return 'met';
  return low >= 0.05 ? 'broken' : 'inconclusive';
}

/** The outcome, and after it what made it inconclusive, or who broke it where that was not the API. */
function judged(ends: Ends): string {
  const { outcome, cause, mover } = judgeErrors(stepOf(ends), below5Percent);
  return [outcome, cause, mover].filter((word) => word !== null).join(' ');
}

test('failures break the rate, and are met, or not told, by the interval of the share', () => {
  const rows: readonly (readonly [ends: Ends, right: string])[] = [
    [{ ok: 1 }, 'met'],
    [{ ok: 1000, refused: { 500: 10 } }, 'met'],
    [{ ok: 95, refused: { 500: 5 } }, 'inconclusive too-few-samples'],
    [{ ok: 80, refused: { 500: 20 } }, 'broken'],
    [{ ok: 80, invalid: 20 }, 'broken'],
    [{ ok: 80, lost: 20 }, 'broken'],
    [{ ok: 80, timeouts: 20 }, 'broken'],
    [{ ok: 80, shed: 20 }, 'broken'],
    [{ refused: { 500: 1000 } }, 'broken'],
    [{ timeouts: 1000 }, 'broken'],
    [{ refused: { 500: 1 } }, 'broken'],
  ];
  for (const [ends, right] of rows) assert.equal(judged(ends), right, JSON.stringify(ends));
});

test('what we gave up or never sent may have ended either way, and names what of ours was short', () => {
  const rows: readonly (readonly [ends: Ends, right: string])[] = [
    [{ ok: 1000, unfinished: 10 }, 'met'],
    [{ ok: 80, unfinished: 20 }, 'inconclusive too-few-samples'],
    [{ ok: 80, shed: 20, cutOff: 20 }, 'inconclusive too-few-samples'],
    [{ ok: 80, shed: 20, cutOff: 10 }, 'broken'],
    [{ ok: 80, shed: 20, shedBy: { generator: 20 } }, 'inconclusive generator-saturated'],
    [{ ok: 80, shed: 20, shedBy: { connections: 20 } }, 'inconclusive too-few-connections'],
    [{ ok: 80, shed: 20, shedBy: { runs: 20 } }, 'inconclusive runs-not-ready'],
    [
      { ok: 80, shed: 20, shedBy: { generator: 10, runs: 5, connections: 5 } },
      'inconclusive too-few-connections',
    ],
    [{ ok: 80, shed: 20, shedBy: { generator: 19, runs: 1 } }, 'inconclusive runs-not-ready'],
    [{ ok: 40, shed: 1, shedBy: { connections: 1 } }, 'inconclusive too-few-connections'],
    [{ ok: 40, shed: 1, shedBy: { generator: 1 } }, 'inconclusive generator-saturated'],
    [{ ok: 80, unfinished: 20, shedBy: { down: 0 } }, 'inconclusive too-few-samples'],
    [{ ok: 60, refused: { 500: 20 }, unfinished: 20 }, 'broken'],
    [{ unfinished: 1 }, 'inconclusive too-few-samples'],
    [
      { ok: 1000, refused: { 500: 5 }, shed: 100, shedBy: { generator: 100 } },
      'inconclusive generator-saturated',
    ],
  ];
  for (const [ends, right] of rows) assert.equal(judged(ends), right, JSON.stringify(ends));
});

test('429 and the pauses that were asked for are a limit on us; the rest is judged without them', () => {
  const rows: readonly (readonly [ends: Ends, right: string])[] = [
    [{ ok: 1000, refused: { 429: 10 } }, 'met'],
    [{ ok: 80, refused: { 429: 20 } }, 'inconclusive throttled'],
    [{ refused: { 429: 100 } }, 'inconclusive throttled'],
    [{ ok: 1, refused: { 429: 1 } }, 'inconclusive throttled'],
    [{ ok: 80, shed: 20, shedBy: { pause: 20 } }, 'inconclusive throttled'],
    [{ ok: 60, refused: { 429: 20 }, shed: 20, shedBy: { pause: 20 } }, 'inconclusive throttled'],
    [{ ok: 60, refused: { 429: 20, 500: 20 } }, 'broken'],
    [{ ok: 60, refused: { 429: 20, 404: 20 } }, 'broken'],
    [{ ok: 10, refused: { 429: 80, 500: 10 } }, 'broken'],
    [{ ok: 60, refused: { 429: 20 }, unfinished: 1 }, 'inconclusive throttled'],
    [{ ok: 75, refused: { 429: 20, 500: 5 } }, 'inconclusive throttled'],
    [{ ok: 80, refused: { 428: 10, 430: 10 } }, 'broken'],
  ];
  for (const [ends, right] of rows) assert.equal(judged(ends), right, JSON.stringify(ends));
});

test('what gateways and refused connections break alone is the environment’s', () => {
  const rows: readonly (readonly [ends: Ends, right: string])[] = [
    [{ ok: 1000, refused: { 502: 10 } }, 'met'],
    [{ ok: 80, refused: { 502: 20 } }, 'broken environment'],
    [{ ok: 80, refused: { 503: 20 } }, 'broken environment'],
    [{ ok: 80, refused: { 504: 20 } }, 'broken environment'],
    [{ ok: 80, refused: { 501: 10, 505: 10 } }, 'broken'],
    [{ ok: 97, refused: { 502: 20, 500: 1 } }, 'broken environment'],
    [{ ok: 60, refused: { 502: 20, 500: 20 } }, 'broken'],
    [{ ok: 60, refused: { 502: 20, 503: 10, 504: 10 } }, 'broken environment'],
    [{ ok: 60, refused: { 429: 20, 502: 20 } }, 'broken environment'],
    [{ ok: 80, shed: 20, shedBy: { down: 20 } }, 'broken environment'],
    [{ ok: 80, shed: 10, lost: 10, shedBy: { down: 10 } }, 'broken environment'],
    [{ ok: 80, lost: 20, shedBy: { down: 0 } }, 'broken'],
    [{ ok: 60, lost: 20, shed: 20, shedBy: { pause: 20 } }, 'broken'],
    [{ ok: 60, refused: { 502: 20 }, unfinished: 20 }, 'broken environment'],
    [{ refused: { 503: 40, 429: 10 }, runsEnded: 20 }, 'broken environment'],
  ];
  for (const [ends, right] of rows) assert.equal(judged(ends), right, JSON.stringify(ends));
  const down = stepOf({ lost: 3, refused: { 502: 5, 504: 7, 500: 11 }, shed: 13, shedBy: { down: 13 } });
  assert.equal(environmentOf(down), 3 + 5 + 7 + 13);
  assert.equal(environmentOf(stepOf({ lost: 3, refused: { 503: 5 } })), 5);
  assert.equal(environmentOf(stepOf({ lost: 3, shed: 1, shedBy: { down: 1 } })), 4);
});

test('commands to runs that had ended by themselves are not counted at all', () => {
  const rows: readonly (readonly [ends: Ends, right: string, observed: number])[] = [
    [{ ok: 80, refused: { 404: 20 }, runsEnded: 20 }, 'met', 0],
    [{ ok: 60, refused: { 404: 40 }, runsEnded: 20 }, 'broken', 0.25],
    [{ ok: 80, unfinished: 20, runsEnded: 20 }, 'met', 0],
    [{ ok: 60, unfinished: 40, runsEnded: 20 }, 'inconclusive too-few-samples', 0],
    [{ ok: 60, refused: { 404: 20 }, unfinished: 20, runsEnded: 40 }, 'met', 0],
    // More than can have been refused: what else failed stays.
    [{ ok: 60, refused: { 404: 20 }, invalid: 20, runsEnded: 40 }, 'broken', 0.25],
    [{ refused: { 404: 20 }, runsEnded: 20 }, 'met', 0],
  ];
  for (const [ends, right, observed] of rows) {
    assert.equal(judged(ends), right, JSON.stringify(ends));
    assert.equal(judgeErrors(stepOf(ends), below5Percent).observed, observed, JSON.stringify(ends));
  }
});

test('the interval reaches from what failed for sure to what may have failed besides', () => {
  const near = ({ interval: [low, high] }: ReturnType<typeof judgeErrors>): readonly string[] => [
    low.toFixed(4),
    (high ?? NaN).toFixed(4),
  ];
  const of = (ends: Ends): ReturnType<typeof judgeErrors> => judgeErrors(stepOf(ends), below5Percent);
  // Wilson's score: 10 of 100 is 5.52 to 17.44 %, 30 of 100 is 21.89 to 39.58 %.
  assert.deepEqual(near(of({ ok: 90, refused: { 500: 10 } })), ['0.0552', '0.1744']);
  assert.deepEqual(near(of({ ok: 70, refused: { 500: 10 }, unfinished: 20 })), ['0.0552', '0.3958']);
  assert.deepEqual(near(of({ refused: { 404: 5 }, runsEnded: 5 })), ['0.0000', '1.0000']);
});

test('the sentence says what else a reader must know', () => {
  const why = (ends: Ends): string | null => judgeErrors(stepOf(ends), below5Percent).why;
  assert.match(
    why({ ok: 60, refused: { 429: 20 }, shed: 7, shedBy: { pause: 7 } }) ?? '',
    /^27 requests .*429/,
  );
  assert.match(why({ ok: 80, unfinished: 19, shed: 1, cutOff: 1 }) ?? '', /^20 requests were never sent/);
  assert.match(why({ ok: 80, refused: { 502: 20 } }) ?? '', /502, 503, 504 or a refused connection/);
  assert.match(why({ ok: 40, unfinished: 1 }) ?? '', /^1 requests were never sent/);
  for (const ends of [{ ok: 9 }, { ok: 80, refused: { 500: 20 } }, { ok: 95, refused: { 500: 5 } }])
    assert.equal(why(ends), null, JSON.stringify(ends));
});
