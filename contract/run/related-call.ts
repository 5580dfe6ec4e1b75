import type { CallResult } from '../../api/exchange.ts';
import { JSON_HEADERS } from '../../api/request.ts';
import type { RelatedId } from '../../openapi/related.ts';
import type { Evidence } from '../../result/exchange.ts';
import { ACCEPTED_RESPONSE_CHECKS } from '../checks/accepted-response.ts';
import { ANY_RESPONSE_CHECKS } from '../checks/any-response.ts';
import { runChecks } from '../checks/check.ts';
import { checkIsolation } from '../checks/run-history.ts';
import type { Violation } from '../checks/violation.ts';
import { harmless } from './call.ts';
import type { Recorder } from './recorder.ts';
import { reportFindings, type FlowCase } from './report-findings.ts';
import { foreignCanaries, type Session } from './session.ts';

/** Statuses of a target that lacks an operation, or keeps it from this key: absent, which is no finding. */
const ABSENT: readonly number[] = [401, 403, 404, 405, 410, 501];

/** True of a refusal that says nothing of the operation but that it is not there. */
export function isAbsent({ response }: CallResult): boolean {
  return response !== null && ABSENT.includes(response.status);
}

/**
 * Calls an operation beside the one under test for a run of ours, where a request is left. What no response may do keeps
 * its weight; nothing else is held against a refusal.
 * @param body null for none. A call with one is sent once: it may do something.
 */
export async function callRelated(
  session: Session,
  recorder: Recorder,
  about: FlowCase,
  id: RelatedId,
  runId: string,
  body: unknown = null,
): Promise<CallResult | null> {
  const { operation } = session;
  if (!session.requests.take()) return null;
  const { method, path } = operation.related[id];
  const request = {
    method,
    path: path(runId),
    credential: { kind: 'valid' },
    headers: body === null ? [] : JSON_HEADERS,
    body: body === null ? null : JSON.stringify(body),
  } as const;
  const result = await session.client.send(request, body === null ? harmless(session, recorder) : undefined);
  const { response } = result;
  recorder.request(response?.status ?? null, result.evidence.response?.headers);
  if (response === null) return result;
  const looked = recorder.lookedBy('start');
  looked('run-isolation');
  reportFindings(session, recorder, about, result, 'start', [
    ...runChecks(ANY_RESPONSE_CHECKS, { operation, response }, looked),
    ...checkIsolation(operation, response, foreignCanaries(session, runId, null)),
  ]);
  return result;
}

/**
 * Holds a response that shows a run against the response model. The operation is known from a neighbouring page alone, so
 * what it does to the model weighs as related.
 */
export function checkShownRun(
  session: Session,
  recorder: Recorder,
  about: FlowCase,
  id: RelatedId,
  result: CallResult,
): void {
  const { operation } = session;
  const { response } = result;
  if (response === null) return;
  const { evidence } = operation.related[id];
  // Null, where the page of the operation itself shows it, is what it promises.
  const violations = runChecks(
    ACCEPTED_RESPONSE_CHECKS,
    { operation, response },
    recorder.lookedBy('start'),
  ).filter((violation) => violation.evidence.source !== evidence.source);
  const scope = id === 'getWorkflowRun' ? 'get' : id;
  reportFindings(session, recorder, about, result, 'start', violations.map(related(scope, evidence)));
}

function related(scope: string, evidence: Evidence): (violation: Violation) => Violation {
  return (violation) =>
    violation.severity === 'failure'
      ? { ...violation, severity: 'warning', evidence, kind: `${scope}/${violation.kind}` }
      : violation;
}
