/** Whether the generator itself was the bottleneck, by figures that are known. */
import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  fullCoreOf,
  GeneratorWatch,
  type Instruments,
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
    const message = saturationOf(pacing(of), 1);
    if (said === null) assert.equal(message, null, JSON.stringify(of));
    else assert.match(message ?? '', said);
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
    const message = saturationOf(pacing({ p50 }), ratePerSecond);
    assert.equal(message !== null, isSaturated, `${p50} at ${ratePerSecond}`);
  }
  for (const [p50, said] of [
    [1500.6, 1501],
    [1500.4, 1500],
  ] as const)
    assert.match(
      saturationOf(pacing({ p50 }), 1000) ?? '',
      new RegExp(`more than ${said} µs late, at 1000 per second`),
    );
});

test('a closed load has used its core from 95 % on', () => {
  assert.equal(fullCoreOf(0.949), null);
  assert.match(fullCoreOf(0.95) ?? '', /used 95 % of a core/);
  assert.match(fullCoreOf(1.236) ?? '', /used 124 % of a core/);
  assert.match(fullCoreOf(1.234) ?? '', /used 123 % of a core/);
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

/** A process of which everything is known: its clock, its computing time, the delays of its loop and its pauses. */
class KnownProcess implements Instruments {
  clockMs = 7000;
  computedUs = 123_456;
  /** What each monitor has seen, in nanoseconds by percentile, and what was done with it. */
  readonly monitors: { readonly seen: Map<number, number>; readonly done: string[]; max: number }[] = [];
  readonly collector: string[] = [];
  pause: (ms: number) => void = () => undefined;

  readonly nowMs = (): number => this.clockMs;
  readonly cpuUs = (): number => this.computedUs;

  readonly delay: Instruments['delay'] = () => {
    const monitor = { seen: new Map<number, number>(), done: new Array<string>(), max: 0 };
    this.monitors.push(monitor);
    return {
      enable: () => monitor.done.push('on') > 0,
      disable: () => monitor.done.push('off') > 0,
      percentile: (rank) => monitor.seen.get(rank) ?? Number.NaN,
      get max() {
        return monitor.max;
      },
    };
  };

  readonly pauses: Instruments['pauses'] = (seen) => {
    this.pause = seen;
    return { begin: () => this.collector.push('on'), end: () => this.collector.push('off') };
  };

  /** A watched stage of so much wall and computing time, whose loop was delayed by so many microseconds. */
  stage(watch: GeneratorWatch, wallMs: number, cpuMs: number, ...[p50, p99, max]: readonly number[]): void {
    watch.begin();
    this.clockMs += wallMs;
    this.computedUs += cpuMs * 1000;
    watch.end();
    // The monitor counts the 10 ms between two looks too.
    const ns = (us = 0): number => (us + 10_000) * 1000;
    const monitor = this.monitors.at(-1) ?? assert.fail();
    monitor.seen.set(50, ns(p50)).set(99, ns(p99));
    monitor.max = ns(max);
  }
}

test('a watch that saw nothing says that nothing was used, late or paused', () => {
  const watch = new GeneratorWatch(new KnownProcess());
  watch.end();
  assert.equal(watch.cpuOfLast, 0);
  assert.deepEqual(watch.health(null), {
    event_loop_delay_us: { p50: 0, p99: 0, max: 0 },
    cpu: 0,
    saturated: false,
    sentence: null,
    gc: { count: 0, total_ms: 0, max_ms: 0 },
  });
});

test('a watch knows the share of a core of its stages and of the last, and the worst delay of any of them', () => {
  const own = new KnownProcess();
  const watch = new GeneratorWatch(own);
  own.stage(watch, 1000, 254, 300, 4000, 90_000);
  assert.equal(watch.cpuOfLast, 0.25);
  own.clockMs += 60_000; // nobody watches
  own.computedUs += 60_000_000;
  own.stage(watch, 3000, 3636, 200.5, 5000, 80_000);
  assert.equal(watch.cpuOfLast, 1.21);
  watch.end();
  assert.deepEqual(watch.health('too slow'), {
    event_loop_delay_us: { p50: 300, p99: 5000, max: 90_000 },
    cpu: 0.97,
    saturated: true,
    sentence: 'too slow',
    gc: { count: 0, total_ms: 0, max_ms: 0 },
  });
  const [first, second] = own.monitors;
  assert.deepEqual(
    [first?.done, second?.done],
    [
      ['on', 'off'],
      ['on', 'off', 'off'],
    ],
  );
  assert.deepEqual(own.collector, ['on', 'off', 'on', 'off', 'off']);
});

test('a delay is rounded to microseconds, and never below none', () => {
  const own = new KnownProcess();
  const watch = new GeneratorWatch(own);
  own.stage(watch, 100, 1, -2, 1.4, 1.6);
  assert.deepEqual(watch.health(null).event_loop_delay_us, { p50: 0, p99: 1, max: 2 });
});

test('below 50 ms no share of a core is told for the stage, but its time counts among all', () => {
  const own = new KnownProcess();
  const watch = new GeneratorWatch(own);
  own.stage(watch, 49, 49);
  assert.deepEqual([watch.cpuOfLast, watch.health(null).cpu], [0, 0]);
  own.stage(watch, 50, 50);
  assert.deepEqual([watch.cpuOfLast, watch.health(null).cpu], [1, 1]);
});

test('a share of a core is rounded to hundredths', () => {
  for (const [cpuMs, share] of [
    [0.249, 0],
    [0.25, 0.01],
    [0.749, 0.01],
  ] as const) {
    const own = new KnownProcess();
    const watch = new GeneratorWatch(own);
    own.stage(watch, 50, cpuMs);
    assert.equal(watch.health(null).cpu, share, String(cpuMs));
  }
});

test('pauses are counted, with their time together and the longest', () => {
  const own = new KnownProcess();
  const watch = new GeneratorWatch(own);
  for (const ms of [1.24, 3.01, 0.5]) own.pause(ms);
  assert.deepEqual(watch.health(null).gc, { count: 3, total_ms: 4.8, max_ms: 3 });
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

test('what is watched, unless told otherwise, is this process', () => {
  const watch = new GeneratorWatch();
  const usage = process.cpuUsage.bind(process);
  try {
    // Computing time of the program and of the system for it are one.
    let reads = 0;
    process.cpuUsage = () => ({ user: 1000 * reads, system: 40_000_000 * reads++ });
    watch.begin();
    const beganMs = performance.now();
    block(60);
    const wallMs = performance.now() - beganMs;
    watch.end();
    assert.ok(watch.cpuOfLast > 1 && watch.cpuOfLast <= 40_001 / wallMs + 0.01, String(watch.cpuOfLast));
  } finally {
    process.cpuUsage = usage;
  }
  watch.begin();
  compute(60);
  watch.end();
  assert.ok(watch.cpuOfLast > 0 && watch.cpuOfLast < 100);
});

const turn = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Keeps the event loop for so long, by the clock. */
function block(ms: number): void {
  const beganMs = performance.now();
  while (performance.now() - beganMs < ms);
}

test('a loop that was kept is seen as its delay, in the stage that was watched and in no other', async () => {
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
  assert.ok(maxUs() >= seen, 'the worst of all stages');
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

test('a pause in the last turn before the end is counted too', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const watch = new GeneratorWatch();
  watch.begin();
  collect();
  await new Promise((done) => setImmediate(done)); // the pause is noted, and not reported yet
  watch.end();
  assert.ok((watch.health(null).gc?.count ?? 0) >= 1);
});
