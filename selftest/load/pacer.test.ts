import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../load/attack/connection.ts';
import { constantPace, evenPace, firstDueAfter, poissonPace, type Pacer } from '../../load/arrivals/pacer.ts';
import { meanRateOf, parseShape, stagesOf, paceOf } from '../../load/arrivals/rate-profile.ts';
import { parseThink, thinkTimes } from '../../load/arrivals/think-time.ts';

test('an even pace has as many sends as fit before its end', () => {
  const rows: readonly (readonly [rate: number, durationMs: number, count: number])[] = [
    [50, 10_000, 500],
    [1, 1000, 1],
    [1, 1001, 2],
    [3, 20_000, 60],
    [6, 10_500, 63],
    [0.5, 1000, 1],
    [10, 0, 0],
    [0.1, 30_000, 3],
    [1000 / 3, 3000, 1000],
  ];
  for (const [rate, durationMs, count] of rows)
    assert.equal(constantPace(rate, durationMs).count, count, `${rate}/s for ${durationMs} ms`);
});

test('a send is due at its place on the schedule, whatever came before', () => {
  const pacer = constantPace(50, 10_000);
  assert.deepEqual(
    [0, 1, 2, 499].map((n) => pacer.dueMs(n)),
    [0, 20, 40, 9980],
  );
});

test('an hour at a thousand a second ends without drift', () => {
  const pacer = constantPace(1000, 3_600_000);
  assert.equal(pacer.count, 3_600_000);
  assert.equal(pacer.dueMs(3_600_000), 3_600_000);
  const third = constantPace(3, 3_600_000);
  assert.ok(Math.abs(third.dueMs(10_800 - 1) - (3_600_000 - 1000 / 3)) < 1e-6);
});

test('the first send after a time is found', () => {
  const pacer = constantPace(10, 1000);
  assert.deepEqual(
    [0, 1, 100, 101, 5000].map((ms) => firstDueAfter(pacer, ms)),
    [0, 1, 1, 2, 10],
  );
});

test('random arrivals are the same in any order, and none is kept', () => {
  const pacer = poissonPace([{ fromRate: 50, toRate: 50, durationMs: 10_000 }], 5);
  const forward = Array.from({ length: pacer.count }, (_, n) => pacer.dueMs(n));
  assert.deepEqual(
    [...forward.keys()]
      .reverse()
      .filter((n) => n % 50 === 0)
      .map((n) => pacer.dueMs(n)),
    forward.filter((_, n) => n % 50 === 0).reverse(),
  );
  assert.ok(forward.every((dueMs, n) => dueMs < 10_000 && dueMs >= (forward[n - 1] ?? 0)));
  assert.equal(pacer.dueMs(pacer.count), 10_000);
});

test('connecting again waits longer after each connection that brought no response, up to a second', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 7, 60].map((failures) => backoffMs(failures, 1)),
    [0, 100, 200, 400, 1000, 1000],
  );
  assert.equal(backoffMs(3, 0), 200);
});

function paceOfShape(text: string, ratePerSecond: number, durationMs: number): Pacer {
  const shape = parseShape(text);
  if ('issue' in shape) throw new Error(shape.issue);
  return paceOf({ about: '', stages: stagesOf(shape, ratePerSecond, durationMs), poissonSeed: null }, 0);
}

/** Sends per tenth of the time. */
function tenths(pacer: Pacer, durationMs: number): readonly number[] {
  const at = (ms: number): number => firstDueAfter(pacer, ms - 1e-6);
  return Array.from({ length: 10 }, (_, i) => at(((i + 1) * durationMs) / 10) - at((i * durationMs) / 10));
}

test('each shape spreads its sends as its rates say', () => {
  const rows: readonly (readonly [shape: string, tenths: readonly number[]])[] = [
    ['constant', [20, 20, 20, 20, 20, 20, 20, 20, 20, 20]],
    ['ramp:0..100', [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]],
    ['ramp:100..0', [95, 85, 75, 65, 55, 45, 35, 25, 15, 5]],
    ['stairs:10..50/5', [10, 10, 20, 20, 30, 30, 40, 40, 50, 50]],
    ['spike:100/2s', [20, 20, 20, 20, 100, 100, 20, 20, 20, 20]],
    ['soak', [15, 20, 20, 20, 20, 20, 20, 20, 20, 20]],
  ];
  for (const [shape, expected] of rows) {
    const seen = tenths(paceOfShape(shape, 20, 10_000), 10_000);
    for (const [i, count] of expected.entries())
      assert.ok(Math.abs((seen[i] ?? 0) - count) <= 1, `${shape}: ${seen.join(' ')}`);
  }
});

test('sends of any shape are in order, within the time, and begin at its start', () => {
  for (const shape of ['ramp:0..50', 'ramp:3..1', 'stairs:1..9/3', 'spike:77/1s', 'soak']) {
    const pacer = paceOfShape(shape, 7, 9000);
    assert.equal(pacer.dueMs(0), 0);
    for (let n = 1; n < pacer.count; n += 1) assert.ok(pacer.dueMs(n) > pacer.dueMs(n - 1), `${shape} ${n}`);
    assert.ok(pacer.dueMs(pacer.count - 1) < 9000, shape);
  }
});

test('the mean rate of a shape is that of its parts', () => {
  const mean = (text: string): number => {
    const shape = parseShape(text);
    return 'issue' in shape ? NaN : meanRateOf(stagesOf(shape, 20, 10_000));
  };
  assert.deepEqual(
    [mean('constant'), mean('ramp:10..30'), mean('stairs:10..30/3'), mean('spike:40/5s')],
    [20, 20, 20, 30],
  );
});

test('random arrivals repeat with their seed, are as many as the rate says, and scatter as a Poisson process', () => {
  const segments = [{ fromRate: 200, toRate: 200, durationMs: 100_000 }];
  const counts = (pacer: Pacer): readonly number[] => {
    const bins = new Array<number>(5000).fill(0);
    for (let n = 0; n < pacer.count; n += 1) {
      const bin = Math.floor(pacer.dueMs(n) / 20);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  };
  const dispersion = (pacer: Pacer): number => {
    const bins = counts(pacer);
    const mean = pacer.count / bins.length;
    return bins.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (bins.length - 1) / mean;
  };
  const random = poissonPace(segments, 42);
  assert.deepEqual(
    [random.count, random.dueMs(7)],
    [poissonPace(segments, 42).count, poissonPace(segments, 42).dueMs(7)],
  );
  assert.notEqual(random.dueMs(7), poissonPace(segments, 43).dueMs(7));
  assert.ok(Math.abs(random.count - 20_000) < 4 * Math.sqrt(20_000), String(random.count));
  assert.ok(Math.abs(dispersion(random) - 1) < 0.08, String(dispersion(random)));
  assert.ok(dispersion(evenPace(segments)) < 0.01);
});

test('think times lie between their ends and repeat with their seed', () => {
  const think = parseThink('100ms..2s');
  assert.ok(!('issue' in think));
  const draw = (seed: number): readonly number[] => {
    const next = thinkTimes(think, seed);
    return Array.from({ length: 1000 }, next);
  };
  assert.deepEqual(draw(1), draw(1));
  assert.ok(Math.min(...draw(1)) >= 100 && Math.max(...draw(1)) <= 2000);
  assert.ok(Math.abs(draw(1).reduce((a, b) => a + b, 0) / 1000 - 1050) < 80);
});
