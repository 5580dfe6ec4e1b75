import { checkEcho, type Order, type SentInput } from '../../checks/input-echo.ts';
import type { Violation } from '../../checks/violation.ts';
import { viewOf, type RunView } from '../../checks/run-history.ts';
import type { CallResult } from '../../../api/exchange.ts';
import { getRun } from '../get-run.ts';
import type { Recorder } from '../recorder.ts';
import type { Session } from '../session.ts';
import type { RunFlow } from './run-flow.ts';

/** What a run shows of the inputs that were sent to it. */
export interface ReadBack {
  readonly violations: readonly Violation[];
  /** The inputs that no pair shows. */
  readonly missing: readonly SentInput[];
  /** Those of them that are lost: they have had their time, and the run has gone on or stopped working. */
  readonly lost: readonly SentInput[];
  /** The response that shows it. */
  readonly result: CallResult | null;
}

/**
 * Looks whether every start and data of the walk is stored, in order and once. A server that works in the background
 * is sent again by GET, where it has that, until all is there or the patience has passed.
 */
export async function readBack(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  order: Order,
): Promise<ReadBack> {
  const { waiting } = session;
  const { runId } = flow;
  const sinceMs = performance.now();
  let result = lastAccepted(flow);
  let echo = echoIn(session, result, flow.sent, order);
  let isRead = false;
  for (let attempt = 0; echo.missing.length > 0 && runId !== null; attempt += 1) {
    if (!session.requests.hasAny) break;
    const got = await getRun(session, recorder, flow.about, runId);
    if (got === null) break;
    isRead = true;
    result = got;
    const before = echo.missing.length;
    echo = echoIn(session, got, flow.sent, order);
    if (attempt > 0 && echo.missing.length < before) learn(session, flow);
    const leftMs = waiting.leftMs(sinceMs);
    if (echo.missing.length === 0 || leftMs <= 0) break;
    await waiting.pause(Math.min(leftMs, likelyMs(session, runId, attempt)), AWAITED);
  }
  const shown = flow.sent.filter(mustShow).length > echo.missing.length;
  recorder.looked('start', shown ? ['input-echo'] : []);
  const hadTime = isRead
    ? waiting.hasPassed(sinceMs)
    : echo.missing.every((input) => flow.overdue.has(input));
  const lost = hadTime
    ? echo.missing.filter((input) => isLost(session, flow, echo.missing, input, order))
    : [];
  return { ...echo, result, lost };
}

/** What is told of a wait for inputs. */
export const AWAITED = 'inputs that were accepted are not stored yet';

const PAUSES_IN_PATIENCE = 750;
const LONGEST_PAUSE_SHARE = 15;

/** An input has shown so long after it was accepted. */
function learn({ states }: Session, flow: RunFlow): void {
  const acceptedMs = states.of(flow.runId ?? '')?.acceptedMs;
  if (acceptedMs !== undefined) states.learned(performance.now() - acceptedMs);
}

/** The first pause lasts until inputs are usually stored on this target; further ones grow. */
export function likelyMs(session: Session, runId: string, attempt: number): number {
  const { states } = session;
  const acceptedMs = states.of(runId)?.acceptedMs ?? performance.now();
  const leftMs = 1.05 * (states.workMs() ?? 0) - (performance.now() - acceptedMs);
  return attempt === 0 ? Math.max(leftMs, pauseMs(session, 0)) : pauseMs(session, attempt);
}

/** Growing pauses: 40 ms, 80 ms and so on up to two seconds, where the patience is 30 s. */
export function pauseMs(session: Session, attempt: number): number {
  const { patienceMs } = session.waiting;
  return Math.min(patienceMs / LONGEST_PAUSE_SHARE, (patienceMs / PAUSES_IN_PATIENCE) * 2 ** attempt);
}

/** Lost: an input accepted at the same time or later is stored, or the run is no longer at work. */
function isLost(
  session: Session,
  flow: RunFlow,
  missing: readonly SentInput[],
  input: SentInput,
  order: Order,
): boolean {
  if (session.states.classOf(flow.runId ?? '') !== 'at-work') return true;
  const own = flow.sent.indexOf(input);
  return flow.sent.some(
    (other, i) => mustShow(other) && !missing.includes(other) && (order === 'any' || i > own),
  );
}

/** What the last response to the walk shows of its inputs. */
export function echoOf(session: Session, flow: RunFlow, order: Order): ReturnType<typeof checkEcho> {
  return echoIn(session, lastAccepted(flow), flow.sent, order);
}

/** Start and data bring input to a run, so a pair must show it; of the other commands only what a pair shows is judged. */
function mustShow({ command }: SentInput): boolean {
  return command === 'start' || command === 'data';
}

function lastAccepted(flow: RunFlow): CallResult | null {
  return flow.steps.findLast((taken) => taken.accepted)?.result ?? null;
}

function echoIn(
  session: Session,
  result: CallResult | null,
  wanted: readonly SentInput[],
  order: Order,
): ReturnType<typeof checkEcho> {
  const response = result?.response;
  if (response?.body.kind !== 'json') return { violations: [], missing: wanted.filter(mustShow) };
  const view: RunView = viewOf(response.body.value, response.text);
  const echo = checkEcho(session.operation, view, wanted, order);
  return { ...echo, missing: echo.missing.filter(mustShow) };
}
