import type { Order } from '../../checks/input-echo.ts';
import { violationOf } from '../../checks/violation.ts';
import { getRun, isReadable } from '../get-run.ts';
import type { Undecided } from '../test-item.ts';
import { AWAITED, echoOf, readBack } from './stored-inputs.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { Session } from '../session.ts';
import type { RunFlow } from './run-flow.ts';

/** Inputs that are not shown after the patience are lost, unless the run still works and has stored none since. */
export async function judgeHistory(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  order: Order = 'as-sent',
): Promise<Undecided | null> {
  const back = await readBack(session, recorder, flow, order);
  reportFindings(session, recorder, flow.about, back.result, 'start', back.violations);
  const [missing] = back.missing;
  if (missing === undefined) return null;
  const [lost] = back.lost;
  if (lost === undefined) {
    const why = isReadable(session) ? 'the run is still at work' : 'the target has no GET to read it back';
    return {
      outcome: 'inconclusive',
      reason: `the input of ${missing.command} was not stored yet, and ${why}`,
    };
  }
  const rule = session.operation.rule('input-echo');
  const title = `The input of ${lost.command} was accepted, but no pair of the run holds it.`;
  const responsePath = '/workflow_run/workflow_run/input_output_pairs';
  recorder.looked(lost.command, ['input-echo']);
  reportFindings(session, recorder, flow.about, back.result, lost.command, [
    violationOf(rule, title, { kind: `lost/${lost.command}`, responsePath }),
  ]);
  return null;
}

/**
 * Gives a server that works in the background and has no GET the time to store what was sent, before the last command:
 * a response that comes after that must show it. With GET the run is read back at the end instead.
 */
export async function waitForInputs(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  order: Order,
): Promise<void> {
  const { missing } = echoOf(session, flow, order);
  if (missing.length === 0 || flow.runId === null) return;
  if ((await getRun(session, recorder, flow.about, flow.runId)) !== null) return;
  const sinceMs = performance.now();
  const leftMs = session.waiting.leftMs(sinceMs);
  await session.waiting.pause(leftMs, `${AWAITED}, and there is no GET`);
  if (!session.waiting.hasPassed(sinceMs)) return; // the waits of all are over
  for (const input of missing) flow.overdue.add(input);
}
