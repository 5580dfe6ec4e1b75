import { parseDurationMs } from '../../options/duration.ts';
import { evenPace, poissonPace, type Pacer, type Segment } from './pacer.ts';
import { interleaved, type Shard } from './shard.ts';
import type { ThinkTime } from './think-time.ts';

/** A stage of the measured time that is counted and timed by itself. */
export interface RateStage {
  /** What tells its steps from those of the other stages; null when there is only one. */
  readonly label: string | null;
  readonly segment: Segment;
}

/** How the rate of arrivals goes over the measured time, and how arrivals are spread at that rate. */
export interface RateProfile {
  /** In words, for the plan. */
  readonly about: string;
  readonly stages: readonly RateStage[];
  /** Null for even arrivals, else the seed of random ones. */
  readonly poissonSeed: number | null;
}

/** A shape as it was asked for, before the duration is known. */
export type Shape =
  | { readonly kind: 'constant' }
  | { readonly kind: 'soak' }
  | { readonly kind: 'ramp'; readonly from: number; readonly to: number }
  | { readonly kind: 'stairs'; readonly from: number; readonly to: number; readonly stairs: number }
  | { readonly kind: 'spike'; readonly peak: number; readonly spikeMs: number };

/** The highest rate that can be asked for, in arrivals per second. */
export const RATE_MAX = 10_000;
const STAIRS_MAX = 50;
const SOAK_RISE_SHARE = 0.05;
const RATE = '(\\d+(?:\\.\\d+)?)';
const FORMS =
  'constant, soak, ramp:FROM..TO, stairs:FROM..TO/COUNT or spike:RATE/TIME, like stairs:10..50/5 or spike:200/5s';

/** Parses `ramp:10..100` and its like; an issue is returned as a sentence. */
export function parseShape(text: string): Shape | { readonly issue: string } {
  const trimmed = text.trim();
  if (trimmed === 'constant' || trimmed === 'soak') return { kind: trimmed };
  const ramp = new RegExp(`^ramp:${RATE}\\.\\.${RATE}$`).exec(trimmed);
  if (ramp !== null) return bounded(text, { kind: 'ramp', from: Number(ramp[1]), to: Number(ramp[2]) });
  const stairs = new RegExp(`^stairs:${RATE}\\.\\.${RATE}/(\\d+)$`).exec(trimmed);
  if (stairs !== null)
    return bounded(text, {
      kind: 'stairs',
      from: Number(stairs[1]),
      to: Number(stairs[2]),
      stairs: Number(stairs[3]),
    });
  const spike = new RegExp(`^spike:${RATE}/(.+)$`).exec(trimmed);
  const spikeMs = spike === null ? null : parseDurationMs(spike[2] ?? '');
  if (spike !== null && spikeMs !== null && spikeMs >= 100)
    return bounded(text, { kind: 'spike', peak: Number(spike[1]), spikeMs });
  return { issue: `--shape is "${text}"; it takes ${FORMS}.` };
}

function bounded(text: string, shape: Shape): Shape | { readonly issue: string } {
  const rates = 'from' in shape ? [shape.from, shape.to] : 'peak' in shape ? [shape.peak] : [];
  if (rates.some((rate) => rate > RATE_MAX) || Math.max(...rates) < 0.01)
    return { issue: `--shape is "${text}"; its rates go up to ${RATE_MAX} and at least to 0.01.` };
  if (shape.kind !== 'stairs') return shape;
  if (shape.stairs < 2 || shape.stairs > STAIRS_MAX)
    return { issue: `--shape is "${text}"; it takes from 2 to ${STAIRS_MAX} stairs.` };
  return Math.min(...rates) > 0 ? shape : { issue: `--shape is "${text}"; no stair may be at rate 0.` };
}

/** True when the shape says all its rates by itself, so that `--rate` would have no meaning. */
export function statesItsRates({ kind }: Shape): boolean {
  return kind === 'ramp' || kind === 'stairs';
}

/** Why a shape does not fit into the measured time, or null. */
export function misfit(shape: Shape, durationMs: number): string | null {
  return shape.kind === 'spike' && shape.spikeMs >= durationMs
    ? `--shape has a spike of ${shape.spikeMs / 1000} s, which does not fit into the duration of ${durationMs / 1000} s.`
    : null;
}

/** The stages of a shape over the measured time. */
export function stagesOf(shape: Shape, ratePerSecond: number, durationMs: number): readonly RateStage[] {
  switch (shape.kind) {
    case 'constant':
      return [{ label: null, segment: level(ratePerSecond, durationMs) }];
    case 'soak': {
      const riseMs = durationMs * SOAK_RISE_SHARE;
      return [
        { label: 'rising', segment: { fromRate: 0, toRate: ratePerSecond, durationMs: riseMs } },
        { label: 'held', segment: level(ratePerSecond, durationMs - riseMs) },
      ];
    }
    case 'ramp':
      return [{ label: null, segment: { fromRate: shape.from, toRate: shape.to, durationMs } }];
    case 'stairs':
      return stairsOf(shape, durationMs);
    case 'spike': {
      const aroundMs = (durationMs - shape.spikeMs) / 2;
      return [
        { label: 'before the spike', segment: level(ratePerSecond, aroundMs) },
        { label: 'in the spike', segment: level(shape.peak, shape.spikeMs) },
        { label: 'after the spike', segment: level(ratePerSecond, aroundMs) },
      ];
    }
  }
}

function stairsOf(
  { from, to, stairs }: Extract<Shape, { readonly kind: 'stairs' }>,
  durationMs: number,
): readonly RateStage[] {
  return Array.from({ length: stairs }, (_, i) => {
    const rate = from + ((to - from) * i) / (stairs - 1);
    const label = `stair ${i + 1} at ${Number(rate.toFixed(2))} per second`;
    return { label, segment: level(rate, durationMs / stairs) };
  });
}

/** The pacer of a rate profile with a warm-up before it, at the rate with which the profile begins. */
export function paceOf({ stages, poissonSeed }: RateProfile, warmupMs: number): Pacer {
  const first = stages[0]?.segment.fromRate ?? 0;
  const warmup = warmupMs === 0 ? [] : [level(first, warmupMs)];
  const segments = [...warmup, ...stages.map(({ segment }) => segment)];
  return poissonSeed === null ? evenPace(segments) : poissonPace(segments, poissonSeed);
}

/** The mean rate of some stages, in arrivals per second. */
export function meanRateOf(stages: readonly RateStage[]): number {
  const [only] = stages;
  if (stages.length === 1 && only !== undefined) return (only.segment.fromRate + only.segment.toRate) / 2;
  const ms = stages.reduce((sum, { segment }) => sum + segment.durationMs, 0);
  const arrivals = stages.reduce(
    (sum, { segment }) => sum + ((segment.fromRate + segment.toRate) / 2) * segment.durationMs,
    0,
  );
  return arrivals / ms;
}

/** The highest rate of some stages, in arrivals per second. */
export function peakRateOf(stages: readonly RateStage[]): number {
  return Math.max(...stages.flatMap(({ segment }) => [segment.fromRate, segment.toRate]));
}

function level(rate: number, durationMs: number): Segment {
  return { fromRate: rate, toRate: rate, durationMs };
}

/** When work arrives: on a schedule of its own (open), or whenever earlier work has ended (closed). */
export type Arrival =
  | { readonly model: 'open'; readonly profile: RateProfile }
  | {
      readonly model: 'closed';
      readonly concurrency: number;
      readonly think: ThinkTime;
      /** Seed of the think times. */
      readonly seed: number;
    };

/** Arrivals of which one share is ours. */
interface Shared {
  readonly arrival: Arrival;
  readonly shard: Shard;
}

/** Mean arrivals per second of a share over the measured time; null in the closed model. */
export function ratePerSecondOf({ arrival, shard }: Shared): number | null {
  return arrival.model === 'open' ? meanRateOf(arrival.profile.stages) / shard.count : null;
}

/** Most arrivals per second of a share at any time; null in the closed model. */
export function peakPerSecondOf({ arrival, shard }: Shared): number | null {
  return arrival.model === 'open' ? peakRateOf(arrival.profile.stages) / shard.count : null;
}

/** When the iterations of a share begin, warm-up included; null in the closed model. */
export function pacerOf({ arrival, shard, warmupMs }: Shared & { readonly warmupMs: number }): Pacer | null {
  return arrival.model === 'closed' ? null : interleaved(paceOf(arrival.profile, warmupMs), shard);
}

/** Iterations that begin in warm-up and measured time together; null in the closed model. */
export function iterationsOf(plan: Shared & { readonly warmupMs: number }): number | null {
  return pacerOf(plan)?.count ?? null;
}
