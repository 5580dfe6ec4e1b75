import { count, usAsMs } from '../../result/format.ts';
import type { Distribution } from '../../result/load-result.ts';

/** A percentile that is reported, with its quantile and how many samples it takes to bound it. */
export interface Percentile {
  readonly key: 'p50' | 'p90' | 'p95' | 'p99' | 'p999';
  readonly label: string;
  readonly quantile: number;
  readonly samplesNeeded: number;
}

/** The reported percentiles, ascending. */
export const PERCENTILES: readonly Percentile[] = [
  { key: 'p50', label: 'p50', quantile: 0.5, samplesNeeded: 6 },
  { key: 'p90', label: 'p90', quantile: 0.9, samplesNeeded: 29 },
  { key: 'p95', label: 'p95', quantile: 0.95, samplesNeeded: 59 },
  { key: 'p99', label: 'p99', quantile: 0.99, samplesNeeded: 299 },
  { key: 'p999', label: 'p99.9', quantile: 0.999, samplesNeeded: 2995 },
];

/** A percentile in milliseconds and its interval, or how many samples it would take. */
export function percentileTexts(
  times: Distribution,
  { key, samplesNeeded }: Percentile,
): readonly [value: string, small: string] {
  const us = times[key];
  if (us === null) return ['—', `takes ${count(samplesNeeded)}`];
  const interval = times.interval[key];
  const bound = times.at_least.includes(key) ? '≥ ' : '';
  if (interval === null) return [`${bound}${usAsMs(us)}`, ''];
  const [low, high] = interval;
  return [
    `${bound}${usAsMs(us)}`,
    high === null ? `from ${usAsMs(low)}` : `${usAsMs(low)} – ${usAsMs(high)}`,
  ];
}
