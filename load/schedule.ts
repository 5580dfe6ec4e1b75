import type { Pacer } from './pacer.ts';

/** A schedule under way. */
export interface Schedule {
  /** Resolves after the last send was due, or when the schedule was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Called when send `n` is due; `lateMs` is how much later than intended this process noticed. */
export type OnDue = (intendedMs: number, lateMs: number) => void;

const WAKE_BEFORE_MS = 1.5;
const SPIN_RATE_MAX = 500;

/**
 * Calls `due` for each send of a pacer at its time, on an absolute schedule. Timers are late by up to a millisecond,
 * so at modest rates the last 1.5 ms are waited out in turns of the event loop; at higher rates that would take a
 * whole core and the timer's error is accepted.
 * @param startMs process clock when the pace begins.
 * @param ratePerSecond the highest rate of the pace.
 */
export function runSchedule(pacer: Pacer, startMs: number, ratePerSecond: number, due: OnDue): Schedule {
  const isSpinning = ratePerSecond <= SPIN_RATE_MAX;
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let isStopped = false;
  let resolve: () => void = () => undefined;
  const ended = new Promise<void>((done) => (resolve = done));
  const step = (): void => {
    let nowMs = performance.now();
    while (!isStopped && next < pacer.count && startMs + pacer.dueMs(next) <= nowMs) {
      const intendedMs = startMs + pacer.dueMs(next);
      next += 1;
      due(intendedMs, nowMs - intendedMs);
      nowMs = performance.now();
    }
    if (isStopped || next >= pacer.count) resolve();
    else arm(startMs + pacer.dueMs(next) - nowMs);
  };
  const arm = (waitMs: number): void => {
    const sleepMs = isSpinning ? Math.floor(waitMs - WAKE_BEFORE_MS) : Math.ceil(waitMs);
    if (sleepMs >= 1) timer = setTimeout(step, sleepMs);
    else turn = setImmediate(step);
  };
  step();
  return {
    ended,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      clearImmediate(turn);
      resolve();
    },
  };
}
