import assert from 'node:assert/strict';
import test from 'node:test';
import { CircuitBreaker } from '../../load/engine/circuit-breaker.ts';
import { DEFAULT_BREAKER, type BreakerLimits } from '../../load/scenario/plan.ts';
import { type StopReason } from '../../load/metrics/scenario-record.ts';
import { saturationOf } from '../../load/metrics/generator-health.ts';
import { FATES, type Fate } from '../../load/metrics/hit.ts';
import { ledgerImbalance, StepStats } from '../../load/metrics/step-stats.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

const closed = { ratePerSecond: 10, concurrency: null, durationMs: 1000, notes: [] };

test('both equations hold for any course of events', () => {
  const book = new StepStats('start', 'start', FRAME);
  for (let n = 0; n < 500; n += 1) {
    book.due(0);
    if (n % 7 === 0) {
      book.shed('queue-timeout');
      continue;
    }
    const fate = FATES[n % FATES.length] ?? 'ok';
    book.sent(n, n + 1);
    book.settled(
      {
        fate,
        intendedMs: n,
        sentMs: n + 1,
        ...PUNCTUAL,
        firstByteMs: null,
        endedMs: n + 5,
        status: fate === 'http_error' ? 503 : null,
        cause: fate,
      },
      () => null,
    );
  }
  const { ledger, http_error_by_status, latency_us, failed_us, failures } = book.toStep(closed);
  assert.equal(ledgerImbalance(ledger), null);
  assert.equal(ledger.intended, 500);
  assert.deepEqual(http_error_by_status, { 503: ledger.http_error });
  assert.equal(latency_us.count, ledger.ok + ledger.timeout + ledger.unfinished);
  assert.equal(failed_us?.count, ledger.http_error + ledger.invalid);
  assert.equal(latency_us.censored, ledger.timeout + ledger.unfinished);
  assert.equal(
    failures.reduce((sum, { count }) => sum + count, 0),
    ledger.sent,
  );
});

test('the first byte is timed from the write, and the service to the end, to the microsecond', () => {
  const book = new StepStats('start', 'start', FRAME);
  for (let n = 0; n < 60; n += 1) {
    const [intendedMs, sentMs] = [n * 10, n * 10 + 4];
    const times = { intendedMs, sentMs, firstByteMs: sentMs + 20, endedMs: sentMs + 80 };
    book.due(0);
    book.sent(intendedMs, sentMs);
    book.settled({ ...PUNCTUAL, ...times, fate: 'ok', status: 200, cause: null }, () => null);
  }
  const { first_byte_us: firstByte, service_us: service, latency_us: latency } = book.toStep(closed);
  for (const [times, us] of [
    [firstByte, 20_000],
    [service, 80_000],
    [latency, 84_000],
  ] as const)
    // prettier-ignore
    assert.deepEqual([times.count, times.max, times.mean], [60, us, us]);
});

test('an imbalance is named', () => {
  const book = new StepStats('start', 'start', FRAME);
  book.due(0);
  assert.match(ledgerImbalance(book.ledger()) ?? '', /intended 1/);
  book.sent(0, 0);
  assert.match(ledgerImbalance(book.ledger()) ?? '', /sent 1/);
});

test('failures are kept by cause, twenty at most', () => {
  const book = new StepStats('start', 'start', FRAME);
  for (let n = 0; n < 100; n += 1) {
    book.settled(
      {
        fate: 'invalid',
        intendedMs: 0,
        sentMs: 0,
        ...PUNCTUAL,
        firstByteMs: null,
        endedMs: 1,
        status: 200,
        cause: `cause ${n % 50}`,
      },
      () => null,
    );
  }
  const { failures } = book.toStep(closed);
  assert.equal(failures.length, 20);
  assert.equal(failures[0]?.cause, 'other causes');
  assert.equal(
    failures.reduce((sum, { count }) => sum + count, 0),
    100,
  );
});

type Feed = (breaker: CircuitBreaker) => void;

function settle(
  times: number,
  fate: Fate,
  status: number | null,
  command: 'start' | 'resume' = 'start',
): Feed {
  return (breaker) => {
    for (let n = 0; n < times; n += 1) breaker.settled({ command, fate, status });
  };
}

function refuse(times: number): Feed {
  return (breaker) => {
    for (let n = 0; n < times; n += 1) breaker.connectFailed({ kind: 'refused', message: 'ECONNREFUSED' });
  };
}

test('the breaker opens for the environment, names the cause, and leaves the API its own faults', () => {
  const rows: readonly (readonly [
    title: string,
    feeds: readonly Feed[],
    cause: Inconclusive['cause'] | 'api' | null,
  ])[] = [
    ['half failed', [settle(50, 'ok', 200), settle(50, 'http_error', 409, 'resume')], null],
    [
      'more than half refused',
      [settle(49, 'ok', 200), settle(51, 'http_error', 409, 'resume')],
      'circuit-broken',
    ],
    ['500s', [settle(51, 'http_error', 500)], 'api'],
    ['invalid responses', [settle(51, 'invalid', 200)], 'api'],
    ['bad gateways', [settle(51, 'http_error', 502)], 'environment-down'],
    ['throttling', [settle(51, 'http_error', 429)], 'throttled'],
    ['time-outs', [settle(51, 'timeout', null)], 'circuit-broken'],
    ['one 401', [settle(1, 'http_error', 401)], 'key-refused'],
    ['one 403 among many', [settle(30, 'ok', 200), settle(1, 'http_error', 403)], 'key-refused'],
    ['three 404 to start', [settle(3, 'http_error', 404)], 'operation-not-deployed'],
    ['three 404 to resume', [settle(3, 'http_error', 404, 'resume')], null],
    ['input refused from the first', [settle(5, 'http_error', 422)], 'run-input-refused'],
    ['input refused later', [settle(1, 'ok', 200), settle(5, 'http_error', 422)], null],
    [
      '29 refused connections',
      [
        (breaker) => {
          breaker.connected();
        },
        refuse(29),
      ],
      null,
    ],
    [
      '30 refused connections',
      [
        (breaker) => {
          breaker.connected();
        },
        refuse(30),
      ],
      'environment-down',
    ],
    ['refused from the first', [refuse(12)], 'environment-down'],
    [
      'unverified TLS',
      [
        (breaker) => {
          breaker.connectFailed({ kind: 'tls', message: 'self-signed' });
        },
      ],
      'tls-not-verified',
    ],
  ];
  for (const [title, feeds, cause] of rows) {
    const reasons: StopReason[] = [];
    const breaker = new CircuitBreaker(4, DEFAULT_BREAKER, (reason) => reasons.push(reason));
    for (const feed of feeds) feed(breaker);
    const [reason] = reasons;
    assert.equal(reason === undefined ? null : (reason.inconclusive?.cause ?? 'api'), cause, title);
    assert.equal(reasons.length, cause === null ? 0 : 1, title);
  }
});

test('the breaker gives up when it was told to', () => {
  const rows: readonly (readonly [
    title: string,
    limits: BreakerLimits,
    feeds: readonly Feed[],
    opens: boolean,
  ])[] = [
    [
      'a tenth, kept',
      { failureShare: 0.1, connectFailures: 30 },
      [settle(90, 'ok', 200), settle(10, 'timeout', null)],
      false,
    ],
    [
      'a tenth, broken',
      { failureShare: 0.1, connectFailures: 30 },
      [settle(89, 'ok', 200), settle(11, 'timeout', null)],
      true,
    ],
    ['never', { failureShare: 1, connectFailures: 30 }, [settle(500, 'timeout', null)], false],
    ['two connections of the first', { failureShare: 0.5, connectFailures: 2 }, [refuse(2)], true],
    ['one connection of the first', { failureShare: 0.5, connectFailures: 2 }, [refuse(1)], false],
  ];
  for (const [title, limits, feeds, opens] of rows) {
    const reasons: StopReason[] = [];
    const breaker = new CircuitBreaker(4, limits, (reason) => reasons.push(reason));
    for (const feed of feeds) feed(breaker);
    assert.equal(reasons.length, opens ? 1 : 0, title);
  }
});

test('a few stalls of a noisy machine do not make the generator saturated, and a slow one is', () => {
  const pacing = (onTime: number, late: number, lateMs: number): Recorder => {
    const recorder = new Recorder();
    for (let n = 0; n < onTime; n += 1) recorder.record(0.1);
    for (let n = 0; n < late; n += 1) recorder.record(lateMs);
    return recorder;
  };
  assert.equal(saturationOf(pacing(498, 2, 80).distribution(), 50), null);
  assert.match(saturationOf(pacing(480, 20, 80).distribution(), 50) ?? '', /late/);
  assert.equal(saturationOf(pacing(55, 5, 80).distribution(), 6), null);
  assert.match(saturationOf(pacing(10, 490, 1.5).distribution(), 1000) ?? '', /Half/);
  assert.equal(saturationOf(pacing(0, 500, 0.7).distribution(), 1000), null);
});
