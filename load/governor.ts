import type { WireRequest } from '../contract/exchange.ts';
import type { Attack } from './attack/attack.ts';
import type { ShotOutcome } from './attack/shot.ts';
import { Backlog } from './backlog.ts';

/** Why work was never sent: it had waited as long as it may, or the load was over before that. */
export type ShedCause = 'impatient' | 'cut-off';

/** One request that is due, from the moment it is due until it is shed or settled. */
export interface Work {
  /** Process clock in milliseconds when it should have been sent. */
  readonly intendedMs: number;
  /** The request to send now; `wait` when it can't be made yet, `never` when it can't be made any more. */
  prepare(): WireRequest | 'wait' | 'never';
  sent(sentMs: number): void;
  shed(why: ShedCause): void;
  settled(outcome: ShotOutcome): void;
}

/**
 * Sends work in the order in which it became due, as connections become free. Work waits at most its patience and
 * is shed then; while the target has asked us to hold back, all work waits.
 */
export class Governor {
  readonly #attack: Attack;
  readonly #patienceMs: number;
  readonly #idleWaiters: (() => void)[] = [];
  readonly #backlog = new Backlog<Work>();
  #inFlight = 0;
  #holdUntilMs = 0;
  #heldMs = 0;
  #isClosed = false;
  #isPumping = false;
  #alarm: NodeJS.Timeout | null = null;
  #alarmMs = Infinity;

  /** @param patienceMs longest time that work waits before it is shed. */
  constructor(attack: Attack, patienceMs: number) {
    this.#attack = attack;
    this.#patienceMs = patienceMs;
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
      work.shed('cut-off');
      return;
    }
    this.#backlog.push(work);
    this.pump();
  }

  /** Sends what can be sent now. To be called whenever something may have become possible. */
  pump(): void {
    if (this.#isPumping) return;
    if (this.#backlog.length === 0) {
      this.#tellIdle();
      return;
    }
    this.#isPumping = true;
    this.#shedImpatient();
    while (this.#attack.hasFree() && performance.now() >= this.#holdUntilMs) {
      const work = this.#backlog.oldest;
      if (work === undefined || !this.#send(work)) break;
      this.#backlog.drop();
    }
    this.#isPumping = false;
    this.#setAlarm();
    this.#tellIdle();
  }

  /** Sends nothing for that long; what has no patience for it is shed. */
  hold(ms: number): void {
    const nowMs = performance.now();
    const untilMs = nowMs + ms;
    if (untilMs <= this.#holdUntilMs) return;
    this.#heldMs += untilMs - Math.max(nowMs, this.#holdUntilMs);
    this.#holdUntilMs = untilMs;
    this.#setAlarm();
  }

  /** Sheds everything that waits, now and from now on. What is in flight goes on. */
  close(): void {
    this.#isClosed = true;
    for (const work of this.#backlog.clear()) work.shed('cut-off');
    this.#setAlarm();
    this.#tellIdle();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#tellIdle();
    });
  }

  /** False when the work can't be sent yet and must stay where it is. */
  #send(work: Work): boolean {
    const request = work.prepare();
    if (request === 'wait') return false;
    if (request === 'never') {
      work.shed('cut-off');
      return true;
    }
    this.#inFlight += 1;
    const sentMs = this.#attack.fire(request, (outcome) => {
      this.#inFlight -= 1;
      work.settled(outcome);
      this.pump();
    });
    work.sent(sentMs);
    return true;
  }

  #shedImpatient(): void {
    const oldestMs = performance.now() - this.#patienceMs;
    for (let work = this.#backlog.oldest; work !== undefined && work.intendedMs <= oldestMs;) {
      this.#backlog.drop();
      work.shed('impatient');
      work = this.#backlog.oldest;
    }
  }

  /**
   * Wakes up for the next thing that only time brings: the end of a hold, or of the oldest work's patience. An alarm
   * that is early enough is left alone, for most work is gone before its time.
   */
  #setAlarm(): void {
    const { oldest } = this.#backlog;
    if (oldest === undefined) {
      if (this.#isClosed) this.#clearAlarm();
      return;
    }
    const nowMs = performance.now();
    const patienceEndsMs = oldest.intendedMs + this.#patienceMs;
    const wakeMs = this.#holdUntilMs > nowMs ? Math.min(this.#holdUntilMs, patienceEndsMs) : patienceEndsMs;
    if (this.#alarmMs <= wakeMs) return;
    this.#clearAlarm();
    this.#alarmMs = wakeMs;
    this.#alarm = setTimeout(
      () => {
        this.#clearAlarm();
        this.pump();
      },
      Math.max(1, Math.ceil(wakeMs - nowMs)),
    );
  }

  #clearAlarm(): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm = null;
    this.#alarmMs = Infinity;
  }

  #tellIdle(): void {
    if (this.#inFlight > 0 || this.#backlog.length > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
