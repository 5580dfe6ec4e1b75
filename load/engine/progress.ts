import { count, duration, ms, rate } from '../../result/format.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { type OpenStage, type StageStats } from './stage.ts';

/** How far a scenario is, while it runs. Times of the process clock or lengths, in milliseconds. */
export interface Progress {
  readonly scenario: string;
  readonly phase: 'warm-up' | 'measured' | 'waiting';
  /** Of the phase; the responses that are waited for at the end have no length of their own. */
  readonly elapsedMs: number;
  readonly lengthMs: number;
  /** Until the last request is due. */
  readonly leftMs: number;
  /** Requests sent per second, of the time since it was told before. */
  readonly ratePerSecond: number;
  readonly sent: number;
  readonly ok: number;
  readonly errors: number;
  readonly shed: number;
  readonly inFlight: number;
  /** The 95th percentile so far; null while the sample can't carry it. */
  readonly p95Ms: number | null;
  /** True when it is an upper bound, for it is the highest of several. */
  readonly isP95Bound: boolean;
}

/** Measures how far a scenario is, from one time to the next. @param startMs process clock when its load begins. */
export function openProgress(
  plan: ScenarioPlan,
  warmup: StageStats,
  stages: readonly OpenStage[],
  startMs: number,
): (nowMs: number) => Progress {
  let before = { ms: startMs, sent: 0 };
  return (nowMs) => {
    const inMs = nowMs - startMs;
    const isWarmUp = inMs < plan.warmupMs;
    const counted = isWarmUp ? [warmup] : stages.map(({ stats }) => stats);
    const all = counted.flatMap(({ byCommand }) => [...byCommand.values()]).map((stats) => stats.counts());
    const sum = (of: keyof (typeof all)[number]): number => all.reduce((total, one) => total + one[of], 0);
    const sent = sum('sent');
    const everSent = isWarmUp ? sent : sent + sentOf(warmup);
    const ratePerSecond = nowMs > before.ms ? ((everSent - before.sent) * 1000) / (nowMs - before.ms) : 0;
    before = { ms: nowMs, sent: everSent };
    const lengthMs = isWarmUp ? plan.warmupMs : plan.durationMs;
    const elapsedMs = Math.max(0, isWarmUp ? inMs : inMs - plan.warmupMs);
    const leftMs = Math.max(0, plan.warmupMs + plan.durationMs - inMs);
    const open = stages.findLast(({ fromMs }) => fromMs <= nowMs)?.stats ?? warmup;
    return {
      scenario: plan.scenario.name,
      phase: isWarmUp ? 'warm-up' : leftMs === 0 ? 'waiting' : 'measured',
      elapsedMs: Math.min(elapsedMs, lengthMs),
      lengthMs,
      leftMs,
      ratePerSecond,
      sent,
      ok: sum('ok'),
      errors: sum('errors'),
      shed: sum('shed'),
      inFlight: sent - sum('ended'),
      ...p95Of(open),
    };
  };
}

function sentOf({ byCommand }: StageStats): number {
  return [...byCommand.values()].reduce((total, stats) => total + stats.counts().sent, 0);
}

/** The highest p95 among the commands of a stage, beyond which that of all of them together can't be. */
function p95Of({ byCommand }: StageStats): Pick<Progress, 'p95Ms' | 'isP95Bound'> {
  const all = [...byCommand.values()].map((stats) => stats.p95Us());
  const known = all.flatMap((us) => (us === null ? [] : [us / 1000]));
  return {
    p95Ms: known.length < all.length || all.length === 0 ? null : Math.max(...known),
    isP95Bound: all.length > 1,
  };
}

/** For a log, where each line stays. */
export function plainProgress({ scenario, phase, elapsedMs, lengthMs, sent, ok, shed }: Progress): string {
  const counts = `${sent} sent, ${ok} ok, ${shed} shed`;
  if (phase === 'warm-up') return `${scenario}: warming up, ${counts}`;
  if (phase === 'waiting') return `${scenario}: waiting for the last responses, ${counts}`;
  return `${scenario}: ${(elapsedMs / 1000).toFixed(1)} of ${lengthMs / 1000} s, ${counts}`;
}

/** A part of the live line; the ones of the highest rank go first where a terminal is narrow. */
interface Part {
  readonly rank: number;
  readonly text: string;
}

/** For a terminal of so many columns: rate, in flight, errors, p95 so far and the time left, as many of them as fit. */
export function liveProgress(progress: Progress, columns: number): string {
  const { scenario, phase, errors, inFlight, p95Ms, isP95Bound, leftMs, shed } = progress;
  const left = phase === 'waiting' ? 'waiting for responses' : `${duration(roundedUp(leftMs))} left`;
  const parts: readonly Part[] = [
    { rank: 0, text: phase === 'warm-up' ? `${scenario} warm-up` : scenario },
    { rank: 3, text: `${rate(progress.ratePerSecond)}/s` },
    { rank: 4, text: `${count(inFlight)} in flight` },
    { rank: 1, text: `${count(errors)} ${errors === 1 ? 'error' : 'errors'}` },
    { rank: 2, text: p95Ms === null ? 'p95 —' : `p95 ${isP95Bound ? '≤ ' : ''}${ms(p95Ms)} ms` },
    ...(shed === 0 ? [] : [{ rank: 6, text: `${count(shed)} shed` }]),
    { rank: 5, text: left },
  ];
  const line = (most: number): string =>
    parts
      .filter(({ rank }) => rank <= most)
      .map(({ text }) => text)
      .join(' · ');
  for (let most = 6; most > 0; most -= 1) if (line(most).length <= columns) return line(most);
  return line(0);
}

/** Seconds that count down, and never end before the load does. */
function roundedUp(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000) * 1000;
}

/**
 * The progress of a scenario that several processes share. A percentile of all is not beyond the highest of theirs.
 * @throws when there is none: a mistake in this tool.
 */
export function mergeProgress(all: readonly Progress[]): Progress {
  const [first] = all;
  if (first === undefined) throw new Error('There is no progress to merge.');
  const sum = (of: (one: Progress) => number): number => all.reduce((total, one) => total + of(one), 0);
  const p95s = all.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]));
  return {
    ...first,
    ratePerSecond: sum((one) => one.ratePerSecond),
    sent: sum((one) => one.sent),
    ok: sum((one) => one.ok),
    errors: sum((one) => one.errors),
    shed: sum((one) => one.shed),
    inFlight: sum((one) => one.inFlight),
    p95Ms: p95s.length < all.length ? null : Math.max(...p95s),
    isP95Bound: all.length > 1 || first.isP95Bound,
  };
}
