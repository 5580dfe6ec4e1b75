import { performance } from 'node:perf_hooks';

const BEAT_MS = 2;
/** A timer may be late by a millisecond without anything being wrong, and is rounded to one. */
const BEAT_LATE_MS = 4;
const SLEPT_MS = 0.02;

/** What a watch needs of the process; given by self-tests. */
export interface LoopClock {
  nowMs(): number;
  /** How long the event loop has waited for events so far, in milliseconds. */
  idleMs(): number;
  /** Calls back once the events that are there now have been handled. */
  afterEvents(callback: () => void): void;
}

const PROCESS_CLOCK: LoopClock = {
  nowMs: () => performance.now(),
  idleMs: () => performance.eventLoopUtilization().idle,
  afterEvents: (callback) => {
    setImmediate(callback);
  },
};

/**
 * Tells how long something that is read now may have lain in its socket because this process was busy, stopped or
 * starved. Nobody stamps the arrival of bytes for us, so this is an upper bound: what is read now was not there when
 * the event loop last looked. A loop that has slept since then was woken by it, unless its heartbeat is overdue: then
 * the whole process stood still.
 */
export class LoopWatch {
  readonly #clock: LoopClock;
  #timer: NodeJS.Timeout | null = null;
  #beatMs: number;
  #lookedMs: number;
  #idleMs = 0;
  #arrivedSinceMs = 0;
  #isInEvents = false;
  /** Since when the process stood still before its last beat; null when it did not, or that is over. */
  #stillSinceMs: number | null = null;

  constructor(clock: LoopClock = PROCESS_CLOCK) {
    this.#clock = clock;
    this.#beatMs = clock.nowMs();
    this.#lookedMs = this.#beatMs;
  }

  /** Begins the heartbeat. */
  start(): void {
    this.beat();
    this.#stillSinceMs = null;
    this.#timer ??= setInterval(() => {
      this.beat();
    }, BEAT_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The process is alive, and its event loop goes round. */
  beat(): void {
    const nowMs = this.#clock.nowMs();
    const aliveMs = Math.max(this.#beatMs, this.#lookedMs);
    // What came while it stood still is read only after this beat.
    if (nowMs - aliveMs > BEAT_LATE_MS) this.#stillSinceMs ??= aliveMs;
    this.#beatMs = nowMs;
  }

  /** Longest time that something read at this moment can have waited for us, in milliseconds. */
  lagMs(nowMs: number): number {
    if (!this.#isInEvents) this.#enterEvents(nowMs);
    const sinceBeatMs = nowMs - this.#beatMs;
    const inLoopMs = nowMs - this.#arrivedSinceMs;
    return sinceBeatMs > BEAT_LATE_MS ? Math.max(sinceBeatMs, inLoopMs) : Math.max(0, inLoopMs);
  }

  #enterEvents(nowMs: number): void {
    this.#isInEvents = true;
    this.#clock.afterEvents(() => {
      this.#isInEvents = false;
    });
    const idleMs = this.#clock.idleMs();
    const hasSlept = idleMs - this.#idleMs > SLEPT_MS;
    this.#idleMs = idleMs;
    this.#arrivedSinceMs = this.#stillSinceMs ?? (hasSlept ? nowMs : Math.max(this.#lookedMs, this.#beatMs));
    this.#stillSinceMs = null;
    this.#lookedMs = nowMs;
  }
}
