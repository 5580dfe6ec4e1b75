import { LEARNING_NIGHTS } from './baseline.ts';
import { WINDOW_LEAST, WINDOW_MOST } from './shift.ts';

/** Requests of a night and how many of them failed. */
export interface ErrorNight {
  readonly errors: number;
  readonly requests: number;
}

const BASELINE = 56;

/**
 * How far out the errors of the latest nights are, as a normal deviate: given as many errors as there were in all, how many
 * of them fall into the window by chance. Nights that come in bursts count for less, by the dispersion that the nights before
 * show. At least two of the nights have to have errors: one bad night is no change.
 */
export function errorScore(nights: readonly ErrorNight[], night: number): number | null {
  return errorWindow(nights, night)?.score ?? null;
}

/** The same with the first night of the window that is furthest out. */
export function errorWindow(
  nights: readonly ErrorNight[],
  night: number,
): { readonly score: number; readonly from: number } | null {
  if (night - WINDOW_LEAST + 1 < LEARNING_NIGHTS) return null;
  let best = { score: 0, from: night };
  for (let window = WINDOW_LEAST; window <= WINDOW_MOST; window += 1) {
    const from = night - window + 1;
    if (from < LEARNING_NIGHTS) break;
    const late = nights.slice(from, night + 1);
    const early = nights.slice(Math.max(0, from - BASELINE), from);
    if (late.filter(({ errors }) => errors > 0).length < Math.max(WINDOW_LEAST, window - 1)) continue;
    const score = scoreOf(total(late), total(early), dispersionOf(early));
    if (score > best.score) best = { score, from };
  }
  return best;
}

function total(nights: readonly ErrorNight[]): ErrorNight {
  return {
    errors: nights.reduce((sum, { errors }) => sum + errors, 0),
    requests: nights.reduce((sum, { requests }) => sum + requests, 0),
  };
}

/** The arcsine transform makes the spread of a share nearly independent of it, also where it is next to none. */
function scoreOf(late: ErrorNight, early: ErrorNight, dispersion: number): number {
  if (late.requests === 0 || early.requests === 0) return 0;
  const angle = ({ errors, requests }: ErrorNight): number =>
    Math.asin(Math.sqrt((errors / dispersion + 0.375) / (requests / dispersion + 0.75)));
  const spread = Math.sqrt((1 / late.requests + 1 / early.requests) * dispersion) / 2;
  return (angle(late) - angle(early)) / spread;
}

/** The variance of nightly counts against that of independent requests, at least 1. */
function dispersionOf(nights: readonly ErrorNight[]): number {
  const all = total(nights);
  const share = all.requests === 0 ? 0 : all.errors / all.requests;
  if (share === 0) return 1;
  const squares = nights.map(
    ({ errors, requests }) =>
      (errors - requests * share) ** 2 / Math.max(requests * share * (1 - share), 1e-9),
  );
  return Math.max(1, squares.reduce((sum, one) => sum + one, 0) / Math.max(1, nights.length - 1));
}
