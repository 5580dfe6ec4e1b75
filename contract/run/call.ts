import type { Violation } from '../checks/violation.ts';
import type { CallResult, WireRequest } from '../../api/exchange.ts';
import type { Canary } from '../../api/request.ts';
import type { Travel } from '../../target/send.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** What a call is about, beyond its bytes. */
export interface Call {
  readonly command: string;
  readonly request: WireRequest;
  readonly canary: Canary;
  /** The run that the call names and that exists, or null. */
  readonly runId: string | null;
  /** True when a conforming server may start a run for it: such a call reserves one first. */
  readonly mayStart: boolean;
  /** True when the stored input must be the sent one. */
  readonly expectsEcho: boolean;
  /** The test that asks, for findings of what is sent besides. */
  readonly about: { readonly id: string; readonly title: string };
  /** True when nothing is wrong with it, so that a refusal speaks of the run, the key or a limit. */
  readonly isOrdinary: boolean;
  /** What kind of call it is, for telling which kind stays unanswered: a command, or a way to be wrong. */
  readonly topic: string;
  /** False when other calls to the same run are under way: then responses have no order of their own. */
  readonly isAlone: boolean;
  /** Of an input that is sent again to the letter: how often its run has it then, or that it is a start. */
  readonly repeats?: 'start' | number;
  /** True when a conforming server will refuse the call, so that sending it twice does no more than once. */
  readonly isRefused?: boolean;
}

/** The response to a call and what the general checks hold against it. */
export interface CheckedResponse {
  readonly result: CallResult;
  readonly violations: readonly Violation[];
}

/** How a request travels that does nothing: over any connection, and again when that one turns out closed. */
export function harmless(session: Session, recorder: Recorder): Travel {
  return {
    mayReuse: true,
    mayRepeat() {
      if (!session.requests.take()) return false;
      recorder.request(null); // the one that nobody read
      return true;
    },
  };
}
