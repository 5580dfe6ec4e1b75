import { setTimeout as sleep } from 'node:timers/promises';
import { checkEcho } from '../contract/checks/input-echo.ts';
import { object, type Objection } from '../contract/checks/objection.ts';
import { viewOf } from '../contract/checks/run-history.ts';
import type { Asked } from '../contract/exchange.ts';
import { WALK_TITLES } from '../contract/walk-titles.ts';
import { toFinding } from '../contract/finding.ts';
import type { Item, Undecided } from './item.ts';
import { get } from './read-back.ts';
import type { Recorder } from './record.ts';
import type { AwaitedInput, Session } from './session.ts';
import { newWalk, step, type Walk } from './walk.ts';

const PAUSE_MS = 40;
const about = {
  id: 'lifecycle/later',
  title: WALK_TITLES['lifecycle/later'],
  group: 'lifecycle',
  command: 'data',
  field: null,
};

/** Comes last: what no answer has shown until then. It asks nothing of a server that shows inputs at once. */
export function laterItems(after: readonly string[]): readonly Item[] {
  return [{ about, after, conduct: lookLater }];
}

/**
 * Reads a run back by GET until it shows what is awaited of it, or a deadline has passed, and judges what it shows.
 * Nothing where the target has no such route: then it stays awaited.
 */
export async function readAwaited(session: Session, recorder: Recorder, runId: string): Promise<void> {
  const until = Date.now() + session.patienceMs;
  for (let pauseMs = PAUSE_MS; session.requests.hasSpare(); pauseMs *= 2) {
    const own = session.awaited.filter((one) => one.runId === runId);
    if (own.length === 0) return;
    await sleep(pauseMs);
    const asked = await get(session, recorder, walkOf(runId));
    if (asked === null) return;
    const isLast = Date.now() >= until;
    for (const one of own) judge(session, recorder, one, asked, isLast);
    if (isLast) session.patienceMs = Math.max(session.patienceMs / 2, PAUSE_MS);
  }
}

function walkOf(runId: string): Walk {
  return { ...newWalk(about), runId };
}

/** Judges an awaited input by an answer about its run; one that is not shown is lost once it has had its time. */
function judge(
  session: Session,
  recorder: Recorder,
  awaited: AwaitedInput,
  asked: Asked,
  isLast: boolean,
): void {
  const { operation } = session;
  const { testCase, input } = awaited;
  const { answer } = asked;
  if (answer?.body.kind !== 'json') return;
  const echo = checkEcho(operation, viewOf(answer.body.value, answer.text), [input], 'any');
  const isShown = echo.missing.length === 0;
  if (!isShown && !isLast) return;
  session.awaited.splice(session.awaited.indexOf(awaited), 1);
  recorder.looked(testCase.command, ['input-echo']);
  const title = `The input of ${input.command} was accepted, but no pair of the run holds it.`;
  const responsePath = '/workflow_run/workflow_run/input_output_pairs';
  const lost = object(operation.rule('input-echo'), title, { kind: `lost/${input.command}`, responsePath });
  const objections: readonly Objection[] = isShown ? echo.objections : [lost];
  const context = {
    caseId: testCase.id,
    caseTitle: testCase.title,
    command: testCase.command,
    asked,
    reproduced: 'not-retried',
    strict: session.plan.strict,
    redactQuote: session.target.redactQuote,
  } as const;
  recorder.found(objections.map((objection) => toFinding(objection, context)));
}

/** By GET where the target has that, else by the answer to one more `data`, after the time that a server may take. */
async function lookLater(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const runIds = (): readonly string[] => [...new Set(session.awaited.map(({ runId }) => runId))];
  for (const runId of runIds()) await readAwaited(session, recorder, runId);
  if (session.awaited.length > 0) await sleep(session.patienceMs);
  for (const runId of runIds()) {
    if (!session.requests.hasSpare()) break;
    const taken = await step(session, recorder, walkOf(runId), 'data');
    if (!taken.accepted) continue;
    for (const one of session.awaited.filter((awaited) => awaited.runId === runId))
      judge(session, recorder, one, taken.asked, true);
  }
  const left = session.awaited.length;
  if (left === 0) return null;
  return {
    outcome: 'inconclusive',
    reason: `${left} accepted inputs were shown by no answer, and the target has no GET to read them back`,
  };
}
