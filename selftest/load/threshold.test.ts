import assert from 'node:assert/strict';
import test from 'node:test';
import { timeLimitsOf } from '../../load/scenario/threshold.ts';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { parseThreshold, type Threshold } from '../../load/scenario/threshold.ts';
import { judgeThresholds } from '../../load/judge/thresholds.ts';
import type { LoadStep } from '../../result/load-result.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

function parsed(text: string): Threshold {
  const threshold = parseThreshold(text);
  if ('issue' in threshold) throw new Error(threshold.issue);
  return threshold;
}

test('an expression has a metric, perhaps a command, a comparison and a limit with its unit', () => {
  const rows: readonly (readonly [text: string, limit: number, unit: string, command: string | null])[] = [
    ['latency_ms_p95 < 250', 250, 'ms', null],
    ['latency_ms_p99{command=start}<=1.5s', 1500, 'ms', 'start'],
    ['service_ms_p99.9 < 800ms', 800, 'ms', null],
    ['service_ms_p999 < 900us', 0.9, 'ms', null],
    ['error_rate < 0.1%', 0.001, 'ratio', null],
    ['error_rate{ command = start-resume } <= 0.001', 0.001, 'ratio', 'start-resume'],
    ['throughput_rps >= 49.5/s', 49.5, 'per_second', null],
    ['  shed <= 0 ', 0, 'count', null],
    ['latency_ms_mean > 1', 1, 'ms', null],
    ['latency_ms_max < 2s', 2000, 'ms', null],
  ];
  for (const [text, limit, unit, command] of rows) {
    const threshold = parsed(text);
    assert.deepEqual([threshold.limit, threshold.unit, threshold.command], [limit, unit, command], text);
  }
});

test('an expression may ask for the load to end when it is broken, at once or after a time', () => {
  const rows: readonly (readonly [text: string, abortAfterMs: number | null])[] = [
    ['latency_ms_p95{command=start} < 250ms', null],
    ['latency_ms_p95{command=start} < 250ms abort_on_fail', 10_000],
    ['error_rate < 1% abort_on_fail=30s', 30_000],
    ['shed <= 0 abort_on_fail=0', 0],
  ];
  for (const [text, abortAfterMs] of rows) assert.equal(parsed(text).abortAfterMs, abortAfterMs, text);
});

test('an issue in an expression is a sentence that shows it', () => {
  for (const text of [
    '',
    'latency_p95 < 3',
    'latency_ms_p95 = 3',
    'latency_ms_p95 < ',
    'latency_ms_p95 < 3%',
    'error_rate < 5ms',
    'error_rate < 2',
    'shed < 1ms',
    'latency_ms_p97 < 1',
    'latency_ms_p95 < 1.2.3',
    'latency_ms_p95 < 1 abort_on_fail=30',
    'latency_ms_p95 < 1 abort_on_fail=',
    'latency_ms_p95 < 1 abort',
  ]) {
    const threshold = parseThreshold(text);
    assert.ok(
      'issue' in threshold && threshold.issue.includes(`"${text.trim()}"`) && threshold.issue.endsWith('.'),
      text,
    );
  }
});

interface Made {
  readonly ok?: number;
  readonly failed?: number;
  readonly timeouts?: number;
  readonly shed?: number;
  readonly unfinished?: number;
  readonly cutOff?: number;
  readonly latencyMs?: (n: number) => number;
}

function stepOf(
  name: string,
  { ok = 0, failed = 0, timeouts = 0, shed = 0, cutOff = 0, unfinished = 0, latencyMs = () => 100 }: Made,
  thresholds: readonly Threshold[] = [],
): LoadStep {
  const book = new StepStats(name, name, { ...FRAME, limits: timeLimitsOf(thresholds) });
  const add = (fate: 'ok' | 'http_error' | 'timeout' | 'unfinished', n: number): void => {
    book.due(0);
    book.sent(n, n);
    book.settled(
      {
        fate,
        intendedMs: n,
        sentMs: n,
        ...PUNCTUAL,
        firstByteMs: null,
        endedMs: n + latencyMs(n),
        status: fate === 'http_error' ? 500 : null,
        cause: null,
      },
      () => null,
    );
  };
  for (let n = 0; n < ok; n += 1) add('ok', n);
  for (let n = 0; n < failed; n += 1) add('http_error', n);
  for (let n = 0; n < timeouts; n += 1) add('timeout', n);
  for (let n = 0; n < unfinished; n += 1) add('unfinished', n);
  for (let n = 0; n < shed + cutOff; n += 1) {
    book.due(0);
    book.shed(n < shed ? 'queue-timeout' : 'cut-off');
  }
  return book.toStep({ ratePerSecond: 10, concurrency: null, durationMs: 10_000, notes: [] });
}

test('a threshold is met, broken or inconclusive by its 95 % interval', () => {
  const rising = (n: number): number => n + 1;
  const rows: readonly (readonly [text: string, made: Made, outcome: string])[] = [
    ['latency_ms_p95 < 200', { ok: 100 }, 'met'],
    ['latency_ms_p95 < 100', { ok: 100 }, 'broken'],
    ['latency_ms_p95 < 95', { ok: 100, latencyMs: rising }, 'inconclusive'],
    ['latency_ms_p95 < 89', { ok: 100, latencyMs: rising }, 'broken'],
    ['latency_ms_p95 < 101', { ok: 100, latencyMs: rising }, 'met'],
    ['latency_ms_p95 < 200', { ok: 58 }, 'inconclusive'],
    ['latency_ms_p99 < 200', { ok: 298 }, 'inconclusive'],
    ['latency_ms_p50 > 50', { ok: 10 }, 'met'],
    ['latency_ms_p95 < 200', { ok: 50, timeouts: 50 }, 'broken'],
    ['latency_ms_p95 < 200', { ok: 58, failed: 10 }, 'inconclusive'],
    ['latency_ms_p95 < 200', { ok: 100, shed: 20 }, 'broken'],
    ['latency_ms_p95 < 200', { ok: 100, cutOff: 20 }, 'inconclusive'],
    ['latency_ms_p95 < 200', { ok: 100, unfinished: 20 }, 'inconclusive'],
    ['latency_ms_p95 < 50', { ok: 50, timeouts: 50 }, 'broken'],
    ['latency_ms_max < 101', { ok: 3 }, 'met'],
    ['latency_ms_max < 500', { ok: 3, timeouts: 1, latencyMs: rising }, 'broken'],
    ['latency_ms_max < 500', { ok: 3, unfinished: 1 }, 'inconclusive'],
    ['latency_ms_mean < 101', { ok: 1 }, 'met'],
    ['error_rate < 1%', { ok: 60 }, 'met'],
    ['error_rate < 1%', { ok: 59, failed: 1 }, 'inconclusive'],
    ['error_rate < 1%', { ok: 50, failed: 10 }, 'broken'],
    ['error_rate < 1%', { ok: 5000, failed: 5 }, 'met'],
    ['error_rate > 50%', { ok: 60 }, 'broken'],
    ['error_rate < 1%', { ok: 16, shed: 74 }, 'broken'],
    ['error_rate < 5%', { ok: 5000, shed: 5 }, 'met'],
    ['error_rate < 5%', { ok: 50, unfinished: 10 }, 'inconclusive'],
    ['error_rate < 5%', { ok: 5000, unfinished: 10 }, 'met'],
    ['error_rate < 5%', { ok: 50, cutOff: 10 }, 'inconclusive'],
    ['error_rate < 5%', { ok: 50, shed: 10, cutOff: 10 }, 'broken'],
    ['error_rate < 5%', { ok: 50, failed: 10, unfinished: 10 }, 'broken'],
    ['error_rate < 1%', {}, 'inconclusive'],
    ['latency_ms_p50 < 1s', {}, 'inconclusive'],
    ['throughput_rps >= 6', { ok: 60 }, 'met'],
    ['throughput_rps > 6', { ok: 60 }, 'broken'],
    ['throughput_rps >= 6', { ok: 50, failed: 10 }, 'broken'],
    ['shed <= 0', { ok: 6 }, 'met'],
    ['shed <= 0', { ok: 6, shed: 1 }, 'broken'],
    ['shed <= 0', {}, 'inconclusive'],
  ];
  for (const [text, made, outcome] of rows) {
    const threshold = parsed(text);
    const [judged] = judgeThresholds([threshold], [stepOf('start', made, [threshold])], 'start');
    assert.equal(judged?.outcome, outcome, `${text} of ${JSON.stringify(made)}: ${judged?.sentence ?? ''}`);
  }
});

test('one share of a load knows its throughput and its shed work only from below', () => {
  const rows: readonly (readonly [text: string, made: Made, outcome: string])[] = [
    ['throughput_rps >= 9', { ok: 60 }, 'inconclusive'],
    ['throughput_rps >= 6', { ok: 60 }, 'met'],
    ['throughput_rps < 6', { ok: 60 }, 'broken'],
    ['shed <= 1', { ok: 6, shed: 1 }, 'inconclusive'],
    ['shed <= 1', { ok: 6, shed: 2 }, 'broken'],
    ['error_rate < 1%', { ok: 50, failed: 10 }, 'broken'],
  ];
  for (const [text, made, outcome] of rows) {
    const [judged] = judgeThresholds([parsed(text)], [stepOf('start', made)], 'start', true);
    assert.equal(judged?.outcome, outcome, judged?.sentence);
  }
});

test('without a command each command of a chain is judged, with one only its step', () => {
  const steps = ['start', 'pause', 'start-resume'].map((name) => stepOf(name, { ok: 60 }));
  const judged = (text: string): readonly string[] =>
    judgeThresholds([parsed(text)], steps, 'start-resume').map(({ step }) => step);
  assert.deepEqual(judged('error_rate < 1%'), ['start', 'pause']);
  assert.deepEqual(judged('error_rate{command=start-resume} < 1%'), ['start-resume']);
  assert.deepEqual(judged('error_rate{command=pause} < 1%'), ['pause']);
});

test('each stair of a scenario that is named like its one command is judged', () => {
  const stairs = ['stair 1', 'stair 2'].map((name) => ({ ...stepOf('start', { ok: 60 }), name }));
  for (const text of ['error_rate < 1%', 'error_rate{command=start} < 1%'])
    assert.deepEqual(
      judgeThresholds([parsed(text)], stairs, 'start').map(({ step }) => step),
      ['stair 1', 'stair 2'],
    );
});
