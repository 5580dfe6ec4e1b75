import { CoreShare } from './core-share.ts';
import type { Pacer } from './pacer.ts';

/** A schedule under way. */
export interface Schedule {
  /** Resolves after the last send was due, or when the schedule was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
  /** How long it has waited by computing so far, in milliseconds: what exactness has cost. */
  spunMs(): number;
}

/** Called when send `n` is due; `lateMs` is how much later than intended this process noticed. */
export type OnDue = (intendedMs: number, lateMs: number) => void;

const WAKE_BEFORE_MS = 1.5;
const TURN_MS_MAX = 0.1;

/**
 * Calls `due` for each send of a pacer at its time, on an absolute schedule. Timers are late by up to a millisecond,
 * so the last 1.5 ms are waited out in turns of the event loop, which lets answers be read meanwhile. Above some
 * 600 sends a second that takes the whole of a core; where the core is needed by others plain timers have to do.
 * @param startMs process clock when the pace begins.
 */
export function runSchedule(pacer: Pacer, startMs: number, due: OnDue): Schedule {
  const core = new CoreShare(performance.now());
  let next = 0;
  let dueMs = startMs + pacer.dueMs(0);
  let spunMs = 0;
  let spinningSinceMs = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let isStopped = false;
  let resolve: () => void = () => undefined;
  const ended = new Promise<void>((done) => (resolve = done));
  const step = (): void => {
    let nowMs = performance.now();
    const turnMs = nowMs - spinningSinceMs;
    if (turnMs > 0 && turnMs < TURN_MS_MAX) spunMs += turnMs;
    spinningSinceMs = Infinity;
    while (!isStopped && next < pacer.count && dueMs <= nowMs) {
      const intendedMs = dueMs;
      next += 1;
      dueMs = startMs + pacer.dueMs(next);
      due(intendedMs, nowMs - intendedMs);
      nowMs = performance.now();
    }
    if (isStopped || next >= pacer.count) resolve();
    else arm(dueMs - nowMs, nowMs);
  };
  const arm = (waitMs: number, nowMs: number): void => {
    const sleepMs = core.isFree(nowMs) ? Math.floor(waitMs - WAKE_BEFORE_MS) : Math.ceil(waitMs);
    if (sleepMs >= 1) {
      timer = setTimeout(step, sleepMs);
      return;
    }
    spinningSinceMs = nowMs;
    turn = setImmediate(step);
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
    spunMs: () => spunMs,
  };
}
