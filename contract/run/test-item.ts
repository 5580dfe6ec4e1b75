import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** What a test is about, for the result. */
export interface About {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly command: string;
  readonly field: string | null;
}

/** Why a case gave no judgement: it was not asked, or its response does not tell. */
export interface Undecided {
  readonly outcome: 'skipped' | 'inconclusive';
  readonly reason: string;
}

/** One entry of the agenda: a derived case, a walk or a property, and how it is asked. */
export interface TestItem {
  readonly about: About;
  /** Ids of entries that come before it on the agenda and must have ended when it begins, where they are asked. */
  readonly after: readonly string[];
  /** True when nothing else may be asked beside it. */
  readonly isExclusive?: boolean;
  /** True when it addresses one of the live runs that cases share. */
  readonly usesLiveRun?: boolean;
  /** Asks and records; says why it could not be judged, or null. */
  conduct(session: Session, recorder: Recorder): Promise<Undecided | null>;
}
