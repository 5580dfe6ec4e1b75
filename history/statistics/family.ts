import { baselineBefore, LEARNING_NIGHTS, residualOf, spreadOf, type Baseline } from './baseline.ts';
import type { Series } from './robust.ts';
import { shiftOf, WINDOW_LEAST, WINDOW_MOST, type Shift } from './shift.ts';

/** Metrics that are judged together: what makes a service slower shows in most of them. */
export interface Family {
  /** Natural logarithms by metric, one value a night, NaN where it was not measured. */
  readonly metrics: readonly Series[];
  /** The same of the control calls; null where there were none. */
  readonly controls: Series | null;
  /** 0 to 6 for each night. */
  readonly weekdays: ArrayLike<number>;
}

/** How one night, with those just before it, stands against its past. */
export interface NightShift {
  /** Of all metrics together, weighted by their own noise; null where the nights do not agree, or while it learns. */
  readonly joint: Shift | null;
  readonly single: readonly (Shift | null)[];
  /** Which metrics were judged as a ratio to the controls. */
  readonly isRatio: readonly boolean[];
  /** The share of the night-to-night variance that the controls explained, by metric; null where that can't be said. */
  readonly explained: readonly (number | null)[];
  /** Of the controls themselves, and of the metrics as they were measured. */
  readonly controls: Shift | null;
  readonly raw: Shift | null;
}

/** Share of the variance from which on the controls are worth their own noise. */
export const EXPLAINED_LEAST = 0.3;

interface Judge {
  readonly baseline: Baseline;
  readonly series: Series;
}

interface JointBaseline {
  readonly metrics: readonly (Judge | null)[];
  readonly joint: Omit<Baseline, 'byWeekday'> | null;
  readonly weights: readonly number[];
}

interface Before {
  readonly judged: JointBaseline;
  readonly raw: JointBaseline | null;
  readonly isRatio: readonly boolean[];
  readonly explained: readonly (number | null)[];
  readonly controls: Baseline | null;
}

/** Judges the nights of a family; what the nights before a window tell is worked out once for each. */
export interface FamilyJudge {
  (night: number): NightShift | null;
  /** What the nights before one tell of all metrics together; null while it learns. */
  baseline(end: number): Omit<Baseline, 'byWeekday'> | null;
}

export function judgeFamily(family: Family): FamilyJudge {
  const ratios =
    family.controls === null ? null : family.metrics.map((metric) => ratioOf(metric, family.controls));
  const known = new Map<number, Before | null>();
  const before = (end: number): Before | null => {
    let found = known.get(end);
    if (found === undefined) known.set(end, (found = lookBack(family, ratios, end)));
    return found;
  };
  const judge = (night: number): NightShift | null => {
    if (before(night - WINDOW_LEAST + 1) === null) return null;
    const shifts: (NightShift & { readonly at: number })[] = [];
    for (let nights = WINDOW_LEAST; nights <= WINDOW_MOST; nights += 1) {
      const from = night - nights + 1;
      const then = before(from);
      if (then !== null) shifts.push({ ...windowOf(family, then, from, night), at: from });
    }
    const [latest] = shifts;
    return latest === undefined ? null : { ...latest, ...strongest(shifts, family.metrics.length) };
  };
  return Object.assign(judge, { baseline: (end: number) => before(end)?.judged.joint ?? null });
}

function strongest(
  shifts: readonly NightShift[],
  metrics: number,
): Pick<NightShift, 'joint' | 'single' | 'controls' | 'raw'> {
  const best = (of: (one: NightShift) => Shift | null | undefined): Shift | null =>
    shifts.reduce<Shift | null>((top, one) => {
      const shift = of(one) ?? null;
      return shift !== null && (top === null || shift.score > top.score) ? shift : top;
    }, null);
  return {
    joint: best(({ joint }) => joint),
    single: Array.from({ length: metrics }, (_, i) => best(({ single }) => single[i])),
    controls: best(({ controls }) => controls),
    raw: best(({ raw }) => raw),
  };
}

function lookBack(
  { metrics, controls, weekdays }: Family,
  ratios: readonly Series[] | null,
  end: number,
): Before | null {
  if (end < LEARNING_NIGHTS) return null;
  const raw = metrics.map((series) => judgeOf(series, weekdays, end));
  if (raw.every((one) => one === null)) return null;
  if (ratios === null || controls === null) {
    const none = metrics.map(() => null);
    const judged = jointOf(raw, weekdays, end);
    return { judged, raw: null, isRatio: metrics.map(() => false), explained: none, controls: null };
  }
  const ratio = ratios.map((series) => judgeOf(series, weekdays, end));
  const explained = raw.map((one, i) => {
    const other = ratio[i] ?? null;
    return one === null || other === null ? null : 1 - (other.baseline.sigma / one.baseline.sigma) ** 2;
  });
  const isRatio = explained.map((share) => share !== null && share >= EXPLAINED_LEAST);
  const chosen = raw.map((one, i) => (isRatio[i] === true ? (ratio[i] ?? null) : one));
  return {
    judged: jointOf(chosen, weekdays, end),
    raw: isRatio.includes(true) ? jointOf(raw, weekdays, end) : null,
    isRatio,
    explained,
    controls: baselineBefore(controls, weekdays, end),
  };
}

function judgeOf(series: Series, weekdays: ArrayLike<number>, end: number): Judge | null {
  const baseline = baselineBefore(series, weekdays, end);
  return baseline === null ? null : { baseline, series };
}

/** The weighted mean of the metrics' deviations, and how that one scattered. */
function jointOf(
  metrics: readonly (Judge | null)[],
  weekdays: ArrayLike<number>,
  end: number,
): JointBaseline {
  const weights = metrics.map((one) => (one === null ? 0 : 1 / one.baseline.sigma));
  const nights = Math.max(0, ...metrics.map((one) => one?.baseline.nights ?? 0));
  const from = Math.max(0, end - nights);
  const values = new Float64Array(end - from);
  for (let night = from; night < end; night += 1)
    values[night - from] = weightedDeviation(metrics, weights, weekdays, night);
  const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const joint = known < LEARNING_NIGHTS ? null : { ...spreadOf(values), nights: known };
  return { metrics, joint, weights };
}

function weightedDeviation(
  metrics: readonly (Judge | null)[],
  weights: readonly number[],
  weekdays: ArrayLike<number>,
  night: number,
): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < metrics.length; i += 1) {
    const one = metrics[i];
    if (one === null || one === undefined) continue;
    const deviation = residualOf(one.baseline, one.series[night] ?? NaN, weekdays[night] ?? 0);
    if (Number.isNaN(deviation)) continue;
    sum += deviation * (weights[i] ?? 0);
    weight += weights[i] ?? 0;
  }
  return weight === 0 ? NaN : sum / weight;
}

function windowOf({ controls, weekdays }: Family, before: Before, from: number, to: number): NightShift {
  const nights = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const jointShift = ({ metrics, joint, weights }: JointBaseline): Shift | null =>
    joint === null
      ? null
      : shiftOf(
          joint,
          nights.map((night) => weightedDeviation(metrics, weights, weekdays, night) - joint.level),
        );
  const ownShift = (series: Series, baseline: Baseline): Shift | null =>
    shiftOf(
      baseline,
      nights.map((night) => residualOf(baseline, series[night] ?? NaN, weekdays[night] ?? 0)),
    );
  return {
    joint: jointShift(before.judged),
    single: before.judged.metrics.map((one) => (one === null ? null : ownShift(one.series, one.baseline))),
    isRatio: before.isRatio,
    explained: before.explained,
    controls: before.controls === null || controls === null ? null : ownShift(controls, before.controls),
    raw: before.raw === null ? null : jointShift(before.raw),
  };
}

function ratioOf(metric: Series, controls: Series | null): Float64Array {
  return Float64Array.from(metric, (value, i) => value - (controls?.[i] ?? NaN));
}
