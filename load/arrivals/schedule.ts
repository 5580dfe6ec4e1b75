import type { Pacer } from './pacer.ts';
import { performance } from 'node:perf_hooks';

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
 * so the last 1.5 ms are waited out in turns of the event loop, which lets responses be read meanwhile. Above some
 * 600 sends a second that takes the whole of a core; where the core is needed by others plain timers have to do.
 * @param startMs process clock when the pace begins.
 * @param core whether the core is free to be waited on; given by self-tests.
 */
export function runSchedule(
  pacer: Pacer,
  startMs: number,
  due: OnDue,
  core: Pick<CoreShare, 'isFree'> = new CoreShare(performance.now()),
): Schedule {
  let next = 0;
  let dueMs = startMs + pacer.dueMs(0);
  let spunMs = 0;
  let spinningSinceMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let isStopped = false;
  let resolve: () => void = () => undefined;
  const ended = new Promise<void>((done) => (resolve = done));
  const step = (): void => {
    let nowMs = performance.now();
    const turnMs = nowMs - spinningSinceMs;
    if (turnMs < TURN_MS_MAX) spunMs += turnMs; // after a sleep it is longer than a turn takes
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

const LOOK_EVERY_MS = 250;
const STOLEN_SHARE = 0.2;
const STOLEN_LEAST_MS = 10;
const REST_MS = 2000;

/** What a process has used so far, in milliseconds: event loop not idle, and computing of all threads. */
export interface CoreUse {
  readonly activeMs: number;
  readonly cpuMs: number;
}

/** What this process has used so far. */
export function coreUse(): CoreUse {
  const { user, system } = process.cpuUsage();
  return { activeMs: performance.eventLoopUtilization().active, cpuMs: (user + system) / 1000 };
}

/**
 * Tells whether this process has its core to itself. An event loop that is busy and yet gets no computing time is
 * one whose core somebody else needs: the target on the same machine, or another shard. Then nothing should be
 * waited out by computing for two seconds, after which it may be tried again.
 */
export class CoreShare {
  readonly #use: () => CoreUse;
  #last: CoreUse;
  #lookedMs: number;
  #restUntilMs = -Infinity;

  /** @param use what the process has used; given by self-tests. */
  constructor(nowMs: number, use: () => CoreUse = coreUse) {
    this.#use = use;
    this.#last = use();
    this.#lookedMs = nowMs;
  }

  /** True when the core is free to be waited on. @param nowMs process clock. */
  isFree(nowMs: number): boolean {
    if (nowMs - this.#lookedMs >= LOOK_EVERY_MS) this.#look(nowMs);
    return nowMs >= this.#restUntilMs;
  }

  #look(nowMs: number): void {
    const use = this.#use();
    const activeMs = use.activeMs - this.#last.activeMs;
    const stolenMs = activeMs - (use.cpuMs - this.#last.cpuMs);
    this.#last = use;
    this.#lookedMs = nowMs;
    if (stolenMs > Math.max(STOLEN_LEAST_MS, STOLEN_SHARE * activeMs)) this.#restUntilMs = nowMs + REST_MS;
  }
}
