import type { Hooks, JsonObject, Outcome, Scene } from '../hooks.ts';
import { refusal } from '../reply.ts';
import { hasEnded, type Command, type Run } from '../run.ts';
import { faultsOf } from './fault.ts';

/** Defects in how a run lives: its identity, its fixed fields, its history and its commands. */
export const LIFECYCLE_FAULTS = [
  ...faultsOf('identity', 'run-identity', [
    {
      name: 'resume-new-id',
      line: 'resume goes on in a run with a new _id',
      hooks: onRun('resume', (run, scene) => copyOf(run, scene)),
    },
    {
      name: 'pause-other-run',
      line: 'pause is answered with the run that was started before',
      hooks: onRun('pause', (run, { store }) => store.before(run) ?? run),
    },
    {
      name: 'stop-new-id',
      line: 'stop is answered with a copy of the run that has a new _id',
      hooks: onRun('stop', (run, scene) => copyOf(run, scene)),
    },
    {
      name: 'data-other-run',
      line: 'data is answered with the run that was started before',
      hooks: onRun('data', (run, { store }) => store.before(run) ?? run),
    },
  ]),
  ...faultsOf('identity', 'run-uniqueness', [
    {
      name: 'start-reuses-run',
      line: 'a start is answered with the run that was started before, if it has not ended',
      hooks: onRun('start', reused),
    },
  ]),
  ...faultsOf('identity', 'run-addressing', [
    {
      name: 'unknown-run-made-up',
      line: 'a workflow_run_id that does not exist is answered with a new run',
      hooks: { apply: madeUp },
    },
  ]),
  ...faultsOf('identity', 'fixed-fields', [
    {
      name: 'created-by-changes',
      line: 'created_by is another in each response',
      hooks: { document: (document, { store }) => ({ ...document, created_by: store.newId() }) },
    },
    {
      name: 'team-id-changes',
      line: 'team_id is another in each response',
      hooks: { document: (document, { store }) => ({ ...document, team_id: store.newId() }) },
    },
    {
      name: 'logical-id-changes',
      line: 'logical_id grows with each response',
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
  ...faultsOf('history', 'history-conservation', [
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
      name: 'history-of-three',
      line: 'only the last three pairs are shown',
      hooks: { state: pairs((all) => all.slice(-3)) },
    },
    {
      name: 'history-window-32',
      line: 'only the last 32 pairs are shown',
      hooks: { state: pairs((all) => all.slice(-32)) },
    },
    {
      name: 'stop-clears-history',
      line: 'a stopped run shows no pairs',
      hooks: onRun('stop', (run) => {
        run.pairs.splice(0);
        return run;
      }),
    },
    {
      name: 'pairs-doubled',
      rule: 'input-echo',
      line: 'data is stored twice',
      hooks: onRun('data', (run) => {
        run.pairs.push(...run.pairs.slice(-1));
        return run;
      }),
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
  ]),
  ...faultsOf('acceptance', 'command-acceptance', [
    {
      name: 'data-always-409',
      line: 'data is refused with 409 in every state',
      hooks: refusedAlways('data'),
    },
    {
      name: 'data-unimplemented',
      line: 'data is refused with 422 as no command',
      hooks: refusedAlways(
        'data',
        refusal(422, 'command: Input should be start, resume, pause or stop', 'field'),
      ),
    },
    {
      name: 'resume-always-409',
      line: 'resume is refused with 409 in every state',
      hooks: refusedAlways('resume'),
    },
  ]),
  ...faultsOf('validation', 'unsupported-method', [
    { name: 'put-accepted', line: 'PUT is taken as POST', hooks: asPost('PUT') },
    { name: 'patch-accepted', line: 'PATCH is taken as POST', hooks: asPost('PATCH') },
    { name: 'delete-accepted', line: 'DELETE is taken as POST', hooks: asPost('DELETE') },
  ]),
];

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

function refusedAlways(
  command: Command,
  refused = refusal(409, `Cannot ${command} this workflow run`, 'state'),
): Hooks {
  return { forbid: (earlier, { input }) => (input?.command === command ? refused : earlier) };
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
