import { setTimeout as sleep } from 'node:timers/promises';
import { documentedFieldNamedIn } from '../contract/checks/expectation.ts';
import { runIdOf, runStatusOf } from '../contract/checks/accepted-answer.ts';
import type { Objection } from '../contract/checks/objection.ts';
import { compareViews, viewOf, type RunView } from '../contract/checks/run-history.ts';
import { checkEcho, type Order, type SentInput } from '../contract/checks/input-echo.ts';
import type { Asked } from '../contract/exchange.ts';
import { toFinding } from '../contract/finding.ts';
import { commandBody, post, startBody } from '../contract/request.ts';
import type { Command } from '../openapi/registry.ts';
import { ask } from './ask.ts';
import type { Recorder } from './record.ts';
import type { Session } from './session.ts';

/** Which test walks, for its findings. */
export interface WalkCase {
  readonly id: string;
  readonly title: string;
}

/** How a command went: accepted, refused, or nothing that tells. */
export interface Step {
  readonly command: Command;
  readonly asked: Asked;
  readonly accepted: boolean;
  /** The run's own status after it, where the answer shows one. */
  readonly status: string | null;
  /** True when the refusal names `command` as what is wrong. */
  readonly blamesCommand: boolean;
}

/** A run of ours and the inputs that it accepted so far. */
export interface Walk {
  readonly about: WalkCase;
  runId: string | null;
  readonly steps: Step[];
  readonly sent: SentInput[];
}

const READ_BACK_LIMIT_MS = 3000;
const READ_BACK_PAUSE_MS = 60;

export function newWalk(about: WalkCase): Walk {
  return { about, runId: null, steps: [], sent: [] };
}

/** Gives one command to the walk's run (a start makes the run) and puts the answer through the general checks. */
export async function step(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  command: Command,
  isAlone = true,
): Promise<Step> {
  const canary = session.canary();
  const subject = session.subject(walk.runId);
  const isStart = walk.runId === null;
  const body =
    walk.runId === null ? startBody(subject, canary) : commandBody(subject, command, walk.runId, canary);
  const call = {
    command,
    request: post(session.operation, body),
    canary,
    runId: walk.runId,
    mayStart: isStart,
    expectsEcho: command === 'start' || command === 'data',
    topic: command,
    isAlone,
  };
  const heard = await ask(session, recorder, call);
  blame(session, recorder, walk, heard.asked, command, heard.objections);
  const { answer } = heard.asked;
  const accepted = answer !== null && answer.status >= 200 && answer.status <= 299;
  if (accepted && isStart) walk.runId = runIdOf(answer);
  if (accepted) walk.sent.push({ command, body: { ...body }, canary });
  const refused = answer !== null && answer.status >= 400 && answer.status <= 499;
  const taken: Step = {
    command,
    asked: heard.asked,
    accepted,
    status: runStatusOf(answer),
    blamesCommand:
      refused &&
      [400, 422].includes(answer.status) &&
      documentedFieldNamedIn(session.operation, answer) === 'command',
  };
  walk.steps.push(taken);
  return taken;
}

/** Turns objections to an answer of the walk into findings. */
export function blame(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  asked: Asked | null,
  command: string,
  objections: readonly Objection[],
): void {
  const context = {
    caseId: walk.about.id,
    caseTitle: walk.about.title,
    command,
    asked,
    reproduced: 'not-retried',
    strict: session.plan.strict,
  } as const;
  recorder.found(objections.map((objection) => toFinding(objection, context)));
}

/** The last status that an answer of the walk showed. */
export function lastStatus(walk: Walk): string | null {
  return walk.steps.findLast((taken) => taken.status !== null)?.status ?? null;
}

/**
 * Looks whether every start and data of the walk is stored, in order and once; a server that works in the background
 * is asked again by GET, where it has that, until a deadline.
 * @returns the inputs that no pair shows, and whether the run may still be working.
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
  const wanted = walk.sent.filter((input) => input.command === 'start' || input.command === 'data');
  const until = Date.now() + READ_BACK_LIMIT_MS;
  const last = walk.steps.findLast((taken) => taken.accepted);
  let asked = last?.asked ?? null;
  let echo = echoIn(session, asked, wanted, order);
  while (echo.missing.length > 0 && walk.runId !== null && Date.now() < until) {
    const got = await get(session, recorder, walk);
    if (got === null) break;
    asked = got;
    echo = echoIn(session, got, wanted, order);
    if (echo.missing.length > 0) await sleep(READ_BACK_PAUSE_MS);
  }
  recorder.looked('start', echo.missing.length < wanted.length ? ['input-echo'] : []);
  const later = await compareWithLater(session, recorder, walk);
  const status = runStatusOf(asked?.answer ?? null);
  return {
    ...echo,
    objections: [...echo.objections, ...later],
    asked,
    isSettled:
      Date.now() >= until || (status !== null && session.operation.terminalStatuses.includes(status)),
  };
}

function echoIn(
  session: Session,
  asked: Asked | null,
  wanted: readonly SentInput[],
  order: Order,
): ReturnType<typeof checkEcho> {
  const answer = asked?.answer;
  if (answer?.body.kind !== 'json') return { objections: [], missing: wanted };
  const view: RunView = viewOf(answer.body.value, answer.text);
  return checkEcho(session.operation, view, wanted, order);
}

/** Holds the run as GET shows it against the last answer; nothing where the target has no such route. */
async function compareWithLater(
  session: Session,
  recorder: Recorder,
  walk: Walk,
): Promise<readonly Objection[]> {
  const before = session.views.get(walk.runId ?? '');
  const answer = before === undefined ? null : (await get(session, recorder, walk))?.answer;
  if (before === undefined || answer?.body.kind !== 'json') return [];
  recorder.looked('start', ['fixed-fields', 'history-conservation']);
  return compareViews(session.operation, before, viewOf(answer.body.value, answer.text));
}

/** The run by GET, or null when the target has no such route. It is a read-back, so only its history is looked at. */
async function get(session: Session, recorder: Recorder, walk: Walk): Promise<Asked | null> {
  const asked = await session.door.send({
    method: 'GET',
    path: `${session.operation.path}/${walk.runId ?? ''}`,
    credential: { kind: 'valid' },
    headers: [],
    body: null,
  });
  recorder.request(asked.answer?.status ?? null);
  return asked.answer?.status === 200 ? asked : null;
}
