import { runIdOf, runStatusOf } from '../contract/checks/accepted-answer.ts';
import type { Objection } from '../contract/checks/objection.ts';
import type { SentInput } from '../contract/checks/input-echo.ts';
import type { Asked } from '../contract/exchange.ts';
import { toFinding } from '../contract/finding.ts';
import { readRefusal } from '../contract/refusal.ts';
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
  /** True when the refusal gives `command` as the place of what is wrong. */
  readonly blamesCommand: boolean;
}

/** A run of ours and the inputs that it accepted so far. */
export interface Walk {
  readonly about: WalkCase;
  runId: string | null;
  readonly steps: Step[];
  readonly sent: SentInput[];
  /** Inputs that have had their time: the next answer must show them. */
  readonly overdue: Set<SentInput>;
}

export function newWalk(about: WalkCase): Walk {
  return { about, runId: null, steps: [], sent: [], overdue: new Set() };
}

/** A walk that goes on with a run which the test named has left, or null when there is none. */
export function walkOn(session: Session, about: WalkCase, from: string): Walk | null {
  const at = session.spareRuns.findIndex((spare) => spare.from === from);
  const [spare] = at === -1 ? [] : session.spareRuns.splice(at, 1);
  if (spare === undefined) return null;
  const { runId, asked, sent } = spare;
  const status = runStatusOf(asked.answer);
  const start: Step = { command: 'start', asked, accepted: true, status, blamesCommand: false };
  return { about, runId, steps: [start], sent: [...sent], overdue: new Set() };
}

/** Leaves the walk's run to other tests. */
export function leaveTo(session: Session, walk: Walk): void {
  const asked = walk.steps.findLast((taken) => taken.accepted)?.asked;
  if (walk.runId === null || asked === undefined) return;
  session.spareRuns.push({ runId: walk.runId, from: walk.about.id, asked, sent: walk.sent });
}

/** Gives one command to the walk's run (a start makes the run) and puts the answer through the general checks. */
export async function step(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  command: Command,
  isAlone = true,
): Promise<Step> {
  const canary = session.canary(walk.about.id);
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
  if (accepted) {
    walk.sent.push({ command, body: { ...body }, canary });
    session.accepted.add(command);
  }
  const taken: Step = {
    command,
    asked: heard.asked,
    accepted,
    status: runStatusOf(answer),
    blamesCommand: blamesCommand(session, heard.asked),
  };
  walk.steps.push(taken);
  return taken;
}

/** True when a refusal gives `command` as its structured place: prose that only names the command may speak of a state. */
export function blamesCommand({ operation }: Session, { answer, request }: Asked): boolean {
  if (answer === null) return false;
  const { judgesValue, place, field } = readRefusal(operation, request.body, answer);
  return judgesValue && place === 'structured' && field === 'command';
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
    redactQuote: session.target.redactQuote,
  } as const;
  recorder.objected(command, objections, session.plan.strict);
  recorder.found(objections.map((objection) => toFinding(objection, context)));
}

/** The last status that an answer of the walk showed. */
export function lastStatus(walk: Walk): string | null {
  return walk.steps.findLast((taken) => taken.status !== null)?.status ?? null;
}
