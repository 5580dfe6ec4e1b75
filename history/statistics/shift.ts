import type { Baseline } from './baseline.ts';
import { clip, median, normalDeviate } from './robust.ts';

/** Windows over which the latest nights are taken together. */
export const WINDOW_LEAST = 2;
export const WINDOW_MOST = 7;
/** One outlier night counts at most so many standard deviations. */
export const NIGHT_CLIP = 3;
/** A night that speaks for a shift lies at least so far on its side. */
const ON_ITS_SIDE = 0.3;
/** From so many nights on, one of them may lie on the other side. */
const ONE_AGAINST = 4;
/** The variance of a robust level, against that of a mean. */
export const LEVEL_VARIANCE = 1.1;
const INFLATION_EACH = 0.25;
/** How many degrees of freedom a night adds to a robust scale. */
const DEGREES_EACH = 0.7;

/** The latest nights against those before them. */
export interface Shift {
  /** How far out it is, as a normal deviate. */
  readonly score: number;
  /** The window: how many of the latest nights. */
  readonly nights: number;
  /** The effect in logarithms, and its standard error. */
  readonly effect: number;
  readonly error: number;
  /** The standard error that the longest window has: how small an effect a week of nights can see. */
  readonly errorOfWeek: number;
}

/**
 * The shift over the last `nights` deviations from a baseline; null where they do not agree that there is one upwards.
 * @param deviations from that baseline, in logarithms, the latest last; as many as the window has.
 */
export function shiftOf(
  baseline: Pick<Baseline, 'sigma' | 'rho' | 'nights'>,
  deviations: readonly number[],
): Shift | null {
  const known = deviations.filter((value) => !Number.isNaN(value));
  const nights = known.length;
  if (nights < WINDOW_LEAST) return null;
  let sum = 0;
  let onItsSide = 0;
  for (const deviation of known) {
    const clipped = clip(deviation / baseline.sigma, NIGHT_CLIP);
    sum += clipped;
    if (clipped > ON_ITS_SIDE) onItsSide += 1;
  }
  if (onItsSide < nights - (nights >= ONE_AGAINST ? 1 : 0)) return null;
  const error = errorOf(baseline, nights);
  const mean = sum / nights;
  return {
    score: normalDeviate(mean / error, degreesOf(baseline.nights)),
    nights,
    effect: median(known), // not clipped: what is certain may be large
    error: error * baseline.sigma,
    errorOfWeek: errorOf(baseline, WINDOW_MOST) * baseline.sigma,
  };
}

/** How many degrees of freedom the scale of so many nights has. */
export function degreesOf(nights: number): number {
  return DEGREES_EACH * nights;
}

/** The standard error of the mean of a window against its baseline, in standard deviations of a night. */
export function errorOf({ rho, nights: before }: Pick<Baseline, 'rho' | 'nights'>, nights: number): number {
  const inflation = Math.min((1 + rho) / (1 - rho), 1 + (nights - 1) * INFLATION_EACH);
  return Math.sqrt((1 / nights + LEVEL_VARIANCE / before) * inflation);
}
