import type { Trip } from '../breaker.ts';

/** The other shares of the same load, as one share knows them. */
export interface Company {
  /** True when our books will be merged with others'. */
  readonly isShared: boolean;
  /** Says that we are ready; resolves with the time of the process clock at which the load begins for all. */
  ready(): Promise<number>;
  /** Tells the others that we had to stop, so that they stop too. */
  tripped(trip: Trip): void;
  /** Calls the listener when another had to stop. It replaces the listener of the scenario before. */
  onTrip(listener: (trip: Trip) => void): void;
}

const LEAD_MS = 20;

/** Nobody else: the load begins as soon as we are ready. */
export const ALONE: Company = {
  isShared: false,
  ready: () => Promise.resolve(performance.now() + LEAD_MS),
  tripped: () => undefined,
  onTrip: () => undefined,
};

/** Shares that run elsewhere and know of one another only the time at which all begin, in epoch milliseconds. */
export function beginningAt(epochMs: number, isShared: boolean): Company {
  return {
    ...ALONE,
    isShared,
    async ready() {
      const startMs = performance.now() + epochMs - Date.now();
      const waitMs = Math.max(0, startMs - performance.now() - LEAD_MS);
      // An interruption does not wait for this, and the process must not either.
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      return startMs;
    },
  };
}
