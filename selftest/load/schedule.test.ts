/** The schedule on a clock of its own: when it sleeps, when it turns the event loop, and what it calls. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { constantPace, poissonPace } from '../../load/arrivals/pacer.ts';
import { runSchedule, type Schedule } from '../../load/arrivals/schedule.ts';

const TURN_MS = 0.02;

/** A clock that moves only when nothing else is to be done. */
class Clock {
  nowMs = 990;
  readonly sleptMs: number[] = [];
  turns = 0;
  #waiting: { readonly atMs: number; readonly call: () => void }[] = [];
  readonly #real = {
    now: performance.now.bind(performance),
    setTimeout,
    clearTimeout,
    setImmediate,
    clearImmediate,
  };

  install(): void {
    const wait = (ms: number, call: () => void): unknown => {
      const entry = { atMs: this.nowMs + ms, call };
      this.#waiting.push(entry);
      return entry;
    };
    const forget = (entry: unknown): void => {
      this.#waiting = this.#waiting.filter((one) => one !== entry);
    };
    const fakes = {
      setTimeout: (call: () => void, ms: number): unknown => {
        this.sleptMs.push(ms);
        return wait(ms, call);
      },
      setImmediate: (call: () => void): unknown => {
        this.turns += 1;
        return wait(TURN_MS, call);
      },
      clearTimeout: forget,
      clearImmediate: forget,
    };
    performance.now = () => this.nowMs;
    Object.assign(globalThis, fakes);
  }

  restore(): void {
    const { now, ...timers } = this.#real;
    performance.now = now;
    Object.assign(globalThis, timers);
  }

  /** Goes on until nothing waits, or for so many calls. */
  run(most = 100_000): void {
    for (let n = 0; n < most && this.#waiting.length > 0; n += 1) {
      const next = this.#waiting.reduce((first, one) => (one.atMs < first.atMs ? one : first));
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call();
    }
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }
}

interface Due {
  readonly intendedMs: number;
  readonly lateMs: number;
}

function onClock(body: (clock: Clock, dues: Due[]) => void): void {
  const clock = new Clock();
  clock.install();
  try {
    body(clock, []);
  } finally {
    clock.restore();
  }
}

test('each send is due at its time: asleep until 1.5 ms before it, then in turns of the event loop', () => {
  onClock((clock, dues) => {
    const schedule = runSchedule(constantPace(100, 50), 1000, (intendedMs, lateMs) =>
      dues.push({ intendedMs, lateMs }),
    );
    clock.run();
    assert.deepEqual(
      dues.map(({ intendedMs }) => intendedMs),
      [1000, 1010, 1020, 1030, 1040],
    );
    assert.ok(
      dues.every(({ lateMs }) => lateMs >= 0 && lateMs <= TURN_MS + 1e-9),
      JSON.stringify(dues),
    );
    assert.deepEqual(clock.sleptMs, [8, 8, 8, 8, 8]);
    assert.ok(Math.abs(clock.turns - 5 * 100) <= 10, String(clock.turns));
    assert.ok(Math.abs(schedule.spunMs() - clock.turns * TURN_MS) < 1e-6, `${schedule.spunMs()}`);
  });
});

test('what is due already is called at once, with how late it is, before anything is waited for', () => {
  onClock((clock, dues) => {
    clock.nowMs = 1125;
    runSchedule(constantPace(100, 40), 1000, (intendedMs, lateMs) => {
      dues.push({ intendedMs, lateMs });
      clock.nowMs += 3;
    });
    assert.deepEqual(dues, [
      { intendedMs: 1000, lateMs: 125 },
      { intendedMs: 1010, lateMs: 118 },
      { intendedMs: 1020, lateMs: 111 },
      { intendedMs: 1030, lateMs: 104 },
    ]);
    assert.ok(clock.isIdle);
  });
});

test('a millisecond is the shortest sleep, and the first send has its own place on the schedule', () => {
  onClock((clock, dues) => {
    runSchedule(constantPace(390, 10), clock.nowMs, () => undefined);
    clock.run();
    assert.deepEqual(clock.sleptMs, [1, 1, 1], '2.56 ms apart, of which 1.5 are turned');
    const random = poissonPace([{ fromRate: 100, toRate: 100, durationMs: 50 }], 1);
    const startMs = clock.nowMs + 10;
    runSchedule(random, startMs, (intendedMs, lateMs) => dues.push({ intendedMs, lateMs }));
    clock.run();
    assert.deepEqual(
      dues.map(({ intendedMs }) => intendedMs),
      Array.from({ length: random.count }, (_, n) => startMs + random.dueMs(n)),
    );
    assert.ok(random.dueMs(0) > 0);
  });
});

test('what is due at this very moment is called at once, and not late', () => {
  onClock((clock, dues) => {
    runSchedule(constantPace(100, 20), clock.nowMs, (intendedMs, lateMs) =>
      dues.push({ intendedMs, lateMs }),
    );
    assert.deepEqual(dues, [{ intendedMs: 990, lateMs: 0 }]);
    assert.deepEqual([clock.sleptMs, clock.turns], [[8], 0]);
  });
});

test('where others need the core it sleeps until what is due, and turns only for what is due within the moment', () => {
  onClock((clock, dues) => {
    const looks: number[] = [];
    const core = {
      isFree(nowMs: number) {
        looks.push(nowMs);
        return false;
      },
    };
    const schedule = runSchedule(
      constantPace(400, 10),
      1000,
      (intendedMs, lateMs) => dues.push({ intendedMs, lateMs }),
      core,
    );
    clock.run();
    assert.deepEqual(clock.sleptMs, [10, 3, 2, 3], 'whole milliseconds, up to what is due');
    assert.deepEqual(
      dues.map(({ lateMs }) => lateMs),
      [0, 0.5, 0, 0.5],
    );
    assert.deepEqual([clock.turns, schedule.spunMs()], [0, 0]);
    assert.deepEqual(looks, [990, 1000, 1003, 1005]);
  });
});

test('a gap of a turn that is no turn, but something else that ran, is not what exactness has cost', () => {
  onClock((clock) => {
    const schedule = runSchedule(constantPace(100, 10), 991, () => undefined);
    clock.run(1);
    const before = schedule.spunMs();
    clock.nowMs += 0.5;
    clock.run(1);
    assert.equal(schedule.spunMs(), before);
    clock.run();
    assert.ok(schedule.spunMs() > before);
  });
});

async function hasEnded(schedule: Schedule): Promise<boolean> {
  return Promise.race([
    schedule.ended.then(() => true),
    Promise.resolve().then(() => Promise.resolve(false)),
  ]);
}

test('it ends with the last send, or when it is stopped, and calls no more', async () => {
  const clock = new Clock();
  clock.install();
  try {
    const dues: number[] = [];
    const whole = runSchedule(constantPace(100, 20), 1000, (intendedMs) => dues.push(intendedMs));
    assert.equal(await hasEnded(whole), false);
    clock.run();
    assert.equal(await hasEnded(whole), true);
    assert.deepEqual(dues, [1000, 1010]);
    for (const calls of [0, 1, 2, 60]) {
      const seen: number[] = [];
      const stopped = runSchedule(constantPace(1000, 1000), clock.nowMs + 5, (intendedMs) =>
        seen.push(intendedMs),
      );
      clock.run(calls);
      stopped.stop();
      const count = seen.length;
      assert.ok(clock.isIdle);
      assert.equal(await hasEnded(stopped), true);
      clock.run();
      assert.equal(seen.length, count);
    }
    const within: number[] = [];
    const inside = runSchedule(constantPace(1000, 1000), clock.nowMs + 5, (intendedMs) => {
      within.push(intendedMs);
      clock.nowMs += 100; // so that the next hundred are due as well
      if (within.length === 3) inside.stop();
    });
    clock.run();
    assert.equal(within.length, 3);
    assert.ok(clock.isIdle);
  } finally {
    clock.restore();
  }
});
