/** A time span as plain data, in milliseconds since the step began; null when nothing happened. */
export type TimeSpanState = { readonly firstMs: number; readonly lastMs: number } | null;

/** Over what time some events of a step came: from the first of them to the last. */
export class TimeSpan {
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** Notes an event. @param atMs milliseconds since the step began. */
  note(atMs: number): void {
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
  }

  /**
   * So many events per second, to three decimals: of measured time, or of their own where they took longer.
   * What came late as a whole, as the last command of a chain does, is none the slower for it.
   */
  perSecond(count: number, measuredMs: number): number {
    const spanMs = Math.max(measuredMs, this.#lastMs - this.#firstMs);
    return spanMs <= 0 ? 0 : Math.round((count / spanMs) * 1e6) / 1000;
  }

  state(): TimeSpanState {
    return this.#lastMs < this.#firstMs ? null : { firstMs: this.#firstMs, lastMs: this.#lastMs };
  }

  /** Adds the events of another span of the same step. */
  absorb(state: TimeSpanState): void {
    if (state === null) return;
    this.note(state.firstMs);
    this.note(state.lastMs);
  }
}
