import fc from 'fast-check';
import { RUN_COMMANDS } from '../../commands.ts';
import { acceptedState, expectedState, type ModelState } from '../../lifecycle-model.ts';
import { flowOf, SEQUENCES } from '../../budget/flows.ts';
import type { Command } from '../../../openapi/registry.ts';
import { judgeHistory } from './history.ts';
import { compareWithLater } from './read-back.ts';
import { checkOf, exampleId, exampleOf, examplesLeft } from '../example.ts';
import type { Undecided } from '../test-item.ts';
import { Recorder } from '../recorder.ts';
import type { Session } from '../session.ts';
import { newRunFlow, step, type RunFlow } from './run-flow.ts';

const about = flowOf('model/sequences');
/** A sequence costs runs, so shrinking is short. */
const SHRINKS_MAX = 4;

/** One command to one of the runs of a sequence. */
interface Move {
  readonly command: Command;
  readonly run: number;
}

/** The sequences that are tried, drawn from the seed. */
export const SEQUENCES_DRAWN = fc.array(
  fc.record({
    command: fc.constantFrom(...RUN_COMMANDS),
    run: fc.nat({ max: SEQUENCES.runs - 1 }),
  }),
  { minLength: SEQUENCES.shortest, maxLength: SEQUENCES.longest, size: 'max' },
);

/** The steps that no other walk takes for certain: each command in a state in which it does not belong, and stop after pause. */
export const TOUR: Move[] = [
  { command: 'resume', run: 0 },
  { command: 'pause', run: 0 },
  { command: 'pause', run: 0 },
  { command: 'data', run: 0 },
  { command: 'stop', run: 0 },
  { command: 'data', run: 1 },
];

/** One fixed sequence and random ones of commands on two runs, held against the model of the lifecycle. */
export async function keepsTheRules(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const failing: Recorder[] = [];
  let shrinks = 0;
  let undecided: Undecided | null = null;
  const isLeft = examplesLeft(session.plan);
  const property = fc.asyncProperty(SEQUENCES_DRAWN, async (sequence) => {
    if (!isLeft()) return true;
    if (failing.length > 0 && (shrinks += 1) > SHRINKS_MAX) return true;
    const trial = new Recorder();
    undecided = await follow(session, trial, sequence);
    recorder.absorb(trial);
    if (trial.hasFailure) failing.push(trial);
    else recorder.found(trial.findings);
    return !trial.hasFailure;
  });
  const { counterexamplePath } = await fc.check(property, {
    ...checkOf(session.plan, SEQUENCES.count),
    examples: [[TOUR]],
  });
  const smallest = failing.at(-1)?.findings ?? []; // fast-check goes on to smaller ones only
  recorder.found(
    smallest.map((finding) => ({ ...finding, case_id: exampleId(about.id, counterexamplePath) })),
  );
  return undecided;
}

/** Follows a sequence on fresh runs; each response goes through the general checks, the histories are read at the end. */
async function follow(
  session: Session,
  recorder: Recorder,
  sequence: readonly Move[],
): Promise<Undecided | null> {
  const flows: RunFlow[] = [];
  const states: ModelState[] = [];
  for (let i = 0; i < SEQUENCES.runs; i += 1) {
    const flow = newRunFlow({ ...about, id: exampleOf(about.id, [i, sequence]) });
    await step(session, recorder, flow, 'start');
    if (flow.runId === null) return { outcome: 'inconclusive', reason: 'a run was not started' };
    flows.push(flow);
    states.push('waiting');
  }
  for (const { command, run } of sequence) {
    const flow = flows[run];
    const state = states[run];
    if (flow !== undefined && state !== undefined)
      states[run] = await move(session, recorder, flow, state, command);
  }
  const judged: (Undecided | null)[] = [];
  for (const flow of flows) judged.push(await judgeHistory(session, recorder, flow));
  // The run that was given the last command has just been seen; what the commands to it did to the others has not.
  const last = flows[sequence.at(-1)?.run ?? 0];
  for (const flow of flows) if (flow !== last) await compareWithLater(session, recorder, flow);
  return judged.find((one) => one !== null) ?? null;
}

async function move(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  state: ModelState,
  command: Command,
): Promise<ModelState> {
  const taken = await step(session, recorder, flow, command);
  const status = taken.result.response?.status ?? null;
  if (status === null) return state;
  const expected = expectedState(state, command);
  const seen = `${command} to a run that is ${state}: ${status}`;
  recorder.observed({
    rule: 'lifecycle-transitions',
    confirmed: taken.accepted === (expected !== null),
    seen,
    exchange: taken.result.evidence,
  });
  return taken.accepted ? acceptedState(command) : state;
}
