import { percent } from '../result/format.ts';
import type { ControlsView } from '../result/history-view.ts';
import type { ControlSeries, TargetSeries } from './series.ts';
import { LEARNING_NIGHTS } from './statistics/baseline.ts';
import { EXPLAINED_LEAST, judgeFamily, type FamilyJudge } from './statistics/family.ts';

/** The metrics of a segment with what judges them, and the control calls that they are held against. */
export interface JudgedSegment {
  readonly judge: FamilyJudge;
  /** The kind of control calls that explains the most; null where the last night has none. */
  readonly controls: ControlSeries | null;
  /** By metric: its share of the variance that the controls explained, and whether it is judged as a ratio to them. */
  readonly explained: readonly { readonly share: number | null; readonly isRatio: boolean }[];
}

/**
 * Judges a segment with the kind of control calls that explains most of how its nights scatter: a refusal that comes from a
 * gateway tells the network alone, one that comes from the service tells its machine too.
 */
export function judgeSegment(segment: TargetSeries): JudgedSegment {
  const { logs: metrics, weekdays } = segment;
  const last = segment.nights.length - 1;
  const none = { controls: null, explained: metrics.map(() => ({ share: null, isRatio: false })) };
  const candidates = segment.controls.map((controls) => {
    const judge = judgeFamily({ metrics, weekdays, controls: controls.logs });
    const night = judge(last);
    const explained = metrics.map((_, i) => ({
      share: night?.explained[i] ?? null,
      isRatio: night?.isRatio[i] ?? false,
    }));
    return { judge, controls, explained };
  });
  const [best] = candidates.toSorted((a, b) => meanShare(b) - meanShare(a));
  return best ?? { ...none, judge: judgeFamily({ metrics, weekdays, controls: null }) };
}

function meanShare({ explained }: Pick<JudgedSegment, 'explained'>): number {
  const known = explained.flatMap(({ share }) => share ?? []);
  return known.length === 0 ? -Infinity : known.reduce((sum, share) => sum + share, 0) / known.length;
}

/** The values of a metric as they are judged: as they were measured, or as ratios to the controls. */
export function judgedLogs(
  { controls, explained }: JudgedSegment,
  logs: Float64Array,
  metric: number,
): Float64Array {
  const against = controls?.logs;
  if (against === undefined || explained[metric]?.isRatio !== true) return logs;
  return logs.map((log, night) => log - (against[night] ?? NaN));
}

/** How much the control calls explained, for the page; null where the last night had none. */
export function controlsView(
  { controls, explained }: JudgedSegment,
  { metrics, nights: all }: TargetSeries,
): ControlsView | null {
  if (controls === null) return null;
  // The last night is judged by those before it.
  const nights = controls.logs.slice(0, all.length - 1).filter((log) => !Number.isNaN(log)).length;
  const told = metrics.map(({ name }, i) => ({
    name,
    share: rounded(explained[i]?.share ?? null),
    is_ratio: explained[i]?.isRatio ?? false,
  }));
  return { kind: controls.kind, nights, explained: told, sentence: messageOf(controls.kind, nights, told) };
}

function rounded(share: number | null): number | null {
  return share === null ? null : Number(Math.max(0, share).toFixed(3));
}

function messageOf(kind: string, nights: number, told: ControlsView['explained']): string {
  const known = told.filter(({ share }) => share !== null);
  if (nights < LEARNING_NIGHTS || known.length === 0)
    return `Control calls: learning, ${nights} of ${LEARNING_NIGHTS} nights that have them; until then the times are judged as they were measured.`;
  const shares = known.map(({ share }) => share ?? 0);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const range = percent(least) === percent(most) ? percent(most) : `${percent(least)} to ${percent(most)}`;
  const head = `Control calls (${kind}) explained ${range} of how the nights differ`;
  const ratios = told.filter(({ is_ratio: isRatio }) => isRatio).map(({ name }) => name);
  const from = percent(EXPLAINED_LEAST);
  if (ratios.length === 0)
    return `${head}, less than the ${from} from which on they count: the times are judged as they were measured.`;
  const which =
    ratios.length === told.length
      ? 'all metrics are'
      : `${ratios.join(', ')} ${ratios.length === 1 ? 'is' : 'are'}`;
  return `${head}; ${which} judged as a ratio to them.`;
}
