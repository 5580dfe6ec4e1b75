import type { SchemaErrorAnswer, SchemaValidationObjection } from '../openapi/generated/workflow-runs.ts';

/** Why a response is what it is; profiles and faults choose by it. */
export type Reason =
  | 'accepted'
  | 'read'
  | 'path'
  | 'method'
  | 'key'
  | 'throttled'
  | 'size'
  | 'content-type'
  | 'json'
  | 'field'
  | 'reference'
  | 'workflow'
  | 'run'
  | 'state'
  | 'crash';

/** How a response leaves: whole, or in one of the ways in which connections go wrong. */
export type Delivery =
  | 'whole'
  | 'cut'
  | 'reset'
  | 'never'
  | 'short-length'
  | 'endless-body'
  | 'endless-headers'
  | 'other-protocol'
  /** Whole, after interim responses that nobody asked for. */
  | 'continue'
  | 'early-hints'
  /** Whole, and the connection is closed without a word, at once or after a short time without a request. */
  | 'then-closed'
  | 'then-closed-idle'
  /** The same, with a 408 that no request was sent for. */
  | 'then-408-idle';

/** A response before it is written to the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly reason: Reason;
  readonly detail: string;
  readonly delivery: Delivery;
  readonly holdMs: number;
}

/** A JSON response. */
export function jsonReply(status: number, payload: unknown, reason: Reason): Reply {
  const body = JSON.stringify(payload);
  return { status, headers: JSON_TYPE, body, reason, detail: '', delivery: 'whole', holdMs: 0 };
}

/** A refusal in the framework's shape, `{"detail": "…"}`. */
export function refusal(status: number, detail: string, reason: Reason): Reply {
  const payload: SchemaErrorAnswer = { detail };
  return { ...jsonReply(status, payload, reason), detail };
}

/** A refusal in the service's own shape, `{"message": "…", "error": "…"}`. */
export function serviceRefusal(status: number, message: string, error: string, reason: Reason): Reply {
  const payload: SchemaErrorAnswer = { message, error };
  return { ...jsonReply(status, payload, reason), detail: error };
}

/** A 422 that lists every objection to the body. */
export function issuesRefusal(issues: readonly SchemaValidationObjection[], reason: Reason): Reply {
  const payload: SchemaErrorAnswer = { detail: issues };
  const detail = issues.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
  return { ...jsonReply(422, payload, reason), detail };
}

/** The same response with more headers. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** The same response without one header. */
export function withoutHeader(reply: Reply, name: string): Reply {
  return {
    ...reply,
    headers: Object.fromEntries(Object.entries(reply.headers).filter(([key]) => key !== name)),
  };
}

const JSON_TYPE = { 'content-type': 'application/json' } as const;
