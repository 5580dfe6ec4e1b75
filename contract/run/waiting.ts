import { setTimeout as sleep } from 'node:timers/promises';

/** Places for items that have calls in flight; an item that waits gives its place to the next. */
export interface Places {
  take(): Promise<void>;
  give(): void;
}

/** Opens so many places; whoever waits longest comes next. */
export function openPlaces(count: number): Places {
  let taken = 0;
  const queue: (() => void)[] = [];
  const admit = (): void => {
    while (taken < count) {
      const next = queue.shift();
      if (next === undefined) return;
      taken += 1;
      next();
    }
  };
  return {
    take: () =>
      new Promise((resolve) => {
        queue.push(resolve);
        admit();
      }),
    give() {
      taken -= 1;
      admit();
    },
  };
}

/** All waits of a suite for the target's runs: side by side, each within the patience, together within a multiple of it. */
export interface Waiting {
  readonly patienceMs: number;
  /** How long a wait that began then (`performance.now()`) may still last. */
  leftMs(sinceMs: number): number;
  /** True when the whole patience has passed since then. */
  hasPassed(sinceMs: number): boolean;
  /** Waits, without a place among the calls in flight. `what` is told as progress. */
  pause(ms: number, what: string): Promise<void>;
  /** Waits for a time that no target asked for: it is no part of the patience. */
  rest(ms: number): Promise<void>;
  /** Awaits a promise of another item, without a place. */
  aside<T>(promise: Promise<T>): Promise<T>;
}

/** All waits together last at most so many times the patience. */
const PATIENCE_TIMES = 5;
/** A timer may fire so much before its time. */
const TIMER_ERROR_MS = 2;
const PROGRESS_EVERY_MS = 5000;

/** @param places null for single calls. */
export function openWaiting(patienceMs: number, places: Places | null, say: (line: string) => void): Waiting {
  let waiting = 0;
  let waitedMs = 0;
  let beganMs = 0;
  let saidMs = performance.now();
  const begin = (): void => {
    if (waiting === 0) beganMs = performance.now();
    waiting += 1;
  };
  const end = (): void => {
    waiting -= 1;
    if (waiting === 0) waitedMs += performance.now() - beganMs;
  };
  const soFarMs = (): number => waitedMs + (waiting === 0 ? 0 : performance.now() - beganMs);
  const aside = async <T>(promise: Promise<T>): Promise<T> => {
    if (places === null) return promise;
    places.give();
    try {
      return await promise;
    } finally {
      await places.take();
    }
  };
  return {
    patienceMs,
    leftMs: (sinceMs) =>
      Math.max(
        0,
        Math.min(sinceMs + patienceMs - performance.now(), PATIENCE_TIMES * patienceMs - soFarMs()),
      ),
    hasPassed: (sinceMs) => performance.now() - sinceMs >= patienceMs - TIMER_ERROR_MS,
    async pause(ms, what) {
      begin();
      try {
        await aside(sleep(ms));
      } finally {
        end();
      }
      if (performance.now() - saidMs < PROGRESS_EVERY_MS) return;
      saidMs = performance.now();
      say(`contract: waiting for the target: ${what}`);
    },
    rest: (ms) => aside(sleep(ms)),
    aside,
  };
}
