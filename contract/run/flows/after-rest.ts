import { violationOf } from '../../checks/violation.ts';
import { runStatusOf } from '../../../api/response.ts';
import { flowOf, type FlowId } from '../../budget/flows.ts';
import { exemplify } from '../exemplify.ts';
import { getRun } from '../get-run.ts';
import { judgeHistory } from './history.ts';
import type { Command } from '../../../openapi/registry.ts';
import type { Conduct, Undecided } from '../test-item.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { Session } from '../session.ts';
import { newRunFlow, refusedIn, step, type RunFlow } from './run-flow.ts';

/** How long a run rests, less where the patience is short. Whoever deploys it keeps state behind caches and several instances. */
const REST_MS = 5000;
/**
 * On loopback nothing is deployed, and the cases beside it take a second: what forgets after 1.5 s is still found, and
 * nobody waits for longer.
 */
const REST_LOOPBACK_MS = 2000;
const REST_SHARE = 6;

/** How long a run rests, in milliseconds. */
export function restMsOf({ waiting, target }: Pick<Session, 'waiting' | 'target'>): number {
  return Math.min(target.isLoopback ? REST_LOOPBACK_MS : REST_MS, waiting.patienceMs / REST_SHARE);
}

type RestId = Extract<FlowId, `lifecycle/rest-${string}`>;

/** Commands with a rest between them. Side by side they try each command after a rest in each state it belongs in. */
const REST: Readonly<Record<RestId, readonly (Command | 'rest')[]>> = {
  'lifecycle/rest-data': ['start', 'rest', 'data', 'stop'],
  'lifecycle/rest-pause': ['start', 'rest', 'pause', 'stop'],
  'lifecycle/rest-stop': ['start', 'rest', 'stop'],
  'lifecycle/rest-paused-resume': ['start', 'pause', 'rest', 'resume', 'stop'],
  'lifecycle/rest-paused-stop': ['start', 'pause', 'rest', 'stop'],
};

/** A flow in which a run rests: what a server keeps in memory alone, or for a short time, is gone then. */
export function afterRest(id: RestId): Conduct {
  return (session, recorder) => restBetween(session, recorder, newRunFlow(flowOf(id)), REST[id]);
}

async function restBetween(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  commands: readonly (Command | 'rest')[],
): Promise<Undecided | null> {
  const restMs = restMsOf(session);
  for (const command of commands) {
    if (command === 'rest') {
      await session.waiting.rest(restMs);
      if (flow.steps.at(-1)?.command === 'pause') await judgePause(session, recorder, flow);
      continue;
    }
    await step(session, recorder, flow, command);
    if (flow.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
  }
  const refused = refusedIn(flow);
  const judged = await judgeHistory(session, recorder, flow);
  return refused === null ? judged : { outcome: 'inconclusive', reason: refused };
}

/** An accepted pause that showed as paused lasts over the rest. */
async function judgePause(session: Session, recorder: Recorder, flow: RunFlow): Promise<void> {
  const paused = flow.steps.at(-1);
  if (paused?.accepted !== true || paused.status !== 'paused' || flow.runId === null) return;
  const shown = await getRun(session, recorder, flow.about, flow.runId);
  const status = runStatusOf(shown?.response ?? null);
  if (shown === null || status === null) return;
  recorder.looked('pause', ['pause-persistence']);
  if (status === paused.status) {
    exemplify(session, recorder, ['pause-persistence'], shown, []);
    return;
  }
  const title = `An accepted pause ended by itself: the run was paused and is ${status} after a rest.`;
  reportFindings(session, recorder, flow.about, shown, 'pause', [
    violationOf(session.operation.rule('pause-persistence'), title, { kind: 'ended' }),
  ]);
}
