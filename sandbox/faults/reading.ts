import type { SchemaStoredRunInput } from '../../openapi/generated/workflow-runs.ts';
import type { Hook, JsonObject } from '../hooks.ts';
import { timestamp } from '../ids.ts';
import { faultsOf } from './fault.ts';

/** Defects of GET of a run alone: it says otherwise than the responses to the commands did. */
export const READING_FAULTS = [
  ...faultsOf('state', 'read-back', [
    {
      name: 'get-other-owner',
      line: 'GET shows another created_by than the responses',
      weight: 'warning',
      hooks: { document: byGet((document, { store }) => ({ ...document, created_by: store.teamId })) },
    },
    {
      name: 'get-other-input',
      line: 'GET shows the texts in stored dynamic_variables in upper case',
      weight: 'warning',
      hooks: { pair: byGet((pair) => ({ ...pair, run_input: inUpperCase(pair['run_input']) })) },
    },
    {
      name: 'get-without-latest',
      line: 'GET never shows the latest pair of a run that has several',
      weight: 'warning',
      hooks: { state: byGet(withoutLatest) },
    },
    {
      name: 'get-first-time',
      line: 'GET shows an updated_at of an hour before the run was created',
      weight: 'warning',
      hooks: {
        document: byGet((document, { run }) =>
          run === undefined ? document : { ...document, ...hourBefore(run.createdUs) },
        ),
      },
    },
    {
      name: 'get-forgets-stop',
      line: 'GET shows that a stopped run still waits for input',
      weight: 'warning',
      hooks: {
        state: byGet((state, { run }) =>
          run?.status === 'cancelled' ? { ...state, status: 'waiting_for_user_input' } : state,
        ),
      },
    },
  ]),
];

function byGet(change: Hook<JsonObject>): Hook<JsonObject> {
  return (shown, scene) => (scene.call.method === 'GET' ? change(shown, scene) : shown);
}

function inUpperCase(input: unknown): unknown {
  const stored = input as SchemaStoredRunInput;
  const texts = Object.entries(stored.dynamic_variables ?? {}).map(
    ([key, value]) => [key, typeof value === 'string' ? value.toUpperCase() : value] as const,
  );
  return { ...stored, dynamic_variables: Object.fromEntries(texts) };
}

function withoutLatest(state: JsonObject): JsonObject {
  const pairs = state['input_output_pairs'] as readonly unknown[];
  return pairs.length < 2 ? state : { ...state, input_output_pairs: pairs.slice(0, -1) };
}

const HOUR_US = 3_600_000_000;

function hourBefore(createdUs: number): JsonObject {
  return { created_at: timestamp(createdUs), updated_at: timestamp(createdUs - HOUR_US) };
}
