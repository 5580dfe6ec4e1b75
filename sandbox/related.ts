import { RUNS_PATH } from './door.ts';
import type { Hook } from './hooks.ts';
import { jsonReply, refusal, type Reply } from './reply.ts';
import { REVISION_PAIRS } from './revisions.ts';

/** What the operations beside the one under test answer, where a profile has them. */

const SCHEMA_PATH = `${RUNS_PATH}/schema`;
const NAMES = ['run_schema', 'run_input_schema', 'run_output_schema', 'run_input_output_pair_schema'];

/** The schemas as the service has them: the old side of the first pair that is about each. */
export const LIVE_SCHEMAS: Readonly<Record<string, unknown>> = Object.fromEntries(
  NAMES.map((name) => [
    name,
    REVISION_PAIRS.find(({ old }) => name in old)?.old[name] ?? {
      type: 'object',
      properties: { events: { type: 'array', items: {} }, thread_to_node_outputs: { type: 'object' } },
    },
  ]),
);

export function emptySchemas(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(NAMES.map((name) => [name, {}]));
}

/** Serves schemas to a right key under `…/schema`, which would else be read as the id of a run. */
export function servingSchemas(served: () => Readonly<Record<string, unknown>>): Hook<Reply> {
  return (reply, { call }) =>
    call.path === SCHEMA_PATH && call.method === 'GET' && reply.reason === 'run'
      ? jsonReply(200, served(), 'read')
      : reply;
}

export const relatedRefused: Hook<Reply> = (reply, { call }) =>
  call.method === 'GET' && call.path.startsWith(RUNS_PATH) && reply.reason !== 'key'
    ? refusal(403, 'Forbidden', 'key')
    : reply;

/** As the list shows a run: `_id`, three fields of the inner run, owner and times. */
export const withProjection: Hook<Reply> = (reply) => {
  if (reply.reason !== 'read') return reply;
  const body = JSON.parse(reply.body.toString()) as {
    readonly workflow_run?: Readonly<Record<string, unknown>>;
  };
  const document = body.workflow_run;
  if (document === undefined) return reply;
  const inner = document['workflow_run'] as Readonly<Record<string, unknown>>;
  const { logical_id: logicalId, workflow_id: workflowId, status } = inner;
  const shown = { logical_id: logicalId, workflow_id: workflowId, status };
  return jsonReply(200, { workflow_run: { ...document, workflow_run: shown } }, 'read');
};
