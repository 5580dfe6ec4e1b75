import { Recorder } from './record.ts';
import type { LiveRun, Session } from './session.ts';
import { newWalk, step } from './walk.ts';

/** The live run of this worker: started once, with one ordinary `data` as its own positive control. */
export function liveRunOf(session: Session): Promise<LiveRun> {
  session.live ??= makeLiveRun(session);
  return session.live;
}

async function makeLiveRun(session: Session): Promise<LiveRun> {
  const recorder = new Recorder();
  const about = {
    id: `control/live-run-${session.workerIndex}`,
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
