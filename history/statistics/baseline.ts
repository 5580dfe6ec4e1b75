import { clip, madSigma, median, type Series } from './robust.ts';

/** Longest stretch of nights that the next ones are held against. */
export const BASELINE_NIGHTS = 56;
/** Fewest, before which nothing is judged. */
export const LEARNING_NIGHTS = 14;
/** Nights of one weekday before its own level is taken off. */
const WEEKDAY_NIGHTS = 4;
/** A median of so few nights is itself noise, so only a part of it is believed. */
const WEEKDAY_BELIEF = 0.6;
/** Least noise that is believed in: 1 %. Clocks and grids make series that seem to have none. */
const SIGMA_LEAST = 0.01;
const RHO_LEAST = 0.1;
const RHO_MOST = 0.6;
const RESIDUAL_CLIP = 2.5;
/** The spread of normal values that are clipped there. */
const CLIPPED_SPREAD = 0.978;
/** What is believed of the likeness of neighbouring nights before they show it, and how many nights that is worth. */
const RHO_USUAL = 0.3;
const RHO_USUAL_NIGHTS = 28;
const WEEK = 7;

/** What the nights before one tell of the next: the level, by weekday, and how far nights scatter about it. */
export interface Baseline {
  readonly nights: number;
  readonly level: number;
  readonly byWeekday: readonly number[];
  readonly sigma: number;
  /** How much one night tells of the next one's deviation. */
  readonly rho: number;
}

/**
 * The baseline of the nights before `end`; null with fewer than are needed.
 * @param weekdays 0 to 6 for each night of the series.
 */
export function baselineBefore(series: Series, weekdays: ArrayLike<number>, end: number): Baseline | null {
  const from = Math.max(0, end - BASELINE_NIGHTS);
  const values = sliceOf(series, from, end);
  const nights = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (nights < LEARNING_NIGHTS) return null;
  const level = median(values);
  const byWeekday = weekdayOffsets(values, weekdays, from, level);
  const adjusted = values.map((value, i) => value - (byWeekday[weekdays[from + i] ?? 0] ?? 0));
  return { nights, byWeekday, ...spreadOf(adjusted) };
}

/**
 * The level of nights, how they scatter about it, and how much one tells of the next. Median and median distance come first,
 * and each is sharpened by one step with the nights clipped: as safe against odd nights, and nearly as exact as a mean.
 */
export function spreadOf(values: Float64Array): Pick<Baseline, 'level' | 'sigma' | 'rho'> {
  const centre = median(values);
  const rough = Math.max(madSigma(values, centre), SIGMA_LEAST);
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += clip((value - centre) / rough, RESIDUAL_CLIP);
    count += 1;
  }
  const mean = sum / count;
  let squares = 0;
  let products = 0;
  let before = NaN;
  for (const value of values) {
    const residual = clip((value - centre) / rough - mean, RESIDUAL_CLIP);
    if (Number.isNaN(residual)) continue;
    squares += residual * residual;
    if (!Number.isNaN(before)) products += residual * before;
    before = residual;
  }
  const rho = squares === 0 ? 0 : products / squares;
  const believed = (rho * count + RHO_USUAL * RHO_USUAL_NIGHTS) / (count + RHO_USUAL_NIGHTS);
  return {
    level: centre + mean * rough,
    sigma: Math.max(SIGMA_LEAST, (rough * Math.sqrt(squares / (count - 1))) / CLIPPED_SPREAD),
    rho: Math.min(RHO_MOST, Math.max(RHO_LEAST, believed)),
  };
}

/** How far a night lies from its baseline, in logarithms. */
export function residualOf(baseline: Baseline, value: number, weekday: number): number {
  return value - baseline.level - (baseline.byWeekday[weekday] ?? 0);
}

function weekdayOffsets(
  values: Float64Array,
  weekdays: ArrayLike<number>,
  from: number,
  level: number,
): readonly number[] {
  if (values.length < WEEK * WEEKDAY_NIGHTS) return [];
  return Array.from({ length: WEEK }, (_, day) => {
    const own: number[] = [];
    for (let i = 0; i < values.length; i += 1)
      if (weekdays[from + i] === day) {
        const value = values[i] ?? NaN;
        if (!Number.isNaN(value)) own.push(value);
      }
    return own.length < WEEKDAY_NIGHTS ? 0 : (median(own) - level) * WEEKDAY_BELIEF;
  });
}

function sliceOf(series: Series, from: number, to: number): Float64Array {
  const values = new Float64Array(to - from);
  for (let i = from; i < to; i += 1) values[i - from] = series[i] ?? NaN;
  return values;
}
