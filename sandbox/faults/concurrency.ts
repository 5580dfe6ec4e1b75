import type { SchemaStoredRunInput } from '../../openapi/generated/workflow-runs.ts';
import type { Hooks, Outcome, Scene } from '../hooks.ts';
import { jsonReply, type Reply } from '../reply.ts';
import type { Command, Run } from '../run.ts';
import { faultsOf, type FaultRow } from './fault.ts';

const HELD_MS = 50;
const SAME_MOMENT_US = 30_000;

/** Defects that show only when calls are under way at the same time. The affected responses are held for a moment. */
export const CONCURRENCY_FAULTS = [
  ...faultsOf('concurrency', 'input-echo', [
    {
      name: 'concurrent-data-lost',
      line: 'of data sent at the same time to one run only the first is kept',
      hooks: held('data', { copies: (copies, scene) => (isAlongside(scene) ? 0 : copies) }),
    },
    {
      name: 'concurrent-data-mixed',
      line: 'data sent while other data is under way is stored with the input of that',
      hooks: held('data', { record: mixed }),
    },
    {
      name: 'concurrent-data-doubled',
      line: 'data sent while other data is under way is stored twice',
      hooks: held('data', { copies: (copies, scene) => (isAlongside(scene) ? 2 * copies : copies) }),
    },
    overwriting('pause'),
    overwriting('stop'),
  ]),
  ...faultsOf('concurrency', 'run-uniqueness', [
    {
      name: 'concurrent-starts-merged',
      line: 'starts of the same moment are answered with one run',
      hooks: held('start', { apply: merged }),
    },
  ]),
  ...faultsOf('concurrency', 'server-error-absence', [
    {
      name: 'concurrent-data-500',
      line: 'data sent while other data is under way is answered with 500',
      hooks: held('data', {
        reply: (reply, { input, alongside }) =>
          input?.command === 'data' && alongside > 0 && reply.reason === 'accepted'
            ? jsonReply(500, { detail: 'Internal Server Error' }, reply.reason)
            : reply,
      }),
    },
  ]),
];

function held(command: Command, hooks: Hooks): Hooks {
  const own = hooks.reply ?? ((reply: Reply): Reply => reply);
  return {
    ...hooks,
    reply: (reply, scene) => {
      const changed = own(reply, scene);
      return scene.input?.command === command ? { ...changed, holdMs: HELD_MS } : changed;
    },
  };
}

/** Long enough that a caller which is itself kept waiting still comes in between. */
const SAVED_MS = 150;

/** A command that reads the whole run, works for a moment and saves it: what came between is gone. */
function overwriting(command: 'pause' | 'stop'): FaultRow {
  return {
    name: `${command}-overwrites-data`,
    line: `data that is accepted while ${command} is under way is lost`,
    hooks: {
      apply: (outcome, { input, store }) => {
        if ('refusal' in outcome || input?.command !== command) return outcome;
        const { run } = outcome;
        const { status } = run;
        const read = [...run.pairs];
        store.touch(run, 'waiting_for_user_input');
        setTimeout(() => {
          run.pairs.splice(0, run.pairs.length, ...read);
          store.touch(run, status);
        }, SAVED_MS).unref();
        return outcome;
      },
      state: (state, { input }) =>
        input?.command === command
          ? { ...state, status: command === 'stop' ? 'cancelled' : 'paused' }
          : state,
      reply: (reply, { input }) =>
        input?.command === command && reply.reason === 'accepted'
          ? { ...reply, holdMs: SAVED_MS + 5 }
          : reply,
    },
  };
}

/** True of data that arrives while a call to the same run is under way. */
function isAlongside({ input, alongside }: Scene): boolean {
  return input?.command === 'data' && alongside > 0;
}

/** The input that a run was given last, also before a profile that stores late has stored it. */
const latest = new WeakMap<Run, SchemaStoredRunInput>();

function mixed(input: SchemaStoredRunInput, scene: Scene): SchemaStoredRunInput {
  if (scene.run === undefined) return input;
  const before = latest.get(scene.run);
  if (isAlongside(scene) && before !== undefined) return before;
  latest.set(scene.run, input);
  return input;
}

function merged(outcome: Outcome, { input, store }: Scene): Outcome {
  if (!('run' in outcome) || input?.command !== 'start') return outcome;
  const earlier = store.before(outcome.run);
  if (earlier === undefined || outcome.run.createdUs - earlier.createdUs > SAME_MOMENT_US) return outcome;
  store.remove(outcome.run);
  earlier.pairs.push(...outcome.run.pairs);
  return { run: earlier };
}
