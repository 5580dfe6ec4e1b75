import type { About } from '../cases/case.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** Why a case gave no judgement: it was not asked, or its response does not tell. */
export interface Undecided {
  readonly outcome: 'skipped' | 'inconclusive';
  readonly reason: string;
}

/** Asks and records; says why it could not be judged, or null. */
export type Conduct = (session: Session, recorder: Recorder) => Promise<Undecided | null>;

/** One item of the suite: a derived case, a flow or a property, and how it is sent. */
export interface TestItem {
  readonly about: About;
  /** Ids of items that come before it in the suite and must have ended when it begins, where they are part of the plan. */
  readonly after: readonly string[];
  /** True when nothing else may be sent beside it. */
  readonly isExclusive?: boolean;
  /** True when it addresses one of the live runs that cases share. */
  readonly usesLiveRun?: boolean;
  readonly conduct: Conduct;
}
