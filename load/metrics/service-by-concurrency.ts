const WAITED_MS = 1;
const FLAT = 1.5;
const FLAT_MS = 2;
const HEADROOM = 1.2;

interface Sum {
  count: number;
  ms: number;
}

/** Good responses that did not wait for a connection, and those that did, as plain data. */
export interface ServiceByConcurrencyState {
  readonly free: Sum;
  readonly crowded: Sum;
}

/**
 * How long responses took while connections were left, and while all of them were busy. Where they took no longer then,
 * more connections would have carried the rate, and Little's law says how many.
 */
export class ServiceByConcurrency {
  readonly #free: Sum = { count: 0, ms: 0 };
  readonly #crowded: Sum = { count: 0, ms: 0 };

  /**
   * Adds a good response. That responses took longer is the API's fault only where it is certain, so what may have been
   * this process reading late counts for those that found a connection, and not for the others.
   * @param serviceMs from written to the whole response.
   * @param lagMs how much of that may have been this process at most.
   * @param waitedMs how long it had waited because all connections were busy.
   */
  add(serviceMs: number, lagMs: number, waitedMs: number): void {
    const isCrowded = waitedMs > WAITED_MS;
    const sum = isCrowded ? this.#crowded : this.#free;
    sum.count += 1;
    sum.ms += isCrowded ? serviceMs - lagMs : serviceMs;
  }

  state(): ServiceByConcurrencyState {
    return { free: { ...this.#free }, crowded: { ...this.#crowded } };
  }

  merge({ free, crowded }: ServiceByConcurrencyState): void {
    for (const [own, other] of [
      [this.#free, free],
      [this.#crowded, crowded],
    ] as const) {
      own.count += other.count;
      own.ms += other.ms;
    }
  }

  /**
   * How many responses had waited, and how many connections would have done at a rate.
   * @param occupiedUs how long connections were occupied, this process's lateness included: a starved process holds them
   * longer than the service takes, and nineteen of twenty requests are to find one.
   */
  toResult(
    ratePerSecond: number | null,
    occupiedUs: { readonly p95: number | null; readonly mean: number | null },
  ): { readonly waited: number; readonly needed: number | null } {
    const waited = this.#crowded.count;
    if (waited === 0 || ratePerSecond === null) return { waited, needed: null };
    const crowdedMs = this.#crowded.ms / waited;
    const freeMs = this.#free.count === 0 ? crowdedMs : this.#free.ms / this.#free.count;
    if (crowdedMs > Math.max(FLAT * freeMs, freeMs + FLAT_MS)) return { waited, needed: null };
    const occupiedMs = (occupiedUs.p95 ?? occupiedUs.mean ?? 0) / 1000;
    const underWay = (ratePerSecond * Math.max(HEADROOM * crowdedMs, occupiedMs)) / 1000;
    return { waited, needed: Math.ceil(underWay) + 1 };
  }
}
