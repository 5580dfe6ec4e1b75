import { clip, madSigma, median, normalDeviate } from './robust.ts';

/** Fewest nights on either side: a single odd night is no change. */
export const SEGMENT_LEAST = 3;
const SCORE_LEAST = 4.2;
const EFFECT_LEAST = Math.log(1.03);
const CLIP = 3;
/** The shortest stretch that is looked at for itself. */
const INTERVAL_LEAST = 16;
/** Nights are alike their neighbours, so that so many of them are worth fewer. */
const WORTH = 0.55;

export interface ChangePoint {
  /** The index of the first night after it. */
  readonly at: number;
  /** In logarithms. */
  readonly effect: number;
}

/**
 * Where the level of a series changed, the earliest first: the split whose two sides lie farthest apart by energy distance, as
 * long as that is no luck, and so on within each side (E-divisive). Single nights are clipped.
 */
export function changePoints(series: ArrayLike<number>): readonly ChangePoint[] {
  const nights = Array.from(series, (value, at) => ({ value, at })).filter(
    ({ value }) => !Number.isNaN(value),
  );
  if (nights.length < 2 * SEGMENT_LEAST) return [];
  const values = nights.map(({ value }) => value);
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? value));
  const sigma = Math.max(0.005, madSigma(steps, median(steps)) / Math.SQRT2);
  return split(values, 0, values.length, sigma).map(({ at, effect }) => ({
    at: nights[at]?.at ?? 0,
    effect,
  }));
}

interface Split extends ChangePoint {
  readonly score: number;
}

function split(values: readonly number[], from: number, to: number, sigma: number): readonly ChangePoint[] {
  const best = intervalsIn(from, to)
    .map(([start, end]) => splitOf(values, start, end, sigma))
    .reduce<Split | null>((top, one) => (one !== null && one.score > (top?.score ?? 0) ? one : top), null);
  if (best === null) return [];
  return [...split(values, from, best.at, sigma), best, ...split(values, best.at, to, sigma)];
}

/** Stretches of several lengths that overlap by half: a level that came and went shows in the whole as nothing. */
function intervalsIn(from: number, to: number): readonly (readonly [number, number])[] {
  const intervals: (readonly [number, number])[] = [[from, to]];
  for (let length = INTERVAL_LEAST; length < to - from; length *= 2)
    for (let start = from; start + length <= to + length / 2; start += length / 2)
      intervals.push([start, Math.min(to, start + length)]);
  return intervals;
}

function splitOf(values: readonly number[], from: number, to: number, sigma: number): Split | null {
  const at = farthest(values, from, to);
  if (at === null) return null;
  const left = values.slice(from, at);
  const right = values.slice(at, to);
  const effect = median(right) - median(left);
  const mean = (side: readonly number[]): number => {
    const centre = median(side);
    return centre + side.reduce((sum, value) => sum + clip(value - centre, CLIP * sigma), 0) / side.length;
  };
  const error = sigma * Math.sqrt((1 / left.length + 1 / right.length) / WORTH);
  const score = normalDeviate(Math.abs(mean(right) - mean(left)) / error, Math.max(5, values.length * WORTH));
  return score < SCORE_LEAST || Math.abs(effect) < EFFECT_LEAST ? null : { at, effect, score };
}

/** The split with the largest energy distance between its sides; sums over pairs are carried from one split to the next. */
function farthest(values: readonly number[], from: number, to: number): number | null {
  const n = to - from;
  if (n < 2 * SEGMENT_LEAST) return null;
  const distance = (i: number, j: number): number => Math.abs((values[i] ?? 0) - (values[j] ?? 0));
  let within = 0; // pairs on the left
  let across = 0;
  let beyond = 0; // pairs on the right
  for (let i = from; i < to; i += 1) for (let j = i + 1; j < to; j += 1) beyond += distance(i, j);
  let best: number | null = null;
  let most = 0;
  for (let at = from + 1; at < to; at += 1) {
    const moved = at - 1;
    let toLeft = 0;
    let toRight = 0;
    for (let i = from; i < moved; i += 1) toLeft += distance(i, moved);
    for (let i = at; i < to; i += 1) toRight += distance(moved, i);
    within += toLeft;
    beyond -= toRight;
    across += toRight - toLeft;
    const left = at - from;
    const right = to - at;
    if (left < SEGMENT_LEAST || right < SEGMENT_LEAST) continue;
    const energy =
      (2 * across) / (left * right) -
      (left > 1 ? (2 * within) / (left * (left - 1)) : 0) -
      (right > 1 ? (2 * beyond) / (right * (right - 1)) : 0);
    const weighed = (energy * left * right) / n;
    if (weighed > most) [most, best] = [weighed, at];
  }
  return best;
}
