import {
  monitorEventLoopDelay,
  PerformanceObserver,
  type IntervalHistogram,
  type PerformanceEntry,
} from 'node:perf_hooks';
import type { Distribution, GeneratorHealth } from '../../result/load-result.ts';

const RESOLUTION_MS = 10;
const LATE_US = 10_000;
const LATE_SHARE_OF_INTERVAL = 0.2;
const LATE_US_NEGLIGIBLE = 1000;
const CPU_FULL = 0.95;
const CPU_LEAST_MS = 50;
const ADVICE =
  'spread the load over more processes (--processes), give this machine less else to do, or lower the rate';

/** What a watch reads of its process. */
export interface Instruments {
  readonly nowMs: () => number;
  /** What all threads of the process have computed so far. */
  readonly cpuUs: () => number;
  /** A new monitor of the event loop's delay. */
  readonly delay: () => Pick<IntervalHistogram, 'enable' | 'disable' | 'percentile' | 'max'>;
  /** Reports each pause for garbage collection between `begin` and `end`. */
  readonly pauses: (seen: (ms: number) => void) => { readonly begin: () => void; readonly end: () => void };
}

const OF_THIS_PROCESS: Instruments = {
  nowMs: () => performance.now(),
  cpuUs() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  delay: () => monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
  pauses(seen) {
    const see = (entries: readonly PerformanceEntry[]): void => {
      for (const { duration } of entries) seen(duration);
    };
    const observer = new PerformanceObserver((list) => {
      see(list.getEntries());
    });
    return {
      begin() {
        observer.observe({ entryTypes: ['gc'] });
      },
      end() {
        see(observer.takeRecords());
        observer.disconnect();
      },
    };
  },
};

/** Watches this process while it generates load: delay of its event loop, its share of a core, its pauses for GC. */
export class GeneratorWatch {
  readonly #instruments: Instruments;
  /** One for each stage: a monitor that is switched on again takes the time between for one long delay. */
  readonly #delays: ReturnType<Instruments['delay']>[] = [];
  readonly #pauses = { count: 0, totalMs: 0, maxMs: 0 };
  readonly #collector: ReturnType<Instruments['pauses']>;
  #cpuUs = 0;
  #wallMs = 0;
  #cpuOfLast = 0;
  #began: { readonly cpuUs: number; readonly atMs: number } | null = null;

  /** @param instruments given by self-tests. */
  constructor(instruments: Instruments = OF_THIS_PROCESS) {
    this.#instruments = instruments;
    this.#collector = instruments.pauses((ms) => {
      this.#pauses.count += 1;
      this.#pauses.totalMs += ms;
      this.#pauses.maxMs = Math.max(this.#pauses.maxMs, ms);
    });
  }

  begin(): void {
    const delay = this.#instruments.delay();
    this.#delays.push(delay);
    delay.enable();
    this.#collector.begin();
    this.#began = { cpuUs: this.#instruments.cpuUs(), atMs: this.#instruments.nowMs() };
  }

  end(): void {
    this.#delays.at(-1)?.disable();
    this.#collector.end();
    if (this.#began === null) return;
    const usedUs = this.#instruments.cpuUs() - this.#began.cpuUs;
    const wallMs = this.#instruments.nowMs() - this.#began.atMs;
    this.#cpuUs += usedUs;
    this.#wallMs += wallMs;
    this.#cpuOfLast = coresOf(usedUs, wallMs);
    this.#began = null;
  }

  /** Share of a core that was used in the stage that was watched last. */
  get cpuOfLast(): number {
    return this.#cpuOfLast;
  }

  /**
   * What was seen in all watched stages together; the event loop's delay as it was in the worst of them.
   * @param saturation why the generator was saturated, or null.
   */
  health(saturation: string | null): GeneratorHealth {
    const worstUs = (of: (delay: ReturnType<Instruments['delay']>) => number): number =>
      Math.max(0, ...this.#delays.map((delay) => Math.round(of(delay) / 1000 - RESOLUTION_MS * 1000)));
    const { count, totalMs, maxMs } = this.#pauses;
    return {
      event_loop_delay_us: {
        p50: worstUs((delay) => delay.percentile(50)),
        p99: worstUs((delay) => delay.percentile(99)),
        max: worstUs(({ max }) => max),
      },
      cpu: coresOf(this.#cpuUs, this.#wallMs),
      saturated: saturation !== null,
      sentence: saturation,
      gc: { count, total_ms: toTenths(totalMs), max_ms: toTenths(maxMs) },
    };
  }
}

/** The health of several processes as one: the worst of each figure, and the pauses of all. */
export function mergeHealth(all: readonly GeneratorHealth[], saturation: string | null): GeneratorHealth {
  const most = (of: (health: GeneratorHealth) => number): number => Math.max(0, ...all.map(of));
  const sum = (of: (health: GeneratorHealth) => number): number =>
    all.reduce((total, health) => total + of(health), 0);
  return {
    event_loop_delay_us: {
      p50: most((health) => health.event_loop_delay_us.p50),
      p99: most((health) => health.event_loop_delay_us.p99),
      max: most((health) => health.event_loop_delay_us.max),
    },
    cpu: most((health) => health.cpu),
    saturated: saturation !== null,
    sentence: saturation,
    gc: {
      count: sum((health) => health.gc?.count ?? 0),
      total_ms: toTenths(sum((health) => health.gc?.total_ms ?? 0)),
      max_ms: most((health) => health.gc?.max_ms ?? 0),
    },
    processes: sum((health) => health.processes ?? 1),
  };
}

/**
 * Why the generator could not keep its own schedule, or null when it could. A few stalls of a noisy machine are not
 * enough: with 95 % confidence more than 1 in 100 sends (in small samples 1 in 20) must have been more than 10 ms
 * late, or half of them later than a fifth of the time between two sends (and than a millisecond).
 * @param pacing how late the sends of a step were noticed to be due.
 */
export function saturationOf(pacing: Distribution, ratePerSecond: number): string | null {
  const tail = pacing.interval.p99 ?? pacing.interval.p95;
  if (tail !== null && tail[0] > LATE_US) {
    const name = pacing.interval.p99 === null ? 'p95' : 'p99';
    return `The generator sent late by more than ${Math.floor(tail[0] / 1000)} ms at ${name}: ${ADVICE}.`;
  }
  const allowedUs = Math.max(LATE_US_NEGLIGIBLE, (LATE_SHARE_OF_INTERVAL * 1e6) / ratePerSecond);
  if (pacing.p50 !== null && pacing.p50 > allowedUs) {
    return `Half of the sends were more than ${Math.round(pacing.p50)} µs late, at ${ratePerSecond} per second: ${ADVICE}.`;
  }
  return null;
}

/** In the closed model nothing is late; there the generator is the bottleneck when it has used its whole core. */
export function fullCoreOf(cpu: number): string | null {
  if (cpu < CPU_FULL) return null;
  return `The generator used ${Math.round(cpu * 100)} % of a core, so the throughput is only what it could send: ${ADVICE}.`;
}

/** The share of a core; 0 where the time was too short to tell, as when a load was stopped before it began. */
function coresOf(cpuUs: number, wallMs: number): number {
  return wallMs < CPU_LEAST_MS ? 0 : Math.round(cpuUs / wallMs / 10) / 100;
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
