import { runStatusOf } from '../../api/response.ts';
import { viewOf } from '../checks/run-history.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Recorder } from './recorder.ts';
import { callRelated, checkShownRun } from './related-call.ts';
import type { FlowCase } from './report-findings.ts';
import type { Session } from './session.ts';

/** A target that refuses to show so many runs and has shown none has no such route. */
const READS_REFUSED_MAX = 3;

/** False once the target has shown that it has no GET of a run. */
export function isReadable(session: Session): boolean {
  return session.readsRefused === null || session.readsRefused < READS_REFUSED_MAX;
}

/**
 * The run by GET, or null when the target has no such route. That route is known from a neighbouring page alone, so
 * what its responses do to the response model weighs as related; what no response may do keeps its weight.
 */
export async function getRun(
  session: Session,
  recorder: Recorder,
  about: FlowCase,
  runId: string,
): Promise<CallResult | null> {
  if (!isReadable(session)) return null;
  const result = await callRelated(session, recorder, about, 'getWorkflowRun', runId);
  const response = result?.response ?? null;
  if (result === null || response === null) return null;
  if (response.status !== 200) {
    if (session.readsRefused !== null) session.readsRefused += 1;
    return null;
  }
  session.readsRefused = null;
  noteStatus(session, runId, result);
  checkShownRun(session, recorder, about, 'getWorkflowRun', result);
  return result;
}

/** A read model may lag behind: what it shows counts unless it is older than what a command has shown. */
function noteStatus(session: Session, runId: string, { response }: CallResult): void {
  if (response?.body.kind !== 'json') return;
  const known = session.views.get(runId);
  const shown = viewOf(response.body.value, response.text);
  const isOlder =
    isBefore(shown.updatedAt, known?.updatedAt ?? null) ||
    (known?.inputs?.length ?? 0) > (shown.inputs?.length ?? 0);
  if (isOlder) return;
  session.states.seen(runId, runStatusOf(response));
  if (session.states.classOf(runId) === 'terminal') session.runs.ended(runId, 'completed');
}

function isBefore(timeMs: number | null, otherMs: number | null): boolean {
  return timeMs !== null && otherMs !== null && timeMs < otherMs;
}
