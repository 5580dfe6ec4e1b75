import type { Baseline } from './baseline.ts';
import { limitOf } from './decide.ts';
import { normalTail, studentValue } from './robust.ts';
import { degreesOf, errorOf, LEVEL_VARIANCE, NIGHT_CLIP, WINDOW_LEAST, WINDOW_MOST } from './shift.ts';

type Noise = Omit<Baseline, 'byWeekday' | 'level'>;

/**
 * How likely a shift of this size is confirmed within so many nights, of which the longest window within the shift sees most. Made
 * for three nights and more: within two, both lie at the clip and the response is next to all or nothing.
 */
export function powerOf(noise: Noise | null, effect: number, nights: number): number {
  if (noise === null || nights < WINDOW_LEAST) return 0;
  const window = Math.min(nights, WINDOW_MOST);
  const error = errorOf(noise, window);
  const error7 = errorOf(noise, WINDOW_MOST) * noise.sigma;
  const needed = studentValue(limitOf(error7), degreesOf(noise.nights)) * error;
  const { mean, variance } = clippedNormal(effect / noise.sigma);
  // Nights that are cut off at the clip scatter less than those the limit was made for.
  const spread =
    error *
    Math.sqrt(
      (variance / window + LEVEL_VARIANCE / noise.nights) / (1 / window + LEVEL_VARIANCE / noise.nights),
    );
  return normalTail((needed - mean) / spread - LUCK);
}

/** What the shorter windows, and the nights before the last, see by luck. */
const LUCK = 0.25;

/** Mean and variance of a night that a shift has moved, in standard deviations, and that counts at most `NIGHT_CLIP`. */
function clippedNormal(shift: number): { readonly mean: number; readonly variance: number } {
  const room = NIGHT_CLIP - shift;
  const within = 1 - normalTail(room);
  const density = Math.exp((-room * room) / 2) / Math.sqrt(2 * Math.PI);
  const mean = shift * within - density + NIGHT_CLIP * (1 - within);
  const square =
    (1 + shift * shift) * within - (shift + NIGHT_CLIP) * density + NIGHT_CLIP * NIGHT_CLIP * (1 - within);
  return { mean, variance: Math.max(0.02, square - mean * mean) };
}

/** The smallest effect that is confirmed within so many nights with this probability, in logarithms; null where none is. */
export function detectable(noise: Noise | null, nights: number, probability = 0.8): number | null {
  if (noise === null || powerOf(noise, EFFECT_MOST, nights) < probability) return null;
  let [low, high] = [0, EFFECT_MOST];
  for (let i = 0; i < 40; i += 1) {
    const middle = (low + high) / 2;
    if (powerOf(noise, middle, nights) < probability) low = middle;
    else high = middle;
  }
  return high;
}

const EFFECT_MOST = Math.log(3);
