/** When the sends of a step are due. Pure: no clock, no timers, no memory, so nothing can drift. */
export interface Pacer {
  /** Number of sends that are due before the end of the pace. */
  readonly count: number;
  /** Milliseconds from the start of the pace at which send `n` (0-based) is due. */
  dueMs(n: number): number;
}

/**
 * An even pace: send `n` is due `n / rate` seconds after the start, computed from the start each time.
 * @param ratePerSecond sends per second, above 0.
 * @param durationMs length of the pace; the send that would be due at its very end belongs to the next one.
 */
export function constantPace(ratePerSecond: number, durationMs: number): Pacer {
  const rounding = 1e-9;
  return {
    count: Math.max(0, Math.ceil((ratePerSecond * durationMs) / 1000 - rounding)),
    dueMs: (n) => (n * 1000) / ratePerSecond,
  };
}

/** The number of the first send that is due at or after `elapsedMs`; the whole count when there is none. */
export function firstDueAfter(pacer: Pacer, elapsedMs: number): number {
  let low = 0;
  let high = pacer.count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pacer.dueMs(middle) < elapsedMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
