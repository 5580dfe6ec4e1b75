import type { Hooks, Outcome, Scene } from '../hooks.ts';
import { jsonReply, type Reply } from '../reply.ts';
import type { Command, Run } from '../run.ts';
import { faultsOf } from './fault.ts';

const HELD_MS = 50;
const SAME_MOMENT_US = 30_000;

/** Defects that show only when calls are under way at the same time. The affected answers are held for a moment. */
export const CONCURRENCY_FAULTS = [
  ...faultsOf('concurrency', 'input-echo', [
    {
      name: 'concurrent-data-lost',
      line: 'of data sent at the same time to one run only the first is kept',
      hooks: held('data', { apply: lostUpdate }),
    },
    {
      name: 'concurrent-data-mixed',
      line: 'data sent while other data is under way is stored with the input of that',
      hooks: held('data', { apply: mixed }),
    },
    {
      name: 'concurrent-data-doubled',
      line: 'data sent while other data is under way is stored twice',
      hooks: held('data', { apply: doubled }),
    },
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

function during(outcome: Outcome, { input, alongside }: Scene, change: (run: Run) => void): Outcome {
  if ('run' in outcome && input?.command === 'data' && alongside > 0) change(outcome.run);
  return outcome;
}

function lostUpdate(outcome: Outcome, scene: Scene): Outcome {
  return during(outcome, scene, ({ pairs }) => {
    pairs.pop();
  });
}

function mixed(outcome: Outcome, scene: Scene): Outcome {
  return during(outcome, scene, ({ pairs }) => {
    const [before, last] = pairs.slice(-2);
    if (before?.run_input !== undefined && last !== undefined)
      pairs[pairs.length - 1] = { ...last, run_input: before.run_input };
  });
}

function doubled(outcome: Outcome, scene: Scene): Outcome {
  return during(outcome, scene, ({ pairs }) => {
    pairs.push(...pairs.slice(-1));
  });
}

function merged(outcome: Outcome, { input, store }: Scene): Outcome {
  if (!('run' in outcome) || input?.command !== 'start') return outcome;
  const earlier = store.before(outcome.run);
  if (earlier === undefined || outcome.run.createdUs - earlier.createdUs > SAME_MOMENT_US) return outcome;
  store.remove(outcome.run);
  earlier.pairs.push(...outcome.run.pairs);
  return { run: earlier };
}
