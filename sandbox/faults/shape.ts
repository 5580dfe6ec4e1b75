import type { Hook, Hooks, JsonObject } from '../hooks.ts';
import { isJsonObject } from '../body.ts';
import { faultsOf } from './fault.ts';

/** Defects in the shape of a 200 response. */
export const SHAPE_FAULTS = faultsOf('shape', 'response-schema-conformance', [
  { name: 'id-missing', line: 'the response has no _id', hooks: { document: without('_id') } },
  { name: 'id-number', line: '_id is a number', hooks: { document: set({ _id: 5 }) } },
  { name: 'id-short', line: '_id has 23 characters', hooks: { document: shortId } },
  { name: 'workflow-run-missing', line: 'the response is {}', hooks: { body: () => ({}) } },
  {
    name: 'workflow-run-null',
    line: 'workflow_run is null',
    hooks: { body: () => ({ workflow_run: null }) },
  },
  {
    name: 'answer-wrapped',
    line: 'the response is wrapped in {"data": …}',
    hooks: { body: (body) => ({ data: body }) },
  },
  { name: 'answer-list', line: 'the response is a list of one', hooks: { body: (body) => [body] } },
  {
    name: 'answer-string',
    line: 'the response is JSON inside a JSON string',
    hooks: { body: (body) => JSON.stringify(body) },
  },
  { name: 'inner-run-list', line: 'the inner workflow_run is a list', hooks: { document: wrapRun } },
  { name: 'team-id-number', line: 'team_id is a number', hooks: { document: set({ team_id: 42 }) } },
  {
    name: 'created-at-epoch',
    line: 'created_at is a Unix time',
    hooks: { document: set({ created_at: 1_795_488_000 }) },
  },
  {
    name: 'created-at-prose',
    line: 'created_at is written "Tue Nov 24 …"',
    hooks: { document: set({ created_at: 'Tue Nov 24 02:40:00 2026' }) },
  },
  {
    name: 'updated-at-empty',
    line: 'updated_at is an empty string',
    hooks: { document: set({ updated_at: '' }) },
  },
  { name: 'status-number', line: 'status is a number', hooks: { state: set({ status: 3 }) } },
  { name: 'logical-id-number', line: 'logical_id is a number', hooks: { state: set({ logical_id: 12 }) } },
  { name: 'pairs-object', line: 'input_output_pairs is a map of pairs', hooks: { state: pairsAsMap } },
  { name: 'comments-null', line: 'comments is null', hooks: { state: set({ comments: null }) } },
  {
    name: 'comment-epoch',
    line: "a comment's createdAt is a Unix time",
    hooks: { state: set({ comments: [epochComment()] }) },
  },
  { name: 'stored-command-number', line: 'run_input.command is a number', hooks: inInput({ command: 1 }) },
  {
    name: 'stored-variables-list',
    line: 'run_input.dynamic_variables is a list',
    hooks: inInput({ dynamic_variables: [] }),
  },
  { name: 'events-object', line: 'run_output.events is an object', hooks: inOutput({ events: {} }) },
  {
    name: 'outputs-list',
    line: 'run_output.thread_to_node_outputs is a list',
    hooks: inOutput({ thread_to_node_outputs: [] }),
  },
  {
    name: 'updated-by-number',
    line: 'updated_by is a number',
    hooks: { document: set({ updated_by: 7 }) },
  },
  {
    name: 'created-by-list',
    line: 'created_by is a list',
    hooks: { document: set({ created_by: [] }) },
  },
  {
    name: 'inner-workflow-id-number',
    line: 'the inner workflow_id is a number',
    hooks: { state: set({ workflow_id: 7 }) },
  },
  {
    name: 'pairs-string',
    line: 'input_output_pairs is a string',
    hooks: { state: set({ input_output_pairs: '[]' }) },
  },
  {
    name: 'comment-content-number',
    line: "a comment's content is a number",
    hooks: { state: set({ comments: [{ ...soundComment(), content: 7 }] }) },
  },
  {
    name: 'comment-string',
    line: 'a comment is a string',
    hooks: { state: set({ comments: ['Seen.'] }) },
  },
  {
    name: 'stored-workflow-id-number',
    line: 'run_input.workflow_id is a number',
    hooks: inInput({ workflow_id: 7 }),
  },
  {
    name: 'stored-threads-string',
    line: 'run_input.thread_to_node_inputs is a string',
    hooks: inInput({ thread_to_node_inputs: '{}' }),
  },
  {
    name: 'run-output-list',
    line: 'run_output is a list',
    hooks: { pair: set({ run_output: [] }) },
  },
  {
    name: 'run-input-string',
    line: 'run_input is a string',
    hooks: { pair: set({ run_input: '{}' }) },
  },
  {
    name: 'zoneless-timestamps',
    rule: 'timestamp-zone',
    weight: 'warning',
    line: 'created_at and updated_at name no time zone',
    hooks: { document: withoutZones },
  },
  {
    name: 'extra-field',
    rule: 'undocumented-fields',
    weight: 'drift',
    line: 'the inner run has a field that the page does not show',
    hooks: { state: set({ priority: 'normal' }) },
  },
  {
    name: 'unknown-status',
    rule: 'known-values',
    weight: 'drift',
    line: 'a waiting run has the status "idle"',
    hooks: {
      state: (state) => (state['status'] === 'waiting_for_user_input' ? { ...state, status: 'idle' } : state),
    },
  },
]);

function set(fields: JsonObject): Hook<JsonObject> {
  return (value) => ({ ...value, ...fields });
}

function without(name: string): Hook<JsonObject> {
  return (value) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

function inInput(fields: JsonObject): Hooks {
  return inPair('run_input', fields);
}

function inOutput(fields: JsonObject): Hooks {
  return inPair('run_output', fields);
}

function inPair(half: 'run_input' | 'run_output', fields: JsonObject): Hooks {
  return {
    pair: (pair) => {
      const shown = pair[half];
      return isJsonObject(shown) ? { ...pair, [half]: { ...shown, ...fields } } : pair;
    },
  };
}

function shortId(document: JsonObject): JsonObject {
  return { ...document, _id: String(document['_id']).slice(0, 23) };
}

function wrapRun(document: JsonObject): JsonObject {
  return { ...document, workflow_run: [document['workflow_run']] };
}

function pairsAsMap(state: JsonObject): JsonObject {
  const pairs: unknown = state['input_output_pairs'];
  return { ...state, input_output_pairs: Array.isArray(pairs) ? Object.fromEntries(pairs.entries()) : pairs };
}

function withoutZones(document: JsonObject): JsonObject {
  const cut = (value: unknown): unknown => (typeof value === 'string' ? value.replace('+00:00', '') : value);
  return { ...document, created_at: cut(document['created_at']), updated_at: cut(document['updated_at']) };
}

function soundComment(): JsonObject {
  const time = '2026-01-01T00:00:00+00:00';
  return { ...epochComment(), createdAt: time, updatedAt: time };
}

function epochComment(): JsonObject {
  const user = '5eb7cf5a86d9755df3a6c593';
  const epoch = 1_795_488_000;
  return {
    logical_id: 'comment_1',
    content: 'Seen.',
    createdBy: user,
    updatedBy: user,
    createdAt: epoch,
    updatedAt: epoch,
  };
}
