import { isGatewayPage } from '../api/response.ts';
import { headerOf, type ApiResponse, type CallResult } from '../api/exchange.ts';
import { readRefusal } from '../contract/refusal/refusal.ts';
import type { Operation } from '../openapi/registry.ts';

/** What a response to a request that has to be refused says of who gave it. Pure. */
export type Kind =
  /** A refusal by something that knows the operation, or may. */
  | 'refused'
  /** The key, or its lack, was refused. */
  | 'auth'
  | 'not-found'
  /** Another method is wanted, or the operation is gone or not built. */
  | 'no-such-method'
  /** A page for people: a gateway, a login, a captive portal. */
  | 'page'
  | 'redirect'
  | 'throttled'
  /** A gateway that reaches nobody: 502, 503, 504. */
  | 'down'
  | 'server-error'
  /** Success, though there was nothing to succeed with. */
  | 'success'
  | 'silent';

/** What kind of response came to a request that has to be refused. */
export function kindOf({ response: response }: Pick<CallResult, 'response'>): Kind {
  if (response === null) return 'silent';
  const { status } = response;
  if (status >= 300 && status <= 399) return 'redirect';
  if (status === 429) return 'throttled';
  if ([502, 503, 504].includes(status)) return 'down';
  if (status === 407 || status === 511) return 'page';
  if (status === 404 || isUnroutedByGateway(response)) return 'not-found';
  if ([405, 410, 501].includes(status)) return 'no-such-method';
  if (isPage(response)) return 'page';
  if (status >= 500) return 'server-error';
  if (status === 401 || status === 403) return 'auth';
  if (status >= 200 && status <= 299) return 'success';
  return 'refused';
}

/** A managed gateway that knows no such path says 403 and asks for the signature that its own calls would have. */
function isUnroutedByGateway(response: ApiResponse): boolean {
  const said = `${headerOf(response, 'x-amzn-errortype') ?? ''} ${response.text.slice(0, 300)}`;
  return response.status === 403 && UNROUTED.test(said);
}

const UNROUTED =
  /^(MissingAuthenticationToken|IncompleteSignature)Exception|Missing Authentication Token|\(missing equal-sign\)/i;

/** A page with markup; a short text, such as frameworks send with a 401, is no page, nor is one that asks for a bearer key. */
function isPage(response: ApiResponse): boolean {
  if (!isGatewayPage(response)) return false;
  if (/^bearer\b/i.test(headerOf(response, 'www-authenticate') ?? '')) return false;
  const isSuccess = response.status >= 200 && response.status <= 299;
  return isSuccess || /<[a-z!]/i.test(response.text);
}

/** What was said, without what differs from call to call, so that two refusals can be compared. */
export function saidIn(operation: Operation, { request, response: response }: CallResult): string {
  if (response === null) return 'nothing';
  const paths = [request.path, request.path.split('?')[0] ?? ''];
  const withoutPath = (text: string): string =>
    paths.reduce((rest, path) => rest.replaceAll(path, '/').replaceAll(encodeURI(path), '/'), text);
  const text = withoutPath(response.text);
  const body =
    response.body.kind === 'json' ? ({ kind: 'json', value: parsed(text) } as const) : response.body;
  return readRefusal(operation, request.body, { status: response.status, text, body }).group;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Where the operation stands, as its refusals show it. */
export type Deployment =
  | { readonly kind: 'deployed'; readonly by: CallResult }
  /** The key, or its lack, is refused on every path, also on one that no server has: nothing behind it could be seen. */
  | { readonly kind: 'shut'; readonly by: CallResult }
  | { readonly kind: Exclude<Kind, 'refused' | 'auth'>; readonly by: CallResult };

/**
 * Whether the operation is deployed. A gateway may refuse every path for want of a key, and an API may hide behind 404,
 * so the response with the key decides where the one without it says little; a 404, a 401 and a 403 are held against those
 * of a path that does not exist.
 * @param withKey asks the same with the key, and `elsewhere` on a path that no server has.
 */
export async function findDeployment(
  operation: Operation,
  withoutKey: CallResult,
  withKey: () => Promise<CallResult>,
  elsewhere: () => Promise<CallResult>,
): Promise<Deployment> {
  const first = kindOf(withoutKey);
  if (first === 'silent' || first === 'throttled' || first === 'down') return { kind: first, by: withoutKey };
  const keyed = await withKey();
  const kind = kindOf(keyed);
  if (kind === 'refused') return { kind: 'deployed', by: keyed };
  if (kind === 'auth' || kind === 'not-found') {
    const nowhere = await elsewhere();
    const isCompared = nowhere.response !== null && !['throttled', 'down'].includes(kindOf(nowhere));
    const isOfAnyPath = isCompared && saidIn(operation, nowhere) === saidIn(operation, keyed);
    if (kind === 'auth') return { kind: isOfAnyPath ? 'shut' : 'deployed', by: keyed };
    return { kind: isCompared && !isOfAnyPath ? 'deployed' : kind, by: keyed };
  }
  // Without the key it was refused as by an API: what the API then does with the key is for the contract tests.
  const isApi = first === 'refused' || first === 'auth';
  if ((kind === 'success' || kind === 'server-error') && isApi) return { kind: 'deployed', by: keyed };
  return { kind, by: keyed };
}
