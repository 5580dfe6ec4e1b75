import { Recorder } from './record.ts';
import type { LiveRun, Session } from './session.ts';
import { newWalk, step } from './walk.ts';

/**
 * Lends a live run for one case: calls to one run stay in order that way. As many are made as cases ask at once; each
 * takes one ordinary `data` first, as its own positive control.
 */
export async function withLiveRun<T>(session: Session, body: (live: LiveRun) => Promise<T>): Promise<T> {
  const live = session.idleRuns.pop() ?? (await makeLiveRun(session));
  try {
    return await body(live);
  } finally {
    session.idleRuns.push(live);
  }
}

async function makeLiveRun(session: Session): Promise<LiveRun> {
  const recorder = new Recorder();
  session.liveRunsMade += 1;
  const about = {
    id: `control/live-run-${session.workerIndex}-${session.liveRunsMade}`,
    title: 'a live run for the cases that address one',
  };
  const walk = newWalk(about);
  await step(session, recorder, walk, 'start');
  const data = walk.runId === null ? null : await step(session, recorder, walk, 'data');
  session.setUp.push(
    recorder.finish(
      { ...about, group: 'control', command: 'data', reason: null, duration_ms: 0 },
      null,
      null,
    ),
  );
  return { runId: walk.runId, takesData: data?.accepted === true };
}
