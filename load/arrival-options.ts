import type { Arrival } from './arrival.ts';
import { numberOf } from './option-values.ts';
import { meanRateOf, misfit, parseShape, partsOf, statesItsRates, type Shape } from './shape.ts';
import { parseThink, type ThinkTime } from './think.ts';

/** The options that say when work arrives, as they were typed. */
export interface ArrivalTexts {
  readonly rate?: string | undefined;
  readonly shape?: string | undefined;
  readonly arrivals?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly think?: string | undefined;
  /** Seed of random arrivals and think times. */
  readonly seed?: string | undefined;
}

/** The same, parsed; null where nothing was asked for. */
export interface ParsedArrivals {
  readonly rate: number | null;
  readonly shape: Shape;
  readonly isPoisson: boolean;
  readonly concurrency: number | null;
  readonly think: ThinkTime;
  readonly seed: number;
}

const POISSON_ARRIVALS_MAX = 5_000_000;

/** Parses the options that say when work arrives; mistakes are added, each as a sentence. */
export function parseArrivals(texts: ArrivalTexts, mistakes: string[]): ParsedArrivals {
  const shape = parsedOr<Shape>(texts.shape, parseShape, { kind: 'constant' }, mistakes);
  const think = parsedOr<ThinkTime>(texts.think, parseThink, { leastMs: 0, mostMs: 0 }, mistakes);
  if (texts.arrivals !== undefined && texts.arrivals !== 'even' && texts.arrivals !== 'poisson')
    mistakes.push(`--arrivals is "${texts.arrivals}"; it takes even or poisson.`);
  mistakes.push(...contradictions(texts, shape));
  return {
    rate: numberOf('--rate', texts.rate, { least: 0.01, most: 10_000, whole: false }, mistakes),
    shape,
    isPoisson: texts.arrivals === 'poisson',
    concurrency: numberOf(
      '--concurrency',
      texts.concurrency,
      { least: 1, most: 2000, whole: true },
      mistakes,
    ),
    think,
    seed: Number.parseInt(texts.seed ?? '1', 10) || 0,
  };
}

/** When the work of one scenario arrives; what does not fit its duration is added as a mistake. */
export function arrivalOf(
  parsed: ParsedArrivals,
  scenario: { readonly ratePerSecond: number; readonly durationMs: number },
  mistakes: string[],
): Arrival {
  const { shape, think, seed, concurrency } = parsed;
  if (concurrency !== null) return { model: 'closed', concurrency, think, seed };
  const { durationMs } = scenario;
  const tooLong = misfit(shape, durationMs);
  if (tooLong !== null) mistakes.push(tooLong);
  const parts = partsOf(shape, parsed.rate ?? scenario.ratePerSecond, durationMs);
  if (parsed.isPoisson && (meanRateOf(parts) * durationMs) / 1000 > POISSON_ARRIVALS_MAX)
    mistakes.push(
      `--arrivals poisson draws all arrivals beforehand, at most ${POISSON_ARRIVALS_MAX}; ask for fewer.`,
    );
  return {
    model: 'open',
    course: { about: aboutOf(shape), parts, poissonSeed: parsed.isPoisson ? seed : null },
  };
}

function contradictions(texts: ArrivalTexts, shape: Shape): readonly string[] {
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

function parsedOr<T extends object>(
  text: string | undefined,
  parse: (text: string) => T | { readonly mistake: string },
  otherwise: T,
  mistakes: string[],
): T {
  if (text === undefined) return otherwise;
  const parsed = parse(text);
  if (!('mistake' in parsed)) return parsed;
  mistakes.push(parsed.mistake);
  return otherwise;
}
