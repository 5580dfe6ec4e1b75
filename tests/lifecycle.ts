import { LIFECYCLE } from '../contract/commands.ts';
import type { Item, Undecided } from './item.ts';
import type { Recorder } from './record.ts';
import type { Session } from './session.ts';
import { judgeHistory } from './history.ts';
import { newWalk, step } from './walk.ts';

const whole = {
  id: 'lifecycle/whole',
  title: `one run keeps its identity and history through ${LIFECYCLE.join(', ')}`,
  group: 'lifecycle',
  command: 'start',
  field: null,
};
const twins = {
  id: 'lifecycle/twins',
  title: 'two starts are two runs, and nothing of one shows in the other',
  group: 'lifecycle',
  command: 'start',
  field: null,
};
const ended = {
  id: 'lifecycle/ended',
  title: 'what commands to a stopped run are answered',
  group: 'lifecycle',
  command: 'stop',
  field: null,
};
const parallel = {
  id: 'lifecycle/parallel',
  title: 'data sent at the same time to one run is all kept',
  group: 'lifecycle',
  command: 'data',
  field: null,
};
const parallelStarts = {
  id: 'lifecycle/parallel-starts',
  title: 'starts sent at the same time are as many runs',
  group: 'lifecycle',
  command: 'start',
  field: null,
};
const PARALLEL = 3;

/** The walks that look at whole runs: their history, their twins, what happens at the same time and after the end. */
export function lifecycleItems(): readonly Item[] {
  return [
    { about: whole, conduct: (session, recorder) => keepsItself(session, recorder) },
    { about: twins, conduct: (session, recorder) => areTwo(session, recorder) },
    { about: parallel, conduct: (session, recorder) => keepsAll(session, recorder) },
    { about: parallelStarts, conduct: (session, recorder) => areDistinct(session, recorder) },
    { about: ended, conduct: (session, recorder) => afterTheEnd(session, recorder) },
  ];
}

async function keepsItself(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const walk = newWalk(whole);
  for (const command of LIFECYCLE) {
    const taken = await step(session, recorder, walk, command);
    if (walk.runId === null)
      return {
        outcome: 'inconclusive',
        reason: `the run was not started: ${describe(taken.asked.answer?.status)}`,
      };
  }
  return judgeHistory(session, recorder, walk);
}

async function areTwo(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const first = newWalk(twins);
  const second = newWalk(twins);
  await step(session, recorder, first, 'start');
  await step(session, recorder, second, 'start');
  await step(session, recorder, first, 'data');
  await step(session, recorder, second, 'data');
  if (first.runId === null || second.runId === null)
    return { outcome: 'inconclusive', reason: 'two runs were not started' };
  const left = await judgeHistory(session, recorder, first);
  return (await judgeHistory(session, recorder, second)) ?? left;
}

async function keepsAll(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const walk = newWalk(parallel);
  await step(session, recorder, walk, 'start');
  if (walk.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
  await Promise.all(Array.from({ length: PARALLEL }, () => step(session, recorder, walk, 'data', false)));
  await step(session, recorder, walk, 'stop');
  return judgeHistory(session, recorder, walk, 'any');
}

/** Starts that leave at the same moment: as many runs as were accepted, each with its own input. */
async function areDistinct(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const walks = Array.from({ length: PARALLEL }, () => newWalk(parallelStarts));
  await Promise.all(walks.map((walk) => step(session, recorder, walk, 'start')));
  const begun = walks.filter((walk) => walk.runId !== null);
  if (begun.length < 2)
    return { outcome: 'inconclusive', reason: 'two starts sent at the same time were not both accepted' };
  recorder.looked('start', ['run-uniqueness']);
  const judged: (Undecided | null)[] = [];
  for (const walk of begun) judged.push(await judgeHistory(session, recorder, walk));
  return judged.find((one) => one !== null) ?? null;
}

async function afterTheEnd(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const walk = newWalk(ended);
  await step(session, recorder, walk, 'start');
  const stopped = await step(session, recorder, walk, 'stop');
  if (!stopped.accepted) return { outcome: 'inconclusive', reason: 'the run could not be stopped' };
  for (const command of ['data', 'resume', 'pause', 'stop'] as const) {
    const taken = await step(session, recorder, walk, command);
    const status = taken.asked.answer?.status;
    if (status === undefined) continue;
    recorder.observed({
      rule: 'command-on-ended-run',
      confirmed: status >= 400 && status <= 499,
      seen: `${command} to a stopped run: ${status}`,
    });
  }
  return null;
}

function describe(status: number | undefined): string {
  return status === undefined ? 'no answer' : `answered ${status}`;
}
