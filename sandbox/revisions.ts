/**
 * Pairs of revisions of the schemas that a service of this kind serves of itself: what changed on the neighbouring pages,
 * in the vendor's public SDK and in its own reports of drift. Each pair holds the schemas that differ, old and new; the
 * profiles `revision-<row>-old` and `revision-<row>-new` serve them.
 */

type Schema = Readonly<Record<string, unknown>>;
/** Schemas by the name that they are served under. */
type Served = Readonly<Record<string, Schema>>;

export interface RevisionPair {
  readonly row: number;
  readonly line: string;
  readonly old: Served;
  readonly next: Served;
}

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const free: Schema = { type: 'object', additionalProperties: true };
const list: Schema = { type: 'array', items: free };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  title: 'Generated',
  type: 'object',
  properties,
  required,
});

const RUN = { workflow_id: text, status: text, input_output_pairs: list, comments: list };
const LATER_RUN = {
  run_by: orNull(text),
  llm_token_usage: orNull(free),
  llm_latency_stats: orNull(free),
  version_name: { ...text, default: 'Initial Version' },
  workflow_config_fully_hydrated: orNull(free),
  workflow_run_id: orNull(text),
  miscellaneous: orNull(free),
  source_workflow_run_id: orNull(text),
  checkpoint_source_turn_index: orNull(integer),
  carried_over_llm_token_usage: orNull(free),
  carried_over_llm_latency_stats: orNull(free),
  is_evaluation_run: { type: 'boolean', default: false },
  evaluation_run_info: orNull(free),
};
const ID = { type: 'string', minLength: 24, maxLength: 24 };
const INPUT = {
  dynamic_variables: free,
  runtime_variables: free,
  miscellaneous: free,
  command: { type: 'string', enum: ['start', 'data', 'resume', 'pause', 'stop'], default: 'start' },
  workflow_id: orNull(ID),
  workflow_run_id: orNull(ID),
  thread_to_node_inputs: free,
};
const INPUT_5 = {
  ...INPUT,
  version_number: orNull({ ...integer, minimum: 0 }),
  run_by: orNull(text),
  team_id: orNull(text),
};
const INPUT_6 = { ...INPUT_5, start_node_logical_id: orNull(text), initial_state: orNull(free) };
const PAIR = { run_input: orNull(free), run_output: orNull(free) };
const PAIR_8 = { ...PAIR, evaluation: orNull(free) };
const PAIR_9 = { ...PAIR_8, iteration_end_state_miscellaneous: orNull(free) };
const EXECUTED = {
  run_id: text,
  status: { type: 'string', enum: ['running', 'completed', 'failed'] },
  turn_number: integer,
  events: list,
  is_waiting_for_input: { type: 'boolean' },
  is_completed: { type: 'boolean' },
  error: orNull(text),
  next_input_hint: orNull(text),
};
const CONFIG = { nodes: list, edges: list };
const LLM = { logical_id: text, model: text, temperature: { type: 'number' } };
const MODELS = Array.from({ length: 9 }, (_, i) => `model-of-2024-${i + 1}`);
const LATER_MODELS = Array.from({ length: 12 }, (_, i) => `model-of-2026-${i + 1}`);

const run = (properties: Schema): Served => ({ run_schema: object(properties, ['workflow_id', 'status']) });
const input = (properties: Schema): Served => ({ run_input_schema: object(properties) });
const pair = (properties: Schema): Served => ({ run_input_output_pair_schema: object(properties) });

/** The rows in the order of their table. */
export const REVISION_PAIRS: readonly RevisionPair[] = [
  {
    row: 1,
    line: 'a run has a version_number',
    old: run(RUN),
    next: run({ ...RUN, version_number: { ...orNull(integer), default: 0 } }),
  },
  {
    row: 2,
    line: 'a run has a termination_source',
    old: run(RUN),
    next: run({ ...RUN, termination_source: orNull(text) }),
  },
  { row: 3, line: 'a run has thirteen fields more', old: run(RUN), next: run({ ...RUN, ...LATER_RUN }) },
  {
    row: 4,
    line: 'ids are 24 lower-case hexadecimal digits, not any 24 characters',
    old: input(INPUT),
    next: input({
      ...INPUT,
      workflow_id: orNull({ ...ID, pattern: '^[0-9a-f]{24}$' }),
      workflow_run_id: orNull({ ...ID, pattern: '^[0-9a-f]{24}$' }),
    }),
  },
  { row: 5, line: 'an input takes version_number, run_by, team_id', old: input(INPUT), next: input(INPUT_5) },
  {
    row: 6,
    line: 'an input takes start_node_logical_id and initial_state',
    old: input(INPUT_5),
    next: input(INPUT_6),
  },
  {
    row: 7,
    line: 'an input takes welcome_message and secret_variables',
    old: input(INPUT_6),
    next: input({ ...INPUT_6, welcome_message: orNull(text), secret_variables: orNull(free) }),
  },
  { row: 8, line: 'a pair has an evaluation', old: pair(PAIR), next: pair(PAIR_8) },
  { row: 9, line: 'a pair has iteration_end_state_miscellaneous', old: pair(PAIR_8), next: pair(PAIR_9) },
  {
    row: 10,
    line: 'a pair has comments and ratings',
    old: pair(PAIR_9),
    next: pair({ ...PAIR_9, comments: list, ratings: list }),
  },
  {
    row: 11,
    line: 'a run has a voice_conversation_id',
    old: run(RUN),
    next: run({ ...RUN, voice_conversation_id: orNull(text) }),
  },
  {
    row: 12,
    line: 'the input of execute is wrapped in run_input',
    old: { execute_request_schema: object(INPUT) },
    next: {
      execute_request_schema: object({ run_input: object(INPUT), run_id: orNull(text) }, ['run_input']),
    },
  },
  {
    row: 13,
    line: 'execute responds with a turn in place of a run',
    old: { execute_response_schema: object(RUN, ['workflow_id', 'status']) },
    next: { execute_response_schema: object(EXECUTED, ['run_id']) },
  },
  {
    row: 14,
    line: 'a turn has has_active_companions and has_background_work',
    old: { execute_response_schema: object(EXECUTED, ['run_id']) },
    next: {
      execute_response_schema: object(
        {
          ...EXECUTED,
          has_active_companions: { type: 'boolean', default: false },
          has_background_work: { type: 'boolean', default: false },
        },
        ['run_id'],
      ),
    },
  },
  {
    row: 15,
    line: 'an example shows no status, the text of the same page lists it: perhaps one revision',
    old: {
      execute_response_schema: {
        'x-from-example': true,
        ...object({ run_id: text, turn_number: integer, events: list }),
      },
    },
    next: {
      execute_response_schema: object({
        run_id: text,
        turn_number: integer,
        events: list,
        status: EXECUTED.status,
      }),
    },
  },
  {
    row: 16,
    line: 'the operation for a run from a checkpoint is gone',
    old: { checkpoint_request_schema: object(INPUT), run_schema: object(RUN) },
    next: { run_schema: object(RUN) },
  },
  {
    row: 17,
    line: 'the list takes flat fields in place of an object of filters',
    old: {
      list_request_schema: object(
        { filters: free, size: { ...integer, minimum: 1, default: 100 }, page: { ...integer, minimum: 1 } },
        ['filters'],
      ),
    },
    next: {
      list_request_schema: object({
        workflow_id: orNull(text),
        status: orNull(text),
        source_workflow_run_id: orNull(text),
        size: { ...integer, minimum: 1, default: 20 },
        page: { ...integer, minimum: 1 },
      }),
    },
  },
  {
    row: 18,
    line: 'a workflow configuration is nested once more',
    old: { workflow_schema: object({ workflow_config: object(CONFIG, ['nodes']) }) },
    next: {
      workflow_schema: object({
        workflow_config: object({ workflow_config: object(CONFIG, ['nodes']), node_configs: list }),
      }),
    },
  },
  {
    row: 19,
    line: 'the configuration of an LLM takes max_retries and max_parse_retries',
    old: { llm_config_schema: object(LLM) },
    next: { llm_config_schema: object({ ...LLM, max_retries: integer, max_parse_retries: integer }) },
  },
  {
    row: 20,
    line: 'okta_auth is called integration_auth, and the old name is still taken',
    old: { tool_request_schema: object({ name: text, okta_auth: orNull(free) }) },
    next: {
      tool_request_schema: object({ name: text, okta_auth: orNull(free), integration_auth: orNull(free) }),
    },
  },
  {
    row: 21,
    line: 'nine model names are gone, twelve are new',
    old: { llm_request_schema: object({ model: { enum: MODELS } }) },
    next: { llm_request_schema: object({ model: { enum: LATER_MODELS } }) },
  },
  {
    row: 22,
    line: 'generated values in defaults and examples: nothing has changed',
    old: {
      llm_config_schema: object({
        ...LLM,
        logical_id: { ...text, default: '0a4c1f9e-5d0e-4d1c-9a55-b1f7c5a0f001', examples: ['0a4c1f9e'] },
      }),
    },
    next: {
      llm_config_schema: object({
        ...LLM,
        logical_id: { ...text, default: 'c7d2e8a1-1b7f-4f0a-8f43-2f0b9a6e77aa', examples: ['c7d2e8a1'] },
      }),
    },
  },
];
