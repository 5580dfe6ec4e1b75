import type { operations } from '../openapi/generated/workflow-runs.ts';
import { authenticate, RUNS_PATH, runIdOf } from './admission.ts';
import type { Hook } from './hooks.ts';
import { jsonReply, refusal, type Reply } from './reply.ts';
import { REVISION_PAIRS } from './revisions.ts';
import { list } from './variations.ts';

/** What the operations beside the one under test answer, where a profile has them. */

type RelatedId = Exclude<keyof operations, 'startOrResumeWorkflow'>;

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

/** Deletes a run under DELETE, for a right key. */
export const deleting: Hook<Reply> = (reply, { call, key, store }) => {
  const id = runIdOf(call);
  if (reply.reason !== 'method' || call.method !== 'DELETE' || id === undefined) return reply;
  const refused = authenticate(call, key);
  if (refused !== undefined) return refused;
  const run = store.find(id);
  if (run === undefined) return refusal(404, 'Workflow run not found', 'run');
  store.remove(run);
  return { ...jsonReply(204, null, 'read'), body: '' };
};

/** What answers each operation: in a reply that the pipeline made of a call of this path, the operation's own. */
const ANSWERS: Readonly<Record<RelatedId, Hook<Reply>>> = {
  listWorkflowRuns: list,
  getWorkflowRunSchemas: servingSchemas(() => LIVE_SCHEMAS),
  getWorkflowRun: (reply) => reply, // the pipeline itself shows a run
  deleteWorkflowRun: deleting,
};

/** Every operation beside the one under test. */
export const withAllRelated: Hook<Reply> = (reply, scene) =>
  Object.values(ANSWERS).reduce((answered, answer) => answer(answered, scene), reply);

/** GET that renders a run for a screen: the latest pair alone, no owner, and times of whole seconds. */
export const forScreen: Hook<Reply> = (reply) =>
  rendered(reply, (document) => {
    const inner = document['workflow_run'] as Shown;
    const pairs = inner['input_output_pairs'] as readonly unknown[];
    const seconds = (time: unknown): string => String(time).replace(/\.\d+/, '');
    return {
      ...document,
      created_by: null,
      created_at: seconds(document['created_at']),
      updated_at: seconds(document['updated_at']),
      workflow_run: { ...inner, input_output_pairs: pairs.slice(-1) },
    };
  });

/** GET that shows the latest pair first, and of each input what is not empty. */
export const latestFirst: Hook<Reply> = (reply) =>
  rendered(reply, (document) => {
    const inner = document['workflow_run'] as Shown;
    const pairs = inner['input_output_pairs'] as readonly { readonly run_input: Shown | null }[];
    const lean = pairs.map((pair) => ({ ...pair, run_input: withoutEmpty(pair.run_input ?? {}) }));
    return { ...document, workflow_run: { ...inner, input_output_pairs: lean.toReversed() } };
  });

type Shown = Readonly<Record<string, unknown>>;

function withoutEmpty(input: Shown): Shown {
  return Object.fromEntries(
    Object.entries(input).filter(
      ([, value]) => typeof value !== 'object' || (value !== null && Object.keys(value).length > 0),
    ),
  );
}

function rendered(reply: Reply, render: (document: Shown) => Shown): Reply {
  if (reply.reason !== 'read') return reply;
  const body = JSON.parse(reply.body.toString()) as { readonly workflow_run?: Shown };
  return body.workflow_run === undefined
    ? reply
    : jsonReply(200, { workflow_run: render(body.workflow_run) }, 'read');
}

export const relatedRefused: Hook<Reply> = (reply, { call }) =>
  call.method === 'GET' && call.path.startsWith(RUNS_PATH) && reply.reason !== 'key'
    ? refusal(403, 'Forbidden', 'key')
    : reply;

/** As the list shows a run: `_id`, three fields of the inner run, owner and times. */
export const withProjection: Hook<Reply> = (reply) =>
  rendered(reply, (document) => {
    const inner = document['workflow_run'] as Shown;
    const { logical_id: logicalId, workflow_id: workflowId, status } = inner;
    return { ...document, workflow_run: { logical_id: logicalId, workflow_id: workflowId, status } };
  });
