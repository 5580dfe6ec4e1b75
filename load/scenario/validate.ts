import { shareOf } from './mix.ts';
import { QUANTILES, samplesNeeded } from '../metrics/quantile.ts';
import type { ScenarioPlan } from './plan.ts';
import { meanRateOf, peakRateOf } from '../arrivals/rate-profile.ts';
import type { Threshold } from './threshold.ts';

/**
 * Thresholds that a plan can't reach whatever the target does: a percentile of too few requests, a throughput above the
 * rate at which they are sent. In the closed model the responses decide, and nothing is said.
 */
export function unreachable(plan: ScenarioPlan, thresholds: readonly Threshold[]): readonly string[] {
  return thresholds.flatMap((threshold) => {
    const { metric, expression } = threshold;
    if (metric.kind === 'throughput_rps') return outOfReach(plan, threshold);
    if (metric.kind !== 'time' || metric.statistic === 'max' || metric.statistic === 'mean') return [];
    const needed = samplesNeeded(QUANTILES[metric.statistic]);
    const sends = sendsIn(plan, threshold);
    if (sends === null || sends >= needed) return [];
    return [
      `The threshold "${expression}" needs ${needed.toLocaleString('en')} responses, and ${plan.scenario.name} would send ${sends}: give a longer --duration, a higher --rate, or a lower percentile.`,
    ];
  });
}

function outOfReach({ arrival, scenario }: ScenarioPlan, threshold: Threshold): readonly string[] {
  const { command, comparison, limit, expression } = threshold;
  if (arrival.model === 'closed' || comparison.startsWith('<')) return [];
  const { weights, commands, name } = scenario;
  const meant = commands.filter((candidate) => command === null || candidate === command);
  const share =
    weights === null || command === name ? 1 : Math.min(...meant.map((one) => shareOf(weights, one)));
  const offered = peakRateOf(arrival.profile.stages) * share;
  if (limit <= offered + 1e-9) return [];
  return [
    `The threshold "${expression}" asks for more than ${name} would offer, ${Number(offered.toPrecision(6))} per second: give a higher --rate, or a lower limit.`,
  ];
}

/** Requests that a threshold would be judged on, all stages together; of a mix without a command, of its rarest. */
function sendsIn({ arrival, durationMs, scenario }: ScenarioPlan, { command }: Threshold): number | null {
  if (arrival.model === 'closed') return null;
  const { weights, commands, name } = scenario;
  const all = (meanRateOf(arrival.profile.stages) * durationMs) / 1000;
  if (weights === null || command === name) return Math.ceil(all - 1e-9);
  const meant = commands.filter((candidate) => command === null || candidate === command);
  return Math.ceil(all * Math.min(...meant.map((one) => shareOf(weights, one))) - 1e-9);
}
