import { carrying } from '../cases/values.ts';
import type { Case } from '../cases/case.ts';
import type { Finding } from '../../result/contract-result.ts';
import { readPendingInputs } from './flows/late-inputs.ts';
import type { Undecided } from './test-item.ts';
import { Recorder } from './recorder.ts';
import { runCase } from './run-case.ts';
import type { Session } from './session.ts';

/** The checks by which a value that a case brought along may have broken it; others would object to any value. */
const OF_VALUES = ['positive-data-acceptance', 'input-echo', 'server-error-absence', 'run-isolation'];
/** Splitting asks again and again; what is not told apart by then is sent alone. */
const SPLITS_MAX = 24;
/** A split waits this share of the patience for its inputs: the whole has waited all of it. */
const SPLIT_SHARE = 10;

/**
 * Asks a case that carries others. When it comes through, so have they; when not, values that travelled together are
 * split in halves until those that fail stand alone (group testing), and the others are asked by their own cases.
 */
export async function runBatch(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  parts: readonly Case[],
): Promise<Undecided | null> {
  const whole = await carry(session, recorder, testCase, session.waiting.patienceMs);
  if (whole.cameThrough || testCase.mutation.kind !== 'variables') {
    recorder.found(whole.findings);
    return whole.undecided;
  }
  const smallest = await split(session, recorder, testCase, parts);
  recorder.found((smallest ?? whole).findings);
  return whole.undecided;
}

interface Carried {
  readonly cameThrough: boolean;
  readonly findings: readonly Finding[];
  readonly undecided: Undecided | null;
}

async function carry(session: Session, recorder: Recorder, testCase: Case, waitMs: number): Promise<Carried> {
  const trial = new Recorder();
  const undecided = await runCase(session, trial, testCase);
  const runIds = session.pendingInputs
    .filter((one) => one.testCase.id === testCase.id)
    .map(({ runId }) => runId);
  for (const runId of new Set(runIds)) await readPendingInputs(session, trial, runId, waitMs);
  recorder.absorb(trial);
  const cameThrough = undecided === null && trial.findings.every(({ check }) => !OF_VALUES.includes(check));
  if (cameThrough) for (const id of testCase.carries) session.carried.add(id);
  return { cameThrough, findings: trial.findings, undecided };
}

/** Halves what fails; a half of one is left to its own case. Returns the smallest group that failed, if any did. */
async function split(
  session: Session,
  recorder: Recorder,
  together: Case,
  parts: readonly Case[],
): Promise<Carried | null> {
  const open: (readonly Case[])[] = [parts];
  let smallest: Carried | null = null;
  let splits = 0;
  for (let group = open.shift(); group !== undefined; group = open.shift()) {
    const middle = Math.ceil(group.length / 2);
    for (const half of [group.slice(0, middle), group.slice(middle)]) {
      if (half.length < 2 || (splits += 1) > SPLITS_MAX || !session.requests.hasSpare()) continue;
      const told = await carry(
        session,
        recorder,
        carrying(together, half),
        session.waiting.patienceMs / SPLIT_SHARE,
      );
      if (told.cameThrough) continue;
      if (told.findings.length > 0) smallest = told;
      open.push(half);
    }
  }
  return smallest;
}
