import assert from 'node:assert/strict';
import test from 'node:test';
import { TimeSpan, type TimeSpanState } from '../../load/metrics/timeline.ts';

function spanOf(...atMs: readonly number[]): TimeSpan {
  const span = new TimeSpan();
  for (const one of atMs) span.note(one);
  return span;
}

test('a rate is that of the measured time, or of the time from the first event to the last where that was longer', () => {
  const rows: readonly (readonly [events: number[], count: number, measuredMs: number, rate: number])[] = [
    [[0, 500, 900], 30, 1000, 30],
    [[0, 500, 3000], 30, 1000, 10],
    [[3000, 500, 0], 30, 1000, 10],
    [[5000, 5500], 30, 1000, 30],
    [[-500, 1500], 30, 1000, 15],
    [[0], 1, 3000, 0.333],
    [[0, 2000], 1, 1500, 0.5],
    [[7], 5, 0, 0],
    [[], 0, 1000, 0],
    [[], 0, 0, 0],
    [[0, 1], 2, 0, 2000],
  ];
  for (const [events, count, measuredMs, rate] of rows)
    assert.equal(spanOf(...events).perSecond(count, measuredMs), rate, `${events.join()} in ${measuredMs}`);
});

test('spans add up to the one from the first event of any to the last', () => {
  const rows: readonly (readonly [spans: number[][], state: TimeSpanState])[] = [
    [[[]], null],
    [[[], [3, 9], []], { firstMs: 3, lastMs: 9 }],
    [[[5], [3, 4]], { firstMs: 3, lastMs: 5 }],
    [[[7, 7]], { firstMs: 7, lastMs: 7 }],
  ];
  for (const [spans, state] of rows) {
    const merged = spanOf();
    for (const span of spans) merged.merge(spanOf(...span).state());
    assert.deepEqual(merged.state(), state);
  }
});
