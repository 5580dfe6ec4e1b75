import type { CallResult } from '../../api/exchange.ts';
import { post } from '../../api/request.ts';
import { getRun } from './get-run.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** The target lets no further run start while others are active: the item is to be sent again, alone. */
export class RunLimitReached extends Error {
  constructor(active: number) {
    super(`the target allows ${active} workflow ${active === 1 ? 'run' : 'runs'} at a time`);
  }
}

const LIMIT_STATUSES: readonly number[] = [409, 423, 429, 503];

/**
 * An ordinary start that is refused while runs of ours are active may have met a limit of runs at a time. Items that
 * run side by side give up then and are sent again one by one; from then on a run that nobody needs is stopped, and
 * the start, which started nothing, is sent again, also later: a platform may free the place of a stopped run late.
 * @throws RunLimitReached when the start would need room that only the item's own runs could give.
 */
export async function withinLimit(
  session: Session,
  recorder: Recorder,
  first: CallResult,
  again: () => Promise<CallResult | null>,
): Promise<CallResult> {
  const { limit } = session;
  let result = first;
  while (isRefusedForRoom(result)) {
    const active = activeRuns(session).length;
    if (active === 0)
      return limit.active === null ? result : await whenPlaceIsFree(session, result, again, 1);
    if (!limit.isSerial) {
      const repeated = result.response?.status === 503 ? await again() : null; // a gateway fails now and then
      if (repeated !== null && repeated.response?.status !== 503) {
        result = repeated;
        continue;
      }
      limit.isSerial = true;
    }
    const isKnown = limit.active !== null;
    limit.active = active;
    limit.firstActive ??= active;
    recorder.limited(active);
    const victim = isKnown ? spareRun(session) : null;
    if (victim === null || !(await stopForRoom(session, recorder, victim))) throw new RunLimitReached(active);
    const next = await again();
    if (next === null) return result;
    const hasRoom = activeRuns(session).length < limit.firstActive;
    result = hasRoom ? await whenPlaceIsFree(session, next, again, NEXT_VICTIM_SHARE) : next;
  }
  return result;
}

/** So much of the patience is waited for the place of one stopped run before another is stopped. */
const NEXT_VICTIM_SHARE = 1 / 6;

function isRefusedForRoom({ response }: CallResult): boolean {
  return LIMIT_STATUSES.includes(response?.status ?? 0);
}

/**
 * Sends the start again until the place of a stopped run is free, or a share of the patience has passed. A target that
 * freed no place within a whole patience is not waited for again.
 */
async function whenPlaceIsFree(
  session: Session,
  refused: CallResult,
  again: () => Promise<CallResult | null>,
  share: number,
): Promise<CallResult> {
  const { limit, waiting } = session;
  const sinceMs = performance.now();
  let result = refused;
  for (let attempt = 0; isRefusedForRoom(result) && !limit.freesNothing; attempt += 1) {
    const passedMs = performance.now() - sinceMs;
    const leftMs = Math.min(waiting.leftMs(sinceMs), share * waiting.patienceMs - passedMs);
    if (leftMs <= 0) {
      limit.freesNothing = share === 1;
      break;
    }
    const pauseMs =
      attempt === 0 ? Math.max(limit.freeAfterMs, roomPauseMs(session, 0)) : roomPauseMs(session, attempt);
    await waiting.pause(Math.min(leftMs, pauseMs), 'the place of a stopped run is not free yet');
    const next = await again();
    if (next === null) break; // no request is left for it
    result = next;
    if (!isRefusedForRoom(result)) limit.freeAfterMs = performance.now() - sinceMs;
  }
  return result;
}

function roomPauseMs({ waiting }: Session, attempt: number): number {
  return (waiting.patienceMs / 100) * 2 ** attempt;
}

/** True when as many runs of ours are active as were when the target last refused a start for it. */
export function isAtLimit(session: Session): boolean {
  const { active } = session.limit;
  return active !== null && activeRuns(session).length >= active;
}

/**
 * A start that is no ordinary one may be refused for what it asks or for a limit that is known: one run makes room, and
 * what the target says then is about the start.
 */
export async function withRoomMade(
  session: Session,
  recorder: Recorder,
  first: CallResult,
  again: () => Promise<CallResult | null>,
): Promise<CallResult> {
  if (!isRefusedForRoom(first)) return first;
  const victim = spareRun(session);
  if (victim === null || !(await stopForRoom(session, recorder, victim))) return first;
  const next = (await again()) ?? first;
  return session.limit.freeAfterMs > 0 ? whenPlaceIsFree(session, next, again, NEXT_VICTIM_SHARE) : next;
}

/** Runs of ours that are not known to have ended. */
function activeRuns(session: Session): readonly string[] {
  return session.runs.open().filter((runId) => session.states.classOf(runId) !== 'terminal');
}

/** A run that no item works with: one that was left behind, then one that is kept for later. */
function spareRun(session: Session): string | null {
  const kept = [
    ...session.spareRuns.map(({ runId }) => runId),
    ...session.idleRuns.map(({ runId }) => runId),
  ];
  const free = activeRuns(session).filter((runId) => !session.held.has(runId));
  const victim = free.find((runId) => !kept.includes(runId)) ?? free[0] ?? null;
  if (victim === null) return null;
  const spare = session.spareRuns.findIndex(({ runId }) => runId === victim);
  if (spare !== -1) session.spareRuns.splice(spare, 1);
  const idle = session.idleRuns.findIndex(({ runId }) => runId === victim);
  if (idle !== -1) {
    session.idleRuns.splice(idle, 1);
    session.liveRunsMade -= 1;
  }
  return victim;
}

const MAKING_ROOM = { id: 'control/room', title: 'a run is stopped to make room for the next' };

/** A stop that judges nothing; repeated while the run is at work. */
async function stopForRoom(session: Session, recorder: Recorder, runId: string): Promise<boolean> {
  const sinceMs = performance.now();
  const body = { command: 'stop', workflow_run_id: runId } as const;
  for (let attempt = 0; ; attempt += 1) {
    if (!session.requests.hasSpare() || !session.requests.take()) return false;
    const { response, evidence } = await session.client.send(post(session.operation, body));
    recorder.request(response?.status ?? null, evidence.response?.headers);
    const status = response?.status ?? 0;
    if ((status >= 200 && status <= 299) || [404, 410].includes(status)) {
      session.runs.ended(runId, status < 300 ? 'stopped' : 'completed');
      return true;
    }
    const leftMs = session.waiting.leftMs(sinceMs);
    if (leftMs <= 0) return false;
    await getRun(session, recorder, MAKING_ROOM, runId);
    if (session.states.classOf(runId) === 'terminal') return true;
    await session.waiting.pause(Math.min(leftMs, roomPauseMs(session, attempt)), MAKING_ROOM.title);
  }
}
