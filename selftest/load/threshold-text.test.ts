/** Thresholds as they are written: each unit, and each issue with what to write instead. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseThreshold, type Threshold } from '../../load/scenario/threshold.ts';

function parsed(text: string): Threshold {
  const threshold = parseThreshold(text);
  if ('issue' in threshold) throw new Error(threshold.issue);
  return threshold;
}

test('a limit is read in its unit, exactly', () => {
  const rows: readonly (readonly [text: string, limit: number, unit: string])[] = [
    ['latency_ms_p95 < 250', 250, 'ms'],
    ['latency_ms_p95 < 250ms', 250, 'ms'],
    ['latency_ms_p95 < 1.5s', 1500, 'ms'],
    ['latency_ms_p95 < 1500us', 1.5, 'ms'],
    ['latency_ms_p95 < 1500 µs', 1.5, 'ms'],
    ['latency_ms_p95 < 250MS', 250, 'ms'],
    ['latency_ms_p95 < 1e-3s', 1, 'ms'],
    ['error_rate < 0.1%', 0.001, 'ratio'],
    ['error_rate < 0.07%', 0.0007, 'ratio'],
    ['error_rate < 0.01', 0.01, 'ratio'],
    ['error_rate < 100%', 1, 'ratio'],
    ['error_rate < 0.999', 0.999, 'ratio'],
    ['throughput_rps >= 50', 50, 'per_second'],
    ['throughput_rps >= 50/s', 50, 'per_second'],
    ['throughput_rps >= 50rps', 50, 'per_second'],
    ['shed <= 3', 3, 'count'],
  ];
  for (const [text, limit, unit] of rows) {
    const threshold = parsed(` ${text} `);
    assert.deepEqual([threshold.expression, threshold.limit, threshold.unit], [text, limit, unit]);
  }
});

test('the metric, the command and the comparison are those that are written', () => {
  const rows: readonly (readonly [text: string, metric: Threshold['metric'], command: string | null])[] = [
    ['service_ms_p99.9 <= 1', { kind: 'time', which: 'service', statistic: 'p999' }, null],
    ['LATENCY_MS_MAX > 1', { kind: 'time', which: 'latency', statistic: 'max' }, null],
    ['latency_ms_mean{command=pause} >= 1', { kind: 'time', which: 'latency', statistic: 'mean' }, 'pause'],
    ['shed{ command = start-resume } < 1', { kind: 'shed' }, 'start-resume'],
    ['error_rate < 1%', { kind: 'error_rate' }, null],
    ['throughput_rps > 1', { kind: 'throughput_rps' }, null],
  ];
  for (const [text, metric, command] of rows) {
    const threshold = parsed(text);
    assert.deepEqual([threshold.metric, threshold.command], [metric, command], text);
    assert.ok(text.includes(` ${threshold.comparison} `), text);
  }
});

test('a load ends on a broken threshold ten seconds on, or after the time that is written', () => {
  for (const [text, abortAfterMs] of [
    ['shed <= 0', null],
    ['shed <= 0 abort_on_fail', 10_000],
    ['shed <= 0 abort_on_fail=2m', 120_000],
    ['shed <= 0 abort_on_fail=0', 0],
  ] as const)
    assert.equal(parsed(text).abortAfterMs, abortAfterMs, text);
});

test('an issue says what is wrong and what to write', () => {
  const rows: readonly (readonly [text: string, said: string])[] = [
    ['p95 under 3', "is not of the form 'latency_ms_p95{command=start} < 250ms'."],
    ['latency_ms_p97 < 1', 'names no metric that is measured; known are latency_ms_…'],
    ['latency_ms_p95 < 1.2.3', 'has no number to the right of <.'],
    ['latency_ms_p95 < 3%', 'has the unit "%"; latency_ms_p95 takes ms, s, us, µs.'],
    ['error_rate < 5ms', 'has the unit "ms"; error_rate takes %.'],
    ['throughput_rps > 5%', 'has the unit "%"; throughput_rps takes /s, rps.'],
    ['shed < 1ms', 'has the unit "ms"; shed takes none.'],
    ['shed <= 0 abort_on_fail=30', 'has "30" after abort_on_fail=; that takes a time, like 30s.'],
    ['error_rate < 101%', 'sets a share above 1; write 1% or 0.01.'],
    ['error_rate < 1', "has no %, so that 1 would mean 100 %; write 'error_rate < 1%'."],
    [
      'error_rate < 2.5 abort_on_fail',
      "so that 2.5 would mean 250 %; write 'error_rate < 2.5% abort_on_fail'.",
    ],
    ['error_rate < 1.1', "so that 1.1 would mean 110 %; write 'error_rate < 1.1%'."],
  ];
  for (const [text, said] of rows) {
    const threshold = parseThreshold(` ${text} `);
    const issue = 'issue' in threshold ? threshold.issue : '';
    assert.ok(issue.startsWith(`The threshold "${text}" `) && issue.includes(said), `${text}: ${issue}`);
  }
});
