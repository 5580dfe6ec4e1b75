import type { SchemaStoredRunInput } from '../../openapi/generated/workflow-runs.ts';
import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject } from '../hooks.ts';
import { faultsOf } from './fault.ts';

/** Defects in the input as a run keeps it. */
export const ECHO_FAULTS = faultsOf('echo', 'input-echo', [
  {
    name: 'echo-variable-lost',
    line: 'the last of the dynamic_variables is lost',
    hooks: { record: withoutLastVariable },
  },
  {
    name: 'echo-trimmed',
    line: 'strings are trimmed',
    hooks: leaves((leaf) => (typeof leaf === 'string' ? leaf.trim() : leaf)),
  },
  {
    name: 'echo-lower-cased',
    line: 'strings are lower-cased',
    hooks: leaves((leaf) => (typeof leaf === 'string' ? leaf.toLowerCase() : leaf)),
  },
  {
    name: 'echo-ascii',
    line: 'characters outside ASCII become question marks',
    hooks: leaves((leaf) => (typeof leaf === 'string' ? leaf.replace(/[^\0-\x7f]/gu, '?') : leaf)),
  },
  {
    name: 'echo-numbers-as-strings',
    line: 'numbers become strings',
    hooks: leaves((leaf) => (typeof leaf === 'number' ? String(leaf) : leaf)),
  },
  {
    name: 'echo-big-numbers-rounded',
    line: 'numbers keep only 32 bits of precision',
    hooks: leaves((leaf) => (typeof leaf === 'number' ? Math.fround(leaf) : leaf)),
  },
  {
    name: 'echo-booleans-as-numbers',
    line: 'true and false become 1 and 0',
    hooks: leaves((leaf) => (typeof leaf === 'boolean' ? Number(leaf) : leaf)),
  },
  {
    name: 'echo-nulls-dropped',
    line: 'fields that hold null are dropped',
    hooks: { record: (input) => mapsThrough(input, withoutNulls) },
  },
  {
    name: 'echo-lists-cut',
    line: 'of each list only the first item is kept',
    hooks: { record: (input) => mapsThrough(input, cutLists) },
  },
  {
    name: 'echo-runtime-lost',
    line: 'runtime_variables are not kept',
    hooks: { record: (input) => ({ ...input, runtime_variables: {} }) },
  },
  {
    name: 'echo-miscellaneous-lost',
    line: 'miscellaneous is not kept',
    hooks: { record: (input) => ({ ...input, miscellaneous: {} }) },
  },
  {
    name: 'echo-default-wrong',
    line: 'a start without command is stored as data',
    hooks: {
      record: (input, { call }) => (call.body.includes('"command"') ? input : { ...input, command: 'data' }),
    },
  },
  {
    name: 'echo-maps-swapped',
    line: 'dynamic and runtime variables are swapped',
    hooks: {
      record: (input) => ({
        ...input,
        dynamic_variables: input.runtime_variables ?? {},
        runtime_variables: input.dynamic_variables ?? {},
      }),
    },
  },
  {
    name: 'echo-run-id-lost',
    line: 'workflow_run_id is stored as null',
    hooks: { record: (input) => ({ ...input, workflow_run_id: null }) },
  },
  {
    name: 'echo-threads-lost',
    line: 'thread_to_node_inputs are not kept',
    hooks: { record: (input) => ({ ...input, thread_to_node_inputs: {} }) },
  },
  {
    name: 'echo-command-start',
    line: 'each stored command is start',
    hooks: { record: (input) => ({ ...input, command: 'start' }) },
  },
]);

/** Changes each leaf of each stored map. */
export function leaves(change: (leaf: unknown) => unknown): Hooks {
  return { record: (input) => mapsThrough(input, (map) => eachLeaf(map, change)) };
}

/** Changes each stored map. */
export function mapsThrough(
  input: SchemaStoredRunInput,
  change: (map: unknown) => unknown,
): SchemaStoredRunInput {
  const changed = (map: JsonObject | undefined): JsonObject => {
    const value = change(map ?? {});
    return isJsonObject(value) ? value : {};
  };
  return {
    ...input,
    dynamic_variables: changed(input.dynamic_variables),
    runtime_variables: changed(input.runtime_variables),
    miscellaneous: changed(input.miscellaneous),
    thread_to_node_inputs: changed(input.thread_to_node_inputs),
  };
}

function eachLeaf(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => eachLeaf(item, change));
  if (!isJsonObject(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, eachLeaf(item, change)]));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNulls(item)]));
}

function cutLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(cutLists);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutLists(item)]));
}

function withoutLastVariable(input: SchemaStoredRunInput): SchemaStoredRunInput {
  return {
    ...input,
    dynamic_variables: Object.fromEntries(Object.entries(input.dynamic_variables ?? {}).slice(0, -1)),
  };
}
