import { setTimeout as sleep } from 'node:timers/promises';
import { violationOf } from '../../checks/violation.ts';
import { flowOf } from '../../budget/flows.ts';
import type { Command } from '../../../openapi/registry.ts';
import { judgeHistory } from './history.ts';
import type { Undecided } from '../test-item.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { Session } from '../session.ts';
import { begun, leaveTo, newRunFlow, step, together, type Step, type RunFlow } from './run-flow.ts';

const others = flowOf('lifecycle/others');
const duringData = flowOf('lifecycle/during-data');
const repeated = flowOf('lifecycle/repeated');

/**
 * Gives commands to one run and looks whether another, which nobody touched, takes data as before. Nothing else is
 * asked meanwhile: a server that mixes up its runs would let any call interfere.
 */
export async function leavesOthersAlone(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const commanded = await begun(session, recorder, others, 'control/start');
  const bystander = newRunFlow(others);
  await step(session, recorder, bystander, 'start');
  if (commanded.runId === null || bystander.runId === null)
    return { outcome: 'inconclusive', reason: 'two runs were not started' };
  for (const [i, command] of (['pause', 'stop'] as const).entries()) {
    const given = await step(session, recorder, commanded, command);
    const after = await step(session, recorder, bystander, 'data');
    if (after.accepted) {
      if (given.accepted) recorder.looked(command, ['run-isolation']);
      continue;
    }
    if (!given.accepted)
      return { outcome: 'inconclusive', reason: 'data was refused: no run could be watched' };
    return judgeBystander(session, recorder, command, after, i + 1);
  }
  leaveTo(session, bystander);
  return null;
}

/** A third run, with nothing beside it, tells whether it was the command that kept the data away. */
async function judgeBystander(
  session: Session,
  recorder: Recorder,
  command: Command,
  refused: Step,
  times: number,
): Promise<Undecided | null> {
  const status = refused.result.response?.status;
  const control = newRunFlow(others);
  await step(session, recorder, control, 'start');
  for (let i = 0; i < times && control.runId !== null; i += 1) await step(session, recorder, control, 'data');
  if (status === undefined || control.runId === null || control.steps.some((taken) => !taken.accepted))
    return { outcome: 'inconclusive', reason: 'data was refused: no run could be watched' };
  const title = `data to one run was refused with ${status} after ${command} to another; without that it is accepted.`;
  recorder.looked(command, ['run-isolation']);
  reportFindings(session, recorder, others, refused.result, command, [
    violationOf(session.operation.rule('run-isolation'), title, { kind: `changed-by/${command}` }),
  ]);
  return null;
}

/** How much later the second data leaves than the pause: what reads, works and saves has then read. */
const LATER_MS = 12;

export async function keepsDataBeside(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const flow = newRunFlow(duringData);
  await step(session, recorder, flow, 'start');
  if (flow.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
  const beside = { isAlone: false };
  await together([
    step(session, recorder, flow, 'pause', beside),
    step(session, recorder, flow, 'data', beside),
    sleep(LATER_MS).then(() => step(session, recorder, flow, 'data', beside)),
  ]);
  await step(session, recorder, flow, 'resume');
  await together([
    step(session, recorder, flow, 'stop', beside),
    step(session, recorder, flow, 'data', beside),
  ]);
  return judgeHistory(session, recorder, flow, 'any');
}

/** Two equal starts are two runs, and data that is sent twice is stored twice: who sends means it. */
export async function tellsRepetitionsApart(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const [first, second] = [newRunFlow(repeated), newRunFlow(repeated)];
  await step(session, recorder, first, 'start');
  const [start] = first.sent;
  if (start === undefined) return { outcome: 'inconclusive', reason: 'the run was not started' };
  const startAgain = (): Promise<Step> => step(session, recorder, second, 'start', { repeats: start });
  const isOneAtATime = session.limit.isSerial && session.limit.active === 1;
  if (!isOneAtATime) await startAgain();
  const data = await step(session, recorder, first, 'data');
  const input = first.sent.at(-1);
  if (data.accepted && input !== undefined) await step(session, recorder, first, 'data', { repeats: input });
  const judged = await judgeHistory(session, recorder, first);
  await endAll(session, recorder, [first]);
  if (isOneAtATime) await startAgain(); // with the first one stopped there is room for it
  await endAll(session, recorder, [second]);
  return judged;
}

async function endAll(session: Session, recorder: Recorder, all: readonly RunFlow[]): Promise<void> {
  for (const flow of all) if (flow.runId !== null) await step(session, recorder, flow, 'stop');
}
