import type { Order } from '../contract/checks/input-echo.ts';
import { object } from '../contract/checks/objection.ts';
import type { Undecided } from './item.ts';
import { readBack } from './read-back.ts';
import type { Recorder } from './record.ts';
import type { Session } from './session.ts';
import { blame, type Walk } from './walk.ts';

/** Inputs that a settled run does not show are lost; of a run that may still work, nothing can be said. */
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
