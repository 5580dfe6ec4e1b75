/** Whether the generator itself was the bottleneck, by figures that are known. */
import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  fullCoreOf,
  GeneratorWatch,
  mergeHealth,
  saturationOf,
} from '../../load/metrics/generator-health.ts';
import type { Distribution, GeneratorHealth, Interval } from '../../result/load-result.ts';
import { distribution } from '../reports/load-fixtures.ts';

function pacing(of: { p50?: number | null; p95?: Interval | null; p99?: Interval | null }): Distribution {
  const { p50 = 0, p95 = null, p99 = null } = of;
  return { ...distribution(0, 1), p50, interval: { p50: null, p90: null, p95, p99, p999: null } };
}

test('one send in a hundred, or in twenty of few, more than 10 ms late beyond doubt is too many', () => {
  const rows: readonly (readonly [of: Parameters<typeof pacing>[0], said: RegExp | null])[] = [
    [{}, null],
    [{ p99: [10_000, 90_000] }, null],
    [{ p99: [10_001, 90_000] }, /more than 10 ms at p99/],
    [{ p99: [25_999, 90_000] }, /more than 25 ms at p99/],
    [{ p95: [12_000, 90_000] }, /more than 12 ms at p95/],
    [{ p95: [12_000, 90_000], p99: [9_000, 90_000] }, null],
  ];
  for (const [of, said] of rows) {
    const sentence = saturationOf(pacing(of), 1);
    if (said === null) assert.equal(sentence, null, JSON.stringify(of));
    else assert.match(sentence ?? '', said);
  }
});

test('half of the sends later than a fifth of the time between two, and than a millisecond, are too many', () => {
  const rows: readonly (readonly [p50: number | null, ratePerSecond: number, isSaturated: boolean])[] = [
    [null, 1000, false],
    [1000, 1000, false],
    [1001, 1000, true],
    [1001, 200, true],
    [2000, 100, false],
    [2001, 100, true],
    [1999, 10_000, true],
  ];
  for (const [p50, ratePerSecond, isSaturated] of rows) {
    const sentence = saturationOf(pacing({ p50 }), ratePerSecond);
    assert.equal(sentence !== null, isSaturated, `${p50} at ${ratePerSecond}`);
  }
  assert.match(
    saturationOf(pacing({ p50: 1500.6 }), 1000) ?? '',
    /more than 1501 µs late, at 1000 per second/,
  );
});

test('a closed load has used its core from 95 % on', () => {
  assert.equal(fullCoreOf(0.949), null);
  assert.match(fullCoreOf(0.95) ?? '', /used 95 % of a core/);
  assert.match(fullCoreOf(1.236) ?? '', /used 124 % of a core/);
});

const health = (n: number, more: Partial<GeneratorHealth> = {}): GeneratorHealth => ({
  event_loop_delay_us: { p50: n, p99: 10 * n, max: 100 * n },
  cpu: n / 10,
  saturated: false,
  sentence: null,
  ...more,
});

test('several processes are as well as the worst of them, and their pauses add up', () => {
  const gc = (count: number, total_ms: number, max_ms: number): Partial<GeneratorHealth> => ({
    gc: { count, total_ms, max_ms },
  });
  assert.deepEqual(mergeHealth([health(3, gc(2, 1.14, 0.9)), health(5, gc(3, 2.12, 0.7)), health(4)], null), {
    event_loop_delay_us: { p50: 5, p99: 50, max: 500 },
    cpu: 0.5,
    saturated: false,
    sentence: null,
    gc: { count: 5, total_ms: 3.3, max_ms: 0.9 },
    processes: 3,
  });
  const merged = mergeHealth([health(1, { processes: 4 }), health(2, { processes: 2 })], 'late');
  assert.deepEqual([merged.processes, merged.saturated, merged.sentence], [6, true, 'late']);
  assert.deepEqual(mergeHealth([], null).event_loop_delay_us, { p50: 0, p99: 0, max: 0 });
});

/** Lets the process compute for so long. */
function compute(ms: number): void {
  const began = process.cpuUsage();
  let used = 0;
  while (used < ms) {
    const { user, system } = process.cpuUsage(began);
    used = (user + system) / 1000;
  }
}

test('what is watched is this process: its share of a core, while it was watched and not between', async () => {
  const watch = new GeneratorWatch();
  assert.deepEqual([watch.health(null).cpu, watch.cpuOfLast], [0, 0]);
  watch.end();
  const beganMs = performance.now();
  watch.begin();
  compute(80);
  watch.end();
  const wallMs = performance.now() - beganMs;
  const { cpu, event_loop_delay_us: delay, saturated, sentence, gc } = watch.health('too slow');
  const least = 80 / wallMs;
  assert.ok(cpu >= Math.floor(least * 100) / 100 && cpu < 8, `${cpu} for ${least}`);
  assert.equal(watch.cpuOfLast, cpu);
  assert.deepEqual([saturated, sentence], [true, 'too slow']);
  assert.ok(delay.p50 >= 0 && delay.max >= delay.p99 && delay.p99 >= delay.p50);
  assert.ok(gc !== undefined && gc.count >= 0 && gc.total_ms >= gc.max_ms);
  // Too short to tell: the share of before stays that of all, and the last is 0.
  watch.begin();
  watch.end();
  assert.equal(watch.cpuOfLast === 0 || performance.now() - beganMs - wallMs >= 50, true);
  compute(60);
  const after = watch.health(null).cpu;
  assert.ok(after <= cpu, 'what is computed while nobody watches is not counted');
  await Promise.resolve();
});

const turn = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Keeps the event loop for so long, by the clock. */
function block(ms: number): void {
  const beganMs = performance.now();
  while (performance.now() - beganMs < ms);
}

test('a loop that was kept is seen as its delay, in the stretch that was watched and in no other', async () => {
  const watch = new GeneratorWatch();
  const maxUs = (): number => watch.health(null).event_loop_delay_us.max;
  watch.begin();
  await turn(30);
  block(120);
  await turn(30);
  watch.end();
  const seen = maxUs();
  assert.ok(seen >= 80_000, `${seen} µs of 120 ms`);
  block(seen / 1000 + 200);
  await turn(30);
  assert.equal(maxUs(), seen, 'nobody watches');
  watch.begin();
  await turn(30);
  watch.end();
  assert.ok(maxUs() >= seen, 'the worst of all stretches');
});

test('pauses for garbage collection are counted while it is watched: their number, their time and the longest', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const own = { count: 0, totalMs: 0, maxMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) note(duration);
  });
  const note = (ms: number): void => {
    own.count += 1;
    own.totalMs += ms;
    own.maxMs = Math.max(own.maxMs, ms);
  };
  const watch = new GeneratorWatch();
  observer.observe({ entryTypes: ['gc'] });
  watch.begin();
  collect();
  await turn(20);
  for (let n = 0; n < 3; n += 1) collect();
  watch.end();
  await turn(20);
  observer.disconnect();
  const { gc } = watch.health(null);
  assert.ok(gc !== undefined && gc.count >= 1 && gc.count <= own.count, `${gc?.count} of ${own.count}`);
  assert.ok(
    gc.total_ms > 0 && gc.total_ms <= own.totalMs + 0.1 && gc.total_ms >= gc.max_ms,
    `${gc.total_ms}`,
  );
  assert.ok(gc.max_ms > 0 && gc.max_ms <= own.maxMs + 0.1, `${gc.max_ms}`);
  collect();
  await turn(20);
  assert.deepEqual(watch.health(null).gc, gc, 'nobody watches');
});
