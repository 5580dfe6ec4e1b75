import { checkEcho } from '../../checks/input-echo.ts';
import { violationOf, type Violation } from '../../checks/violation.ts';
import { viewOf, type RunView } from '../../checks/run-history.ts';
import type { CallResult } from '../../../api/exchange.ts';
import { getRun } from '../get-run.ts';
import { flowOf } from '../../budget/flows.ts';
import type { Undecided } from '../test-item.ts';
import { isCommandPlanned } from '../plan.ts';
import { AWAITED, likelyMs } from './stored-inputs.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { PendingInput, Session } from '../session.ts';
import { newRunFlow, step, type RunFlow } from './run-flow.ts';

const about = flowOf('lifecycle/later');

/**
 * Reads a run back by GET until it shows what is awaited of it, or the time has passed, and judges what it shows.
 * Nothing where the target has no such route: then it stays awaited.
 */
export async function readPendingInputs(
  session: Session,
  recorder: Recorder,
  runId: string,
  mostMs: number,
): Promise<void> {
  const sinceMs = performance.now();
  for (let attempt = 0; session.requests.hasSpare(); attempt += 1) {
    if (session.pendingInputs.every((one) => one.runId !== runId)) return;
    const leftMs = Math.min(session.waiting.leftMs(sinceMs), sinceMs + mostMs - performance.now());
    await session.waiting.pause(Math.min(Math.max(0, leftMs), likelyMs(session, runId, attempt)), AWAITED);
    const result = await getRun(session, recorder, about, runId);
    if (result === null) return;
    judgeAll(session, recorder, runId, result);
    if (leftMs <= 0) return;
  }
}

function lateFlow(runId: string): RunFlow {
  return { ...newRunFlow(about), runId };
}

/** Judges what is awaited of a run by a response about it. */
function judgeAll(session: Session, recorder: Recorder, runId: string, result: CallResult): void {
  const { response } = result;
  if (response?.body.kind !== 'json') return;
  const view = viewOf(response.body.value, response.text);
  const own = session.pendingInputs.filter((one) => one.runId === runId);
  const missing = own.filter(({ input }) => echo(session, view, [input]).missing.length > 0);
  for (const one of own) {
    if (!missing.includes(one))
      settle(session, recorder, one, result, echo(session, view, [one.input]).violations);
    else if (isLost(session, one, own, missing)) {
      const title = `The input of ${one.input.command} was accepted, but no pair of the run holds it.`;
      const responsePath = '/workflow_run/workflow_run/input_output_pairs';
      const rule = session.operation.rule('input-echo');
      settle(session, recorder, one, result, [
        violationOf(rule, title, { kind: `lost/${one.input.command}`, responsePath }),
      ]);
    }
  }
}

function echo(
  session: Session,
  view: RunView,
  inputs: readonly PendingInput['input'][],
): ReturnType<typeof checkEcho> {
  return checkEcho(session.operation, view, inputs, 'any');
}

/** Lost: its time has passed, and a later input is stored or the run is no longer at work. */
function isLost(
  session: Session,
  one: PendingInput,
  own: readonly PendingInput[],
  missing: readonly PendingInput[],
): boolean {
  if (!session.waiting.hasPassed(one.acceptedMs)) return false;
  if (session.states.classOf(one.runId) !== 'at-work') return true;
  return own.some((other) => other.acceptedMs > one.acceptedMs && !missing.includes(other));
}

function settle(
  session: Session,
  recorder: Recorder,
  pendingInputs: PendingInput,
  result: CallResult,
  violations: readonly Violation[],
): void {
  const { testCase } = pendingInputs;
  session.pendingInputs.splice(session.pendingInputs.indexOf(pendingInputs), 1);
  recorder.looked(testCase.command, ['input-echo']);
  reportFindings(session, recorder, testCase, result, testCase.command, violations);
}

/**
 * What no response has shown until the end is looked for: by GET where the target has that, else by the response to one more `data`, where that is sent, after the time that a
 * server may take.
 */
export async function lookLater(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const runIds = (): readonly string[] => [...new Set(session.pendingInputs.map(({ runId }) => runId))];
  const { waiting } = session;
  await Promise.all(runIds().map((runId) => readPendingInputs(session, recorder, runId, waiting.patienceMs)));
  const sendsData = isCommandPlanned(session.plan, 'data');
  if (session.pendingInputs.length > 0 && sendsData) {
    const youngestMs = Math.max(...session.pendingInputs.map(({ acceptedMs }) => acceptedMs));
    await waiting.pause(waiting.leftMs(youngestMs), AWAITED);
  }
  for (const runId of runIds()) {
    if (!sendsData || !session.requests.hasSpare()) break;
    const taken = await step(session, recorder, lateFlow(runId), 'data');
    if (taken.accepted) judgeAll(session, recorder, runId, taken.result);
  }
  const left = session.pendingInputs.length;
  if (left === 0) return null;
  return { outcome: 'inconclusive', reason: `${left} accepted inputs were shown by no response` };
}
