import { seededRandom } from './random.ts';

/** When the sends of a step are due. Pure: no clock, no timers, no memory, so nothing can drift. */
export interface Pacer {
  /** Number of sends that are due before the end of the pace. */
  readonly count: number;
  /** Milliseconds from the start of the pace at which send `n` (0-based) is due. */
  dueMs(n: number): number;
}

/** A segment in which the rate goes in a straight line from one value to another, in arrivals per second. */
export interface Segment {
  readonly fromRate: number;
  readonly toRate: number;
  readonly durationMs: number;
}

const ROUNDING = 1e-9;

/**
 * An even pace: send `n` is due when the rate has added up to `n`, computed from the start each time.
 * The send that would be due at the very end belongs to the next pace.
 */
export function evenPace(segments: readonly Segment[]): Pacer {
  const { total, whenMs } = accumulate(segments);
  return { count: Math.max(0, Math.ceil(total - ROUNDING)), dueMs: whenMs };
}

/** An even pace at one rate. @param ratePerSecond sends per second, above 0. */
export function constantPace(ratePerSecond: number, durationMs: number): Pacer {
  return evenPace([{ fromRate: ratePerSecond, toRate: ratePerSecond, durationMs }]);
}

/**
 * Random arrivals whose rate follows the segments: a Poisson process, as many independent callers make together.
 * The same seed gives the same arrivals. They are drawn as they come; going back draws anew from the beginning, and
 * their number takes one pass over all of them, when somebody asks for it.
 */
export function poissonPace(segments: readonly Segment[], seed: number): Pacer {
  const { total, whenMs } = accumulate(segments);
  let count: number | null = null;
  let drawn = drawnPlaces(seed);
  return {
    get count() {
      count ??= countBelow(total, seed);
      return count;
    },
    dueMs(n) {
      if (n < drawn.next - 1) drawn = drawnPlaces(seed);
      while (drawn.next <= n && drawn.place < total) drawn.draw();
      return whenMs(Math.min(total, drawn.next > n ? drawn.place : total));
    },
  };
}

/** The places of a Poisson process of rate 1, drawn one after another. */
function drawnPlaces(seed: number): { place: number; next: number; draw(): void } {
  const random = seededRandom(seed);
  return {
    place: 0,
    next: 0,
    draw() {
      this.place += gap(random);
      this.next += 1;
    },
  };
}

function countBelow(total: number, seed: number): number {
  const places = drawnPlaces(seed);
  while (places.place < total) places.draw();
  return places.next - 1;
}

/** The number of the first send that is due at or after `elapsedMs`; the whole count when there is none. */
export function firstDueAfter(pacer: Pacer, elapsedMs: number): number {
  let low = 0;
  let high = pacer.count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pacer.dueMs(middle) < elapsedMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Arrivals that the segments add up to, with the function that says when a given number of them has been reached. */
function accumulate(segments: readonly Segment[]): { total: number; whenMs: (count: number) => number } {
  const starts: { readonly segment: Segment; readonly atMs: number; readonly count: number }[] = [];
  let atMs = 0;
  let count = 0;
  for (const segment of segments) {
    starts.push({ segment, atMs, count });
    atMs += segment.durationMs;
    count += ((segment.fromRate + segment.toRate) / 2) * (segment.durationMs / 1000);
  }
  const whenMs = (wanted: number): number => {
    let last = starts.length - 1;
    while (last > 0 && (starts[last]?.count ?? 0) > wanted + ROUNDING) last -= 1;
    const start = starts[last];
    return start === undefined ? 0 : start.atMs + timeInMs(start.segment, wanted - start.count);
  };
  return { total: count, whenMs };
}

/** How long after the start of a segment `count` arrivals have come: the positive root of `from·t + slope·t²/2`. */
function timeInMs({ fromRate, toRate, durationMs }: Segment, count: number): number {
  if (fromRate === toRate) return (count * 1000) / fromRate;
  const slope = ((toRate - fromRate) * 1000) / durationMs;
  const root = Math.sqrt(Math.max(0, fromRate * fromRate + 2 * slope * count));
  return fromRate + root === 0 ? 0 : (2000 * count) / (fromRate + root);
}

/** A random gap of a Poisson process of rate 1. */
function gap(random: () => number): number {
  return -Math.log(1 - random());
}
