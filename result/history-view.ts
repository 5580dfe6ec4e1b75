/** What the nights before a run tell about it. Types only; the conventions are those of `result.ts`. */

import type { VerdictWord } from './exchange.ts';

export type ChangeState = 'learning' | 'quiet' | 'suspect' | 'confirmed' | 'environment';

/** What was decided about one thing that may have changed: the speed, the errors, the capacity. */
export interface ChangeDecision {
  readonly of: 'speed' | 'errors' | 'capacity';
  readonly state: ChangeState;
  /** What was decided, since when, how large, and with which revision it began; one or two sentences. */
  readonly sentence: string;
  /** The effect as a share (0.1 is 10 % slower) with its 95 % interval; null where none is claimed. */
  readonly effect: readonly [effect: number, low: number, high: number] | null;
  /** The night with which it began; null where nothing did. */
  readonly began: string | null;
}

/** One percentile of one step, night by night. */
export interface Trend {
  readonly name: string;
  /** Milliseconds by night, in the order of `HistoryView.nights`; null where the night has none. */
  readonly ms: readonly (number | null)[];
  /** Between which values nine of ten quiet nights of this segment lie; null while it learns. */
  readonly band_ms: readonly [low: number, high: number] | null;
  /** The smallest rise that three and seven nights see with 80 % probability, as shares; null where they see none, or while it learns. */
  readonly seen_in: { readonly three_nights: number | null; readonly seven_nights: number | null };
}

/** Something that the page marks between two nights. */
export interface HistoryMark {
  readonly kind: 'change' | 'revision' | 'gap' | 'segment';
  /** The index of the first night after it. */
  readonly night: number;
  readonly sentence: string;
}

/** A finding that both came and stayed away although the target was the same. */
export interface FlakyFinding {
  readonly fingerprint: string;
  readonly title: string;
  readonly seen: number;
  readonly nights: number;
  /** The 95 % interval of the share of nights. */
  readonly low: number;
  readonly high: number;
}

/** How much of the difference between nights the control calls explained. */
export interface ControlsView {
  /** Which of the kinds that were sent explains the most. */
  readonly kind: string;
  /** Nights before this one that have them, in the segment of this night. */
  readonly nights: number;
  /** By metric the share of the night-to-night variance; null while that is not known. */
  readonly explained: readonly {
    readonly name: string;
    readonly share: number | null;
    readonly is_ratio: boolean;
  }[];
  readonly sentence: string;
}

export interface HistoryView {
  /** The nights of this target, the earliest first, this run's last. */
  readonly nights: readonly { readonly at: string; readonly id: string; readonly verdict: VerdictWord }[];
  /** How many nights can be compared with this one, of how many that are needed. */
  readonly comparable: number;
  readonly needed: number;
  readonly decisions: readonly ChangeDecision[];
  readonly trends: readonly Trend[];
  readonly marks: readonly HistoryMark[];
  readonly flaky: readonly FlakyFinding[];
  /** Causes of this run by how many nights in a row they were seen, this one counted. */
  readonly nights_broken: Readonly<Record<string, number>>;
  /** Absent where this night had no control calls. */
  readonly controls?: ControlsView;
  /** Alarms of the last 50, and how many of them somebody labelled. */
  readonly alarms: { readonly count: number; readonly real: number; readonly false: number };
}
