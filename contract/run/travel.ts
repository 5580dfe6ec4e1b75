import type { Travel } from '../../target/send.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

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
