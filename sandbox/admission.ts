import type { Call } from './call.ts';
import { jsonReply, refusal, withHeaders, type Reply } from './reply.ts';

/** The path of the operation. */
export const RUNS_PATH = '/workflows/v1/workflow-runs';

/** The refusal of a path or a method; undefined for a call that has a handler. */
export function route(call: Call): Reply | undefined {
  if (call.path === RUNS_PATH) return methodRefusal(call, 'POST');
  if (call.path === `${RUNS_PATH}/`) {
    return withHeaders({ ...jsonReply(307, null, 'path'), body: '' }, { location: RUNS_PATH });
  }
  if (runIdOf(call) !== undefined) return methodRefusal(call, 'GET');
  return refusal(404, 'Not Found', 'path');
}

/** The run id in the path of a call that reads a run. */
export function runIdOf(call: Call): string | undefined {
  return READ_PATH.exec(call.path)?.[1];
}

/** The refusal of a key; undefined for a good one. */
export function authenticate(call: Call, key: string): Reply | undefined {
  if (call.authorization === undefined || call.authorization === '') return keyRefusal('Not authenticated');
  const { scheme, credentials } = splitAuthorization(call.authorization);
  if (scheme.toLowerCase() !== 'bearer') return keyRefusal('Invalid authentication credentials');
  if (credentials === '') return keyRefusal('Not authenticated');
  return credentials === key ? undefined : keyRefusal('Invalid API key');
}

/** The two parts of an Authorization header. */
export function splitAuthorization(header: string): {
  readonly scheme: string;
  readonly credentials: string;
} {
  const gap = header.indexOf(' ');
  if (gap < 0) return { scheme: header, credentials: '' };
  return { scheme: header.slice(0, gap), credentials: header.slice(gap + 1).trim() };
}

/** The refusal of a key. */
export function keyRefusal(detail: string): Reply {
  return withHeaders(refusal(401, detail, 'key'), { 'www-authenticate': 'Bearer' });
}

function methodRefusal(call: Call, allowed: string): Reply | undefined {
  if (call.method === allowed) return undefined;
  return withHeaders(refusal(405, 'Method Not Allowed', 'method'), { allow: allowed });
}

const READ_PATH = /^\/workflows\/v1\/workflow-runs\/([^/]+)$/;
