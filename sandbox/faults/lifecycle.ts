import type { SchemaStoredRunInput } from '../../openapi/generated/workflow-runs.ts';
import type { Hooks, JsonObject, Outcome, Scene } from '../hooks.ts';
import { timestamp } from '../ids.ts';
import { refusal } from '../reply.ts';
import { hasEnded, type Command, type Run } from '../run.ts';
import { faultsOf } from './fault.ts';

/** Defects in how a run lives: its identity, its fixed fields, its times and its history. */
export const LIFECYCLE_FAULTS = [
  ...faultsOf('lifecycle', 'run-identity', [
    {
      name: 'resume-new-id',
      line: 'resume goes on in a run with a new _id',
      hooks: onRun('resume', (run, scene) => copyOf(run, scene)),
    },
    {
      name: 'data-other-run',
      line: 'data is answered with the run that was started before',
      hooks: onRun('data', (run, { store }) => store.before(run) ?? run),
    },
  ]),
  ...faultsOf('lifecycle', 'run-uniqueness', [
    {
      name: 'start-reuses-run',
      line: 'a start is answered with the run that was started before, if it has not ended',
      hooks: onRun('start', reused),
    },
  ]),
  ...faultsOf('lifecycle', 'run-addressing', [
    {
      name: 'unknown-run-made-up',
      line: 'a workflow_run_id that does not exist is answered with a new run',
      hooks: { apply: madeUp },
    },
  ]),
  ...faultsOf('lifecycle', 'fixed-fields', [
    {
      name: 'created-at-changes',
      line: 'created_at is the time of the last change',
      hooks: { document: (document) => ({ ...document, created_at: document['updated_at'] }) },
    },
    {
      name: 'created-by-changes',
      line: 'created_by is another in each answer',
      hooks: { document: (document, { store }) => ({ ...document, created_by: store.newId() }) },
    },
    {
      name: 'team-id-changes',
      line: 'team_id is another in each answer',
      hooks: { document: (document, { store }) => ({ ...document, team_id: store.newId() }) },
    },
    {
      name: 'logical-id-changes',
      line: 'logical_id grows with each answer',
      hooks: {
        state: (state, { run }) => ({
          ...state,
          logical_id: `${String(state['logical_id'])}_${run?.updatedUs ?? 0}`,
        }),
      },
    },
    {
      name: 'workflow-id-changes',
      line: 'workflow_id is another after start',
      hooks: {
        state: (state, { store, input }) =>
          input?.command === 'start' ? state : { ...state, workflow_id: store.newId() },
      },
    },
  ]),
  ...faultsOf('lifecycle', 'timestamp-order', [
    {
      name: 'updated-at-back',
      line: 'updated_at goes back with each change',
      hooks: { document: updatedAt((run) => 2 * run.createdUs - run.updatedUs + HOUR_US) },
    },
    {
      name: 'updated-at-before-created',
      line: 'updated_at is a second before created_at',
      hooks: { document: updatedAt((run) => run.createdUs - 1_000_000) },
    },
  ]),
  ...faultsOf('lifecycle', 'history-conservation', [
    {
      name: 'pairs-lost-on-resume',
      line: 'resume drops all earlier pairs',
      hooks: onRun('resume', (run) => {
        run.pairs.splice(0, run.pairs.length - 1);
        return run;
      }),
    },
    {
      name: 'pairs-reordered',
      line: 'the newest pair comes first',
      hooks: { state: pairs((all) => all.toReversed()) },
    },
    {
      name: 'history-truncated',
      line: 'only the last pair is shown',
      hooks: { state: pairs((all) => all.slice(-1)) },
    },
    {
      name: 'first-input-altered',
      line: "the first pair's command becomes the last one",
      hooks: { apply: altered },
    },
    {
      name: 'concurrent-data-lost',
      rule: 'input-echo',
      line: 'of data sent at the same time to one run only the first is kept',
      hooks: {
        apply: lostUpdate,
        reply: (reply, { input }) => (input?.command === 'data' ? { ...reply, holdMs: 50 } : reply),
      },
    },
  ]),
  ...faultsOf('lifecycle', 'run-isolation', [
    {
      name: 'pairs-leak',
      line: 'a new run shows the first pair of the run before it',
      hooks: onRun('start', leaked),
    },
    {
      name: 'variables-leak',
      line: 'dynamic_variables of the run before are in the new run too',
      hooks: { record: variablesLeaked },
    },
  ]),
  ...faultsOf('lifecycle', 'command-acceptance', [
    {
      name: 'data-always-409',
      line: 'data is refused with 409 in every state',
      hooks: refusedAlways('data'),
    },
    {
      name: 'resume-always-409',
      line: 'resume is refused with 409 in every state',
      hooks: refusedAlways('resume'),
    },
  ]),
  ...faultsOf('lifecycle', 'unsupported-method', [
    { name: 'put-accepted', line: 'PUT is taken as POST', hooks: asPost('PUT') },
    { name: 'patch-accepted', line: 'PATCH is taken as POST', hooks: asPost('PATCH') },
    { name: 'delete-accepted', line: 'DELETE is taken as POST', hooks: asPost('DELETE') },
  ]),
];

const HOUR_US = 3_600_000_000;

function onRun(command: Command, change: (run: Run, scene: Scene) => Run): Hooks {
  return {
    apply: (outcome, scene) =>
      'run' in outcome && scene.input?.command === command ? { run: change(outcome.run, scene) } : outcome,
  };
}

function copyOf(run: Run, { store }: Scene): Run {
  const copy = store.create(run.workflowId, run.status);
  copy.pairs.push(...run.pairs);
  return copy;
}

function reused(run: Run, { store }: Scene): Run {
  const earlier = store.before(run);
  if (earlier === undefined || hasEnded(earlier.status)) return run;
  store.remove(run);
  earlier.pairs.push(...run.pairs);
  return earlier;
}

function madeUp(outcome: Outcome, { input, store, workflowId }: Scene): Outcome {
  const id = input?.workflow_run_id ?? undefined;
  if ('run' in outcome || outcome.refusal.reason !== 'run' || id === undefined) return outcome;
  return { run: store.create(workflowId, 'waiting_for_user_input', id) };
}

function altered(outcome: Outcome): Outcome {
  if ('refusal' in outcome) return outcome;
  const { pairs } = outcome.run;
  const [first, last] = [pairs[0], pairs.at(-1)];
  const command = last?.run_input?.command;
  if (first !== undefined && command !== undefined)
    pairs[0] = { ...first, run_input: { ...first.run_input, command } };
  return outcome;
}

function lostUpdate(outcome: Outcome, { input, alongside }: Scene): Outcome {
  if ('run' in outcome && input?.command === 'data' && alongside > 0) outcome.run.pairs.pop();
  return outcome;
}

function leaked(run: Run, { store }: Scene): Run {
  const first = store.before(run)?.pairs[0];
  if (first !== undefined) run.pairs.push(first);
  return run;
}

function variablesLeaked(input: SchemaStoredRunInput, { store, run }: Scene): SchemaStoredRunInput {
  const earlier = run === undefined ? undefined : store.before(run)?.pairs[0]?.run_input?.dynamic_variables;
  return { ...input, dynamic_variables: { ...earlier, ...input.dynamic_variables } };
}

function refusedAlways(command: Command): Hooks {
  const refused = refusal(409, `Cannot ${command} this workflow run`, 'state');
  return { forbid: (earlier, { input }) => (input?.command === command ? refused : earlier) };
}

function updatedAt(choose: (run: Run) => number): (document: JsonObject, scene: Scene) => JsonObject {
  return (document, { run }) =>
    run === undefined ? document : { ...document, updated_at: timestamp(choose(run)) };
}

function pairs(change: (all: readonly unknown[]) => readonly unknown[]): (state: JsonObject) => JsonObject {
  return (state) => {
    const all: unknown = state['input_output_pairs'];
    return Array.isArray(all) ? { ...state, input_output_pairs: change(all) } : state;
  };
}

function asPost(method: string): Hooks {
  return { request: (call) => (call.method === method ? { ...call, method: 'POST' } : call) };
}
