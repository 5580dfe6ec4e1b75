import type { LoadStep } from '../../result/load-result.ts';
import type { Shares } from './hit.ts';

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

const OURS = ['own', 'held', 'ceiling', 'pool'] as const;
const REASONS = [...OURS, 'down'] as const;

/** Shed work by why it was not sent, as plain data. */
export type ShedByState = Readonly<Record<(typeof REASONS)[number], number>>;

/** Counts work that was never sent by what it had waited for most. */
export class ShedBy {
  readonly #counts = { own: 0, held: 0, ceiling: 0, pool: 0, down: 0 };

  /**
   * Counts one.
   * @param waitedMs how long it had waited in all.
   * @returns whose doing that was: ours (or a pause that was asked for), the target's, which took no connections, or neither.
   */
  count(waitedMs: number, shares: Shares): 'ours' | 'down' | null {
    const oursMs = shares.own + shares.held + shares.ceiling + shares.pool;
    if (shares.down >= oursMs && shares.down > 0 && shares.down * 2 >= waitedMs) {
      this.#counts.down += 1;
      return 'down';
    }
    if (shares.down >= oursMs || oursMs * 2 < waitedMs) return null;
    const [most] = OURS.toSorted((a, b) => shares[b] - shares[a]);
    this.#counts[most ?? 'own'] += 1;
    return 'ours';
  }

  get isEmpty(): boolean {
    return REASONS.every((reason) => this.#counts[reason] === 0);
  }

  state(): ShedByState {
    return { ...this.#counts };
  }

  merge(state: ShedByState): void {
    for (const reason of REASONS) this.#counts[reason] += state[reason];
  }

  toResult(): NonNullable<LoadStep['shed_by']> {
    const { own, held, ceiling, pool, down } = this.#counts;
    return { generator: own, pause: held, connections: ceiling, runs: pool, down };
  }
}

const LATE_MS = 10;

/**
 * Knows when the load was not what it should have been. What became due while this process stood still, or while the
 * target wanted a pause, is sent in one burst afterwards; what the target does with a burst that nobody asked for says
 * nothing about it. The time until it may have got over it counts as long as what caused it.
 */
export class Disturbance {
  #untilMs = -Infinity;

  /** Work was noticed so late. */
  noticed(nowMs: number, lateMs: number): void {
    if (lateMs > LATE_MS) this.#untilMs = Math.max(this.#untilMs, nowMs + lateMs);
  }

  /** Nothing is sent from now on for so long. */
  held(nowMs: number, holdMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, nowMs + 2 * holdMs);
  }

  /** True when what was sent then went out in such a time. */
  covers(sentMs: number): boolean {
    return sentMs <= this.#untilMs;
  }
}
