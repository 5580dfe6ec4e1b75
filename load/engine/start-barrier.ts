import type { StopReason } from '../metrics/scenario-record.ts';

/** The other shares of the same load, as one share knows them. */
export interface StartBarrier {
  /** True when our statistics will be merged with others'. */
  readonly isShared: boolean;
  /** Says that we are ready; resolves with the time of the process clock at which the load begins for all. */
  ready(): Promise<number>;
  /** Tells the others that we had to stop, so that they stop too. */
  stopped(reason: StopReason): void;
  /** Calls the listener when another had to stop. It replaces the listener of the scenario before. */
  onStop(listener: (reason: StopReason) => void): void;
}

const LEAD_MS = 20;

/** Nobody else: the load begins as soon as we are ready. */
export const ALONE: StartBarrier = {
  isShared: false,
  ready: () => Promise.resolve(performance.now() + LEAD_MS),
  stopped: () => undefined,
  onStop: () => undefined,
};

/** Most that a share may begin after the others: what is due before is sent late, and is our lateness. */
const LATE_MS_MAX = 1000;

/** Why a share that is ready only now can't begin with the others; null while it can. In epoch milliseconds. */
export function lateReason(startsAtMs: number, nowMs: number): StopReason | null {
  const lateMs = nowMs - startsAtMs;
  if (lateMs <= LATE_MS_MAX) return null;
  const message = `This share was ready ${(lateMs / 1000).toFixed(1)} s after --start-at, too late to begin with the others: nothing was sent under load. Repeat all shares with a later --start-at.`;
  return { inconclusive: { cause: 'not-run', sentence: message }, message };
}

/**
 * Shares that run elsewhere and know of one another only the time at which all begin, in epoch milliseconds. Alone, a
 * load that is ready later begins later.
 */
export function beginningAt(epochMs: number, isShared: boolean): StartBarrier {
  let stop: (reason: StopReason) => void = () => undefined;
  return {
    ...ALONE,
    isShared,
    async ready() {
      const late = isShared ? lateReason(epochMs, Date.now()) : null;
      if (late !== null) stop(late);
      const startMs = performance.now() + epochMs - Date.now();
      const waitMs = Math.max(0, startMs - performance.now() - LEAD_MS);
      // An interruption does not wait for this, and the process must not either.
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      return isShared ? startMs : Math.max(startMs, performance.now());
    },
    onStop(listener) {
      stop = listener;
    },
  };
}
