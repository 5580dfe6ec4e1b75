import type { SchemaStoredRunInput } from '../../openapi/generated/workflow-runs.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { jsonReply, withHeaders } from '../reply.ts';
import type { Run } from '../run.ts';
import { faultsOf } from './fault.ts';

/** Something of one run that shows in the response about another. */
export const LEAKAGE_FAULTS = faultsOf('leakage', 'run-isolation', [
  {
    name: 'pairs-leak',
    line: 'a new run shows the first pair of the run before it',
    hooks: {
      apply: (outcome, scene) =>
        'run' in outcome && scene.input?.command === 'start' ? { run: leaked(outcome.run, scene) } : outcome,
    },
  },
  {
    name: 'variables-leak',
    line: 'dynamic_variables of the run before are in the new run too',
    hooks: { record: variablesLeaked },
  },
  {
    name: 'comment-leaks',
    line: "a run's comments hold the variables of the run before",
    hooks: {
      state: (state, scene) => ({ ...state, comments: [comment(JSON.stringify(variablesBefore(scene)))] }),
    },
  },
  {
    name: 'output-leaks',
    line: "a run's first event holds the variables of the run before",
    hooks: { pair: withEvent },
  },
  {
    name: 'refusal-leaks',
    line: 'the refusal of an invalid body holds the variables of the newest run',
    hooks: refusalOf('field'),
  },
  {
    name: 'unknown-run-leaks',
    line: 'the refusal of an unknown run holds the variables of the newest run',
    hooks: refusalOf('run'),
  },
  {
    name: 'header-leaks',
    line: 'a header of each accepted response holds the variables of the run before',
    hooks: {
      reply: (reply, scene) =>
        reply.reason === 'accepted'
          ? withHeaders(reply, { 'x-trace-context': encodeHeader(variablesBefore(scene)) })
          : reply,
    },
  },
]);

/** The start's variables of the run that was started before the one in question. */
function variablesBefore({ store, run }: Scene): unknown {
  const earlier = run === undefined ? store.newest() : store.before(run);
  return earlier?.pairs[0]?.run_input?.dynamic_variables ?? {};
}

function encodeHeader(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 2000);
}

function refusalOf(reason: 'field' | 'run'): Hooks {
  return {
    reply: (reply, scene) =>
      reply.reason === reason
        ? jsonReply(reply.status, { detail: reply.detail, last: variablesBefore(scene) }, reason)
        : reply,
  };
}

function withEvent(pair: JsonObject, scene: Scene): JsonObject {
  return {
    ...pair,
    run_output: {
      events: [{ type: 'say_static', last: variablesBefore(scene) }],
      thread_to_node_outputs: {},
    },
  };
}

function comment(content: string): JsonObject {
  const user = '5eb7cf5a86d9755df3a6c593';
  const time = '2026-01-01T00:00:00+00:00';
  return {
    logical_id: 'comment_1',
    content,
    createdBy: user,
    updatedBy: user,
    createdAt: time,
    updatedAt: time,
  };
}

function leaked(run: Run, { store }: Scene): Run {
  const first = store.before(run)?.pairs[0];
  if (first !== undefined) run.pairs.push(first);
  return run;
}

function variablesLeaked(input: SchemaStoredRunInput, scene: Scene): SchemaStoredRunInput {
  const earlier = scene.run === undefined ? {} : variablesBefore(scene);
  return { ...input, dynamic_variables: { ...(earlier as JsonObject), ...input.dynamic_variables } };
}
