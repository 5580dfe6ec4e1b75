import type { ShedCause } from '../metrics/hit.ts';
import type { WireRequest } from '../../api/exchange.ts';
import type { Attack } from '../attack/attack.ts';
import type { RequestOutcome } from '../attack/in-flight.ts';
import { NO_WAITS, WaitClock, waitsBetween, type WaitCause, type Waits } from '../metrics/waits.ts';

/** One request that is due, from the moment it is due until it is shed or settled. */
export interface Work {
  /** Process clock in milliseconds when it should have been sent. */
  readonly intendedMs: number;
  /** The request to send now; `wait` when it can't be made yet, `never` when it can't be made any more. */
  prepare(): WireRequest | 'wait' | 'never';
  /**
   * @param waits for what it has waited since it was submitted.
   * @param lagMs how much of that was this process's own, which noticed late that it could be sent.
   */
  sent(sentMs: number, waits: Waits, lagMs: number): void;
  shed(why: ShedCause, waits: Waits): void;
  settled(outcome: RequestOutcome): void;
}

interface Waiting {
  readonly work: Work;
  /** The clock when it was submitted. */
  readonly since: Waits;
}

/**
 * Sends work in the order in which it became due, as connections become free. Work waits at most the queue timeout and
 * is shed then; while the target has asked us to hold back, all work waits.
 */
export class Dispatcher {
  readonly #attack: Attack;
  readonly #queueTimeoutMs: number;
  readonly #idleWaiters: (() => void)[] = [];
  readonly #queue = new FifoQueue<Waiting>();
  readonly #clock = new WaitClock();
  #inFlight = 0;
  #holdUntilMs = 0;
  #heldMs = 0;
  #isClosed = false;
  #isPumping = false;
  #timer: NodeJS.Timeout | null = null;
  #timerMs = Infinity;

  /** @param queueTimeoutMs longest time that work waits before it is shed. */
  constructor(attack: Attack, queueTimeoutMs: number) {
    this.#attack = attack;
    this.#queueTimeoutMs = queueTimeoutMs;
  }

  /** How long the target has made us hold back so far, in milliseconds. */
  get heldMs(): number {
    return this.#heldMs;
  }

  /** How much longer nothing will be sent, in milliseconds. */
  get holdsForMs(): number {
    return Math.max(0, this.#holdUntilMs - performance.now());
  }

  submit(work: Work): void {
    if (this.#isClosed) {
      work.shed('cut-off', NO_WAITS);
      return;
    }
    if (this.#queue.length === 0 && !this.#isPumping && this.#sendsAtOnce(work)) return;
    const nowMs = performance.now();
    this.#queue.push({ work, since: this.#clock.sums(nowMs) });
    this.pump();
  }

  /**
   * Sends what can be sent now. To be called whenever something may have become possible.
   * @param lagMs how long that may have waited for this process to notice.
   */
  pump(lagMs = 0): void {
    if (this.#isPumping) return;
    if (this.#queue.length === 0) {
      this.#notifyIdle();
      return;
    }
    this.#isPumping = true;
    this.#shedTimedOut();
    let cause: WaitCause | null = null;
    for (let first = this.#queue.oldest; first !== undefined; first = this.#queue.oldest) {
      cause = this.#obstacle() ?? this.#send(first, lagMs);
      if (cause !== null) break;
      this.#queue.drop();
    }
    this.#isPumping = false;
    this.#clock.wait(this.#queue.length === 0 ? null : cause, performance.now());
    this.#setTimer();
    this.#notifyIdle();
  }

  /** Sends nothing for that long; what would wait longer than the queue timeout is shed. */
  hold(ms: number): void {
    const nowMs = performance.now();
    const untilMs = nowMs + ms;
    if (untilMs <= this.#holdUntilMs) return;
    this.#heldMs += untilMs - Math.max(nowMs, this.#holdUntilMs);
    this.#holdUntilMs = untilMs;
    this.#setTimer();
  }

  /** Sheds everything that waits, now and from now on. What is in flight goes on. */
  close(): void {
    this.#isClosed = true;
    const sums = this.#clock.sums(performance.now());
    for (const { work, since } of this.#queue.clear()) work.shed('cut-off', waitsBetween(since, sums));
    this.#setTimer();
    this.#notifyIdle();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#notifyIdle();
    });
  }

  /** Sends work that nothing waits before; false when it has to wait. */
  #sendsAtOnce(work: Work): boolean {
    if (performance.now() < this.#holdUntilMs || !this.#attack.hasFree()) return false;
    const request = work.prepare();
    if (request === 'wait') return false;
    if (request === 'never') work.shed('cut-off', NO_WAITS);
    else this.#transmit(work, request, NO_WAITS, 0);
    return true;
  }

  /** Why nothing can be sent now, whatever it is; null when something can. */
  #obstacle(): WaitCause | null {
    if (performance.now() < this.#holdUntilMs) return 'held';
    if (this.#attack.hasFree()) return null;
    this.#attack.demand(this.#queue.length);
    return this.#attack.hasFree() ? null : this.#attack.lack;
  }

  /** Why the work can't be sent yet and must stay where it is; null when it is gone. */
  #send({ work, since }: Waiting, lagMs: number): WaitCause | null {
    const request = work.prepare();
    if (request === 'wait') return 'pool';
    const waits = waitsBetween(since, this.#clock.sums(performance.now()));
    if (request === 'never') work.shed('cut-off', waits);
    else this.#transmit(work, request, waits, lagMs);
    return null;
  }

  #transmit(work: Work, request: WireRequest, waits: Waits, lagMs: number): void {
    this.#inFlight += 1;
    const sentMs = this.#attack.send(request, (outcome) => {
      this.#inFlight -= 1;
      // What comes of it waits until the connection itself is free: no other is to be made for it.
      this.#isPumping = true;
      work.settled(outcome);
      this.#isPumping = false;
      this.#notifyIdle();
    });
    work.sent(sentMs, waits, lagMs);
  }

  #shedTimedOut(): void {
    const nowMs = performance.now();
    const oldestMs = nowMs - this.#queueTimeoutMs;
    for (let first = this.#queue.oldest; first !== undefined && first.work.intendedMs <= oldestMs;) {
      this.#queue.drop();
      first.work.shed('queue-timeout', waitsBetween(first.since, this.#clock.sums(nowMs)));
      first = this.#queue.oldest;
    }
  }

  /**
   * Wakes up for the next thing that only time brings: the end of a hold, or of the oldest work's time in the queue. A timer
   * that is early enough is left alone, for most work is gone before its time.
   */
  #setTimer(): void {
    const { oldest } = this.#queue;
    if (oldest === undefined) {
      if (this.#isClosed) this.#clearTimer();
      return;
    }
    const nowMs = performance.now();
    const timesOutMs = oldest.work.intendedMs + this.#queueTimeoutMs;
    const wakeMs = this.#holdUntilMs > nowMs ? Math.min(this.#holdUntilMs, timesOutMs) : timesOutMs;
    if (this.#timerMs <= wakeMs) return;
    this.#clearTimer();
    this.#timerMs = wakeMs;
    this.#timer = setTimeout(
      () => {
        this.#clearTimer();
        this.pump();
      },
      Math.max(1, Math.ceil(wakeMs - nowMs)),
    );
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerMs = Infinity;
  }

  #notifyIdle(): void {
    if (this.#inFlight > 0 || this.#queue.length > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}

const COMPACT_AT = 1024;

/** A queue whose both ends cost nothing, however long it is; the oldest is at its head. */
export class FifoQueue<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The one that waits the longest; undefined when none does. */
  get oldest(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest off, if there is one. */
  drop(): void {
    if (this.length === 0) return;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Takes all off and returns them, the oldest first. */
  clear(): readonly T[] {
    const all = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return all;
  }
}
