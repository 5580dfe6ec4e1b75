import { ACCEPTED_RESPONSE_CHECKS } from '../checks/accepted-response.ts';
import { runStatusOf } from '../../api/response.ts';
import { ANY_RESPONSE_CHECKS } from '../checks/any-response.ts';
import { runChecks } from '../checks/check.ts';
import type { Violation } from '../checks/violation.ts';
import { checkIsolation, viewOf } from '../checks/run-history.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Evidence } from '../../result/exchange.ts';
import type { Recorder } from './recorder.ts';
import { reportFindings, type FlowCase } from './report-findings.ts';
import { harmless } from './call.ts';
import { foreignCanaries, type Session } from './session.ts';

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
  const { operation } = session;
  if (!isReadable(session) || !session.requests.take()) return null;
  const { method, path, evidence } = operation.related.getWorkflowRun;
  const request = {
    method,
    path: path(runId),
    credential: { kind: 'valid' },
    headers: [],
    body: null,
  } as const;
  const result = await session.client.send(request, harmless(session, recorder));
  const { response } = result;
  recorder.request(response?.status ?? null, result.evidence.response?.headers);
  if (response === null) return null;
  const looked = recorder.lookedBy('start');
  looked('run-isolation');
  reportFindings(session, recorder, about, result, 'start', [
    ...runChecks(ANY_RESPONSE_CHECKS, { operation, response }, looked),
    ...checkIsolation(operation, response, foreignCanaries(session, runId, null)),
  ]);
  if (response.status !== 200) {
    if (session.readsRefused !== null) session.readsRefused += 1;
    return null;
  }
  session.readsRefused = null;
  noteStatus(session, runId, result);
  // Null, where the page of GET itself shows it, is what GET promises.
  const violations = runChecks(ACCEPTED_RESPONSE_CHECKS, { operation, response }, looked)
    .filter((violation) => violation.evidence.source !== evidence.source)
    .map(related(evidence));
  reportFindings(session, recorder, about, result, 'start', violations);
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

function related(evidence: Evidence): (violation: Violation) => Violation {
  return (violation) =>
    violation.severity === 'failure'
      ? { ...violation, severity: 'warning', evidence, kind: `get/${violation.kind}` }
      : violation;
}
