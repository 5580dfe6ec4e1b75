import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Distribution, GeneratorHealth } from '../reports/result.ts';

const RESOLUTION_MS = 10;
const LATE_US = 10_000;
const LATE_SHARE_OF_INTERVAL = 0.2;
const LATE_US_NEGLIGIBLE = 1000;

/** Watches this process while it generates load: delay of its event loop, and its share of a core. */
export class GeneratorWatch {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #cpuUs = 0;
  #wallMs = 0;
  #began: { readonly cpu: NodeJS.CpuUsage; readonly atMs: number } | null = null;

  begin(): void {
    this.#delay.enable();
    this.#began = { cpu: process.cpuUsage(), atMs: performance.now() };
  }

  end(): void {
    this.#delay.disable();
    if (this.#began === null) return;
    const used = process.cpuUsage(this.#began.cpu);
    this.#cpuUs += used.user + used.system;
    this.#wallMs += performance.now() - this.#began.atMs;
    this.#began = null;
  }

  /** What was seen in all watched stretches together. @param saturation why the generator was saturated, or null. */
  health(saturation: string | null): GeneratorHealth {
    const us = (nanoseconds: number): number =>
      Math.max(0, Math.round(nanoseconds / 1000 - RESOLUTION_MS * 1000));
    return {
      event_loop_delay_us: {
        p50: us(this.#delay.percentile(50)),
        p99: us(this.#delay.percentile(99)),
        max: us(this.#delay.max),
      },
      cpu: this.#wallMs === 0 ? 0 : Math.round(this.#cpuUs / this.#wallMs / 10) / 100,
      saturated: saturation !== null,
      sentence: saturation,
    };
  }
}

/**
 * Why the generator could not keep its own schedule, or null when it could. A few stalls of a noisy machine are not
 * enough: with 95 % confidence more than 1 in 100 sends (in small samples 1 in 20) must have been more than 10 ms
 * late, or half of them later than a fifth of the time between two sends (and than a millisecond).
 * @param pacing how late the sends of a step were noticed to be due.
 */
export function saturationOf(pacing: Distribution, ratePerSecond: number): string | null {
  const advice = 'run fewer requests per second on this machine, or spread them over several';
  const lateTail = (pacing.interval.p99 ?? pacing.interval.p95)?.[0] ?? 0;
  if (lateTail > LATE_US) {
    const name = pacing.interval.p99 === null ? 'p95' : 'p99';
    return `The generator sent late by more than ${Math.floor(lateTail / 1000)} ms at ${name}: ${advice}.`;
  }
  const allowedUs = Math.max(LATE_US_NEGLIGIBLE, (LATE_SHARE_OF_INTERVAL * 1e6) / ratePerSecond);
  if ((pacing.p50 ?? 0) > allowedUs) {
    return `Half of the sends were more than ${Math.round(pacing.p50 ?? 0)} µs late, at ${ratePerSecond} per second: ${advice}.`;
  }
  return null;
}
