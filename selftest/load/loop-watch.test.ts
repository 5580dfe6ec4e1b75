import assert from 'node:assert/strict';
import test from 'node:test';
import { LoopWatch } from '../../load/attack/loop-watch.ts';

/** A process whose time and sleep are set by hand. */
class HandClock {
  #nowMs = 1000;
  #idleMs = 0;
  readonly #after: (() => void)[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  idleMs(): number {
    return this.#idleMs;
  }

  afterEvents(callback: () => void): void {
    this.#after.push(callback);
  }

  sleep(ms: number): void {
    this.#nowMs += ms;
    this.#idleMs += ms;
  }

  work(ms: number): void {
    this.#nowMs += ms;
  }

  endOfEvents(): void {
    for (const callback of this.#after.splice(0)) callback();
  }
}

function watched(): { readonly clock: HandClock; readonly watch: LoopWatch; readonly lag: () => number } {
  const clock = new HandClock();
  const watch = new LoopWatch(clock);
  return { clock, watch, lag: () => watch.lagMs(clock.nowMs()) };
}

test('what wakes a sleeping loop has not waited', () => {
  const { clock, watch, lag } = watched();
  for (let n = 0; n < 5; n += 1) {
    clock.sleep(2);
    watch.beat();
    clock.sleep(1);
    assert.equal(lag(), 0);
    clock.endOfEvents();
  }
});

test('what is read late in a long round has waited since its beginning, and since the last look where the loop never slept', () => {
  const { clock, watch, lag } = watched();
  clock.sleep(2);
  watch.beat();
  assert.equal(lag(), 0);
  clock.work(3);
  assert.equal(lag(), 3);
  clock.endOfEvents();
  clock.work(1);
  assert.equal(lag(), 4, 'it came after the look at the beginning of the round before');
});

test('a stop of up to 4 ms is taken for sleep, so no more than that is unseen; a longer one is seen whole', () => {
  for (const stopMs of [0.5, 2, 3.9, 4.1, 6, 40]) {
    const { clock, watch, lag } = watched();
    watch.beat();
    clock.sleep(stopMs);
    const seenMs = lag();
    assert.ok(stopMs > 4 ? Math.abs(seenMs - stopMs) < 1e-9 : seenMs === 0, `${seenMs} of ${stopMs}`);
  }
});

test('a process that stood still may have left everything waiting, whether its beat or its reading comes first', () => {
  for (const isBeatFirst of [true, false]) {
    const { clock, watch, lag } = watched();
    watch.beat();
    clock.sleep(500); // stopped while it waited for events: it looks like sleep
    if (isBeatFirst) watch.beat();
    assert.equal(lag(), 500, String(isBeatFirst));
    clock.endOfEvents();
    watch.beat();
    clock.sleep(1);
    assert.equal(lag(), 0, 'and that is over afterwards');
  }
});
