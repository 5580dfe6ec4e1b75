import type { SchemaValidationObjection } from '../openapi/generated/workflow-runs.ts';
import { documentOf } from './answer.ts';
import { authenticate, RUNS_PATH } from './door.ts';
import type { Hooks, JsonObject, Scene } from './hooks.ts';
import { LIFECYCLE, type Lifecycle, type Pace } from './lifecycle.ts';
import { jsonReply, refusal, serviceRefusal, withHeaders, withoutHeader, type Reply } from './reply.ts';
import type { Status } from './run.ts';
import { isDocumentedField } from './validation.ts';

/** A conforming way to answer what the page leaves open. */
export interface Profile {
  readonly name: string;
  readonly line: string;
  readonly hooks: Hooks;
  readonly lifecycle: Lifecycle;
  readonly pace: Pace;
}

const AT_ONCE: Pace = { settleMs: 0, pairs: 'at-once' };
const ACTIVE: readonly Status[] = ['running', 'waiting_for_user_input', 'paused'];
const BASE = { hooks: {}, lifecycle: LIFECYCLE, pace: AT_ONCE } as const;

/** Every profile, the default first. */
export const PROFILES: readonly Profile[] = [
  {
    ...BASE,
    name: 'default',
    line: 'FastAPI-like: 401, 404, 409 and 422; segments are done before the answer',
  },
  {
    ...BASE,
    name: 'fastapi-403',
    line: 'a missing or wrong key is answered with 403, as older FastAPI does',
    hooks: { reply: forbidden },
  },
  {
    ...BASE,
    name: 'plain-400',
    line: 'invalid bodies are answered with 400, and every refusal has {"message", "error"}',
    hooks: { reply: plainRefusal },
  },
  {
    ...BASE,
    name: 'async',
    line: 'answers while the run still works; output and the next status come 30 ms later',
    pace: { settleMs: 30, pairs: 'at-once' },
  },
  {
    ...BASE,
    name: 'late-pairs',
    line: 'answers while the run still works; the whole pair appears only 30 ms later',
    pace: { settleMs: 30, pairs: 'when-settled' },
  },
  {
    ...BASE,
    name: 'next-revision',
    line: 'answers carry the fields that later revisions of neighbouring pages show',
    hooks: { state: withLaterFields, pair: withLaterPairFields },
  },
  {
    ...BASE,
    name: 'strict-fields',
    line: 'unknown request fields are refused with 422',
    hooks: { judge: withUnknownFields },
  },
  {
    ...BASE,
    name: 'no-resume-pair',
    line: 'resume adds no pair to the history',
    lifecycle: { ...LIFECYCLE, resume: { ...LIFECYCLE.resume, pair: false } },
  },
  {
    ...BASE,
    name: 'naive-lifecycle',
    line: 'pause and resume are accepted again and again',
    lifecycle: {
      ...LIFECYCLE,
      pause: { ...LIFECYCLE.pause, from: ACTIVE },
      resume: { ...LIFECYCLE.resume, from: ACTIVE },
      data: { ...LIFECYCLE.data, from: ACTIVE },
    },
  },
  {
    ...BASE,
    name: 'one-shot',
    line: 'a run is completed as soon as it was started, so it takes no further command',
    lifecycle: { ...LIFECYCLE, start: { ...LIFECYCLE.start, to: 'completed' } },
  },
  {
    ...BASE,
    name: 'throttling',
    line: 'every 25th call is answered with 429 and Retry-After: 1, and starts nothing',
    hooks: { admit: (refused, { call }) => refused ?? (call.ordinal % 25 === 0 ? throttled() : undefined) },
  },
  {
    ...BASE,
    name: 'threads-needed',
    line: 'a start without a thread is refused with 400: "Found 0 threads in workflow input"',
    hooks: { forbid: withoutThreads },
  },
  {
    ...BASE,
    name: 'close',
    line: 'the connection is closed after each answer',
    hooks: { reply: (reply) => withHeaders(reply, { connection: 'close' }) },
  },
  {
    ...BASE,
    name: 'many-allow',
    line: 'GET on the path lists the runs',
    hooks: { reply: list },
  },
];

function forbidden(reply: Reply): Reply {
  if (reply.reason !== 'key') return reply;
  return { ...withoutHeader(reply, 'www-authenticate'), status: 403 };
}

function plainRefusal(reply: Reply): Reply {
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

function withUnknownFields(
  objections: readonly SchemaValidationObjection[],
  { body }: Scene,
): readonly SchemaValidationObjection[] {
  const unknown = Object.keys(body ?? {}).filter((name) => !isDocumentedField(name));
  const msg = 'Extra inputs are not permitted';
  return [...objections, ...unknown.map((name) => ({ loc: ['body', name], msg, type: 'extra_forbidden' }))];
}

function withLaterFields(state: JsonObject, { run }: Scene): JsonObject {
  return {
    ...state,
    version_number: 0,
    version_name: 'Initial Version',
    run_by: null,
    termination_source: null,
    llm_token_usage: NO_TOKENS,
    llm_latency_stats: null,
    workflow_run_id: run?.id ?? null,
    miscellaneous: null,
    is_evaluation_run: false,
  };
}

function withLaterPairFields(pair: JsonObject): JsonObject {
  return { ...pair, evaluation: null, iteration_end_state_miscellaneous: null, comments: [], ratings: [] };
}

const NO_TOKENS = {
  total_input_tokens: 0,
  total_output_tokens: 0,
  total_tokens: 0,
  call_count: 0,
  breakdown_by_models: [],
} as const;

function withoutThreads(refused: Reply | undefined, { input }: Scene): Reply | undefined {
  if (refused !== undefined || input?.command !== 'start') return refused;
  if (Object.keys(input.thread_to_node_inputs).length > 0) return undefined;
  return serviceRefusal(400, 'Bad Request', 'Found 0 threads in workflow input', 'reference');
}

function throttled(): Reply {
  return withHeaders(refusal(429, 'Too Many Requests', 'throttled'), { 'retry-after': '1' });
}

function list(reply: Reply, { call, key, store }: Scene): Reply {
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
