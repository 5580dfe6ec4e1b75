import { planOf } from '../../commands.ts';
import { commandFlow } from '../../budget/flows.ts';
import { violationOf } from '../../checks/violation.ts';
import type { Command } from '../../../openapi/registry.ts';
import type { Conduct, Undecided } from '../test-item.ts';
import { isCommandPlanned } from '../plan.ts';
import type { Recorder } from '../recorder.ts';
import type { Session } from '../session.ts';
import { reportFindings } from '../report-findings.ts';
import { newRunFlow, step, type Step, type RunFlow } from './run-flow.ts';

/** The flow of one command: it must be accepted in some state that can be reached. */
export function acceptsCommand(command: Command): Conduct {
  const about = commandFlow(command);
  return (session, recorder) => tryStates(session, recorder, command, about);
}

/** A command given in one state. The first of its states is the one in which it belongs. */
interface Trial {
  readonly flow: RunFlow;
  readonly last: Step;
  readonly isLikeliest: boolean;
}

/** Brings fresh runs into one state after the other until the command is accepted in one. */
async function tryStates(
  session: Session,
  recorder: Recorder,
  command: Command,
  about: { id: string; title: string },
): Promise<Undecided | null> {
  if (session.accepted.has(command)) {
    recorder.looked(command, ['command-acceptance']);
    return null; // in another walk
  }
  const tried: Trial[] = [];
  for (const [i, state] of planOf(command).entries()) {
    if (i > 0 && !state.every((one) => one === 'start' || isCommandPlanned(session.plan, one))) continue;
    const flow = newRunFlow(about);
    const last = await reach(session, recorder, flow, [...state, command]);
    if (last === null) continue;
    recorder.looked(command, ['command-acceptance']);
    if (last.accepted) return null;
    tried.push({ flow, last, isLikeliest: i === 0 });
    if (last.blamesCommand) break;
  }
  return judge(session, recorder, command, tried);
}

/** Gives the commands one after the other; null when one on the way was not accepted. */
async function reach(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  commands: readonly Command[],
): Promise<Step | null> {
  let last: Step | null = null;
  for (const [i, command] of commands.entries()) {
    last = await step(session, recorder, flow, command);
    const isLast = i === commands.length - 1;
    if (!isLast && (!last.accepted || flow.runId === null)) return null;
  }
  return last;
}

function judge(
  session: Session,
  recorder: Recorder,
  command: Command,
  tried: readonly Trial[],
): Undecided | null {
  const refused = tried.filter(({ last }) => isRefusal(last));
  const [first] = refused;
  if (first === undefined) return judgeOdd(session, recorder, command, tried);
  const named = refused.find(({ last }) => last.blamesCommand);
  const rule = session.operation.rule('command-acceptance');
  if (named !== undefined) {
    const title = `${command} is refused with ${named.last.result.response?.status ?? 0} as an invalid command, though the page names it.`;
    reportFindings(session, recorder, named.flow.about, named.last.result, command, [
      violationOf(rule, title, { kind: `invalid/${command}` }),
    ]);
    return null;
  }
  if (refused[0]?.isLikeliest !== true) {
    return {
      outcome: 'inconclusive',
      reason: `no run could be brought into the state in which ${command} belongs`,
    };
  }
  const alive = refused.find((trial) => !hadEnded(session, trial));
  if (alive === undefined)
    return {
      outcome: 'inconclusive',
      reason: `each run had ended, or was not known any more, before ${command} came: not seen`,
    };
  const title = `${command} was refused in every state tried (${refused.map(({ flow }) => statusBefore(flow)).join(', ')}).`;
  reportFindings(session, recorder, alive.flow.about, alive.last.result, command, [
    violationOf(rule, title, { kind: `refused/${command}` }),
  ]);
  return null;
}

/** Neither accepted nor refused in any state: a redirect is a response that the page does not promise. */
function judgeOdd(
  session: Session,
  recorder: Recorder,
  command: Command,
  tried: readonly Trial[],
): Undecided | null {
  const odd = tried.find(({ last }) => {
    const status = last.result.response?.status ?? 0;
    return status >= 300 && status <= 399;
  });
  if (odd === undefined)
    return { outcome: 'inconclusive', reason: `${command} got no response that accepts or refuses it` };
  const title = `${command} was answered with ${odd.last.result.response?.status ?? 0} in every state tried; the page promises 200.`;
  const rule = session.operation.rule('status-code-conformance');
  reportFindings(session, recorder, odd.flow.about, odd.last.result, command, [
    violationOf(rule, title, { kind: `redirected/${command}` }),
  ]);
  return null;
}

function isRefusal(taken: Step): boolean {
  const status = taken.result.response?.status ?? 0;
  return status >= 400 && status <= 499 && ![408, 429].includes(status);
}

const UNKNOWN: readonly number[] = [404, 410];

/** A run that showed a terminal status before, or that is unknown by now: it may have ended and been deleted. */
function hadEnded(session: Session, { flow, last }: Trial): boolean {
  return (
    UNKNOWN.includes(last.result.response?.status ?? 0) ||
    session.operation.statusClassOf(statusBefore(flow)) === 'terminal' ||
    session.states.classOf(flow.runId ?? '') === 'terminal'
  );
}

function statusBefore(flow: RunFlow): string {
  return flow.steps.findLast((taken) => taken.accepted)?.status ?? 'unknown';
}
