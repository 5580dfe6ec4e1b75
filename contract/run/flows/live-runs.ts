import { LIVE_RUNS } from '../../budget/flows.ts';
import { isCommandPlanned } from '../plan.ts';
import { Recorder } from '../recorder.ts';
import type { LiveRun, Session } from '../session.ts';
import { newRunFlow, step, type RunFlow } from './run-flow.ts';

/** Runs that end by themselves under the cases are replaced, at most so many in all. */
const LIVE_RUNS_MAX = 4 * LIVE_RUNS;
/** Another run is made once so many cases wait for one. */
const WAITERS_FOR_ANOTHER = 2;

/**
 * Lends a live run for one case: calls to one run stay in order that way. Runs that a walk has left alive are lent
 * first; where there are too few one is made, and takes one ordinary `data`, as its own positive control. Where no `data`
 * is sent its start is the control.
 */
export async function withLiveRun<T>(session: Session, body: (live: LiveRun) => Promise<T>): Promise<T> {
  const live = await borrow(session);
  if (live.runId !== null) session.held.add(live.runId);
  try {
    return await body(live);
  } finally {
    if (live.runId !== null) session.held.delete(live.runId);
    giveBack(session, live);
  }
}

/** Leaves the run of a walk, which took `data` last, to the cases that address one. */
export function leaveAlive(session: Session, flow: RunFlow): void {
  const last = flow.steps.at(-1);
  if (flow.runId === null || last?.command !== 'data' || session.liveRunsMade >= LIVE_RUNS) return;
  if (!isAlive(session, flow.runId)) return;
  session.liveRunsMade += 1;
  session.liveRunsEver += 1;
  giveBack(session, { runId: flow.runId, takesData: last.accepted });
}

function isAlive(session: Session, runId: string): boolean {
  return !session.lost.has(runId) && session.states.classOf(runId) !== 'terminal';
}

async function borrow(session: Session): Promise<LiveRun> {
  for (;;) {
    const idle = session.idleRuns.pop();
    if (idle !== undefined) {
      if (idle.runId === null || isAlive(session, idle.runId) || session.liveRunsEver >= LIVE_RUNS_MAX)
        return idle;
      session.liveRunsMade -= 1; // it has ended by itself
      continue;
    }
    const isWorthOne = session.liveRunsMade === 0 || session.waiters.length >= WAITERS_FOR_ANOTHER;
    if (isWorthOne && session.liveRunsMade < liveRunsAtOnce(session)) return makeLiveRun(session);
    const lent = await session.waiting.aside(
      new Promise<LiveRun | null>((resolve) => session.waiters.push(resolve)),
    );
    if (lent !== null) return lent;
  }
}

/** Where runs at a time are limited, one has to do. */
function liveRunsAtOnce(session: Session): number {
  return session.limit.isSerial ? 1 : LIVE_RUNS;
}

function giveBack(session: Session, live: LiveRun): void {
  const isUsable = live.runId === null || isAlive(session, live.runId);
  const next = isUsable ? session.waiters.shift() : undefined;
  if (next !== undefined) next(live);
  else session.idleRuns.push(live);
  if (!isUsable) for (const waiter of session.waiters.splice(0)) waiter(null);
}

/** No run could be made, perhaps for want of budget: whoever waits for one has to see for itself. */
function giveUp(session: Session): void {
  session.liveRunsMade -= 1;
  for (const waiter of session.waiters.splice(0)) waiter(null);
}

async function makeLiveRun(session: Session): Promise<LiveRun> {
  session.liveRunsMade += 1;
  session.liveRunsEver += 1;
  return startLiveRun(session).catch((error: unknown) => {
    giveUp(session);
    throw error;
  });
}

async function startLiveRun(session: Session): Promise<LiveRun> {
  const recorder = new Recorder();
  const about = {
    id: `control/live-run-${session.workerIndex}-${session.liveRunsEver}`,
    title: 'a live run for the cases that address one',
  };
  const flow = newRunFlow(about);
  await step(session, recorder, flow, 'start');
  const sendsData = isCommandPlanned(session.plan, 'data');
  const data = flow.runId === null || !sendsData ? null : await step(session, recorder, flow, 'data');
  session.setUp.push(
    recorder.finish(
      { ...about, group: 'control', command: sendsData ? 'data' : 'start', reason: null, duration_ms: 0 },
      null,
      null,
    ),
  );
  return { runId: flow.runId, takesData: sendsData ? data?.accepted === true : flow.runId !== null };
}
