import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../contract/checks/input-echo.ts';
import { object } from '../contract/checks/objection.ts';
import { compareViews, viewOf } from '../contract/checks/run-history.ts';
import type { Undecided } from './item.ts';
import { echoOf, get, readBack } from './read-back.ts';
import type { Recorder } from './record.ts';
import type { Session } from './session.ts';
import { blame, type Walk } from './walk.ts';

/** Inputs that are not shown after a deadline are lost; of a run that may still work, nothing can be said. */
export async function judgeHistory(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  order: Order = 'as-sent',
): Promise<Undecided | null> {
  const back = await readBack(session, recorder, walk, order);
  blame(session, recorder, walk, back.asked, 'start', back.objections);
  const [lost] = back.missing;
  if (lost === undefined) return null;
  if (!back.isSettled)
    return {
      outcome: 'inconclusive',
      reason: `the input of ${lost.command} was not stored yet, and the target has no GET to read it back`,
    };
  const rule = session.operation.rule('input-echo');
  const title = `The input of ${lost.command} was accepted, but no pair of the run holds it.`;
  blame(session, recorder, walk, back.asked, lost.command, [
    object(rule, title, {
      kind: `lost/${lost.command}`,
      responsePath: '/workflow_run/workflow_run/input_output_pairs',
    }),
  ]);
  return null;
}

/**
 * Gives a server that works in the background and has no GET the time to store what was sent, before the last command:
 * an answer that comes after that must show it. With GET the run is read back at the end instead.
 */
export async function waitForInputs(
  session: Session,
  recorder: Recorder,
  walk: Walk,
  order: Order,
): Promise<void> {
  const { missing } = echoOf(session, walk, order);
  if (missing.length === 0 || (await get(session, recorder, walk)) !== null) return;
  await sleep(session.patienceMs);
  for (const input of missing) walk.overdue.add(input);
}

/** Holds the run as GET shows it against the last answer; nothing where the target has no such route. */
export async function compareWithLater(session: Session, recorder: Recorder, walk: Walk): Promise<void> {
  const before = session.views.get(walk.runId ?? '');
  const asked = before === undefined ? null : await get(session, recorder, walk);
  if (before === undefined || asked?.answer?.body.kind !== 'json') return;
  recorder.looked('start', ['fixed-fields', 'history-conservation']);
  const later = viewOf(asked.answer.body.value, asked.answer.text);
  blame(session, recorder, walk, asked, 'start', compareViews(session.operation, before, later));
}
