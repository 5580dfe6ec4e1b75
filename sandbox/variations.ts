import type { SchemaStoredRunInput, SchemaValidationObjection } from '../openapi/generated/workflow-runs.ts';
import { documentOf } from './run-response.ts';
import { isJsonObject } from './body.ts';
import { authenticate, RUNS_PATH } from './admission.ts';
import type { JsonObject, Scene } from './hooks.ts';
import { jsonReply, refusal, serviceRefusal, withHeaders, withoutHeader, type Reply } from './reply.ts';
import { ID_FIELDS, isDocumentedField } from './validation.ts';

/** 403 in place of 401, without a challenge. */
export function forbidden(reply: Reply): Reply {
  if (reply.reason !== 'key') return reply;
  return { ...withoutHeader(reply, 'www-authenticate'), status: 403 };
}

/** Refusals in the service's own shape, and 400 for invalid bodies. */
export function plainRefusal(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  const status = reply.status === 422 ? 400 : reply.status;
  return {
    ...reply,
    status,
    body: JSON.stringify({ message: TITLES[status] ?? 'Error', error: reply.detail }),
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
};

/** An objection to each field that the page does not name. */
export function withUnknownFields(
  issues: readonly SchemaValidationObjection[],
  { body }: Scene,
): readonly SchemaValidationObjection[] {
  const unknown = Object.keys(body ?? {}).filter((name) => !isDocumentedField(name));
  const msg = 'Extra inputs are not permitted';
  return [...issues, ...unknown.map((name) => ({ loc: ['body', name], msg, type: 'extra_forbidden' }))];
}

/** The maps that hold the character U+0000, which some stores can't keep. */
export function withoutNul(
  issues: readonly SchemaValidationObjection[],
  { body }: Scene,
): readonly SchemaValidationObjection[] {
  const holding = Object.entries(body ?? {}).filter(([, value]) =>
    JSON.stringify(value ?? null).includes('\\u0000'),
  );
  const msg = 'The character U+0000 can not be stored';
  return [...issues, ...holding.map(([name]) => ({ loc: ['body', name], msg, type: 'value_error' }))];
}

/** The fields that later revisions of neighbouring pages show. */
export function withLaterFields(state: JsonObject, { run }: Scene): JsonObject {
  return {
    ...state,
    version_number: 0,
    version_name: 'Initial Version',
    run_by: null,
    termination_source: null,
    llm_token_usage: tokensOf(run?.pairs.length ?? 0),
    llm_latency_stats: null,
    workflow_run_id: run?.id ?? null,
    miscellaneous: null,
    is_evaluation_run: false,
  };
}

/** The fields of pairs that later revisions show. */
export function withLaterPairFields(pair: JsonObject): JsonObject {
  return { ...pair, evaluation: null, iteration_end_state_miscellaneous: null, comments: [], ratings: [] };
}

const TOKENS_A_PAIR = 12;

/** What a run has used: the same for each pair. */
function tokensOf(pairs: number): JsonObject {
  return {
    total_input_tokens: pairs * (TOKENS_A_PAIR - 4),
    total_output_tokens: pairs * 4,
    total_tokens: pairs * TOKENS_A_PAIR,
    call_count: pairs,
    breakdown_by_models: [],
  };
}

/** The refusal of a start without a thread. */
export function withoutThreads(refused: Reply | undefined, { input }: Scene): Reply | undefined {
  if (refused !== undefined || input?.command !== 'start') return refused;
  if (Object.keys(input.thread_to_node_inputs).length > 0) return undefined;
  return serviceRefusal(400, 'Bad Request', 'Found 0 threads in workflow input', 'reference');
}

/** No GET of a run. */
export function withoutReading(reply: Reply): Reply {
  return reply.reason === 'read' ? refusal(404, 'Not Found', 'path') : reply;
}

/** 400 for an unknown run, 422 for a wrong state. */
export function otherStatuses(reply: Reply): Reply {
  if (reply.reason === 'run') return { ...reply, status: 400 };
  return reply.reason === 'state' ? { ...reply, status: 422 } : reply;
}

/** As pydantic 2 does: each objection carries the offending value, and where to read about it. */
export function withRefusedInput(reply: Reply, { call }: Scene): Reply {
  if (reply.reason !== 'field') return reply;
  const body = asJson(call.body.toString());
  const payload = asJson(reply.body.toString());
  if (!isJsonObject(payload) || !Array.isArray(payload['detail'])) return reply;
  const detail = payload['detail'].map((issue: unknown) => {
    const loc: unknown = isJsonObject(issue) ? issue['loc'] : undefined;
    const field: unknown = Array.isArray(loc) ? loc[1] : undefined;
    const input = isJsonObject(body) && typeof field === 'string' ? body[field] : body;
    return { ...(issue as JsonObject), input, url: 'https://errors.pydantic.dev/2.9/v/model_type' };
  });
  return { ...reply, body: JSON.stringify({ detail }) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The variables that a run has by now: those of the input and, under other names, those of the inputs before it. */
export function withEarlierVariables(input: SchemaStoredRunInput, { run }: Scene): SchemaStoredRunInput {
  const before = run?.pairs.at(-1)?.run_input?.dynamic_variables ?? {};
  return { ...input, dynamic_variables: { ...before, ...input.dynamic_variables } };
}

/** An objection to each id that is no hexadecimal number. */
export function withHexIds(
  issues: readonly SchemaValidationObjection[],
  { body }: Scene,
): readonly SchemaValidationObjection[] {
  const msg = "String should match pattern '^[0-9a-f]{24}$'";
  const wrong = ID_FIELDS.filter((name) => {
    const value = body?.[name];
    return typeof value === 'string' && !/^[0-9a-f]{24}$/.test(value);
  });
  return [...issues, ...wrong.map((name) => ({ loc: ['body', name], msg, type: 'string_pattern_mismatch' }))];
}

/** The refusal of a call that came too soon. */
export function throttled(): Reply {
  return withHeaders(refusal(429, 'Too Many Requests', 'throttled'), { 'retry-after': '1' });
}

/** A list of runs under GET. */
export function list(reply: Reply, { call, key, store }: Scene): Reply {
  if (reply.reason !== 'method' || call.path !== RUNS_PATH) return reply;
  if (call.method !== 'GET') return withHeaders(reply, { allow: 'GET, POST' });
  const refused = authenticate(call, key);
  if (refused !== undefined) return refused;
  const runs = Array.from(store.all()).slice(0, 20);
  return jsonReply(
    200,
    { workflow_runs: runs.map((run) => documentOf(run, store)), total: runs.length },
    'read',
  );
}
