import type { ChangeDecision, HistoryMark, HistoryView, Trend } from '../result/history-view.ts';
import { counted, percent, utc } from '../result/format.ts';
import { controlsView, judgedLogs, judgeSegment, type JudgedSegment } from './controls.ts';
import { flakyIn, nightsBroken } from './flaky.ts';
import { gapsIn } from './gaps.ts';
import type { Label } from './labels.ts';
import type { NightRecord } from './night.ts';
import { revisionsOf } from './revisions.ts';
import { latestOf, latestSegment, targetSeries, type TargetSeries } from './series.ts';
import { baselineBefore, LEARNING_NIGHTS } from './statistics/baseline.ts';
import { changePoints } from './statistics/change-points.ts';
import { decideSpeed, isCapacityFallen, isErrorsRisen, type SpeedDecision } from './statistics/decide.ts';
import { errorScore, errorWindow } from './statistics/errors.ts';
import { judgeFamily, type FamilyJudge } from './statistics/family.ts';
import { detectable } from './statistics/power.ts';
import { madSigma, median } from './statistics/robust.ts';
import type { Shift } from './statistics/shift.ts';

const NIGHTS_MAX = 1000;
const MARKS_MAX = 60;
const FLAKY_MAX = 30;
const ALARMS_MAX = 50;
/** An alarm that is back within so many nights is the same one. */
const REJOIN_NIGHTS = 7;
const NINE_OF_TEN = 1.645;

/** What the history tells about its last night; null where there is nothing before it. */
export function viewOf(
  records: readonly NightRecord[],
  labels: ReadonlyMap<string, Label>,
): HistoryView | null {
  const whole = targetSeries(records.slice(-2 * NIGHTS_MAX));
  if (whole === null || whole.nights.length < 2) return null;
  const series = latestOf(whole, Math.max(0, whole.nights.length - NIGHTS_MAX));
  const segment = latestSegment(series);
  const judged = judgeSegment(segment);
  const speeds = speedsOf(judged.judge, segment.nights.length);
  const controls = controlsView(judged, segment);
  const last = segment.nights.length - 1;
  return {
    nights: series.nights.map(({ started_at: at, id, verdict }) => ({ at, id, verdict })),
    comparable: last,
    needed: LEARNING_NIGHTS,
    decisions: [
      ...(segment.metrics.length === 0 ? [] : [speedDecision(segment, speeds)]),
      ...(segment.metrics.length === 0 ? [] : [errorDecision(segment)]),
      ...(segment.capacity === null ? [] : [capacityDecision(segment)]),
    ],
    trends: series.metrics.map(({ name }, i) => trendOf(name, i, series, segment, judged)),
    marks: marksOf(series),
    flaky: flakyIn(series.nights).slice(0, FLAKY_MAX),
    nights_broken: nightsBroken(series.nights),
    ...(controls === null ? {} : { controls }),
    alarms: alarmsOf(segment, speeds, labels),
  };
}

function speedsOf(judge: FamilyJudge, nights: number): readonly SpeedDecision[] {
  const decisions: SpeedDecision[] = [];
  for (let night = 0; night < nights; night += 1)
    decisions.push(decideSpeed(judge(night), decisions.at(-1)?.state ?? 'learning'));
  return decisions;
}

function speedDecision(segment: TargetSeries, speeds: readonly SpeedDecision[]): ChangeDecision {
  const now = speeds.at(-1);
  const last = segment.nights.length - 1;
  if (now === undefined || now.state === 'learning' || last < LEARNING_NIGHTS)
    return { of: 'speed', state: 'learning', sentence: learning(last), effect: null, began: null };
  if (now.shift === null || now.state === 'quiet')
    return {
      of: 'speed',
      state: 'quiet',
      sentence: 'No change in speed was seen.',
      effect: null,
      began: null,
    };
  const what =
    now.by === null || now.by === 'joint' ? 'The service' : (segment.metrics[now.by]?.name ?? 'A metric');
  const effect = effectOf(now.shift);
  const from = beginningOf(speeds, now.shift, last);
  const since = sinceText(segment, from);
  const began = segment.nights[from]?.started_at ?? null;
  const size = `${percent(effect[0])} slower (${percent(effect[1])} to ${percent(effect[2])})`;
  switch (now.state) {
    case 'environment':
      return {
        of: 'speed',
        state: 'environment',
        sentence: environmentMessage(size, since, now.serviceMoved === true),
        effect,
        began,
      };
    case 'suspect':
      return {
        of: 'speed',
        state: 'suspect',
        sentence: `${what} may be ${size}, ${since}; the next nights will tell whether that stays.`,
        effect,
        began,
      };
    case 'confirmed':
      return {
        of: 'speed',
        state: 'confirmed',
        sentence: `${what} became ${size}, ${since}.${now.controlsMoved === true ? ' Control calls became slower too, but by less, or they explain too little of it.' : ''}`,
        effect,
        began,
      };
  }
}

/** What control calls pass is what all calls pass: the way there, this machine, and what stands before the work itself. */
function environmentMessage(size: string, since: string, serviceMoved: boolean): string {
  return serviceMoved
    ? `The control calls became ${size}, ${since}, and the times of the service rose no more than theirs: the way to the target or this machine changed, or what every call passes before its own work.`
    : `The control calls became ${size}, ${since}, while the service did not: the way to the target or this machine changed, or what refuses a call.`;
}

/** The first night of the window that confirmed it first. */
function beginningOf(speeds: readonly SpeedDecision[], shift: Shift, last: number): number {
  let onset = last;
  while (onset > 0 && speeds[onset - 1]?.state === 'confirmed') onset -= 1;
  const window = onset === last ? shift.nights : (speeds[onset]?.shift?.nights ?? shift.nights);
  return Math.max(0, onset - window + 1);
}

function learning(nights: number): string {
  return `Learning, ${nights} of ${LEARNING_NIGHTS} nights: until then the objectives alone are judged.`;
}

/** With which revision it began, or between which two nights that lies. */
function sinceText({ nights }: TargetSeries, from: number): string {
  const first = nights[from];
  const before = nights[from - 1];
  if (first === undefined) return 'since an unknown night';
  const day = utc(first.started_at).slice(0, 10);
  if (before === undefined) return `since ${day}`;
  const revisions = revisionsOf(nights);
  const { text, from: began } = revisions[from] ?? { text: '', from: 0 };
  const was = revisions[from - 1]?.text ?? '';
  if (began === from)
    return `since ${day}, the first night of ${text} (before it ${was}; ${counted(from, 'night')} before and ${nights.length - from} since)`;
  const stayed = was === '' ? 'the night before told no revision' : `the revision stayed ${text}`;
  const told = text === '' ? 'the target tells no revision' : stayed;
  return `between ${utc(before.started_at).slice(0, 10)} and ${day} (${told})`;
}

function effectOf({ effect, error }: Shift): readonly [number, number, number] {
  return [Math.expm1(effect), Math.expm1(effect - 1.96 * error), Math.expm1(effect + 1.96 * error)];
}

function errorDecision(series: TargetSeries): ChangeDecision {
  const { errors, nights } = series;
  const last = nights.length - 1;
  let onset: number | null = null;
  for (let night = 0; night <= last; night += 1) {
    const isRisen = isErrorsRisen(errorScore(errors, night), onset !== null);
    onset = isRisen ? (onset ?? night) : null;
  }
  if (errorScore(errors, last) === null)
    return { of: 'errors', state: 'learning', sentence: learning(last), effect: null, began: null };
  const now = errors[last];
  const told =
    now === undefined
      ? ''
      : ` (${counted(now.errors, 'error')} of ${counted(now.requests, 'request')} this night)`;
  const quiet = `No change in errors was seen${told}.`;
  if (onset === null) return { of: 'errors', state: 'quiet', sentence: quiet, effect: null, began: null };
  const from = errorWindow(errors, onset)?.from ?? onset;
  return {
    of: 'errors',
    state: 'confirmed',
    sentence: `More requests failed than in the nights before, ${sinceText(series, from)}${told}.`,
    effect: null,
    began: nights[from]?.started_at ?? null,
  };
}

function capacityDecision(series: TargetSeries): ChangeDecision {
  const { capacity, weekdays, nights } = series;
  const judge = judgeFamily({ metrics: capacity === null ? [] : [capacity], controls: null, weekdays });
  const last = nights.length - 1;
  let onset: number | null = null;
  for (let night = 0; night <= last; night += 1) {
    const isFallen = isCapacityFallen(judge(night)?.joint ?? null, onset !== null);
    onset = isFallen ? (onset ?? night) : null;
  }
  if (judge(last) === null)
    return { of: 'capacity', state: 'learning', sentence: learning(last), effect: null, began: null };
  const quiet = 'No change in capacity was seen.';
  if (onset === null) return { of: 'capacity', state: 'quiet', sentence: quiet, effect: null, began: null };
  const from = Math.max(0, onset - (judge(onset)?.joint?.nights ?? 1) + 1);
  return {
    of: 'capacity',
    state: 'confirmed',
    sentence: `The capacity is lower than in the nights before, ${sinceText(series, from)}.`,
    effect: null,
    began: nights[from]?.started_at ?? null,
  };
}

function trendOf(
  name: string,
  index: number,
  series: TargetSeries,
  segment: TargetSeries,
  judged: JudgedSegment,
): Trend {
  const logs = segment.logs[index] ?? new Float64Array();
  const baseline = baselineBefore(logs, segment.weekdays, logs.length);
  const asJudged = baselineBefore(judgedLogs(judged, logs, index), segment.weekdays, logs.length);
  const at = (sign: number): number =>
    Math.exp((baseline?.level ?? 0) + sign * NINE_OF_TEN * (baseline?.sigma ?? 0));
  const shareIn = (nights: number): number | null => {
    const effect = detectable(asJudged ?? baseline, nights);
    return effect === null ? null : Number(Math.expm1(effect).toFixed(3));
  };
  return {
    name,
    ms: [...(series.logs[index] ?? [])].map((log) =>
      Number.isNaN(log) ? null : Number(Math.exp(log).toPrecision(4)),
    ),
    band_ms: baseline === null ? null : [Number(at(-1).toPrecision(4)), Number(at(1).toPrecision(4))],
    seen_in: { three_nights: shareIn(3), seven_nights: shareIn(7) },
  };
}

function marksOf(series: TargetSeries): readonly HistoryMark[] {
  const { nights } = series;
  const day = (night: number): string => utc(nights[night]?.started_at ?? '').slice(0, 10);
  const changes = changePoints(jointSeries(series)).map(({ at, effect }): HistoryMark => ({
    kind: 'change',
    night: at,
    sentence: `${day(at)}: ${percent(Math.abs(Math.expm1(effect)))} ${effect > 0 ? 'slower' : 'faster'} than the nights before.`,
  }));
  const revisions = revisionsOf(nights).flatMap(({ from, text }, i): readonly HistoryMark[] =>
    from === i && i > 0
      ? [{ kind: 'revision', night: i, sentence: `${day(i)}: first night of ${text}.` }]
      : [],
  );
  const gaps = gapsIn(nights.map(({ started_at: at }) => at)).map(({ before, missing }): HistoryMark => {
    const night = nights.findIndex(({ started_at: at }) => at === before);
    return { kind: 'gap', night, sentence: `${counted(missing, 'night')} missing before ${day(night)}.` };
  });
  const splits = series.splits.map(({ night, why }): HistoryMark => ({
    kind: 'segment',
    night,
    sentence: `${day(night)}: a new series begins, because ${why}.`,
  }));
  return [...changes, ...revisions, ...gaps, ...splits]
    .toSorted((a, b) => a.night - b.night)
    .slice(-MARKS_MAX);
}

/** All metrics as one series, each by its own noise. */
function jointSeries({ logs, nights }: TargetSeries): Float64Array {
  const scaled = logs.map((one) => {
    const level = median(one);
    return { one, level, weight: 1 / Math.max(0.01, madSigma(one, level)) };
  });
  return Float64Array.from(nights, (_, night) => {
    const known = scaled.filter(({ one }) => !Number.isNaN(one[night] ?? NaN));
    const weight = known.reduce((sum, { weight: own }) => sum + own, 0);
    return (
      known.reduce((sum, { one, level, weight: own }) => sum + ((one[night] ?? 0) - level) * own, 0) / weight
    );
  });
}

function alarmsOf(
  { nights }: TargetSeries,
  speeds: readonly SpeedDecision[],
  labels: ReadonlyMap<string, Label>,
): HistoryView['alarms'] {
  const confirmed = speeds.flatMap(({ state }, night) => (state === 'confirmed' ? [night] : []));
  const onsets = confirmed
    .filter((night, i) => night - (confirmed[i - 1] ?? -Infinity) > REJOIN_NIGHTS)
    .slice(-ALARMS_MAX);
  const labelOf = (onset: number): Label['label'] | undefined =>
    nights
      .slice(onset, onset + REJOIN_NIGHTS)
      .flatMap(({ id }) => labels.get(id)?.label ?? [])
      .at(0);
  const count = (label: Label['label']): number => onsets.filter((onset) => labelOf(onset) === label).length;
  return { count: onsets.length, real: count('real'), false: count('false') };
}
