import {
  type Arrival,
  meanRateOf,
  misfit,
  stagesOf,
  statesItsRates,
  type Shape,
} from '../arrivals/rate-profile.ts';
import type { ThinkTime } from '../arrivals/think-time.ts';

const POISSON_ARRIVALS_MAX = 5_000_000;
const SEED_DEFAULT = 1;

/** The options that decide when work arrives, parsed. */
interface ArrivalValues {
  readonly rate: number | null;
  readonly concurrency: number | null;
  readonly shape: Shape;
  readonly arrivals: 'even' | 'poisson';
  readonly think: ThinkTime;
  readonly seed: number | null;
}

/** The same options as they were typed. */
type ArrivalTexts = Partial<Readonly<Record<keyof ArrivalValues, string | undefined>>>;

/** When the work of one scenario arrives; what does not fit its duration is added as an issue. */
export function arrivalOf(
  parsed: ArrivalValues,
  scenario: { readonly ratePerSecond: number; readonly durationMs: number },
  issues: string[],
): Arrival {
  const { shape, think, concurrency } = parsed;
  const seed = parsed.seed ?? SEED_DEFAULT;
  if (concurrency !== null) return { model: 'closed', concurrency, think, seed };
  const { durationMs } = scenario;
  const isPoisson = parsed.arrivals === 'poisson';
  const tooLong = misfit(shape, durationMs);
  if (tooLong !== null) issues.push(tooLong);
  const stages = stagesOf(shape, parsed.rate ?? scenario.ratePerSecond, durationMs);
  if (isPoisson && (meanRateOf(stages) * durationMs) / 1000 > POISSON_ARRIVALS_MAX)
    issues.push(
      `--arrivals poisson draws all arrivals beforehand, at most ${POISSON_ARRIVALS_MAX}; ask for fewer.`,
    );
  return {
    model: 'open',
    profile: { about: aboutOf(shape), stages, poissonSeed: isPoisson ? seed : null },
  };
}

/** Options that contradict one another. */
export function arrivalContradictions(texts: ArrivalTexts, shape: Shape): readonly string[] {
  const isClosed = texts.concurrency !== undefined;
  const openOnly = (['shape', 'arrivals'] as const).filter((option) => texts[option] !== undefined);
  return [
    ...(isClosed && texts.rate !== undefined
      ? ['Give --rate (open model) or --concurrency (closed model), not both.']
      : []),
    ...(isClosed
      ? openOnly.map((option) => `--${option} belongs to the open model; leave out --concurrency.`)
      : []),
    ...(!isClosed && texts.think !== undefined
      ? ['--think belongs to the closed model; give --concurrency too.']
      : []),
    ...(statesItsRates(shape) && texts.rate !== undefined
      ? [`--shape ${texts.shape ?? ''} states its rates; leave out --rate.`]
      : []),
  ];
}

function aboutOf(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return '';
    case 'soak':
      return 'risen to and held';
    case 'ramp':
      return `a ramp from ${shape.from}/s to ${shape.to}/s`;
    case 'stairs':
      return `${shape.stairs} stairs from ${shape.from}/s to ${shape.to}/s`;
    case 'spike':
      return `a spike of ${shape.peak}/s for ${shape.spikeMs / 1000} s in the middle`;
  }
}
