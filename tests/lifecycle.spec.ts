import { LIFECYCLE } from '../contract/commands.ts';
import { test } from './fixtures.ts';
import { isSelected, readPlan } from './plan.ts';
import { judgeHistory } from './history.ts';
import { newWalk, step } from './walk.ts';

const plan = readPlan(process.env);

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
const PARALLEL = 3;

if (isSelected(plan, whole)) {
  test(`lifecycle › ${whole.title}`, async ({ session, conduct }) => {
    await conduct(whole, async (recorder) => {
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
    });
  });
}

if (isSelected(plan, twins)) {
  test(`lifecycle › ${twins.title}`, async ({ session, conduct }) => {
    await conduct(twins, async (recorder) => {
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
    });
  });
}

if (isSelected(plan, ended)) {
  test(`lifecycle › ${ended.title}`, async ({ session, conduct }) => {
    await conduct(ended, async (recorder) => {
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
    });
  });
}

if (isSelected(plan, parallel)) {
  test(`lifecycle › ${parallel.title}`, async ({ session, conduct }) => {
    await conduct(parallel, async (recorder) => {
      const walk = newWalk(parallel);
      await step(session, recorder, walk, 'start');
      if (walk.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
      await Promise.all(Array.from({ length: PARALLEL }, () => step(session, recorder, walk, 'data', false)));
      await step(session, recorder, walk, 'stop');
      return judgeHistory(session, recorder, walk, 'any');
    });
  });
}

function describe(status: number | undefined): string {
  return status === undefined ? 'no answer' : `answered ${status}`;
}
