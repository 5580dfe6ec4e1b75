/** For what work waits while it can't be sent. */
export type WaitCause =
  /** A pause that the target asked for by Retry-After. */
  | 'held'
  /** All connections that there may be were busy. */
  | 'ceiling'
  /** No prepared run was ready. */
  | 'pool'
  /** The target took no connections. */
  | 'down'
  /** A connection was being made. */
  | 'connecting'
  /** As many connections were being made as this tool makes at a time. */
  | 'own';

/** How long something has waited for each cause, in milliseconds. */
export type Waits = Readonly<Record<WaitCause, number>>;

/** No wait at all. */
export const NO_WAITS: Waits = { held: 0, ceiling: 0, pool: 0, down: 0, connecting: 0, own: 0 };

/** Adds up for what the oldest work waits. Work is sent in its order, so all that waits does so for the same cause. */
export class WaitClock {
  readonly #sums: Record<WaitCause, number> = { ...NO_WAITS };
  #cause: WaitCause | null = null;
  #sinceMs = 0;

  /** From now on, work waits for that cause; null when none waits. */
  wait(cause: WaitCause | null, nowMs: number): void {
    if (this.#cause !== null) this.#sums[this.#cause] += nowMs - this.#sinceMs;
    this.#cause = cause;
    this.#sinceMs = nowMs;
  }

  /** All waits up to now. */
  sums(nowMs: number): Waits {
    this.wait(this.#cause, nowMs);
    return { ...this.#sums };
  }
}

/** What was waited between two readings of a clock. */
export function waitsBetween(before: Waits, after: Waits): Waits {
  return {
    held: after.held - before.held,
    ceiling: after.ceiling - before.ceiling,
    pool: after.pool - before.pool,
    down: after.down - before.down,
    connecting: after.connecting - before.connecting,
    own: after.own - before.own,
  };
}

/** All waits together, in milliseconds. */
export function totalOf({ held, ceiling, pool, down, connecting, own }: Waits): number {
  return held + ceiling + pool + down + connecting + own;
}
