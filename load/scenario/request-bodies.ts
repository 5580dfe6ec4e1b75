import { commandBody, startBody, type Canary } from '../../api/request.ts';
import type { SchemaWorkflowRunRequest } from '../../openapi/generated/workflow-runs.ts';
import type { Command } from '../../openapi/registry.ts';
import type { Target } from '../../target/target.ts';
import type { Inputs } from './run-input.ts';

type BodyBuilder = (subject: Subject, runId: string, canary: Canary) => SchemaWorkflowRunRequest;

interface Subject {
  readonly workflowId: string;
  readonly runInput: SchemaWorkflowRunRequest;
  readonly liveRunId: null;
}

/** How the body of each command is built under load; a command without a line here does not compile. */
const BODY_BY_COMMAND = {
  start: (subject, _runId, canary) => startBody(subject, canary),
  data: (subject, runId, canary) => commandBody(subject, 'data', runId, canary),
  resume: (subject, runId, canary) => commandBody(subject, 'resume', runId, canary),
  pause: (subject, runId, canary) => commandBody(subject, 'pause', runId, canary),
  stop: (subject, runId, canary) => commandBody(subject, 'stop', runId, canary),
} satisfies Record<Command, BodyBuilder>;

/** The commands that can be sent under load. */
export const COMMANDS = Object.keys(BODY_BY_COMMAND) as readonly Command[];

/** True for the commands whose body carries the run input. */
function carriesInput(command: Command): boolean {
  return command === 'start' || command === 'data';
}

const CANARY_GAP = 'the-value-that-is-its-own';
const RUN_GAP = 'the-run-that-is-addressed';

/** The text of a body with two gaps, for the canary's value and for the run; both are filled with JSON. */
interface GappedText {
  readonly toCanary: string;
  readonly toRun: string;
  readonly rest: string;
}

/**
 * Builds the JSON bodies of the requests of a load, each with a variable that is its own. Without templates in the run
 * input those of one command differ in that variable and the run alone, so the rest of their text is made once.
 */
export class Bodies {
  readonly #target: Target;
  readonly #inputs: Inputs;
  readonly #texts = new Map<Command, GappedText | null>();

  constructor(target: Target, inputs: Inputs) {
    this.#target = target;
    this.#inputs = inputs;
  }

  /**
   * The JSON text of the next body.
   * @param runId the run that is addressed; null for a start.
   * @param serial number of the request in this process.
   */
  next(command: Command, runId: string | null, serial: number): string {
    const value = `${this.#target.runMark}-${serial}`;
    const text = this.#textFor(command);
    if (text === null) return this.#build(command, runId, value);
    const run = runId === null ? '' : JSON.stringify(runId);
    return `${text.toCanary}${JSON.stringify(value)}${text.toRun}${run}${text.rest}`;
  }

  /** Null when the text of each body has to be made anew. */
  #textFor(command: Command): GappedText | null {
    const known = this.#texts.get(command);
    if (known !== undefined) return known;
    const run = command === 'start' ? null : RUN_GAP;
    const isConstant = this.#inputs.isConstant || !carriesInput(command);
    const text = isConstant ? gapped(this.#build(command, run, CANARY_GAP), run !== null) : null;
    this.#texts.set(command, text);
    return text;
  }

  #build(command: Command, runId: string | null, canaryValue: string): string {
    const runInput = carriesInput(command) ? this.#inputs.next() : this.#target.runInput;
    const canary: Canary = { key: 'harness_load_request', value: canaryValue };
    const subject: Subject = { workflowId: this.#target.workflowId, runInput, liveRunId: null };
    return JSON.stringify(BODY_BY_COMMAND[command](subject, runId ?? '', canary));
  }
}

/** Null when a gap is not found exactly once, or not in that order. */
function gapped(text: string, hasRun: boolean): GappedText | null {
  const [toCanary, afterCanary, ...more] = text.split(JSON.stringify(CANARY_GAP));
  if (toCanary === undefined || afterCanary === undefined || more.length > 0) return null;
  if (!hasRun) return { toCanary, toRun: afterCanary, rest: '' };
  const [toRun, rest, ...others] = afterCanary.split(JSON.stringify(RUN_GAP));
  return toRun === undefined || rest === undefined || others.length > 0 ? null : { toCanary, toRun, rest };
}
