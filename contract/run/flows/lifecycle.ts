import { LIFECYCLE, RUN_COMMANDS } from '../../commands.ts';
import { flowOf } from '../../budget/flows.ts';
import { runStatusOf } from '../../../api/response.ts';
import { violationOf } from '../../checks/violation.ts';
import { exemplify } from '../exemplify.ts';
import { getRun, isReadable } from '../get-run.ts';
import { reportFindings } from '../report-findings.ts';
import { judgeHistory, waitForInputs } from './history.ts';
import { compareWithLater } from './read-back.ts';
import type { Undecided } from '../test-item.ts';
import { leaveAlive } from './live-runs.ts';
import type { Recorder } from '../recorder.ts';
import { restMsOf } from './after-rest.ts';
import type { Session } from '../session.ts';
import {
  begun,
  leaveTo,
  newRunFlow,
  refusedIn,
  step,
  together,
  continueFlow,
  type RunFlow,
} from './run-flow.ts';

const whole = flowOf('lifecycle/whole');
const twins = flowOf('lifecycle/twins');
const ended = flowOf('lifecycle/ended');
const parallel = flowOf('lifecycle/parallel');
const parallelStarts = flowOf('lifecycle/parallel-starts');
const PARALLEL = 3;

export async function keepsItself(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const flow = await begun(session, recorder, whole, parallelStarts.id);
  if (flow.runId === null)
    return {
      outcome: 'inconclusive',
      reason: `the run was not started: ${describe(flow.steps[0]?.result.response?.status)}`,
    };
  const [, ...commands] = LIFECYCLE;
  for (const command of commands) {
    if (command === commands.at(-1)) await waitForInputs(session, recorder, flow, 'as-sent');
    await step(session, recorder, flow, command);
  }
  const judged = await judgeHistory(session, recorder, flow);
  await compareWithLater(session, recorder, flow);
  if (flow.steps.at(-1)?.accepted === true) leaveTo(session, flow);
  return notSeen(flow) ?? judged;
}

export async function areTwo(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const first = await begun(session, recorder, twins, 'lifecycle/others');
  const second = await begun(session, recorder, twins, parallelStarts.id);
  if (first.runId === null || second.runId === null)
    return { outcome: 'inconclusive', reason: 'two runs were not started' };
  await step(session, recorder, first, 'data');
  await step(session, recorder, second, 'data');
  const left = await judgeHistory(session, recorder, first);
  const judged = (await judgeHistory(session, recorder, second)) ?? left;
  await compareWithLater(session, recorder, first);
  leaveAlive(session, first);
  leaveAlive(session, second);
  return judged;
}

export async function keepsAll(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const flow = await begun(session, recorder, parallel, parallelStarts.id);
  if (flow.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
  await together(
    Array.from({ length: PARALLEL }, () => step(session, recorder, flow, 'data', { isAlone: false })),
  );
  await waitForInputs(session, recorder, flow, 'any');
  await step(session, recorder, flow, 'stop');
  const judged = await judgeHistory(session, recorder, flow, 'any');
  return notSeen(flow) ?? judged;
}

/** A step that was refused is not seen, and neither is what comes after it. */
function notSeen(flow: RunFlow): Undecided | null {
  const reason = refusedIn(flow);
  return reason === null ? null : { outcome: 'inconclusive', reason };
}

/** Starts that leave at the same moment: as many runs as were accepted, each with its own input. */
export async function areDistinct(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const fresh = Array.from({ length: PARALLEL }, () => newRunFlow(parallelStarts));
  await together(fresh.map((flow) => step(session, recorder, flow, 'start')));
  const accepted = fresh.filter((flow) => flow.runId !== null);
  if (accepted.length < 2)
    return { outcome: 'inconclusive', reason: 'two starts sent at the same time were not both accepted' };
  recorder.looked('start', ['run-uniqueness']);
  const judged = await together(accepted.map((flow) => judgeHistory(session, recorder, flow)));
  for (const flow of accepted) leaveTo(session, flow);
  return judged.find((one) => one !== null) ?? null;
}

export async function afterTheEnd(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const left = continueFlow(session, ended, whole.id);
  const flow = left ?? newRunFlow(ended);
  if (left === null) {
    await step(session, recorder, flow, 'start');
    if (flow.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
    const stopped = await step(session, recorder, flow, 'stop');
    if (!stopped.accepted) return { outcome: 'inconclusive', reason: 'the run could not be stopped' };
  }
  for (const command of RUN_COMMANDS) {
    const taken = await step(session, recorder, flow, command);
    const status = taken.result.response?.status;
    if (status === undefined) continue;
    recorder.observed({
      rule: 'command-on-ended-run',
      confirmed: status >= 400 && status <= 499,
      seen: `${command} to a stopped run: ${status}`,
      exchange: taken.result.evidence,
    });
  }
  await judgeEnd(session, recorder, flow);
  return null;
}

/** A run in a terminal status stays there, whatever is sent to it, also after a rest. */
async function judgeEnd(session: Session, recorder: Recorder, flow: RunFlow): Promise<void> {
  const { operation } = session;
  const stopped = flow.steps.find(({ status }) => operation.statusClassOf(status) === 'terminal');
  if (stopped === undefined || flow.runId === null) return;
  const later = flow.steps.slice(flow.steps.indexOf(stopped) + 1).filter(({ status }) => status !== null);
  const moved = later.find(({ status }) => operation.statusClassOf(status) !== 'terminal')?.result ?? null;
  if (moved === null && isReadable(session)) await session.waiting.rest(restMsOf(session));
  const shown = moved ?? (await getRun(session, recorder, ended, flow.runId));
  const status = runStatusOf(shown?.response ?? null);
  if (shown === null || status === null) return;
  recorder.looked('stop', ['terminal-status']);
  if (operation.statusClassOf(status) === 'terminal') {
    exemplify(session, recorder, ['terminal-status'], shown, []);
    return;
  }
  const title = `A run that was ${stopped.status ?? 'ended'} is ${status} later.`;
  reportFindings(session, recorder, ended, shown, 'stop', [
    violationOf(operation.rule('terminal-status'), title, { kind: 'moved-on' }),
  ]);
}

function describe(status: number | undefined): string {
  return status === undefined ? 'no response' : `answered ${status}`;
}
