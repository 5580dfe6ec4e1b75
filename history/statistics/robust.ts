/** Order statistics of short lists, without what one odd night could do to a mean. */

/** The value of a night in natural logarithms, or NaN where it was not measured. */
export type Series = ArrayLike<number>;

const MAD_TO_SIGMA = 1.4826;

/** The median of the numbers in a list, NaN left out; NaN of none. */
export function median(values: ArrayLike<number>): number {
  const known = sortedKnown(values);
  const half = known.length >> 1;
  if (known.length === 0) return NaN;
  const upper = known[half] ?? NaN;
  return known.length % 2 === 1 ? upper : (upper + (known[half - 1] ?? NaN)) / 2;
}

/** The median distance from a centre, as the standard deviation that it is for normal values. */
export function madSigma(values: ArrayLike<number>, centre: number): number {
  return MAD_TO_SIGMA * median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/** The share of a list that a quantile cuts off below. */
export function quantile(values: readonly number[], q: number): number {
  const known = sortedKnown(values);
  if (known.length === 0) return NaN;
  const at = (known.length - 1) * q;
  const low = known[Math.floor(at)] ?? NaN;
  return low + ((known[Math.ceil(at)] ?? NaN) - low) * (at - Math.floor(at));
}

export function clip(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}

/**
 * How far out a studentized value is, as a normal deviate: a scale that was estimated from few nights is often too small, and
 * its tails are those of Student's t. Wallace's approximation.
 */
export function normalDeviate(t: number, degrees: number): number {
  const size = ((8 * degrees + 1) / (8 * degrees + 3)) * Math.sqrt(degrees * Math.log1p((t * t) / degrees));
  return t < 0 ? -size : size;
}

/** The studentized value that is this normal deviate: the inverse of `normalDeviate`. */
export function studentValue(deviate: number, degrees: number): number {
  const scaled = deviate / ((8 * degrees + 1) / (8 * degrees + 3));
  return Math.sign(deviate) * Math.sqrt(degrees * Math.expm1((scaled * scaled) / degrees));
}

/** The upper tail of the normal distribution (Abramowitz and Stegun 26.2.17). */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}

function sortedKnown(values: ArrayLike<number>): Float64Array {
  const known = Float64Array.from(values);
  let count = 0;
  for (const value of known) if (!Number.isNaN(value)) known[count++] = value;
  return known.subarray(0, count).sort();
}
