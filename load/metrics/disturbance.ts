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
