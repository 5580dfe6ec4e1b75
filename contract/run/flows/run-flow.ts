import { runIdOf, runStatusOf } from '../../../api/response.ts';
import type { SentInput } from '../../checks/input-echo.ts';
import type { CallResult } from '../../../api/exchange.ts';
import { readRefusal } from '../../refusal/refusal.ts';
import { commandBody, post, startBody } from '../../../api/request.ts';
import type { Command } from '../../../openapi/registry.ts';
import { sendAndCheck } from '../send-and-check.ts';
import type { Call } from '../call.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings, type FlowCase } from '../report-findings.ts';
import type { Session } from '../session.ts';

export type { FlowCase } from '../report-findings.ts';

/** How a command went: accepted, refused, or nothing that tells. */
export interface Step {
  readonly command: Command;
  readonly result: CallResult;
  readonly accepted: boolean;
  /** The run's own status after it, where the response shows one. */
  readonly status: string | null;
  /** True when the refusal gives `command` as the place of what is wrong. */
  readonly blamesCommand: boolean;
}

/** A run of ours and the inputs that it accepted so far. */
export interface RunFlow {
  readonly about: FlowCase;
  runId: string | null;
  readonly steps: Step[];
  readonly sent: SentInput[];
  /** Inputs that have had their time: the next response must show them. */
  readonly overdue: Set<SentInput>;
}

export function newRunFlow(about: FlowCase): RunFlow {
  return { about, runId: null, steps: [], sent: [], overdue: new Set() };
}

/** A walk that goes on with a run which the test named has left, or null when there is none. */
export function continueFlow(session: Session, about: FlowCase, from: string): RunFlow | null {
  const at = session.spareRuns.findIndex((spare) => spare.from === from);
  const [spare] = at === -1 ? [] : session.spareRuns.splice(at, 1);
  if (spare === undefined) return null;
  const { runId, result, sent } = spare;
  session.held.add(runId);
  const status = runStatusOf(result.response);
  const start: Step = { command: 'start', result, accepted: true, status, blamesCommand: false };
  return { about, runId, steps: [start], sent: [...sent], overdue: new Set() };
}

/** Leaves the walk's run to other tests. */
export function leaveTo(session: Session, flow: RunFlow): void {
  const result = flow.steps.findLast((taken) => taken.accepted)?.result;
  if (flow.runId === null || result === undefined) return;
  session.held.delete(flow.runId);
  session.spareRuns.push({ runId: flow.runId, from: flow.about.id, result, sent: flow.sent });
}

/** How a step differs from an ordinary one. */
export interface StepOptions {
  /** False when other calls to the same run are under way. */
  readonly isAlone?: boolean;
  /** Sends the last accepted input again, to the letter. */
  readonly repeats?: SentInput;
}

/** Gives one command to the walk's run (a start makes the run) and puts the response through the general checks. */
export async function step(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  command: Command,
  { isAlone = true, repeats }: StepOptions = {},
): Promise<Step> {
  const canary = repeats?.canary ?? session.canary(flow.about.id);
  const subject = session.subject(flow.runId);
  const isStart = flow.runId === null;
  const body =
    repeats?.body ??
    (flow.runId === null ? startBody(subject, canary) : commandBody(subject, command, flow.runId, canary));
  const call: Call = {
    command,
    request: post(session.operation, body),
    canary,
    runId: flow.runId,
    mayStart: isStart,
    expectsEcho: command === 'start' || command === 'data',
    about: flow.about,
    isOrdinary: true,
    topic: command,
    isAlone,
    ...(repeats === undefined ? {} : { repeats: isStart ? 'start' : (repeats.copies ?? 1) + 1 }),
  };
  const checked = await sendAndCheck(session, recorder, call);
  reportFindings(session, recorder, flow.about, checked.result, command, checked.violations);
  const { response } = checked.result;
  const accepted = response !== null && response.status >= 200 && response.status <= 299;
  if (accepted && isStart) flow.runId = runIdOf(response);
  if (accepted) {
    note(flow, { command, body: { ...body }, canary }, isStart ? undefined : repeats);
    session.accepted.add(command);
  }
  const taken: Step = {
    command,
    result: checked.result,
    accepted,
    status: runStatusOf(response),
    blamesCommand: !accepted && blamesCommand(session, checked.result),
  };
  flow.steps.push(taken);
  return taken;
}

/** An input that was sent twice is one entry that two pairs must show. */
function note(flow: RunFlow, input: SentInput, repeats: SentInput | undefined): void {
  const at = repeats === undefined ? -1 : flow.sent.indexOf(repeats);
  if (at === -1) flow.sent.push(input);
  else flow.sent[at] = { ...input, copies: (repeats?.copies ?? 1) + 1 };
}

/** True when a refusal gives `command` as its structured place: prose that only names the command may speak of a state. */
export function blamesCommand({ operation }: Session, { response, request }: CallResult): boolean {
  if (response === null) return false;
  const { judgesValue, place, field } = readRefusal(operation, request.body, response);
  return judgesValue && place === 'structured' && field === 'command';
}

/**
 * Steps that leave at the same moment: all have ended before one that gave up is told, so that none goes on sending, and
 * stopping runs, under the next item.
 */
export async function together<T>(steps: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(steps);
  return Promise.all(steps);
}

/** A walk on a run that another test has left, or on one of its own. */
export async function begun(
  session: Session,
  recorder: Recorder,
  about: FlowCase,
  from: string,
): Promise<RunFlow> {
  const left = continueFlow(session, about, from);
  if (left !== null) return left;
  const flow = newRunFlow(about);
  await step(session, recorder, flow, 'start');
  return flow;
}

/** The last status that a response of the walk showed. */
export function lastStatus(flow: RunFlow): string | null {
  return flow.steps.findLast((taken) => taken.status !== null)?.status ?? null;
}

/** What kept the commands of a walk from being judged: the first that was refused; null when all were accepted. */
export function refusedIn(flow: RunFlow): string | null {
  const refused = flow.steps.find((taken) => !taken.accepted);
  if (refused === undefined) return null;
  const status = refused.result.response?.status;
  const how = status === undefined ? 'was not answered' : `was refused with ${status}`;
  return `${refused.command} ${how}: what comes after it was not seen`;
}
