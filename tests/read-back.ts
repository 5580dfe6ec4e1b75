import { setTimeout as sleep } from 'node:timers/promises';
import { ACCEPTED_ANSWER_CHECKS, checkAcceptedAnswer } from '../contract/checks/accepted-answer.ts';
import { ANY_ANSWER_CHECKS, checkAnyAnswer } from '../contract/checks/any-answer.ts';
import { checkEcho, type Order, type SentInput } from '../contract/checks/input-echo.ts';
import type { Objection } from '../contract/checks/objection.ts';
import { checkIsolation, viewOf, type RunView } from '../contract/checks/run-history.ts';
import type { Asked } from '../contract/exchange.ts';
import type { Evidence } from '../reports/exchange.ts';
import { harmless } from './ask.ts';
import type { Recorder } from './record.ts';
import { foreignCanaries, type Session } from './session.ts';
import { blame, type Walk } from './walk.ts';

/** After waits that were in vain the next one is half as long: a server that never shows its inputs costs seconds, not minutes. */
const PATIENCE_LEAST_MS = 250;
/** The first pause; each further one is twice as long. */
const READ_BACK_PAUSE_MS = 40;
/** A target that refuses to show so many runs and has shown none has no such route. */
const READS_REFUSED_MAX = 3;
const GET_EVIDENCE: Evidence = { level: 'related', source: 'page get-workflow-run' };

/**
 * Looks whether every start and data of the walk is stored, in order and once; a server that works in the background
 * is asked again by GET, where it has that, until a deadline. Whether a run has ended says nothing of that: a server
 * may store the last inputs after it said so.
 * @returns the inputs that no pair shows, and whether they have had their time.
 */
export async function readBack(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  order: Order,
): Promise<{
  readonly objections: readonly Objection[];
  readonly missing: readonly SentInput[];
  readonly asked: Asked | null;
  readonly isSettled: boolean;
}> {
  const wanted = walk.sent;
  const until = Date.now() + session.patienceMs;
  let asked = lastAccepted(walk);
  let pauseMs = READ_BACK_PAUSE_MS;
  let echo = echoIn(session, asked, wanted, order);
  while (echo.missing.length > 0 && walk.runId !== null && session.requests.hasAny) {
    const got = await get(session, recorder, walk);
    if (got === null) break;
    asked = got;
    echo = echoIn(session, got, wanted, order);
    const leftMs = until - Date.now();
    if (echo.missing.length === 0 || leftMs <= 0) break;
    await sleep(Math.min(pauseMs, leftMs));
    pauseMs *= 2;
  }
  const isOver = Date.now() >= until;
  if (echo.missing.length > 0 && isOver)
    session.patienceMs = Math.max(PATIENCE_LEAST_MS, session.patienceMs / 2);
  recorder.looked('start', echo.missing.length < wanted.filter(mustShow).length ? ['input-echo'] : []);
  return { ...echo, asked, isSettled: isOver || echo.missing.every((input) => walk.overdue.has(input)) };
}

/** What the last answer to the walk shows of its inputs. */
export function echoOf(session: Session, walk: Walk, order: Order): ReturnType<typeof checkEcho> {
  return echoIn(session, lastAccepted(walk), walk.sent, order);
}

/** Start and data bring input to a run, so a pair must show it; of the other commands only what a pair shows is judged. */
function mustShow({ command }: SentInput): boolean {
  return command === 'start' || command === 'data';
}

function lastAccepted(walk: Walk): Asked | null {
  return walk.steps.findLast((taken) => taken.accepted)?.asked ?? null;
}

function echoIn(
  session: Session,
  asked: Asked | null,
  wanted: readonly SentInput[],
  order: Order,
): ReturnType<typeof checkEcho> {
  const answer = asked?.answer;
  if (answer?.body.kind !== 'json') return { objections: [], missing: wanted.filter(mustShow) };
  const view: RunView = viewOf(answer.body.value, answer.text);
  const echo = checkEcho(session.operation, view, wanted, order);
  return { ...echo, missing: echo.missing.filter(mustShow) };
}

/**
 * The run by GET, or null when the target has no such route. That route is known from a neighbouring page alone, so
 * what its answers do to the response model weighs as related; what no answer may do keeps its weight.
 */
export async function get(session: Session, recorder: Recorder, walk: Walk): Promise<Asked | null> {
  const { operation } = session;
  const isKnownToLack = session.readsRefused !== null && session.readsRefused >= READS_REFUSED_MAX;
  if (isKnownToLack || !session.requests.take()) return null;
  const request = {
    method: 'GET',
    path: `${operation.path}/${walk.runId ?? ''}`,
    credential: { kind: 'valid' },
    headers: [],
    body: null,
  } as const;
  const asked = await session.door.send(request, harmless(session, recorder));
  const { answer } = asked;
  recorder.request(answer?.status ?? null);
  if (answer === null) return null;
  recorder.looked('start', [...ANY_ANSWER_CHECKS, 'run-isolation']);
  blame(session, recorder, walk, asked, 'start', [
    ...checkAnyAnswer(operation, answer),
    ...checkIsolation(operation, answer, foreignCanaries(session, walk.runId, null)),
  ]);
  if (answer.status !== 200) {
    if (session.readsRefused !== null) session.readsRefused += 1;
    return null;
  }
  session.readsRefused = null;
  recorder.looked('start', ACCEPTED_ANSWER_CHECKS);
  blame(session, recorder, walk, asked, 'start', checkAcceptedAnswer(operation, answer).map(related));
  return asked;
}

function related(objection: Objection): Objection {
  if (objection.severity !== 'failure') return objection;
  return { ...objection, severity: 'warning', evidence: GET_EVIDENCE, kind: `get/${objection.kind}` };
}
