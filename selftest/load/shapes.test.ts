/** Shapes, paces, mixes, shards and think times at their bounds, with the values that follow from their definition. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { seededRandom } from '../../load/arrivals/random.ts';
import { mixOrder, parseWeights, shareOf } from '../../load/scenario/mix.ts';
import {
  constantPace,
  evenPace,
  firstDueAfter,
  poissonPace,
  type Segment,
} from '../../load/arrivals/pacer.ts';
import { interleaved, placeOf, portionOf, shardsOf, within, WHOLE } from '../../load/arrivals/shard.ts';
import {
  meanRateOf,
  misfit,
  paceOf,
  parseShape,
  stagesOf,
  peakRateOf,
  statesItsRates,
  type Shape,
} from '../../load/arrivals/rate-profile.ts';
import { parseThink, thinkTimes } from '../../load/arrivals/think-time.ts';
import type { Command } from '../../openapi/registry.ts';

const segment = (fromRate: number, toRate: number, durationMs: number): Segment => ({
  fromRate,
  toRate,
  durationMs,
});

function shapeOf(text: string): Shape {
  const shape = parseShape(text);
  if ('issue' in shape) throw new Error(shape.issue);
  return shape;
}

test('a shape is read from its text', () => {
  const rows: readonly (readonly [text: string, shape: Shape])[] = [
    [' constant ', { kind: 'constant' }],
    ['soak', { kind: 'soak' }],
    ['ramp:0..12.5', { kind: 'ramp', from: 0, to: 12.5 }],
    ['ramp:10000..0', { kind: 'ramp', from: 10_000, to: 0 }],
    ['ramp:0.01..0', { kind: 'ramp', from: 0.01, to: 0 }],
    ['stairs:1..9/2', { kind: 'stairs', from: 1, to: 9, stairs: 2 }],
    ['stairs:9..0.001/50', { kind: 'stairs', from: 9, to: 0.001, stairs: 50 }],
    ['spike:200/100ms', { kind: 'spike', peak: 200, spikeMs: 100 }],
    ['spike:10000/5s', { kind: 'spike', peak: 10_000, spikeMs: 5000 }],
  ];
  for (const [text, shape] of rows) {
    assert.deepEqual(parseShape(text), shape, text);
    assert.equal(statesItsRates(shape), shape.kind === 'ramp' || shape.kind === 'stairs', text);
  }
});

test('an issue in a shape is a sentence that says which', () => {
  const rows: readonly (readonly [text: string, said: RegExp])[] = [
    ['', /it takes constant, soak/],
    ['ramp:1', /it takes constant/],
    ['spike:200/99ms', /it takes constant/],
    ['spike:200/soon', /it takes constant/],
    ['ramp:0..0', /at least to 0\.01/],
    ['ramp:0..0.009', /at least to 0\.01/],
    ['ramp:0..10001', /up to 10000/],
    ['ramp:10001..1', /up to 10000/],
    ['spike:10001/1s', /up to 10000/],
    ['spike:0/1s', /at least to 0\.01/],
    ['stairs:1..9/1', /from 2 to 50 stairs/],
    ['stairs:1..9/51', /from 2 to 50 stairs/],
    ['stairs:0..9/3', /no stair may be at rate 0/],
    ['stairs:9..0/3', /no stair may be at rate 0/],
  ];
  for (const [text, said] of rows) {
    const shape = parseShape(text);
    assert.ok('issue' in shape && said.test(shape.issue), `${text}: ${JSON.stringify(shape)}`);
  }
});

test('the parts of a shape fill the measured time, each with a name where there are several', () => {
  const parts = (text: string): readonly unknown[] =>
    stagesOf(shapeOf(text), 20, 10_000).map(({ label, segment: { fromRate, toRate, durationMs } }) => [
      label,
      fromRate,
      toRate,
      durationMs,
    ]);
  assert.deepEqual(parts('constant'), [[null, 20, 20, 10_000]]);
  assert.deepEqual(parts('soak'), [
    ['rising', 0, 20, 500],
    ['held', 20, 20, 9500],
  ]);
  assert.deepEqual(parts('ramp:1..3'), [[null, 1, 3, 10_000]]);
  assert.deepEqual(parts('stairs:1..2/3'), [
    ['stair 1 at 1 per second', 1, 1, 10_000 / 3],
    ['stair 2 at 1.5 per second', 1.5, 1.5, 10_000 / 3],
    ['stair 3 at 2 per second', 2, 2, 10_000 / 3],
  ]);
  assert.equal(stagesOf(shapeOf('stairs:1..2/4'), 0, 1)[1]?.label, 'stair 2 at 1.33 per second');
  assert.deepEqual(parts('spike:70/2s'), [
    ['before the spike', 20, 20, 4000],
    ['in the spike', 70, 70, 2000],
    ['after the spike', 20, 20, 4000],
  ]);
});

test('the mean and the highest rate are those of all parts, by how long each lasts', () => {
  const rates = (text: string): readonly number[] => {
    const parts = stagesOf(shapeOf(text), 20, 10_000);
    return [meanRateOf(parts), peakRateOf(parts)];
  };
  assert.deepEqual(rates('constant'), [20, 20]);
  assert.deepEqual(rates('ramp:10..30'), [20, 30]);
  assert.deepEqual(rates('ramp:30..10'), [20, 30]);
  assert.deepEqual(rates('soak'), [19.5, 20]);
  assert.deepEqual(rates('spike:40/2s'), [24, 40]);
  assert.deepEqual(rates('spike:5/2s'), [17, 20]);
});

test('a spike must be shorter than the measured time', () => {
  const spike = shapeOf('spike:9/5s');
  assert.equal(misfit(spike, 5001), null);
  assert.match(misfit(spike, 5000) ?? '', /spike of 5 s, .* duration of 5 s\./);
  assert.equal(misfit(shapeOf('soak'), 1), null);
});

test('a warm-up goes before the course, at the rate with which that begins', () => {
  const profileOf = (text: string, poissonSeed: number | null = null): Parameters<typeof paceOf>[0] => ({
    about: '',
    stages: stagesOf(shapeOf(text), 10, 1000),
    poissonSeed,
  });
  assert.equal(paceOf(profileOf('constant'), 0).count, 10);
  const warmed = paceOf(profileOf('constant'), 500);
  assert.deepEqual([warmed.count, warmed.dueMs(5)], [15, 500]);
  assert.equal(paceOf(profileOf('constant'), 1).count, 11, 'however short');
  const ramp = paceOf(profileOf('ramp:20..0'), 500);
  assert.deepEqual([ramp.count, ramp.dueMs(9), ramp.dueMs(10)], [20, 450, 500]);
  assert.equal(paceOf(profileOf('ramp:0..20'), 500).dueMs(0), 500);
  const random = paceOf(profileOf('constant', 3), 0);
  const same = poissonPace([segment(10, 10, 1000)], 3);
  assert.deepEqual([random.count, random.dueMs(2)], [same.count, same.dueMs(2)]);
  assert.notEqual(random.dueMs(2), 200);
});

test('a send of a straight line is due where the area under the rate has come to its number', () => {
  const near = (value: number, right: number): void => {
    assert.ok(Math.abs(value - right) < 1e-6, `${value} for ${right}`);
  };
  const up = evenPace([segment(0, 20, 10_000)]);
  assert.equal(up.count, 100);
  for (const n of [0, 1, 4, 25, 99]) near(up.dueMs(n), Math.sqrt(n) * 1000);
  const down = evenPace([segment(20, 0, 10_000)]);
  for (const n of [0, 19, 75, 99]) near(down.dueMs(n), 10_000 - Math.sqrt(100 - n) * 1000);
  near(evenPace([segment(2, 0, 10_000)]).dueMs(9), 10_000 - Math.sqrt(10) * 1000);
  const slope = evenPace([segment(5, 15, 2000)]);
  assert.equal(slope.count, 20);
  for (const n of [0, 3, 10]) {
    const seconds = slope.dueMs(n) / 1000;
    near(5 * seconds + 2.5 * seconds * seconds, n);
  }
  const both = evenPace([segment(10, 10, 1000), segment(20, 20, 1000), segment(0, 10, 1000)]);
  assert.deepEqual(
    [both.count, both.dueMs(9), both.dueMs(10), both.dueMs(11), both.dueMs(30)],
    [35, 900, 1000, 1050, 2000],
  );
  near(both.dueMs(31), 2000 + Math.sqrt(2 / 10) * 1000);
  assert.deepEqual(
    [evenPace([]).count, evenPace([]).dueMs(0), evenPace([segment(0, 0, 5)]).count],
    [0, 0, 0],
  );
  near(constantPace(4, 2000).dueMs(3), 750);
});

test('the first send at or after a moment is found, also among many', () => {
  const pacer = constantPace(10, 1000);
  for (const [ms, first] of [
    [-1, 0],
    [0, 0],
    [0.1, 1],
    [100, 1],
    [899, 9],
    [901, 10],
    [9999, 10],
  ] as const)
    assert.equal(firstDueAfter(pacer, ms), first, `${ms}`);
});

test('random arrivals are those of their seed in whatever order they are asked for, and end with the pace', () => {
  const pacer = poissonPace([segment(40, 40, 1000)], 9);
  const { count } = pacer;
  const all = Array.from({ length: count }, (_, n) => poissonPace([segment(40, 40, 1000)], 9).dueMs(n));
  const random = seededRandom(9);
  let place = 0;
  for (const [n, ms] of all.entries()) {
    place -= Math.log(1 - random()); // a gap of a Poisson process of rate 1
    assert.ok(Math.abs(ms - (place / 40) * 1000) < 1e-6, `${n}`);
  }
  assert.ok(place - Math.log(1 - random()) >= 40, 'the next would be after the end');
  assert.ok(count > 20 && count < 60, `${count}`);
  for (const n of [5, 4, 5, 0, count - 1, 1]) assert.equal(pacer.dueMs(n), all[n], `${n}`);
  assert.ok(all.every((ms, n) => ms < 1000 && ms > (all[n - 1] ?? 0)));
  assert.deepEqual([pacer.dueMs(count), pacer.dueMs(count + 7)], [1000, 1000]);
  assert.equal(pacer.count, count);
  // A random number near 0 makes the shortest gap, one near 1 the longest: on average one second at 1 per second.
  const mean = poissonPace([segment(1, 1, 4_000_000)], 2).count / 4000;
  assert.ok(Math.abs(mean - 1) < 0.07, `${mean}`);
});

test('think times lie evenly between their ends', () => {
  const rows: readonly (readonly [text: string, least: number | null, most?: number])[] = [
    ['200ms', 200, 200],
    ['0..10m', 0, 600_000],
    ['1s..1s', 1000, 1000],
    ['0..600001ms', null],
    ['11m', null],
    ['2s..1s', null],
    ['1s..2s..3s', null],
    ['soon', null],
    ['1s..', null],
    ['..1s', null],
  ];
  for (const [text, leastMs, mostMs] of rows) {
    const think = parseThink(text);
    if (leastMs === null) assert.ok('issue' in think && think.issue.includes(`"${text}"`), text);
    else assert.deepEqual(think, { leastMs, mostMs }, text);
  }
  const next = thinkTimes({ leastMs: 100, mostMs: 300 }, 5);
  const drawn = Array.from({ length: 500 }, next);
  assert.ok(
    Math.min(...drawn) >= 100 &&
      Math.min(...drawn) < 110 &&
      Math.max(...drawn) > 290 &&
      Math.max(...drawn) < 300,
  );
  const again = thinkTimes({ leastMs: 100, mostMs: 300 }, 5);
  assert.equal(again(), drawn[0]);
});

test('the shares of a number add up to it, each thing in one of them', () => {
  assert.deepEqual(
    shardsOf(3).map((shard) => portionOf(8, shard)),
    [3, 3, 2],
  );
  assert.deepEqual(
    shardsOf(3).map((shard) => portionOf(9, shard)),
    [3, 3, 3],
  );
  assert.deepEqual(
    shardsOf(3).map((shard) => [0, 1, 2].map((n) => placeOf(n, shard))),
    [
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ],
  );
  assert.deepEqual(within({ index: 1, count: 3 }, { index: 1, count: 2 }), { index: 4, count: 6 });
  const places = shardsOf(3).flatMap((outer) => shardsOf(2).map((inner) => within(outer, inner).index));
  assert.deepEqual(places.toSorted(), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(WHOLE, { index: 0, count: 1 });
  const pacer = constantPace(10, 800);
  assert.equal(interleaved(pacer, WHOLE), pacer);
  const shared = shardsOf(3).map((shard) => interleaved(pacer, shard));
  assert.deepEqual(
    shared.map(({ count }) => count),
    [3, 3, 2],
  );
  assert.deepEqual(
    shared.map((share) => Array.from({ length: share.count }, (_, n) => share.dueMs(n))),
    [
      [0, 300, 600],
      [100, 400, 700],
      [200, 500],
    ],
  );
});

const KNOWN: readonly Command[] = ['start', 'data', 'resume'];

test('weights are whole numbers for known commands, each once', () => {
  const rows: readonly (readonly [text: string, right: unknown])[] = [
    ['start=1', { start: 1 }],
    [' start = 1 , data=1000 ', { start: 1, data: 1000 }],
    ['start=0', /whole number from 1 to 1000/],
    ['start=1001', /whole number from 1 to 1000/],
    ['start=1.5', /whole number from 1 to 1000/],
    ['start', /whole number from 1 to 1000/],
    ['stop=1', /COMMAND=WEIGHT with one of start, data, resume/],
    ['', /COMMAND=WEIGHT/],
    ['start=1,start=2', /names start twice/],
  ];
  for (const [text, right] of rows) {
    const parsed = parseWeights(text, KNOWN);
    if (right instanceof RegExp) assert.match('issues' in parsed ? parsed.issues.join(' ') : '', right, text);
    else assert.deepEqual(parsed, { weights: right }, text);
  }
  const several = parseWeights('stop=1,start=0,data=2,data=3', KNOWN);
  assert.equal('issues' in several ? several.issues.length : 0, 3);
});

test('a mix sends each command as often as its weight says, the one that is furthest behind first', () => {
  const order = (weights: Parameters<typeof mixOrder>[0], count: number): string => {
    const { commandAt } = mixOrder(weights);
    return Array.from({ length: count }, (_, n) => commandAt(n)[0]).join('');
  };
  assert.equal(order({ start: 1, data: 3 }, 8), 'dsdddsdd');
  assert.equal(order({ start: 1, data: 6, resume: 3 }, 10), 'drdsdrddrd');
  assert.equal(order({ start: 2, data: 0, resume: 2 }, 4), 'srsr');
  assert.deepEqual(
    [mixOrder({ start: 2, data: 3 }).length, mixOrder({ start: 2, data: 3 }).commandAt(5)],
    [5, 'data'],
  );
  assert.throws(() => mixOrder({}).commandAt(0), /no command 0 in a mix of 0/);
  assert.throws(() => mixOrder({ start: 1, data: 1 }).commandAt(-1), /no command -1 in a mix of 2/);
  assert.deepEqual(
    KNOWN.map((command) => shareOf({ start: 1, data: 3 }, command)),
    [0.25, 0.75, 0],
  );
});
