import { count, counted, percent } from '../result/format.ts';
import type { LiveBlock, LiveBlocks, LivePair } from '../result/live-blocks.ts';
import { wilson } from './flaky.ts';
import {
  comparePairs,
  PAIRS_LEAST,
  type BlockPair,
  type PairedComparison,
  type PairedMeasure,
} from './statistics/block-pairs.ts';

export interface SideCounts {
  readonly sent: number;
  readonly failed: number;
}

/** What came of comparing two deployments. */
export interface LiveComparison {
  readonly outcome: PairedComparison['outcome'];
  /** Why, the weightiest first. */
  readonly reasons: readonly string[];
  /** A against A: the differences that this machine and the way to A make by themselves; null where it could not be told. */
  readonly noise: PairedComparison | null;
  readonly comparison: PairedComparison | null;
  readonly errors: { readonly a: SideCounts; readonly b: SideCounts };
  /** How many times as long B takes at each tenth of the responses: `[quantile, ratio]`. */
  readonly shift: readonly (readonly [quantile: number, ratio: number])[];
  /** Pairs that were left out because something of this tool shaped one of their blocks. */
  readonly left_out: number;
}

/** What `compare --live` leaves in its folder as `comparison.json`. */
export interface LiveResult extends LiveComparison {
  readonly live_version: 1;
  readonly id: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly command: string;
  readonly interrupted: boolean;
  readonly load: {
    readonly scenario: string;
    readonly rate_per_second: number;
    readonly block_ms: number;
    readonly pairs: number;
  };
  readonly a: LiveSideResult;
  readonly b: LiveSideResult;
}

export interface LiveSideResult {
  readonly base_url: string;
  /** A mark of the workflow, which is another on either side where B has its own. */
  readonly workflow: string;
  readonly version_headers: Readonly<Record<string, string>>;
  readonly workflow_runs_started: number;
  readonly left_running_ids: readonly string[];
}

/** Beyond this share of failures the good responses are a choice of their own, and their times say little. */
const FAILED_MOST = 0.05;

/** Judges the speed of B by that of A. A side that was down, or failed, is never called slow or fast. */
export function judgeLive(blocks: LiveBlocks, random: () => number): LiveComparison {
  const kept = blocks.pairs.filter(isOurs(false));
  const noisePairs = blocks.noise.filter(isOurs(false));
  const noise = noisePairs.length < PAIRS_LEAST ? null : comparePairs(noisePairs.map(timesOf), random);
  const comparison = comparePairs(kept.map(timesOf), random);
  const errors = {
    a: countsOf([...blocks.noise.flatMap(({ a, b }) => [a, b]), ...blocks.pairs.map(({ a }) => a)]),
    b: countsOf(blocks.pairs.map(({ b }) => b)),
  };
  const leftOut = blocks.pairs.length - kept.length;
  const why = whyUnknown(blocks, { errors, noise, comparison, leftOut });
  const isTold = comparison.ratios.length > 0;
  return {
    outcome: why.length > 0 ? 'can not tell' : comparison.outcome,
    reasons: [
      ...(why.length > 0 ? why : [outcomeText(comparison)]),
      ...errorText(errors),
      ...notes(blocks, leftOut),
    ],
    noise,
    comparison: isTold ? comparison : null,
    errors,
    shift: shiftOf(kept),
    left_out: leftOut,
  };
}

function isOurs(wanted: boolean): (pair: LivePair) => boolean {
  return ({ a, b }) => (a.ours !== null || b.ours !== null) === wanted;
}

function timesOf({ a, b }: LivePair): BlockPair {
  return { a: a.latenciesUs, b: b.latenciesUs };
}

function countsOf(blocks: readonly LiveBlock[]): SideCounts {
  const sent = blocks.reduce((sum, one) => sum + one.sent, 0);
  return { sent, failed: sent - blocks.reduce((sum, one) => sum + one.ok, 0) };
}

/** Why nothing is said of the speed; empty where something is. */
function whyUnknown(
  { ended, pairs }: LiveBlocks,
  judged: {
    readonly errors: LiveComparison['errors'];
    readonly noise: PairedComparison | null;
    readonly comparison: PairedComparison;
    readonly leftOut: number;
  },
): readonly string[] {
  const { errors, noise, comparison, leftOut } = judged;
  if (ended !== null)
    return [`${ended.side} could not be measured, so nothing is said of its speed: ${ended.why.sentence}`];
  const failing = (['a', 'b'] as const).filter(
    (side) => errors[side].failed > FAILED_MOST * errors[side].sent,
  );
  if (failing.length > 0)
    return [
      `${failing.map((side) => `${count(errors[side].failed)} of ${counted(errors[side].sent, 'request')} to ${side.toUpperCase()} failed`).join(', and ')}: too many for the times of the others to be compared.`,
    ];
  if (comparison.outcome === 'can not tell') {
    const of =
      leftOut === 0 ? '' : `; something of this tool shaped ${count(leftOut)} of ${count(pairs.length)}`;
    return [
      `${counted(comparison.pairs, 'pair')} of blocks could be compared, and it takes ${PAIRS_LEAST}${of}.`,
    ];
  }
  if (noise !== null && noise.outcome !== 'no difference seen')
    return [
      `A against A was "${noise.outcome}" by itself: the way to A, or this machine, was not steady enough to compare anything by.`,
    ];
  return [];
}

function outcomeText({ outcome, ratios, pairs }: PairedComparison): string {
  const told = ratios.filter((one) => one.outcome !== 'no difference seen');
  const by = (told.length > 0 ? told : ratios.filter(({ measure }) => measure === 'middle'))
    .map(
      ({ measure, ratio, interval }) =>
        `${measureName(measure)} ${change(ratio)} (${change(interval[0])} to ${change(interval[1])})`,
    )
    .join('; ');
  const what = outcome === 'no difference seen' ? 'No difference in speed was seen' : `B is ${outcome}`;
  return `${what}: ${by}, in ${counted(pairs, 'pair')} of blocks.`;
}

/** A measure as people read it. */
export function measureName(measure: PairedMeasure): string {
  return measure === 'middle' ? 'middle (p10 to p90)' : measure;
}

export function change(ratio: number): string {
  return `${ratio >= 1 ? '+' : '−'}${percent(Math.abs(ratio - 1))}`;
}

/** Failures beside the speed: told where the two shares differ for sure. */
function errorText({ a, b }: LiveComparison['errors']): readonly string[] {
  if (a.sent === 0 || b.sent === 0 || a.failed + b.failed === 0) return [];
  const [lowA, highA] = wilson(a.failed, a.sent);
  const [lowB, highB] = wilson(b.failed, b.sent);
  const told = `${count(a.failed)} of ${count(a.sent)} requests to A failed, and ${count(b.failed)} of ${count(b.sent)} to B`;
  if (lowB > highA) return [`B failed more often: ${told}.`];
  return [lowA > highB ? `A failed more often: ${told}.` : `${told}, which is no difference for sure.`];
}

function notes({ interrupted, noise }: LiveBlocks, leftOut: number): readonly string[] {
  return [
    ...(interrupted ? ['It was interrupted; what was sent until then is compared.'] : []),
    ...(leftOut === 0
      ? []
      : [`${counted(leftOut, 'pair')} left out, because something of this tool shaped a block of it.`]),
    ...(noise.length < PAIRS_LEAST && noise.length > 0
      ? [`${counted(noise.length, 'pair')} of A against A: too few to show the noise.`]
      : []),
  ];
}

const SHIFT_QUANTILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

function shiftOf(pairs: readonly LivePair[]): LiveComparison['shift'] {
  const sorted = (side: 'a' | 'b'): readonly number[] =>
    pairs.flatMap((pair) => pair[side].latenciesUs).sort((one, other) => one - other);
  const [a, b] = [sorted('a'), sorted('b')];
  if (a.length === 0 || b.length === 0) return [];
  const at = (all: readonly number[], quantile: number): number =>
    all[Math.max(0, Math.ceil(quantile * all.length) - 1)] ?? Infinity;
  return SHIFT_QUANTILES.flatMap((quantile) => {
    const ratio = at(b, quantile) / at(a, quantile);
    return Number.isFinite(ratio) && ratio > 0 ? [[quantile, ratio] as const] : [];
  });
}
