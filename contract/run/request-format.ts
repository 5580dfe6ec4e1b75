import { capitalized, subjectOf } from '../checks/happened.ts';
import type { Case } from '../cases/case.ts';
import { ENVIRONMENT_STATUSES } from '../checks/any-response.ts';
import type { Judgement } from '../checks/expectation.ts';
import { violationOf } from '../checks/violation.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { sendAndCheck } from './send-and-check.ts';
import type { Call } from './call.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** A server may want to know the length of a body before it reads it (RFC 9110, section 15.5.12). */
const LENGTH_REQUIRED = 411;

/** True for a case that varies how a valid call travels, not what it says. */
export function isAboutForm(testCase: Case): boolean {
  return testCase.group === 'protocol' && testCase.intent === 'keep';
}

/**
 * Judges such a case. Why it was refused need not be read: when the same body is accepted in the ordinary form, it was
 * refused for its form.
 */
export async function judgeForm(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  call: Call,
  response: ApiResponse,
): Promise<Judgement> {
  const fine: Judgement = { violations: [], inconclusive: null, observation: null, refusal: null };
  const { status } = response;
  if (status >= 200 && status <= 299) return fine;
  if (testCase.framing === 'chunked' && status === LENGTH_REQUIRED) return fine;
  if (ENVIRONMENT_STATUSES.includes(status))
    return { ...fine, inconclusive: `the environment answered ${status}` };
  const { method, path, credential, body } = call.request;
  const request = {
    method,
    path,
    credential,
    body,
    headers: [['content-type', 'application/json']] as const,
  };
  const twin = await sendAndCheck(session, recorder, { ...call, request });
  const twinStatus = twin.result.response?.status ?? 0;
  if (twinStatus < 200 || twinStatus > 299) {
    const seen = twinStatus === 0 ? 'was not answered' : `was answered with ${twinStatus}`;
    return { ...fine, inconclusive: `answered ${status}; the same call in the ordinary form ${seen}` };
  }
  const title = `${capitalized(subjectOf(testCase.title))} is answered with ${status}, while the same body in the ordinary form was accepted.`;
  const at = { kind: 'refused', schemaPath: testCase.constraint, evidence: testCase.evidence };
  return { ...fine, violations: [violationOf(session.operation.rule(testCase.rule), title, at)] };
}
