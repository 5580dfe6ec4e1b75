/** Rows of the time line, from latencies that are known to the microsecond. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Timeline, type SecondOutcome } from '../../load/metrics/timeline.ts';

interface Ended {
  readonly atMs: number;
  readonly outcome?: SecondOutcome;
  readonly latencyMs?: number | null;
}

function linesOf(ends: readonly Ended[], longestMs: number | null = null, rowSeconds = 1): Timeline {
  const seconds = new Timeline(longestMs, rowSeconds);
  for (const { atMs, outcome = 'ok', latencyMs = 1 } of ends) {
    seconds.sent(atMs);
    seconds.ended(atMs, outcome, latencyMs);
  }
  return seconds;
}

test('a row has what was sent and how it ended, by the second in which it was due', () => {
  const rows = linesOf([
    { atMs: -1 },
    { atMs: 999.9, outcome: 'failed', latencyMs: null },
    { atMs: 2000, outcome: 'throttled', latencyMs: null },
    { atMs: 2999, latencyMs: 7 },
  ]).rows();
  assert.deepEqual(
    rows.map(({ second, sent, ok, failed, throttled, max_us }) => [
      second,
      sent,
      ok,
      failed,
      throttled,
      max_us,
    ]),
    [
      [0, 2, 1, 1, 0, 1000],
      [1, 0, 0, 0, 0, null],
      [2, 2, 1, 1, 1, 7000],
    ],
  );
  assert.deepEqual(
    rows.map((row) => 'seconds' in row),
    [false, false, false],
  );
  assert.deepEqual(new Timeline(null).rows(), []);
});

test('rows of several seconds say for how many they are', () => {
  const rows = linesOf([{ atMs: 0 }, { atMs: 4999 }, { atMs: 5000 }, { atMs: 12_000 }], null, 5).rows();
  assert.deepEqual(
    rows.map(({ second, seconds, sent }) => [second, seconds, sent]),
    [
      [0, 5, 2],
      [5, 5, 1],
      [10, 5, 1],
    ],
  );
});

test('percentiles of a row are the samples of their ranks, and absent where too few carry them', () => {
  const rowOf = (count: number): readonly (number | null | undefined)[] => {
    // Downward, so that they have to be put in order.
    const ends = Array.from({ length: count }, (_, n) => ({ atMs: n % 1000, latencyMs: (count - n) / 10 }));
    const [row] = linesOf(ends).rows();
    return [row?.p50_us, row?.p99_us, row?.max_us];
  };
  assert.deepEqual(rowOf(1), [null, null, 100]);
  assert.deepEqual(rowOf(5), [null, null, 500]);
  assert.deepEqual(rowOf(6), [300, null, 600]);
  assert.deepEqual(rowOf(7), [400, null, 700]);
  assert.deepEqual(rowOf(298), [14_900, null, 29_800]);
  assert.deepEqual(rowOf(299), [15_000, 29_700, 29_900]);
  assert.deepEqual(rowOf(1000), [50_000, 99_000, 100_000]);
  const [row] = linesOf([
    { atMs: 0, latencyMs: 0.0014 },
    { atMs: 0, latencyMs: 0.0016 },
  ]).rows();
  assert.deepEqual(
    [row?.max_us, row?.bands],
    [
      2,
      [
        [0, 1],
        [2, 1],
      ],
    ],
    'to the nearest microsecond',
  );
});

test('latencies are counted in two bands to each doubling, the bounds within the upper one', () => {
  const bandOf = (us: number): number | undefined =>
    linesOf([{ atMs: 0, latencyMs: us / 1000 }]).rows()[0]?.bands?.[0]?.[0];
  for (const [us, band] of [
    [0, 0],
    [1, 0],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 4],
    [6, 5],
    [1023, 19],
    [1024, 20],
    [1448, 20],
    [1449, 21],
    [1_048_576, 40],
  ] as const)
    assert.equal(bandOf(us), band, `${us} µs`);
  const counts = linesOf([1, 1.1, 8, 1.2, 8].map((latencyMs) => ({ atMs: 0, latencyMs }))).rows()[0]?.bands;
  assert.deepEqual(counts, [
    [19, 1],
    [20, 2],
    [25, 2],
  ]);
});

/** How many seconds a time line still keeps open when it has come to a second. */
function isFolded(longestMs: number | null, atMs: number, rowSeconds = 1): boolean {
  const seconds = linesOf([{ atMs: 0 }, { atMs }], longestMs, rowSeconds);
  try {
    seconds.state();
    return false;
  } catch {
    return true;
  }
}

test('a row is folded once nothing can come any more, two rows of grace after the longest request', () => {
  for (const [longestMs, rowSeconds, lastOpen] of [
    [1000, 1, 3],
    [1001, 1, 4],
    [9999, 1, 12],
    [10_000, 5, 4],
    [10_001, 5, 5],
  ] as const) {
    const at = (row: number): number => row * rowSeconds * 1000;
    assert.equal(isFolded(longestMs, at(lastOpen), rowSeconds), false, `${longestMs} ms`);
    assert.equal(isFolded(longestMs, at(lastOpen + 1), rowSeconds), true, `${longestMs} ms`);
  }
  assert.equal(isFolded(null, 1e9), false);
});

test('folding changes no row, and what was folded has no state', () => {
  const ends = Array.from({ length: 300 }, (_, n) => ({ atMs: n * 100, latencyMs: (n * 7) % 40 }));
  assert.deepEqual(linesOf(ends, 1000).rows(), linesOf(ends, null).rows());
  const seconds = linesOf(ends, null);
  assert.deepEqual(seconds.rows(), seconds.rows(), 'asked twice');
  assert.throws(() => seconds.state(), /folded/);
});

test('a state holds each latency, and adds up', () => {
  const ends = Array.from({ length: 200 }, (_, n) => ({
    atMs: (n % 3) * 1000,
    outcome: (['ok', 'failed', 'throttled'] as const)[n % 3] ?? 'ok',
    latencyMs: n === 0 ? 4_000_000 : n,
  }));
  const [state] = linesOf([
    { atMs: 0, latencyMs: 0.258 },
    { atMs: 10, latencyMs: null },
  ]).state();
  assert.deepEqual(state, { second: 0, sent: 2, ok: 2, failed: 0, throttled: 0, latenciesUs: 'AgEAAA==' });
  const [first, second] = [linesOf(ends.slice(0, 50)), linesOf(ends.slice(50))];
  first.merge(second.state());
  assert.deepEqual(first.state(), linesOf(ends).state());
  const fresh = new Timeline(null);
  fresh.merge(first.state());
  assert.deepEqual(fresh.rows(), linesOf(ends).rows());
});
