import type { Inconclusive } from '../../result/exchange.ts';
import type {
  BeyondLimit,
  Distribution,
  Interval,
  LoadStep,
  TimeKind,
  ThresholdOutcome,
} from '../../result/load-result.ts';
import { environmentOf, judgeErrors } from './error-rate.ts';
import { QUANTILES, samplesNeeded, type QuantileName } from '../metrics/quantile.ts';
import { intervalOf, isWithin } from './share-beyond.ts';
import type { Comparison, Threshold, TimeStatistic } from '../scenario/threshold.ts';

type Outcome = ThresholdOutcome['outcome'];

/** What a step says about one metric, in the threshold's unit. */
interface Observation {
  readonly observed: number | null;
  /** The 95 % interval; an upper end of null has no bound; null for no interval at all. */
  readonly interval: Interval | null;
  readonly outcome: Outcome;
  /** Why it is inconclusive; null where it is not. */
  readonly cause: Inconclusive['cause'] | null;
  readonly mover: 'environment' | null;
  /** What else a reader must know, as the end of a sentence; null for nothing. */
  readonly why: string | null;
}

/**
 * Judges each threshold on each step that it means: without a command it means every command's own step, and not
 * the whole of a chain, which is named like its scenario.
 *
 * A percentile is judged at its limit: by the share of requests beyond it, with the 95 % interval of that share. It is
 * met when it is met with everything in it that was ours (lateness, too few connections, a pause that was asked for),
 * broken when it is broken without, and inconclusive with that cause in between. An error rate does not depend on any
 * of that. A maximum is broken by one request. Means and throughput are judged as observed, and where ours was in them
 * they are not held against the API. Nothing sent is inconclusive, never met.
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
  const seen = observe(threshold, step, isShare);
  const { observed, interval, outcome, cause, mover } = seen;
  return {
    expression: threshold.expression,
    step: step.name,
    observed,
    unit: threshold.unit,
    interval,
    limit: threshold.limit,
    outcome,
    ...(cause === null ? {} : { cause }),
    ...(mover === null || outcome !== 'broken' ? {} : { mover }),
    sentence: messageOf(threshold, step, seen),
  };
}

/** How an interval compares with the limit: wholly on one side, or not. */
function compare({ comparison, limit }: Threshold, [low, high]: Interval): Outcome {
  const atLow = holds(low, comparison, limit);
  const atHigh = high === null ? !comparison.startsWith('<') : holds(high, comparison, limit);
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
    return ledger.intended === 0 ? lacking('nothing was due') : observeShed(threshold, step, isShare);
  if (ledger.sent === 0) return lacking('nothing was sent');
  switch (metric.kind) {
    case 'time':
      return observeTime(threshold, step, metric.which, metric.statistic);
    case 'error_rate':
      return judgeErrors(step, (interval) => compare(threshold, interval));
    case 'throughput_rps':
      return observeThroughput(threshold, step, isShare);
  }
}

function observeShed(threshold: Threshold, step: LoadStep, isShare: boolean): Observation {
  const { shed_by: by, ledger } = step;
  const ours = by === undefined ? 0 : by.generator + by.connections + by.runs + by.pause;
  const all = counted(threshold, ledger.shed, isShare);
  const withoutOurs = compare(threshold, [ledger.shed - ours, ledger.shed]);
  if (all.outcome !== 'broken') return all;
  const least = ledger.shed - ours - (by?.down ?? 0);
  if (by === undefined || withoutOurs === 'broken')
    return compare(threshold, [least, ledger.shed]) === 'broken' ? all : { ...all, mover: 'environment' };
  return { ...all, outcome: 'inconclusive', ...oursOf(step, by) };
}

function observeThroughput(threshold: Threshold, step: LoadStep, isShare: boolean): Observation {
  const { ledger } = step;
  const value = step.ok_per_second ?? (step.achieved_per_second * ledger.ok) / ledger.sent;
  const seen = counted(threshold, value, isShare);
  const limit = step.limited_by;
  if (seen.outcome !== 'broken') return seen;
  const each = ledger.ok === 0 ? step.achieved_per_second / ledger.sent : value / ledger.ok;
  const whileUp = value + each * environmentOf(step);
  if (limit === undefined)
    return counted(threshold, whileUp, isShare).outcome === 'broken'
      ? seen
      : { ...seen, mover: 'environment' };
  return { ...seen, outcome: 'inconclusive', cause: limit.cause, why: limit.sentence };
}

function observeTime(
  threshold: Threshold,
  step: LoadStep,
  which: TimeKind,
  statistic: TimeStatistic,
): Observation {
  const times = step[`${which}_us`];
  if (statistic === 'mean') return observeMean(threshold, step, times, which);
  const beyond = step.beyond?.find(
    (one) =>
      one.of === which &&
      one.limit_us === threshold.limit * 1000 &&
      one.at_limit === (threshold.comparison === '<' || threshold.comparison === '>='),
  );
  if (beyond === undefined || beyond.all.of === 0) return lacking('nothing was timed');
  const isAbove = threshold.comparison.startsWith('>');
  const judged =
    statistic === 'max' ? judgeMax(beyond, step) : judgePercentile(beyond, QUANTILES[statistic], step);
  const value = times[statistic];
  const interval = statistic === 'max' ? null : times.interval[statistic];
  const lack =
    statistic === 'max' || beyond.all.of >= samplesNeeded(QUANTILES[statistic])
      ? null
      : tooFew(beyond.all.of, statistic);
  return {
    observed: value === null ? null : value / 1000,
    interval:
      interval === null ? null : [interval[0] / 1000, interval[1] === null ? null : interval[1] / 1000],
    mover: judged.mover,
    outcome: isAbove ? opposite(judged.outcome) : judged.outcome,
    cause: judged.cause,
    why:
      judged.outcome === 'inconclusive' && judged.cause === 'too-few-samples' && lack !== null
        ? lack
        : judged.why,
  };
}

type Judged = Pick<Observation, 'outcome' | 'cause' | 'mover' | 'why'>;

/** Whether the percentile is within the limit, by the share of requests beyond it. */
function judgePercentile(beyond: BeyondLimit, quantile: number, step: LoadStep): Judged {
  const allowed = 1 - quantile;
  const { all, without_ours: apart } = beyond;
  const why = shareText(beyond, allowed);
  if (isWithin(all, allowed) === true) return { outcome: 'met', cause: null, mover: null, why };
  const isMostlyOnTime = apart.of * 2 >= all.of;
  const outage = judgeOutage(beyond, allowed);
  if (outage === 'met') return { outcome: 'met', cause: null, mover: null, why };
  if (isMostlyOnTime && (outage === 'environment' || outage === 'api' || isWithin(apart, allowed) === false))
    return {
      outcome: 'broken',
      cause: null,
      mover: outage === 'environment' ? 'environment' : null,
      why: outage === 'environment' ? `${why}, ${outageText(beyond)}` : why,
    };
  const hasOurs = all.count > apart.count && (apart.count === 0 || isWithin(apart, allowed) === true);
  const isOursAtAll = (all.count > apart.count || !isMostlyOnTime) && isWithin(all, allowed) === false;
  if (hasOurs || isOursAtAll)
    return { outcome: 'inconclusive', mover: null, ...oursOf(step, beyond.ours_ms) };
  if (outage === 'undecided')
    return {
      outcome: 'inconclusive',
      cause: 'environment-down',
      mover: null,
      why: `${why}, ${outageText(beyond)}`,
    };
  return {
    outcome: 'inconclusive',
    cause: 'too-few-samples',
    mover: null,
    why:
      all.cluster > 1
        ? `${why}; they came together, and how often that happens takes a longer load to tell`
        : `${why}, which is within the noise`,
  };
}

/**
 * What an outage, in which the target took no connections, comes to for a percentile. Its cause was seen, so that the
 * requests which only the outage put beyond the limit are counted as they were; one outage is one cluster, but nothing
 * is to be inferred from it. The others are a sample, with their clusters, of what the target does while it is there.
 * Null where no outage matters.
 */
function judgeOutage(
  { all, without_ours: apart, while_down: down, without_down: known }: BeyondLimit,
  allowed: number,
): 'met' | 'environment' | 'api' | 'undecided' | null {
  if (down === 0) return null;
  const up = known ?? { ...apart, count: apart.count - down, of: apart.of - down };
  const others = isWithin(up, allowed);
  if (others === false) return 'api';
  const areAll = isWithin({ ...all, cluster: up.cluster }, allowed);
  if (others === true && areAll === true) return 'met';
  const isOutageAlone = isWithin({ count: down, of: apart.of, cluster: 1 }, allowed) === false;
  const isBroken = isWithin({ ...apart, cluster: up.cluster }, allowed) === false;
  if (isOutageAlone || (isBroken && (others === true || down * 2 >= apart.count))) return 'environment';
  return others === true ? 'undecided' : null;
}

function outageText({ while_down: down }: BeyondLimit): string {
  return `${down} of them only because the target took no connections`;
}

/** One request beyond the limit breaks a maximum, unless only what was ours put it there. */
function judgeMax(beyond: BeyondLimit, step: LoadStep): Judged {
  const { all, without_ours: apart, while_down: down } = beyond;
  if (all.count === 0) return { outcome: 'met', cause: null, mover: null, why: null };
  if (apart.count === 0) return { outcome: 'inconclusive', mover: null, ...oursOf(step, beyond.ours_ms) };
  const why = `${all.count} of ${all.of} requests were beyond the limit`;
  const isOutage = apart.count === down;
  return {
    outcome: 'broken',
    cause: null,
    mover: isOutage ? 'environment' : null,
    why: isOutage ? `${why}, ${outageText(beyond)}` : why,
  };
}

function observeMean(
  threshold: Threshold,
  step: LoadStep,
  times: Distribution,
  which: TimeKind,
): Observation {
  if (times.mean === null) return lacking('nothing was timed');
  const mean = times.mean / 1000;
  const high = times.censored > 0 ? null : mean;
  const all = compare(threshold, [mean, high]);
  const seen = { observed: mean, interval: [mean, high] as const, mover: null };
  const apart = (step.mean_without_ours_us?.[which] ?? times.mean) / 1000;
  if (all === 'met') return { ...seen, outcome: 'met', cause: null, why: null };
  if (compare(threshold, [apart, high === null ? null : apart]) === 'broken') {
    const upUs = which === 'latency' ? (step.mean_without_ours_us?.latency_up ?? null) : null;
    const upMs = (upUs ?? times.mean) / 1000;
    const isOutage = upUs !== null && compare(threshold, [upMs, upMs]) !== 'broken';
    return { ...seen, outcome: 'broken', cause: null, mover: isOutage ? 'environment' : null, why: null };
  }
  if (apart === mean)
    return {
      ...seen,
      outcome: 'inconclusive',
      cause: 'too-few-samples',
      why: 'some requests were never answered',
    };
  return {
    ...seen,
    outcome: 'inconclusive',
    cause: 'generator-saturated',
    why: `without what was ours it was ${apart.toFixed(1)} ms`,
  };
}

type OursMs = BeyondLimit['ours_ms'];

/** Which of our own causes weighs most, and what to say of it. */
function oursOf(
  step: LoadStep,
  { generator, pause, connections, runs }: OursMs,
): Pick<Observation, 'cause' | 'why'> {
  const most = Math.max(generator, pause, connections, runs);
  if (connections === most && most > 0) return { cause: 'too-few-connections', why: connectionsText(step) };
  if (pause === most && most > 0)
    return { cause: 'throttled', why: 'the wait is the pause that the target asked for by Retry-After' };
  if (runs === most && most > 0)
    return {
      cause: 'runs-not-ready',
      why: 'requests had to wait for prepared runs, which is no wait for the API',
    };
  return {
    cause: 'generator-saturated',
    why: 'this machine was late or busy, and without that it would not be broken',
  };
}

/** What a shortage of connections comes to, and how many would do. */
export function connectionsText({ connections }: LoadStep): string {
  const { ceiling, needed } = connections ?? { ceiling: 0, needed: null };
  const busy = ceiling === 1 ? 'the only connection was busy' : `all ${ceiling} connections were busy`;
  return needed === null
    ? `${busy}, and responses took longer the more of them were under way`
    : `${busy} and requests waited for one; ${needed} connections would do at this rate`;
}

function shareText({ all, limit_us: limitUs }: BeyondLimit, allowed: number): string {
  const [low, high] = intervalOf(all);
  const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
  return `${all.count} of ${all.of} requests took longer than ${limitUs / 1000} ms (${percent(low)} to ${percent(high)} with 95 % confidence, allowed are ${percent(allowed)})`;
}

function opposite(outcome: Outcome): Outcome {
  if (outcome === 'inconclusive') return outcome;
  return outcome === 'met' ? 'broken' : 'met';
}

function tooFew(count: number, name: QuantileName): string {
  return `${count} samples can't carry ${name === 'p999' ? 'p99.9' : name}, it takes ${samplesNeeded(QUANTILES[name]).toLocaleString('en')}`;
}

function lacking(lack: string): Observation {
  return {
    observed: null,
    interval: null,
    outcome: 'inconclusive',
    cause: 'too-few-samples',
    mover: null,
    why: lack,
  };
}

/** What was counted: exactly, or by one share of those who count, and then at least. */
function counted(threshold: Threshold, value: number, isShare: boolean): Observation {
  const interval: Interval = [value, isShare ? null : value];
  const outcome = compare(threshold, interval);
  const cause = outcome === 'inconclusive' ? ('too-few-samples' as const) : null;
  return { observed: value, interval, outcome, cause, mover: null, why: null };
}

function messageOf(threshold: Threshold, step: LoadStep, seen: Observation): string {
  const { expression } = threshold;
  const { observed, outcome, why } = seen;
  const because = why === null ? '' : `: ${why}`;
  if (observed === null)
    return outcome === 'inconclusive'
      ? `${step.name}: ${expression} can't be judged${because}.`
      : `${step.name}: ${expression} is ${outcome}${because}.`;
  const was = `observed ${shown(observed, threshold)}${intervalText(threshold, seen)}`;
  return outcome === 'inconclusive'
    ? `${step.name}: ${expression} can't be judged: ${was}${why === null ? ', and the limit lies inside that interval' : `; ${why}`}.`
    : `${step.name}: ${expression} is ${outcome}: ${was}${why === null ? '' : `; ${why}`}.`;
}

function intervalText(threshold: Threshold, { interval }: Observation): string {
  if (interval === null || interval[0] === interval[1]) return '';
  const [low, high] = interval;
  return ` (95 % interval ${shown(low, threshold)} to ${high === null ? 'unbounded' : shown(high, threshold)})`;
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
