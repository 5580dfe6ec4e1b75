import type { SchemaInputOutputPair, SchemaStoredRunInput } from '../openapi/generated/workflow-runs.ts';
import { serviceRefusal, refusal } from './reply.ts';
import { segmentOutput, storedInput, type Command, type Run, type RunInput, type Status } from './run.ts';
import type { Outcome, Pipeline, Scene } from './hooks.ts';
import type { Store } from './store.ts';

/** What a command does: from which statuses, to which one, and whether it adds a pair. */
export interface Move {
  readonly from: readonly Status[];
  readonly to: Status;
  readonly pair: boolean;
}

/** The lifecycle of a run. */
export type Lifecycle = Readonly<Record<Command, Move>>;

/** How segments are carried out: at once, or in the background after some time. */
export interface Pace {
  readonly settleMs: number;
  /** Whether a pair shows from the start of its segment or only at its end. */
  readonly pairs: 'at-once' | 'when-settled';
}

/** What a command needs to be carried out. */
export interface Floor {
  readonly store: Store;
  readonly workflowId: string;
  readonly lifecycle: Lifecycle;
  readonly pace: Pace;
  readonly pipeline: Pipeline;
  readonly scene: Scene;
}

/** The lifecycle of the default profile. */
export const LIFECYCLE = {
  start: { from: [], to: 'waiting_for_user_input', pair: true },
  data: { from: ['running', 'waiting_for_user_input'], to: 'waiting_for_user_input', pair: true },
  resume: { from: ['paused'], to: 'waiting_for_user_input', pair: true },
  pause: { from: ['running', 'waiting_for_user_input'], to: 'paused', pair: false },
  stop: { from: ['running', 'waiting_for_user_input', 'paused'], to: 'cancelled', pair: false },
} as const satisfies Lifecycle;

/** Most pairs that one run takes; a run with more is told to start anew. */
export const PAIRS_MAX = 5000;

/** Carries out a valid input's command. */
export function obey(input: RunInput, floor: Floor): Outcome {
  return HANDLERS[input.command](input, floor);
}

type Handler = (input: RunInput, floor: Floor) => Outcome;

const HANDLERS = {
  start,
  data: proceed,
  resume: proceed,
  pause: proceed,
  stop: proceed,
} as const satisfies Record<Command, Handler>;

function start(input: RunInput, floor: Floor): Outcome {
  if (input.workflow_run_id !== null) return startOfRun(input.workflow_run_id, floor);
  if (input.workflow_id === null) return missing('workflow_id is required to start a workflow run');
  if (input.workflow_id !== floor.workflowId) return notFound('Workflow not found', 'workflow');
  const move = floor.lifecycle.start;
  const run = floor.store.create(floor.workflowId, floor.pace.settleMs > 0 ? 'running' : move.to);
  addPair(run, input, move, floor);
  return { run };
}

function startOfRun(runId: string, { store }: Floor): Outcome {
  if (store.find(runId) === undefined) return notFound('Workflow run not found', 'run');
  return { refusal: refusal(409, 'Workflow run has already been started', 'state') };
}

function proceed(input: RunInput, floor: Floor): Outcome {
  const { command, workflow_id, workflow_run_id } = input;
  if (workflow_run_id === null) return missing(`workflow_run_id is required for the command ${command}`);
  const run = floor.store.find(workflow_run_id);
  if (run === undefined) return notFound('Workflow run not found', 'run');
  if (workflow_id !== null && workflow_id !== run.workflowId)
    return notFound('Workflow not found', 'workflow');
  const move = floor.lifecycle[command];
  if (!move.from.includes(run.status)) return wrongState(command, run.status);
  if (move.pair && run.pairs.length >= PAIRS_MAX) {
    return { refusal: refusal(409, `Workflow run has reached its ${PAIRS_MAX} turns`, 'state') };
  }
  const later = move.pair && floor.pace.settleMs > 0;
  floor.store.touch(run, later ? 'running' : move.to);
  if (move.pair) addPair(run, input, move, floor);
  return { run };
}

function addPair(run: Run, input: RunInput, move: Move, floor: Floor): void {
  const { pipeline, scene } = floor;
  const shown = { ...scene, run };
  const run_input = pipeline.record(storedInput(input), shown);
  for (let copies = pipeline.copies(1, shown); copies > 0; copies -= 1)
    carryOut(run, { command: input.command, run_input }, move, floor);
}

/** One segment: its pair is stored at once or, in the background, when it has settled. */
function carryOut(
  run: Run,
  { command, run_input }: { readonly command: Command; readonly run_input: SchemaStoredRunInput },
  move: Move,
  { pace, store }: Floor,
): void {
  const finished = (): SchemaInputOutputPair => ({
    run_input,
    run_output: segmentOutput(command, run.updatedUs),
  });
  if (pace.settleMs === 0) {
    run.pairs.push(finished());
    return;
  }
  const atOnce = pace.pairs === 'at-once' ? run.pairs.push({ run_input }) - 1 : undefined;
  setTimeout(() => {
    store.touch(run, run.status === 'running' ? move.to : run.status);
    run.pairs[atOnce ?? run.pairs.length] = finished();
  }, pace.settleMs).unref();
}

function missing(error: string): Outcome {
  return { refusal: serviceRefusal(400, 'Bad Request', error, 'reference') };
}

function notFound(detail: string, reason: 'workflow' | 'run'): Outcome {
  return { refusal: refusal(404, detail, reason) };
}

function wrongState(command: Command, status: Status): Outcome {
  return { refusal: refusal(409, `Cannot ${command} a workflow run that is ${status}`, 'state') };
}
