import assert from 'node:assert/strict';
import test from 'node:test';
import { timeLimitsOf } from '../../load/scenario/threshold.ts';
import { NO_SHARES, type Shares } from '../../load/metrics/hit.ts';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { parseThreshold, type Threshold } from '../../load/scenario/threshold.ts';
import { judgeThresholds } from '../../load/judge/thresholds.ts';
import type { ThresholdOutcome } from '../../result/load-result.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

/** What happens to the requests that are due from a time on, in seconds. */
interface Event {
  readonly at: number;
  readonly for: number;
  /** Connections are refused; they are refused until the load sheds the work; the API itself answers late; we stood still. */
  readonly is: 'down' | 'shed' | 'stall' | 'stop';
}

interface Load {
  readonly seconds: number;
  readonly events?: readonly Event[];
  /** Every so many requests takes 800 ms of service, wherever it is. */
  readonly slowOneIn?: number;
  /** Every so many requests waited 800 ms for a connection that was refused. */
  readonly refusedOneIn?: number;
  /** What all others take. */
  readonly serviceMs?: (atMs: number) => number;
}

const PER_SECOND = 50;
const SHARE = { down: 'down', stop: 'own' } as const;

function parsed(text: string): Threshold {
  const threshold = parseThreshold(text);
  if ('issue' in threshold) throw new Error(threshold.issue);
  return threshold;
}

function judged(text: string, load: Load): ThresholdOutcome {
  const { seconds, events = [], slowOneIn, refusedOneIn, serviceMs = () => 10 } = load;
  const isOne = (n: number, oneIn?: number): boolean => oneIn !== undefined && n % oneIn === oneIn - 1;
  const threshold = parsed(text);
  const book = new StepStats('start', 'start', {
    ...FRAME,
    longestMs: 60_000,
    limits: timeLimitsOf([threshold]),
  });
  for (let n = 0; n < seconds * PER_SECOND; n += 1) {
    const atMs = (n * 1000) / PER_SECOND;
    const event = events.find((one) => atMs >= one.at * 1000 && atMs < (one.at + one.for) * 1000);
    const leftMs = event === undefined ? 0 : (event.at + event.for) * 1000 - atMs;
    book.due(0);
    if (event?.is === 'shed') {
      book.shed('queue-timeout', atMs, leftMs, { ...NO_SHARES, down: leftMs });
      continue;
    }
    const shares: Shares = { ...NO_SHARES, down: isOne(n, refusedOneIn) ? 800 : 0 };
    const waits =
      event === undefined || event.is === 'stall' ? shares : { ...shares, [SHARE[event.is]]: leftMs };
    const service = isOne(n, slowOneIn) ? 800 : serviceMs(atMs) + (event?.is === 'stall' ? leftMs : 0);
    const sentMs = atMs + waits.down + waits.own;
    const endedMs = sentMs + service;
    book.sent(atMs, sentMs);
    book.settled(
      {
        ...PUNCTUAL,
        fate: 'ok',
        intendedMs: atMs,
        sentMs,
        firstByteMs: null,
        endedMs,
        status: 200,
        cause: null,
        shares: waits,
      },
      () => null,
    );
  }
  const frame = { ratePerSecond: PER_SECOND, concurrency: null, durationMs: seconds * 1000, notes: [] };
  const [outcome] = judgeThresholds([threshold], [book.toStep(frame)], 'start');
  return outcome ?? assert.fail();
}

const every = (seconds: number, times: number, of: number, is: Event['is']): readonly Event[] =>
  Array.from({ length: times }, (_, n) => ({ at: 3 + n * seconds, for: of, is }));
const P95 = 'latency_ms_p95 < 500';

/** By the load: the outcome, and whom it is laid on or why it can't be told. */
const ROWS: readonly (readonly [title: string, text: string, load: Load, as: string])[] = [
  ['an outage of 2 s in 10 s', P95, { seconds: 10, events: every(0, 1, 2, 'down') }, 'broken environment'],
  ['an outage of 2 s in 8 s', P95, { seconds: 8, events: every(0, 1, 2, 'down') }, 'broken environment'],
  ['three outages of 2 s', P95, { seconds: 30, events: every(9, 3, 2, 'down') }, 'broken environment'],
  ['scattered refusals', P95, { seconds: 10, refusedOneIn: 10 }, 'broken environment'],
  ['an outage whose work is shed', P95, { seconds: 10, events: every(0, 1, 2, 'shed') }, 'broken environment'],
  ['an outage that the limit bears', P95, { seconds: 30, events: every(0, 1, 0.8, 'down') }, 'met'],
  ['an outage of as much as is allowed', P95, { seconds: 10, events: every(0, 1, 1, 'down') }, 'inconclusive environment-down'],
  ['one stall of the API', P95, { seconds: 10, events: every(0, 1, 2, 'stall') }, 'inconclusive too-few-samples'],
  ['a stall of the API in every 10 s', P95, { seconds: 120, events: every(10, 12, 2, 'stall') }, 'broken'],
  ['scattered slow responses', P95, { seconds: 10, slowOneIn: 8 }, 'broken'],
  ['few slow responses', P95, { seconds: 30, slowOneIn: 50 }, 'met'],
  ['a hiccup far below the limit', P95, { seconds: 10, serviceMs: (at) => (at >= 4000 && at < 5000 ? 50 : 10) }, 'met'],
  ['an outage, and slow responses besides', P95, { seconds: 10, slowOneIn: 8, events: every(0, 1, 2, 'down') }, 'broken'],
  ['a short outage, and one stall', P95, { seconds: 10, events: [{ at: 2, for: 0.6, is: 'down' }, { at: 5, for: 2, is: 'stall' }] }, 'inconclusive too-few-samples'],
  ['an outage, and a stop of the generator', P95, { seconds: 20, events: [{ at: 2, for: 3, is: 'down' }, { at: 9, for: 3, is: 'stop' }] }, 'broken environment'],
  ['a stop of the generator alone', P95, { seconds: 10, events: every(0, 1, 2, 'stop') }, 'inconclusive generator-saturated'],
  ['the maximum in an outage', 'latency_ms_max < 500', { seconds: 10, events: every(0, 1, 2, 'down') }, 'broken environment'],
  ['the maximum in an outage, with a slow response', 'latency_ms_max < 500', { seconds: 10, slowOneIn: 400, events: every(0, 1, 2, 'down') }, 'broken'],
  ['the mean in an outage', 'latency_ms_mean < 50', { seconds: 10, events: every(0, 1, 2, 'down') }, 'broken environment'],
  ['the mean of a slow API in an outage', 'latency_ms_mean < 50', { seconds: 10, serviceMs: () => 60, events: every(0, 1, 2, 'down') }, 'broken'],
  ['shed work in an outage', 'shed <= 0', { seconds: 10, events: every(0, 1, 2, 'shed') }, 'broken environment'],
  ['throughput in an outage', 'throughput_rps >= 48', { seconds: 10, events: every(0, 1, 2, 'shed') }, 'broken environment'],
  ['throughput that was asked for in vain', 'throughput_rps >= 60', { seconds: 10, events: every(0, 1, 2, 'shed') }, 'broken'],
  ['the service in an outage', 'service_ms_p95 < 500', { seconds: 10, events: every(0, 1, 2, 'down') }, 'met'],
]; // prettier-ignore

test('an outage that was seen is counted as it was and laid on the environment, and nothing else is', () => {
  for (const [title, text, load, as] of ROWS) {
    const { outcome, mover, cause, sentence: message } = judged(text, load);
    const said = [outcome, mover ?? cause].filter((part) => part !== undefined).join(' ');
    assert.equal(said, as, `${title}: ${message}`);
  }
});

test('the interval that is told never contradicts the outcome', () => {
  const isOurs = ({ events = [], refusedOneIn }: Load): boolean =>
    refusedOneIn !== undefined || events.some(({ is }) => is !== 'stall');
  let compared = 0;
  for (const [title, text, load] of ROWS.filter(([, , one]) => !isOurs(one))) {
    const { outcome, sentence: message } = judged(text, load);
    const [, low, high, allowed] =
      /\(([\d.e-]+) % to ([\d.e-]+) % .* allowed are ([\d.]+) %/.exec(message) ?? [];
    if (low === undefined) continue;
    compared += 1;
    const isBeyond = Number(low) >= Number(allowed);
    const isWithin = Number(high) <= Number(allowed);
    if (outcome === 'broken') assert.ok(isBeyond, `${title}: ${message}`);
    if (outcome === 'met') assert.ok(isWithin, `${title}: ${message}`);
    if (outcome === 'inconclusive') assert.ok(!isBeyond && !isWithin, `${title}: ${message}`);
  }
  assert.ok(compared >= 5, String(compared));
});
