import type { StopReason } from '../metrics/scenario-record.ts';

/** The end of a scenario before its time: the first reason counts, and everyone who must stop is told. */
export class StopSignal {
  #trip: StopReason | null = null;
  readonly #listeners: (() => void)[] = [];

  /** Why the scenario was halted; null while it was not. */
  get trip(): StopReason | null {
    return this.#trip;
  }

  /** Halts. Listeners are told after the current turn, so that no one is stopped in the middle of a sentence. */
  stop(trip: StopReason): void {
    if (this.#trip !== null) return;
    this.#trip = trip;
    queueMicrotask(() => {
      for (const listener of this.#listeners.splice(0)) listener();
    });
  }

  /** Calls the listener when the scenario is halted, at once if it was already. */
  onStop(listener: () => void): void {
    if (this.#trip === null) this.#listeners.push(listener);
    else listener();
  }

  /** Resolves when the scenario is halted. */
  stopped(): Promise<void> {
    return new Promise((resolve) => {
      this.onStop(resolve);
    });
  }
}
