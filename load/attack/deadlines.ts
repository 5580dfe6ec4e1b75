import { FifoSet } from './fifo-set.ts';

/** What waits for a response. It must live long: the order of those that wait is kept by it. */
export interface Waiting {
  /** Process clock in milliseconds. */
  readonly waitingSinceMs: number;
  /** Called once, when it has waited as long as it may. */
  expired(): void;
}

/**
 * The deadlines of requests in flight. All of them may wait equally long, so the one that has waited the longest is
 * always the first to expire, and one timer is enough for all.
 */
export class Deadlines {
  readonly #waitMs: number;
  /** In the order in which they began to wait. */
  readonly #waiting = new FifoSet<Waiting>();
  #timer: NodeJS.Timeout | null = null;

  /** @param waitMs longest wait of each, in milliseconds. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  add(waiting: Waiting): void {
    this.#waiting.join(waiting);
    if (this.#timer === null) this.#arm(this.#waitMs);
  }

  delete(waiting: Waiting): void {
    this.#waiting.leave(waiting);
  }

  /** Lets go of the timer. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#look();
      },
      Math.max(1, Math.ceil(ms)),
    );
  }

  #look(): void {
    for (let { first: waiting } = this.#waiting; waiting !== null; waiting = this.#waiting.first) {
      const leftMs = waiting.waitingSinceMs + this.#waitMs - performance.now();
      if (leftMs > 0) {
        if (this.#timer === null) this.#arm(leftMs);
        return;
      }
      this.#waiting.leave(waiting);
      this.#expireAfterReading(waiting);
    }
  }

  /** This process may have been late: what has come meanwhile is read before anything is given up. */
  #expireAfterReading(waiting: Waiting): void {
    const { waitingSinceMs } = waiting;
    setImmediate(() => {
      if (waiting.waitingSinceMs === waitingSinceMs) waiting.expired();
    });
  }
}
