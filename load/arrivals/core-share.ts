import { performance } from 'node:perf_hooks';

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
