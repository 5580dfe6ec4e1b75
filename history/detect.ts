import { counted, percent } from '../result/format.ts';
import { judgeSegment } from './controls.ts';
import type { NightRecord, NightStep } from './night.ts';
import { latestSegment, targetSeries, type TargetSeries } from './series.ts';
import { LEARNING_NIGHTS, type Baseline } from './statistics/baseline.ts';
import { LIMITS } from './statistics/decide.ts';
import { judgeFamily } from './statistics/family.ts';
import { detectable, powerOf } from './statistics/power.ts';
import { WINDOW_MOST } from './statistics/shift.ts';

type Noise = Omit<Baseline, 'byWeekday'>;

/** What is to be seen, and in what. */
export interface Wanted {
  /** The rise, as a share: 0.1 is 10 % slower. */
  readonly effect: number;
  /** The name of the target in the history. */
  readonly target: string;
  readonly scenarios: readonly string[];
}

/** What one night of the plan spends; null where the responses decide. */
export interface NightCost {
  readonly runs: number | null;
  readonly requests: number | null;
}

const WANTED = 0.8;
/** The fewest nights that power is promised for. */
const NIGHTS_LEAST = 3;
const LONGER = [1.5, 2, 3, 4, 6, 8, 12, 16];
const SIGMA_LEAST = 0.01;
const NORMAL_95 = 1.96;

/**
 * Whether a rise would be confirmed, from how the nights of the history differ: tonight, within a week, with a longer run, with
 * control calls; and what that spends. One sentence where there are too few nights to say.
 * @param costOf what a night spends whose measured time is so many times as long.
 */
export function detectLines(
  records: readonly NightRecord[],
  wanted: Wanted,
  costOf: (times: number) => NightCost,
): readonly string[] {
  const { effect } = wanted;
  const rise = `+${percent(effect)}`;
  if (Math.log1p(effect) < LIMITS.effectLeast)
    return [
      `${rise} is never alarmed about, in however many nights: the least is +${percent(Math.expm1(LIMITS.effectLeast))}.`,
    ];
  const segment = segmentOf(records, wanted);
  const nights = segment?.nights.length ?? 0;
  const judge = segment === null ? null : judgeSegment(segment);
  const noise = judge?.judge.baseline(nights) ?? null;
  if (segment === null || judge === null || noise === null)
    return [
      `The history has ${counted(nights, 'night')} of ${wanted.scenarios.join(', ')} that can be compared, and ${LEARNING_NIGHTS} are needed before anybody can say what a night would see.`,
    ];
  const log = Math.log1p(effect);
  const needed = nightsFor(noise, log);
  return [
    `Of ${counted(nights, 'night')} so far, which differ by ${percent(noise.sigma)} (one standard deviation):`,
    `tonight: no; one night confirms nothing, it can only be suspect`,
    `within 3 nights: ${percent(powerOf(noise, log, NIGHTS_LEAST))}; within 7 nights: ${percent(powerOf(noise, log, WINDOW_MOST))}${verdictOf(noise, needed)}`,
    longerLine(segment, noise, log, needed, costOf),
    controlsLine(
      segment,
      judge.explained.some(({ isRatio }) => isRatio),
      noise,
      log,
    ),
    spendLine(costOf(1), needed),
  ];
}

/** The nights that ran one of the scenarios, and of their metrics those of the scenarios alone. */
function segmentOf(records: readonly NightRecord[], { target, scenarios }: Wanted): TargetSeries | null {
  const own = records
    .filter((one) => one.target.name === target)
    .toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at));
  const last = own.findLastIndex(({ load }) => load?.scenarios.some(({ name }) => scenarios.includes(name)));
  const whole = targetSeries(own.slice(0, last + 1));
  if (whole === null) return null;
  const segment = latestSegment(whole);
  const kept = segment.metrics.flatMap(({ scenario }, i) => (scenarios.includes(scenario) ? [i] : []));
  return {
    ...segment,
    metrics: kept.flatMap((i) => segment.metrics[i] ?? []),
    logs: kept.flatMap((i) => segment.logs[i] ?? []),
  };
}

/** The fewest nights in which a rise is confirmed with 80 % probability; null where a week is not enough. */
function nightsFor(noise: Noise, log: number): number | null {
  for (let nights = NIGHTS_LEAST; nights <= WINDOW_MOST; nights += 1)
    if (powerOf(noise, log, nights) >= WANTED) return nights;
  return null;
}

function verdictOf(noise: Noise, needed: number | null): string {
  if (needed !== null) return ` (80 % from ${needed} nights on)`;
  const least = detectable(noise, WINDOW_MOST, WANTED);
  return least === null ? '' : ` (80 % only from +${percent(Math.expm1(least))} on)`;
}

/** A longer run takes the luck of its samples down, and nothing of what else differs between nights. */
function longerLine(
  segment: TargetSeries,
  noise: Noise,
  log: number,
  needed: number | null,
  costOf: (times: number) => NightCost,
): string {
  const sampling = Math.min(samplingOf(segment), noise.sigma);
  const goal = needed === null ? WINDOW_MOST : Math.max(NIGHTS_LEAST, needed - 1);
  const share = percent((sampling / noise.sigma) ** 2);
  if (needed === NIGHTS_LEAST) return 'with a longer --duration: not needed';
  const times = LONGER.find((one) => powerOf(longer(noise, sampling, one), log, goal) >= WANTED);
  if (times === undefined)
    return `with a longer --duration: no, not within ${goal} nights; only ${share} of how the nights differ is the luck of their samples`;
  const { runs, requests } = costOf(times);
  return `with --duration ${times} times as long: within ${goal} nights at 80 %, for ${spend({ runs, requests })} a night (${share} of how the nights differ is the luck of their samples; another --rate would begin a new series)`;
}

function longer(noise: Noise, sampling: number, times: number): Noise {
  const rest = Math.max(SIGMA_LEAST ** 2, noise.sigma ** 2 - sampling ** 2);
  return { ...noise, sigma: Math.sqrt(rest + sampling ** 2 / times) };
}

/** How far a night's figures scatter by the luck of their samples alone, from their own intervals; both percentiles of a step share it. */
function samplingOf({ nights, metrics }: TargetSeries): number {
  const latest = nights.slice(-LEARNING_NIGHTS);
  const scenarios = new Set(metrics.map(({ scenario }) => scenario));
  const each = latest.flatMap(({ load }) =>
    (load?.scenarios ?? [])
      .filter(({ name }) => scenarios.has(name))
      .map(({ steps }) => steps.flatMap((step) => widthOf(step) ?? []))
      .filter((widths) => widths.length > 0)
      .map((widths) => Math.hypot(...widths) / widths.length),
  );
  return each.length === 0
    ? 0
    : each.reduce((sum, one) => sum + one, 0) / each.length / Math.sqrt(scenarios.size);
}

/** The standard error of a step's logarithms, from the interval of its median and of its p95. */
function widthOf({ latency_us: latency }: NightStep): number | null {
  const errors = [latency.p50_interval, latency.p95_interval].flatMap((interval) => {
    const [low = null, high = null] = interval ?? [];
    return low === null || high === null || low <= 0 ? [] : [Math.log(high / low) / 2 / NORMAL_95];
  });
  return errors.length === 0 ? null : errors.reduce((sum, one) => sum + one, 0) / errors.length;
}

function controlsLine(segment: TargetSeries, isRatio: boolean, noise: Noise, log: number): string {
  const told = (needed: number | null): string =>
    needed === null ? 'not within 7 nights' : `within ${needed} nights`;
  if (isRatio) {
    const raw = judgeFamily({ metrics: segment.logs, controls: null, weekdays: segment.weekdays });
    const without = raw.baseline(segment.nights.length);
    return `with control calls, as counted above: ${told(nightsFor(noise, log))}; without them ${told(without === null ? null : nightsFor(without, log))}`;
  }
  if (segment.controls.length > 0)
    return 'with control calls: no better, they explained too little of how the nights differ';
  const half = { ...noise, sigma: Math.max(SIGMA_LEAST, noise.sigma * Math.SQRT1_2) };
  return `with control calls (HARNESS_CONTROLS=on): not known, because no night has them; should they explain half of how the nights differ, ${told(nightsFor(half, log))}`;
}

function spendLine(cost: NightCost, needed: number | null): string {
  const nights = needed ?? WINDOW_MOST;
  const times = (one: number | null): number | null => (one === null ? null : one * nights);
  return `this plan spends ${spend(cost)} a night, ${spend({ runs: times(cost.runs), requests: times(cost.requests) })} in ${nights} nights`;
}

function spend({ runs, requests }: NightCost): string {
  return runs === null || requests === null
    ? 'as much as the responses and the caps allow'
    : `${counted(runs, 'workflow run')} and ${counted(requests, 'request')}`;
}
