import { keyRefusal } from '../admission.ts';
import type { Hooks, Outcome, Scene } from '../hooks.ts';
import { refusal, type Reply } from '../reply.ts';
import type { Run } from '../run.ts';
import type { Store } from '../store.ts';
import { faultsOf } from './fault.ts';

const ONE_COMMAND_IN = 8;
const ONE_CALL_IN = 15;

/** Defects of servers that forget: a replica without the run, a cache that was lost, a body that was seen before. */
export const MEMORY_FAULTS = [
  ...faultsOf('rare', 'known-run', [
    {
      name: 'flaky-404',
      line: `one command in ${ONE_COMMAND_IN} to a run that exists is answered with 404`,
      hooks: { forbid: flaky },
    },
  ]),
  ...faultsOf('rare', 'valid-key-acceptance', [
    {
      name: 'flaky-401',
      line: `one call in ${ONE_CALL_IN} is answered with 401 although its key is right`,
      hooks: {
        admit: (refused, { call }) =>
          refused ?? (call.ordinal % ONE_CALL_IN === 0 ? keyRefusal('Invalid API key') : undefined),
      },
    },
  ]),
  ...faultsOf('identity', 'known-run', [
    {
      name: 'two-instances',
      line: 'calls go to two instances in turn, and each knows its own runs alone',
      hooks: twoInstances(),
    },
  ]),
  ...faultsOf('identity', 'run-uniqueness', [
    {
      name: 'equal-start-same-run',
      line: 'a start that is equal to an earlier one is answered with its run',
      hooks: { apply: sameForEqual() },
    },
  ]),
  ...faultsOf('identity', 'run-identity', [
    {
      name: 'start-answers-other-workflow',
      line: "each run shows another workflow_id than its start's",
      hooks: { state: (state, { store }) => ({ ...state, workflow_id: store.teamId }) },
    },
  ]),
  ...faultsOf('echo', 'input-echo', [
    {
      name: 'equal-data-once',
      line: 'data that the run holds already is accepted and not stored again',
      hooks: { copies: (copies, scene) => (isHeld(scene) ? 0 : copies) },
    },
  ]),
];

/** State of a fault that belongs to one sandbox. */
function perStore<T>(make: () => T): (store: Store) => T {
  const all = new WeakMap<Store, T>();
  return (store) => {
    const known = all.get(store) ?? make();
    all.set(store, known);
    return known;
  };
}

const counters = perStore(() => ({ commands: 0 }));

function flaky(refused: Reply | undefined, { input, store }: Scene): Reply | undefined {
  if (refused !== undefined || store.find(input?.workflow_run_id ?? '') === undefined) return refused;
  const counter = counters(store);
  counter.commands += 1;
  return counter.commands % ONE_COMMAND_IN === 0 ? unknown() : undefined;
}

function unknown(): Reply {
  return refusal(404, 'Workflow run not found', 'run');
}

function twoInstances(): Hooks {
  const homes = new WeakMap<Run, number>();
  const isElsewhere = (run: Run | undefined, { call }: Scene): boolean =>
    run !== undefined && homes.has(run) && homes.get(run) !== call.ordinal % 2;
  return {
    forbid: (refused, scene) =>
      refused ??
      (isElsewhere(scene.store.find(scene.input?.workflow_run_id ?? ''), scene) ? unknown() : refused),
    apply: (outcome, { call }) => {
      if ('run' in outcome && !homes.has(outcome.run)) homes.set(outcome.run, call.ordinal % 2);
      return outcome;
    },
    reply: (reply, scene) => {
      const id = scene.call.path.split('/').at(-1) ?? '';
      return reply.reason === 'read' && isElsewhere(scene.store.find(id), scene) ? unknown() : reply;
    },
  };
}

function sameForEqual(): (outcome: Outcome, scene: Scene) => Outcome {
  const firsts = perStore(() => new Map<string, Run>());
  return (outcome, { input, call, store }) => {
    if ('refusal' in outcome || input?.command !== 'start') return outcome;
    const body = call.body.toString();
    const first = firsts(store).get(body);
    if (first === undefined) {
      firsts(store).set(body, outcome.run);
      return outcome;
    }
    store.remove(outcome.run);
    return { run: first };
  };
}

function isHeld({ input, run, call }: Scene): boolean {
  if (input?.command !== 'data' || run === undefined) return false;
  const body = call.body.toString();
  const seen = bodies.get(run) ?? new Set<string>();
  bodies.set(run, seen);
  const isRepeated = seen.has(body);
  seen.add(body);
  return isRepeated;
}

const bodies = new WeakMap<Run, Set<string>>();
