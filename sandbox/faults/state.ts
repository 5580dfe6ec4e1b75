import type { Hooks, Outcome, Scene } from '../hooks.ts';
import { hasEnded, segmentOutput, storedInput, type Command, type Run, type Status } from '../run.ts';
import { faultsOf } from './fault.ts';

/** All times of the sandbox are a twentieth of those that real servers take: a registry that forgets after 1.5 s. */
const FORGOTTEN_MS = 75;
const MOVES_ON_MS = 75;

/** Defects in the state of runs: it changes by itself, by commands to other runs, or is lost while nothing happens. */
export const STATE_FAULTS = [
  ...faultsOf('state', 'run-isolation', [
    {
      name: 'stop-ends-all-runs',
      line: 'stop ends every run',
      hooks: { apply: onAll('stop', 'cancelled') },
    },
    {
      name: 'pause-pauses-all',
      line: 'pause pauses every run that has not ended',
      hooks: { apply: onAll('pause', 'paused') },
    },
  ]),
  ...faultsOf('state', 'known-run', [
    {
      name: 'forgotten-when-paused',
      line: `a run is unknown ${FORGOTTEN_MS} ms after it was paused, unless a command came before`,
      hooks: { apply: forgotten(({ status }) => status === 'paused') },
    },
    {
      name: 'forgotten-when-idle',
      line: `a run is unknown ${FORGOTTEN_MS} ms after its last command`,
      hooks: { apply: forgotten(({ status }) => !hasEnded(status)) },
    },
  ]),
  ...faultsOf('state', 'terminal-status', [
    {
      name: 'terminal-moves-on',
      line: `a stopped run waits for input again ${MOVES_ON_MS} ms later`,
      weight: 'warning',
      hooks: { apply: movedOn('stop', MOVES_ON_MS) },
    },
    {
      name: 'terminal-revived',
      line: 'data to a stopped run is accepted, and it waits for input again',
      weight: 'warning',
      hooks: { apply: revived },
    },
  ]),
  ...faultsOf('state', 'pause-persistence', [
    {
      name: 'pause-ends-by-itself',
      line: `a paused run waits for input again ${FORGOTTEN_MS} ms later`,
      weight: 'warning',
      hooks: { apply: movedOn('pause', FORGOTTEN_MS) },
    },
  ]),
];

type Change = NonNullable<Hooks['apply']>;

/** Calls back after some time, unless the run was given another command before. */
function later(run: Run, ms: number, act: () => void): void {
  const { updatedUs } = run;
  setTimeout(() => {
    if (run.updatedUs === updatedUs) act();
  }, ms).unref();
}

function onAll(command: Command, status: Status): Change {
  return (outcome, { input, store }) => {
    if ('refusal' in outcome || input?.command !== command) return outcome;
    for (const run of store.all()) if (!hasEnded(run.status)) store.touch(run, status);
    return outcome;
  };
}

function forgotten(isMeant: (run: Run) => boolean): Change {
  return (outcome, { store }) => {
    if ('refusal' in outcome || !isMeant(outcome.run)) return outcome;
    const { run } = outcome;
    later(run, FORGOTTEN_MS, () => {
      store.remove(run);
    });
    return outcome;
  };
}

function movedOn(command: Command, ms: number): Change {
  return (outcome, { input, store }) => {
    if ('refusal' in outcome || input?.command !== command) return outcome;
    const { run } = outcome;
    later(run, ms, () => {
      store.touch(run, 'waiting_for_user_input');
    });
    return outcome;
  };
}

function revived(outcome: Outcome, { input, store }: Scene): Outcome {
  if ('run' in outcome || input?.command !== 'data' || outcome.refusal.reason !== 'state') return outcome;
  const run = store.find(input.workflow_run_id ?? '');
  if (run?.status !== 'cancelled') return outcome;
  store.touch(run, 'waiting_for_user_input');
  run.pairs.push({ run_input: storedInput(input), run_output: segmentOutput('data', run.updatedUs) });
  return { run };
}
