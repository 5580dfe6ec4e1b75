import type { Operation } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import { violationOf, type Violation } from './violation.ts';
import { isGatewayPage } from '../../api/response.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { readRefusal } from '../refusal/refusal.ts';

/** What the positive control says: negatives may be believed, or the API is at fault, or nothing can be judged. */
export type ControlJudgement =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly violations: readonly Violation[] }
  | { readonly kind: 'inconclusive'; readonly inconclusive: Inconclusive };

/**
 * Judges one ordinary start. Inconclusive only for what is not the API's doing: no response, a refused key, an operation
 * that is not there, throttling, a gateway, a run input that the workflow does not take.
 */
export function judgeControl(operation: Operation, result: CallResult): ControlJudgement {
  const { response } = result;
  if (response === null) return inconclusive(silence(result));
  if (isGatewayPage(response)) {
    return inconclusive({
      cause: 'not-an-api',
      sentence: `The target answered ${response.status} with something else than JSON: a login or a gateway stands before the API.`,
    });
  }
  const isAccepted = response.status >= 200 && response.status <= 299;
  if (isAccepted && response.body.kind !== 'unreadable') return { kind: 'accepted' };
  const byStatus = environment(response, responseText(result));
  if (byStatus !== null) return inconclusive(byStatus);
  if (response.body.kind === 'unreadable') {
    return inconclusive({
      cause: 'unreadable-response',
      sentence: `The target answered an ordinary start with ${response.status} in the coding ${response.body.coding}, which was not asked for and can't be read here.`,
    });
  }
  if (response.status >= 400 && response.status <= 499)
    return refused(operation, result, response, responseText(result));
  if (response.status >= 500) return { kind: 'failed', violations: [] }; // server-error-absence speaks for it
  const title = `An ordinary start was answered with ${response.status}; the page promises 200.`;
  return {
    kind: 'failed',
    violations: [violationOf(operation.rule('status-code-conformance'), title, { kind: 'control' })],
  };
}

function inconclusive(why: Inconclusive): ControlJudgement {
  return { kind: 'inconclusive', inconclusive: why };
}

/** The response's text as evidence has it: redacted, on one line, short. */
function responseText(result: CallResult): string {
  return (result.evidence.response?.body ?? '').replace(/\s+/g, ' ').slice(0, 200);
}

/** Says why no response came, as the reason of a whole part. */
export function silence(result: CallResult): Inconclusive {
  const failure = result.evidence.failure ?? { kind: 'network', message: 'no response' };
  const said = `(${failure.message}).`;
  if (failure.kind === 'tls')
    return {
      cause: 'tls-not-verified',
      sentence: `The target's TLS certificate could not be verified, so the key was not sent ${said}`,
    };
  return failure.kind === 'proxy'
    ? {
        cause: 'proxy-failed',
        sentence: `The proxy opened no tunnel to the target, so nothing was sent ${said}`,
      }
    : { cause: 'environment-down', sentence: `The target gave no response ${said}` };
}

function environment(response: ApiResponse, text: string): Inconclusive | null {
  const said = text === '' ? '' : ` (${text})`;
  switch (response.status) {
    case 401:
    case 403:
      return {
        cause: 'key-refused',
        sentence: `The target refused the key with ${response.status}${said}: check INTERACTLY_API_KEY and INTERACTLY_HEADERS.`,
      };
    case 404:
    case 405:
      return {
        cause: 'operation-not-deployed',
        sentence: `The target answered an ordinary start with ${response.status}${said}: the operation is not deployed there, or INTERACTLY_WORKFLOW_ID is unknown to it.`,
      };
    case 429:
      return { cause: 'throttled', sentence: `The target throttled the first calls with 429${said}.` };
    case 502:
    case 503:
    case 504:
      return { cause: 'environment-down', sentence: `The environment answered ${response.status}${said}.` };
    default:
      return null;
  }
}

/**
 * An ordinary start says nothing wrong, so a refusal that judges one of its values by a structured place is the API's
 * fault; but not when the place is inside a map, which is the workflow's own need, or our workflow's id, which is configured.
 */
function refused(
  operation: Operation,
  result: CallResult,
  response: ApiResponse,
  text: string,
): ControlJudgement {
  const { judgesValue, place, field, inside } = readRefusal(operation, result.request.body, response);
  if (judgesValue && field === 'workflow_id' && place === 'structured') {
    const message = `The target refused the configured workflow with ${response.status} (${text}): check INTERACTLY_WORKFLOW_ID.`;
    return inconclusive({ cause: 'run-input-refused', sentence: message });
  }
  if (!judgesValue || field === null || place !== 'structured' || inside.length > 0) {
    const message = `The target refused an ordinary start with ${response.status} (${text}): give the input that the workflow needs in INTERACTLY_RUN_INPUT.`;
    return inconclusive({ cause: 'run-input-refused', sentence: message });
  }
  const rule = operation.rule(field === 'command' ? 'command-acceptance' : 'positive-data-acceptance');
  const title = `An ordinary start was refused with ${response.status}, which names ${field}, though the page allows its value.`;
  return { kind: 'failed', violations: [violationOf(rule, title, { kind: `control/${field}` })] };
}
