import { LIVE_RUNS } from '../contract/plan.ts';
import { Recorder } from './record.ts';
import type { LiveRun, Session } from './session.ts';
import { newWalk, step, type Walk } from './walk.ts';

/**
 * Lends a live run for one case: calls to one run stay in order that way. Runs that a walk has left alive are lent
 * first; where there are too few one is made, and takes one ordinary `data`, as its own positive control.
 */
export async function withLiveRun<T>(session: Session, body: (live: LiveRun) => Promise<T>): Promise<T> {
  const live = await borrow(session);
  try {
    return await body(live);
  } finally {
    giveBack(session, live);
  }
}

/** Leaves the run of a walk, which took `data` last, to the cases that address one. */
export function leaveAlive(session: Session, walk: Walk): void {
  const last = walk.steps.at(-1);
  if (walk.runId === null || last?.command !== 'data' || session.liveRunsMade >= LIVE_RUNS) return;
  session.liveRunsMade += 1;
  giveBack(session, { runId: walk.runId, takesData: last.accepted });
}

async function borrow(session: Session): Promise<LiveRun> {
  for (;;) {
    const idle = session.idleRuns.pop();
    if (idle !== undefined) return idle;
    if (session.liveRunsMade < LIVE_RUNS) return makeLiveRun(session);
    const lent = await new Promise<LiveRun | null>((resolve) => session.waiting.push(resolve));
    if (lent !== null) return lent;
  }
}

function giveBack(session: Session, live: LiveRun): void {
  const next = session.waiting.shift();
  if (next === undefined) session.idleRuns.push(live);
  else next(live);
}

/** No run could be made, perhaps for want of budget: whoever waits for one has to see for itself. */
function giveUp(session: Session): void {
  session.liveRunsMade -= 1;
  for (const waiting of session.waiting.splice(0)) waiting(null);
}

async function makeLiveRun(session: Session): Promise<LiveRun> {
  session.liveRunsMade += 1;
  return startLiveRun(session).catch((error: unknown) => {
    giveUp(session);
    throw error;
  });
}

async function startLiveRun(session: Session): Promise<LiveRun> {
  const recorder = new Recorder();
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
