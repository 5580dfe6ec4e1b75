import { setTimeout as sleep } from 'node:timers/promises';
import { readRefusal } from '../refusal/refusal.ts';
import { violationOf, type Violation } from '../checks/violation.ts';
import { acceptedState, expectedState } from '../lifecycle-model.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { isRecord } from '../../result/json.ts';
import { retryAfterMs, sendPastThrottle } from '../../target/retry-after.ts';
import { harmless, type Call } from './call.ts';
import { BudgetExhausted, NO_REQUEST_LEFT } from './request-budget.ts';
import { getRun, isReadable } from './get-run.ts';
import type { Recorder } from './recorder.ts';
import { isAtLimit, withinLimit, withRoomMade } from './run-limit.ts';
import type { Session } from './session.ts';

/** The response that decides a call, and what those before it have shown. */
export interface Decided {
  readonly result: CallResult;
  readonly violations: readonly Violation[];
}

const THROTTLED = { repeatsMax: 2, longestMs: 10_000, unnamedMs: 1000 } as const;
const KEY_REFUSED: readonly number[] = [401, 403];

/**
 * Sends a call until its response decides something: past a throttle, past a key or a run that is unknown only this
 * time, past a limit of runs at a time, and past the work of a run that takes no command meanwhile. Each repetition
 * follows a refusal, so nothing is done twice.
 */
export async function sendUntilDecided(session: Session, recorder: Recorder, call: Call): Promise<Decided> {
  const send = (): Promise<CallResult> => sendPatiently(session, recorder, call);
  const again = async (): Promise<CallResult | null> =>
    session.requests.hasSpare() && session.requests.take() ? send() : null;
  if (!session.requests.take()) throw new BudgetExhausted(NO_REQUEST_LEFT);
  const first = await send();
  const keyed = await pastKeyRefusal(session, recorder, call, first, again);
  if (call.runId === null) {
    const room = call.isOrdinary ? withinLimit : isOverLimit(session, call) ? withRoomMade : null;
    const result = room === null ? keyed.result : await room(session, recorder, keyed.result, again);
    return { ...keyed, result };
  }
  const known = await pastUnknownRun(session, recorder, call, keyed.result, again);
  const result = await untilReady(session, recorder, call, known.result, again);
  return { result, violations: [...keyed.violations, ...known.violations] };
}

type Again = () => Promise<CallResult | null>;

/**
 * Sends; after 429, which started nothing, the same call again once the server allows it, at most twice, and not when
 * it asks for a wait that nobody has the time for.
 */
async function sendPatiently(session: Session, recorder: Recorder, call: Call): Promise<CallResult> {
  const send = async (): Promise<CallResult> => {
    const travel = call.isRefused === true ? harmless(session, recorder) : undefined;
    const result = await session.client.send(call.request, travel);
    recorder.request(result.response?.status ?? null, result.evidence.response?.headers);
    return result;
  };
  const pause = async (pauseMs: number): Promise<boolean> => {
    if (isOverLimit(session, call) || !session.requests.hasSpare() || !session.requests.take()) return false;
    await sleep(pauseMs); // with its place: a target that throttles gets no further call meanwhile
    return true;
  };
  const result = await sendPastThrottle(send, ({ response }) => response, THROTTLED, pause);
  if (result.response?.status !== 429) session.throttledInARow = 0;
  else if (!isOverLimit(session, call)) session.throttledInARow += 1;
  return result;
}

/** Where runs at a time are known to be limited, a start needs room and no wait. */
function isOverLimit(session: Session, call: Call): boolean {
  if (call.runId !== null || !session.limit.isSerial) return false;
  return call.isOrdinary || (call.mayStart && call.command === 'start' && isAtLimit(session));
}

/** The right key is right: refused once and accepted when repeated is a failure; refused twice, the environment's. */
async function pastKeyRefusal(
  session: Session,
  recorder: Recorder,
  call: Call,
  first: CallResult,
  again: Again,
): Promise<Decided> {
  const isRefused = ({ response }: CallResult): boolean => KEY_REFUSED.includes(response?.status ?? 0);
  const hasKey = call.request.credential.kind === 'valid' && session.accepted.has('start');
  if (call.isOrdinary && isSuccess(first.response)) recorder.looked(call.command, ['valid-key-acceptance']);
  if (!hasKey || !isRefused(first)) return { result: first, violations: [] };
  const second = await again();
  if (second === null || isRefused(second)) return { result: second ?? first, violations: [] };
  if (!call.isOrdinary || !isSuccess(second.response)) return { result: second, violations: [] };
  recorder.looked(call.command, ['valid-key-acceptance']);
  const title = `The key was refused with ${first.response?.status ?? 0} and accepted when the same call was repeated.`;
  const rule = session.operation.rule('valid-key-acceptance');
  const violation = violationOf(rule, title, { kind: 'intermittent' });
  return { result: second, violations: [{ ...violation, isIntermittent: true, shown: first }] };
}

/**
 * A known run is known. A 404 to one is a failure when the run was at rest, when GET shows it, or when the same call
 * is not answered with 404 again; a run that was at work may have ended and been deleted.
 */
async function pastUnknownRun(
  session: Session,
  recorder: Recorder,
  call: Call,
  first: CallResult,
  again: Again,
): Promise<Decided> {
  const nothing = { result: first, violations: [] };
  if (isSuccess(first.response)) recorder.looked(call.command, ['known-run']);
  if (first.response?.status !== 404 || !call.isAlone || !namesOnly(session, call)) return nothing;
  if (session.states.classOf(call.runId ?? '') === 'terminal') return nothing;
  const second = await again();
  const response = second?.response ?? null;
  if (second === null || response === null) return nothing;
  const { status } = response;
  const violated = (kind: string, title: string, result: CallResult): Decided => {
    recorder.looked(call.command, ['known-run']);
    const violation = violationOf(session.operation.rule('known-run'), title, { kind });
    const isIntermittent = kind === 'intermittent';
    return { result, violations: [{ ...violation, shown: first, isIntermittent }] };
  };
  if (isSuccess(response) || [400, 409, 422, 423].includes(status)) {
    const title = `${call.command} to a run that exists was answered with 404, and with ${status} when it was repeated.`;
    return violated('intermittent', title, second);
  }
  if (status !== 404) return { result: second, violations: [] };
  const state = session.states.of(call.runId ?? '');
  session.lost.add(call.runId ?? '');
  if (session.operation.statusClassOf(state?.status ?? null) === 'at-rest') {
    const title = `${call.command} to a run that was last ${state?.status ?? 'at rest'} was answered with 404 twice.`;
    return violated('forgotten', title, second);
  }
  if ((await getRun(session, recorder, call.about, call.runId ?? '')) !== null) {
    const title = `${call.command} to a run that GET shows was answered with 404 twice.`;
    return violated('forgotten', title, second);
  }
  return { result: second, violations: [] };
}

/** True of a call that names its run and, if any, our workflow: nothing else in it could be unknown. */
function namesOnly(session: Session, { request, runId }: Call): boolean {
  if (request.path !== session.operation.path || request.credential.kind !== 'valid') return false;
  const body = bodyOf(request.body);
  const workflow = body?.['workflow_id'] ?? null;
  return body?.['workflow_run_id'] === runId && (workflow === null || workflow === session.target.workflowId);
}

function bodyOf(text: unknown): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(String(text));
    return isRecord(body) ? body : null;
  } catch {
    return null;
  }
}

/**
 * Repeats a command that the run's state refuses, with growing pauses, until it is accepted, the run is known to be at
 * rest or to have ended, or the patience ends. A status is a hint: a command that belongs in the state that it tells is
 * given the patience too, once for each status.
 */
async function untilReady(
  session: Session,
  recorder: Recorder,
  call: Call,
  first: CallResult,
  again: Again,
): Promise<CallResult> {
  const { states, waiting } = session;
  const runId = call.runId ?? '';
  const sinceMs = performance.now();
  const acceptedMs = states.of(runId)?.acceptedMs ?? sinceMs;
  let result = first;
  let sawRest = false;
  let isShown = false;
  for (let attempt = 0; isRefusedByState(session, call, result); attempt += 1) {
    const isAtRest = isDone(session, call);
    if (isAtRest && (attempt === 0 || sawRest)) return result;
    if (states.classOf(runId) === 'terminal') return result;
    sawRest = isAtRest; // a last call: the run may have come to rest after the one before
    if (!isAtRest) {
      const leftMs = waiting.leftMs(sinceMs);
      if (leftMs <= 0) {
        giveUp(session, call, isShown);
        return result;
      }
      const wishedMs = Math.max(pauseMs(session, acceptedMs, attempt), retryAfterMs(result.response) ?? 0);
      await pauseAside(session, call, Math.min(leftMs, wishedMs));
    }
    const next = await again();
    if (next === null) return result;
    result = next;
    if (isRefusedByState(session, call, result)) {
      isShown = (await getRun(session, recorder, call.about, runId)) !== null;
    } else if (isSuccess(result.response)) states.learned(performance.now() - acceptedMs);
  }
  return result;
}

/** A call that waits is not under way: others that wait beside it would take it for work. */
async function pauseAside(session: Session, call: Call, ms: number): Promise<void> {
  const state = session.states.of(call.runId ?? '');
  if (state !== null) state.inFlight -= 1;
  try {
    await session.waiting.pause(ms, waitingFor(session, call));
  } finally {
    if (state !== null) state.inFlight += 1;
  }
}

function isSuccess(response: ApiResponse | null): boolean {
  return response !== null && response.status >= 200 && response.status <= 299;
}

const BY_STATE: readonly number[] = [409, 423, 425];
const BY_STATE_OF_ORDINARY: readonly number[] = [400, 412, 422];

/**
 * A refusal that speaks of the run, not of the call: by its status, or because nothing is wrong with the call. A 503
 * with a Retry-After is one while the run is at work; otherwise it is the environment's.
 */
function isRefusedByState(
  { operation, states }: Session,
  call: Call,
  { response, request }: CallResult,
): boolean {
  if (response === null) return false;
  if (BY_STATE.includes(response.status)) return true;
  if (response.status === 503)
    return states.classOf(call.runId ?? '') === 'at-work' && retryAfterMs(response) !== null;
  return (
    call.isOrdinary &&
    BY_STATE_OF_ORDINARY.includes(response.status) &&
    readRefusal(operation, request.body, response).field === null
  );
}

/** True when the run is known to be at rest, or was waited for in vain, so that its refusal is final. */
function isDone(session: Session, call: Call): boolean {
  const runId = call.runId ?? '';
  const state = session.states.of(runId);
  if (state !== null && state.inFlight > 1) return false; // other calls to it are under way
  const wasGivenUp = session.unready.has(unreadyKey(session, call));
  if (session.states.classOf(runId) !== 'at-rest') return wasGivenUp;
  const belongs = state !== null && expectedState(acceptedState(state.command), call.command) !== null;
  return !call.isOrdinary || !belongs || wasGivenUp;
}

function unreadyKey(session: Session, call: Call): string {
  return `${session.states.of(call.runId ?? '')?.status ?? ''} ${call.command}`;
}

/**
 * The patience has ended: a status that GET showed all that time is one of rest on this target. A status that nothing
 * has shown again (no GET, a run out of sight, no request left) tells nothing.
 */
function giveUp(session: Session, call: Call, isShown: boolean): void {
  const { states, waiting } = session;
  const state = states.of(call.runId ?? '');
  if (state === null || !waiting.hasPassed(state.sinceMs)) return;
  session.unready.add(unreadyKey(session, call));
  if (isShown) states.restsAt(state.status);
}

const PAUSES_IN_PATIENCE = 300;
const LONGEST_PAUSE_SHARE = 15;
const GROWTH = 1.6;

/** The first pause lasts until work of the usual length is done; further ones grow. */
function pauseMs(session: Session, acceptedMs: number, attempt: number): number {
  const { patienceMs } = session.waiting;
  const least = patienceMs / PAUSES_IN_PATIENCE;
  const workMs = session.states.workMs();
  const leftMs = workMs === null ? 0 : 1.05 * workMs - (performance.now() - acceptedMs);
  if (attempt === 0 && leftMs > least) return leftMs;
  return Math.min(patienceMs / LONGEST_PAUSE_SHARE, least * GROWTH ** attempt);
}

function waitingFor(session: Session, call: Call): string {
  const status = session.states.of(call.runId ?? '')?.status ?? 'at work';
  return `${call.command} is refused while a run is ${status}${isReadable(session) ? '' : ', and there is no GET'}`;
}
