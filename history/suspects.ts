import { ms } from '../result/format.ts';
import { judgedLogs, judgeSegment } from './controls.ts';
import type { NightRecord } from './night.ts';
import { latestSegment, targetSeries, type Metric } from './series.ts';
import { baselineBefore, residualOf } from './statistics/baseline.ts';
import { decideSpeed, type SpeedDecision } from './statistics/decide.ts';

/** A metric so far out, in its own noise, is one of those that made a night suspect. */
const OUT_SIGMAS = 1;
const NINE_OF_TEN = 1.645;

/** A metric that made the last night suspect. */
export interface SuspectMetric {
  readonly metric: Metric;
  readonly ms: number;
  /** Between which values nine of ten quiet nights lie. */
  readonly usualMs: readonly [low: number, high: number];
}

/**
 * The metrics that make the last night suspect, or confirm a change in it for the first time: what is worth a second look
 * before anybody is told. None while it learns, on a quiet night, and once a change is known.
 */
export function suspectsIn(records: readonly NightRecord[]): readonly SuspectMetric[] {
  const whole = targetSeries(records);
  if (whole === null) return [];
  const segment = latestSegment(whole);
  const last = segment.nights.length - 1;
  const judged = judgeSegment(segment);
  let before: SpeedDecision['state'] = 'learning';
  for (let night = 0; night < last; night += 1) before = decideSpeed(judged.judge(night), before).state;
  const now = decideSpeed(judged.judge(last), before).state;
  if (now !== 'suspect' && !(now === 'confirmed' && before !== 'confirmed')) return [];
  const measured = segment.metrics.flatMap((metric, i) => {
    const logs = segment.logs[i] ?? new Float64Array();
    const raw = baselineBefore(logs, segment.weekdays, last);
    const as = judgedLogs(judged, logs, i);
    const baseline = baselineBefore(as, segment.weekdays, last);
    const log = logs[last] ?? NaN;
    if (raw === null || baseline === null || Number.isNaN(log)) return [];
    const sigmas = residualOf(baseline, as[last] ?? NaN, segment.weekdays[last] ?? 0) / baseline.sigma;
    const at = (sign: number): number => Math.exp(raw.level + sign * NINE_OF_TEN * raw.sigma);
    return [{ sigmas, suspect: { metric, ms: Math.exp(log), usualMs: [at(-1), at(1)] as const } }];
  });
  const out = measured.filter(({ sigmas }) => sigmas >= OUT_SIGMAS);
  const worst = measured.toSorted((a, b) => b.sigmas - a.sigmas).slice(0, 1);
  return (out.length > 0 ? out : worst).map(({ suspect }) => suspect);
}

/** What a second run of the same night says about what made the first suspect. */
export function secondLook(suspects: readonly SuspectMetric[], again: NightRecord): string {
  const seen = suspects.flatMap((one) => {
    const now = one.metric.of(again);
    return now === null ? [] : [{ ...one, now }];
  });
  if (seen.length === 0)
    return 'The second run had too few samples, so it says nothing about what made the first suspect.';
  const told = seen.map(
    ({ metric, ms: first, now, usualMs: [low, high] }) =>
      `${metric.name} was ${ms(first)} ms, then ${ms(now)} ms; nine of ten quiet nights lie between ${ms(low)} and ${ms(high)} ms`,
  );
  const beyond = seen.filter(({ now, usualMs: [, high] }) => now > high).length;
  const says =
    beyond === seen.length
      ? 'The second run says the same'
      : beyond === 0
        ? 'The second run does not say so'
        : 'The second run says so of a part';
  return `${says}: ${told.join('; ')}.`;
}
