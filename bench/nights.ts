/** Simulated nights whose truth is known: log-normal, autocorrelated, with outlier nights and quieter weekends. */

export interface World {
  /** Night-to-night noise of one metric, in logarithms. */
  readonly sigma: number;
  /** The share of the noise that control calls see too, with the noise of their own; null without controls. */
  readonly controls: { readonly share: number; readonly own: number } | null;
  readonly shape?: (night: number) => number;
  readonly spread?: (night: number) => number;
  /** How many of the four metrics the shift is in. */
  readonly shifted?: number;
}

export interface Nights {
  readonly metrics: readonly Float64Array[];
  readonly controls: Float64Array | null;
  readonly weekdays: Uint8Array;
  readonly errors: readonly { readonly errors: number; readonly requests: number }[];
  readonly capacity: Float64Array;
}

const METRICS = 4;
const SHARED = 0.5;
const RHO = 0.3;
const OUTLIERS = 0.02;
const WEEKEND = 0.03;
const REQUESTS = 400;
const ERROR_SHARE = 0.003;
const CAPACITY_SIGMA = 0.05;

export type Random = () => number;

/** A small generator of its own, so that a series is the same on every machine (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function autocorrelated(random: Random, nights: number): Float64Array {
  const values = new Float64Array(nights);
  for (let night = 0; night < nights; night += 1) {
    const fresh = normal(random);
    values[night] = night === 0 ? fresh : RHO * (values[night - 1] ?? 0) + Math.sqrt(1 - RHO * RHO) * fresh;
  }
  return values;
}

/** What all metrics share: half of the noise, outlier nights, weekends. */
function shared(random: Random, nights: number, sigma: number, weekdays: Uint8Array): Float64Array {
  const base = autocorrelated(random, nights);
  return base.map((value, night) => {
    const isOutlier = random() < OUTLIERS;
    const size = 0.25 + 0.55 * random();
    const jump = isOutlier ? size * (random() < 0.85 ? 1 : -1) : 0;
    return value * sigma + jump - ((weekdays[night] ?? 0) >= 5 ? WEEKEND : 0);
  });
}

/** The nights of one series; `shift` is added to the logarithms from night `at` on. */
export function simulate(world: World, seed: number, nights: number, shift = 0, at = Infinity): Nights {
  const random = randomFrom(seed);
  const phase = Math.floor(random() * 7);
  const weekdays = Uint8Array.from({ length: nights }, (_, night) => (night + phase) % 7);
  const { sigma, controls, shifted = METRICS } = world;
  const share = controls?.share ?? 0;
  const rest = sigma * Math.sqrt(1 - share);
  const common = shared(random, nights, rest * Math.sqrt(SHARED), weekdays);
  const way = autocorrelated(random, nights).map((value) => value * sigma * Math.sqrt(share));
  const metrics = Array.from({ length: METRICS }, (_, metric) => {
    const own = autocorrelated(random, nights);
    return own.map((value, night) => {
      const noise = value * rest * Math.sqrt(1 - SHARED) + (common[night] ?? 0) + (way[night] ?? 0);
      const step = night >= at && metric < shifted ? Math.log1p(shift) : 0;
      return noise * (world.spread?.(night) ?? 1) + step + (world.shape?.(night) ?? 0);
    });
  });
  const lonely = autocorrelated(random, nights);
  return {
    metrics,
    controls:
      controls === null
        ? null
        : lonely.map((value, night) =>
            controls.share === 0 ? value * sigma : (way[night] ?? 0) + normal(random) * controls.own,
          ),
    weekdays,
    errors: Array.from({ length: nights }, () => ({
      errors: poisson(random, REQUESTS * ERROR_SHARE),
      requests: REQUESTS,
    })),
    capacity: autocorrelated(random, nights).map((value) => value * CAPACITY_SIGMA),
  };
}

function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    product *= random();
    count += 1;
  }
  return count;
}
