import type { Distribution, Interval, LoadStep, ThresholdOutcome } from '../reports/load-result.ts';
import { QUANTILES, samplesNeeded, wilsonInterval, type QuantileName } from './quantile.ts';
import type { Comparison, Threshold, TimeStatistic } from './threshold.ts';

/** What a step says about one metric, in the threshold's unit. */
interface Observation {
  readonly observed: number | null;
  /** The 95 % interval; an upper end of null has no bound; null for no interval at all. */
  readonly interval: Interval | null;
  /** Why nothing can be judged; null when it can. */
  readonly lack: string | null;
}

/**
 * Judges each threshold on each step that it means: without a command it means every command's own step, and not
 * the whole of a chain, which is named like its scenario.
 *
 * A percentile is judged on its 95 % interval: wholly inside the limit is met, wholly outside is broken, and an
 * interval that straddles the limit, or a percentile that the sample can't carry, is inconclusive. An error rate is the
 * share of what was due and did not end well, work that was shed included; what the end of the load cut off may be
 * either. It is judged likewise on Wilson's interval, except that not one failure is met whatever the limit: a small
 * sample can't prove a rate under 1 %, but it has nothing to hold against the API either. Throughput, shed work, mean and maximum
 * are counts and sums of what happened, not estimates, and are judged as observed; a mean or maximum that
 * unanswered requests reach is known only from below. Nothing sent is inconclusive, never met.
 * @param isShare true for the steps of one share of a load: what the others did comes on top of its counts.
 */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  steps: readonly LoadStep[],
  whole: string,
  isShare = false,
): readonly ThresholdOutcome[] {
  // A scenario of one command is named like it; its steps (of stairs, say) are that command's own.
  const isChain = steps.some((step) => step.command !== whole);
  return thresholds.flatMap((threshold) =>
    steps
      .filter((step) =>
        threshold.command === null ? step.command !== whole || !isChain : step.command === threshold.command,
      )
      .map((step) => judge(threshold, step, isShare)),
  );
}

function judge(threshold: Threshold, step: LoadStep, isShare: boolean): ThresholdOutcome {
  const { observed, interval, lack } = observe(threshold, step, isShare);
  const outcome = lack === null && interval !== null ? compare(threshold, step, interval) : 'inconclusive';
  return {
    expression: threshold.expression,
    step: step.name,
    observed,
    unit: threshold.unit,
    interval,
    limit: threshold.limit,
    outcome,
    sentence: sentenceOf(threshold, step, { observed, interval, lack }, outcome),
  };
}

function compare(
  threshold: Threshold,
  { ledger }: LoadStep,
  [low, high]: Interval,
): ThresholdOutcome['outcome'] {
  if (
    threshold.metric.kind === 'error_rate' &&
    ledger.ok === ledger.intended &&
    holds(0, threshold.comparison, threshold.limit)
  )
    return 'met';
  const atLow = holds(low, threshold.comparison, threshold.limit);
  const atHigh =
    high === null
      ? !threshold.comparison.startsWith('<')
      : holds(high, threshold.comparison, threshold.limit);
  if (atLow === atHigh) return atLow ? 'met' : 'broken';
  return 'inconclusive';
}

function holds(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

function observe(threshold: Threshold, step: LoadStep, isShare: boolean): Observation {
  const { metric } = threshold;
  const { ledger } = step;
  if (metric.kind === 'shed')
    return ledger.intended === 0 ? lacking('nothing was due') : counted(ledger.shed, isShare);
  if (ledger.sent === 0) return lacking('nothing was sent');
  switch (metric.kind) {
    case 'time':
      return observeTime(metric.which === 'latency' ? step.latency_us : step.service_us, metric.statistic);
    case 'error_rate':
      return observeErrors(step);
    case 'throughput_rps':
      return counted(step.ok_per_second ?? (step.achieved_per_second * ledger.ok) / ledger.sent, isShare);
  }
}

function observeErrors({ ledger: { intended, ok, unfinished }, cut_off: cutOff = 0 }: LoadStep): Observation {
  const unknown = unfinished + cutOff;
  const failed = intended - ok - unknown;
  const [low] = wilsonInterval(failed, intended);
  const [, high] = wilsonInterval(failed + unknown, intended);
  return { observed: failed / intended, interval: [low, high], lack: null };
}

function observeTime(times: Distribution, statistic: TimeStatistic): Observation {
  if (statistic === 'max' || statistic === 'mean') {
    const value = times[statistic];
    if (value === null) return lacking('nothing was timed');
    const isLowerBound = statistic === 'max' ? times.at_least.includes('max') : times.censored > 0;
    return {
      observed: value / 1000,
      interval: [value / 1000, isLowerBound ? null : value / 1000],
      lack: null,
    };
  }
  const value = times[statistic];
  const interval = times.interval[statistic];
  if (value === null || interval === null) return lacking(tooFew(times.count, statistic));
  return {
    observed: value / 1000,
    interval: [interval[0] / 1000, interval[1] === null ? null : interval[1] / 1000],
    lack: null,
  };
}

function tooFew(count: number, name: QuantileName): string {
  return `${count} samples can't carry ${name === 'p999' ? 'p99.9' : name}, it takes ${samplesNeeded(QUANTILES[name]).toLocaleString('en')}`;
}

function lacking(lack: string): Observation {
  return { observed: null, interval: null, lack };
}

/** What was counted: exactly, or by one share of those who count, and then at least. */
function counted(value: number, isShare: boolean): Observation {
  return { observed: value, interval: [value, isShare ? null : value], lack: null };
}

function sentenceOf(
  threshold: Threshold,
  step: LoadStep,
  seen: Observation,
  outcome: ThresholdOutcome['outcome'],
): string {
  const { expression } = threshold;
  if (seen.lack !== null || seen.interval === null || seen.observed === null) {
    return `${step.name}: ${expression} can't be judged: ${seen.lack ?? 'there was no datum'}.`;
  }
  const [low, high] = seen.interval;
  const show = (value: number): string => shown(value, threshold);
  const isPoint = low === high;
  const between = isPoint
    ? ''
    : ` (95 % interval ${show(low)} to ${high === null ? 'unbounded' : show(high)})`;
  const was = `${step.name}: ${expression} is ${outcome}: observed ${show(seen.observed)}${between}`;
  return outcome === 'inconclusive' ? `${was}, and the limit lies inside that interval.` : `${was}.`;
}

function shown(value: number, threshold: Threshold): string {
  switch (threshold.unit) {
    case 'ms':
      return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
    case 'ratio':
      return `${Number((value * 100).toFixed(3))} %`;
    case 'per_second':
      return `${value.toFixed(1)}/s`;
    case 'count':
      return String(value);
  }
}
