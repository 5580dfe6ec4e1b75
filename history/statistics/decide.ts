import type { ChangeState } from '../../result/history-view.ts';
import type { NightShift } from './family.ts';
import type { Shift } from './shift.ts';

/**
 * The decisions of a night, few of them: whether the service became slower (all metrics together, and each beside it with a
 * limit that the whole family pays for), whether errors rose, whether the capacity fell. The limits are those at which a whole
 * run of all of them is wrong at most once in 300 nights; `bench/regression.ts` set them on series that it does not judge by.
 */
export const LIMITS = {
  joint: 3.03,
  single: 3.6,
  errors: 3.9,
  capacity: 3.9,
  /** Where nights are so quiet that +10 % stands out by far in a week, more certainty costs nothing and is asked for. */
  calm: { adds: 0.35, from: 5.2, over: 1.5 },
  /** Below this effect nothing is alarmed about, whatever the certainty: 6 %. */
  effectLeast: Math.log(1.06),
  /** A night that is this far out by all windows, but not confirmed, is worth a second look. */
  suspect: 2.3,
  /** A confirmed change stays one until its score falls below this share of its limit. */
  stays: 0.6,
} as const;

/** What is decided about the speed of one night. */
export interface SpeedDecision {
  readonly state: ChangeState;
  /** What decided: all metrics together, or the one with this index. */
  readonly by: 'joint' | number | null;
  readonly shift: Shift | null;
  /** Whether the controls moved too, beyond the limit of an alarm. */
  readonly controlsMoved?: boolean;
  /** Of the state `environment`: whether the times of the service moved with the controls. */
  readonly serviceMoved?: boolean;
}

const NOTHING: SpeedDecision = { state: 'quiet', by: null, shift: null };

/** Decides about one night; `before` is what was decided about the night before it. */
export function decideSpeed(night: NightShift | null, before: ChangeState): SpeedDecision {
  if (night === null) return { ...NOTHING, state: 'learning' };
  const holds = before === 'confirmed' ? LIMITS.stays : 1;
  const candidates = candidatesOf(night);
  const confirmed = candidates.find(({ shift, limit }) => isBeyond(shift, limit * holds));
  const controlsMoved = isBeyond(night.controls, LIMITS.joint);
  if (confirmed !== undefined)
    return { state: 'confirmed', by: confirmed.by, shift: confirmed.shift, controlsMoved };
  if (controlsMoved) {
    const serviceMoved = isBeyond(night.raw ?? night.joint, LIMITS.joint * LIMITS.stays);
    return { state: 'environment', by: null, shift: night.controls, controlsMoved, serviceMoved };
  }
  const suspect = candidates.find(({ shift, limit }) =>
    isBeyond(shift, Math.min(limit, LIMITS.suspect * (limit / LIMITS.joint))),
  );
  return suspect === undefined ? NOTHING : { state: 'suspect', by: suspect.by, shift: suspect.shift };
}

interface Candidate {
  readonly by: 'joint' | number;
  readonly shift: Shift | null;
  readonly limit: number;
}

/** What may decide, the weightiest for its limit first. */
function candidatesOf({ joint, single }: NightShift): readonly Candidate[] {
  const all: Candidate[] = [
    { by: 'joint', shift: joint, limit: LIMITS.joint },
    ...single.map((shift, by) => ({ by, shift, limit: LIMITS.single })),
  ];
  return all.toSorted((a, b) => (b.shift?.score ?? 0) / b.limit - (a.shift?.score ?? 0) / a.limit);
}

function isBeyond(shift: Shift | null, limit: number): boolean {
  if (shift === null || shift.effect < LIMITS.effectLeast) return false;
  return shift.score >= (limit / LIMITS.joint) * limitOf(shift.errorOfWeek);
}

/** The limit for all metrics together, which grows where nights are quiet. */
export function limitOf(errorOfWeek: number): number {
  const { adds, from, over } = LIMITS.calm;
  return LIMITS.joint + adds * Math.min(1, Math.max(0, (Math.log(1.1) / errorOfWeek - from) / over));
}

/** Whether errors rose, or the capacity fell, as far out as the family allows. */
export function isErrorsRisen(score: number | null, before: boolean): boolean {
  return score !== null && score >= LIMITS.errors * (before ? LIMITS.stays : 1);
}

export function isCapacityFallen(shift: Shift | null, before: boolean): boolean {
  return isBeyond(shift, LIMITS.capacity * (before ? LIMITS.stays : 1));
}
