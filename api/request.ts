import type { SchemaWorkflowRunRequest } from '../openapi/generated/workflow-runs.ts';
import type { Command, Operation } from '../openapi/registry.ts';
import type { WireRequest } from './exchange.ts';

/** What the bodies of one run are about: our workflow, its input, and a run that can be addressed. */
export interface Subject {
  readonly workflowId: string;
  readonly runInput: SchemaWorkflowRunRequest;
  /** A run of ours that is alive, or null when there is none. */
  readonly liveRunId: string | null;
}

/** A value planted in a run's variables, under a key of its own, to be found again there and nowhere else. */
export interface Canary {
  readonly key: string;
  readonly value: string;
  /** A second key, the same in each call: its newest value must be stored, not one that the run had before. */
  readonly sharedKey?: string;
}

/** The values of canaries that stand in a text. */
export function canariesIn(text: string): readonly string[] {
  return text.match(/canary-[0-9a-f]{20}/g) ?? [];
}

/** The body of a start of our workflow. */
export function startBody(subject: Subject, canary: Canary): SchemaWorkflowRunRequest {
  return { ...withCanary(subject.runInput, canary), command: 'start', workflow_id: subject.workflowId };
}

/** The body of a command to a run. `data` carries the workflow's run input again; the others carry the canary alone. */
export function commandBody(
  subject: Subject,
  command: Command,
  runId: string,
  canary: Canary,
): SchemaWorkflowRunRequest {
  const input = command === 'data' ? subject.runInput : {};
  return { ...withCanary(input, canary), command, workflow_run_id: runId };
}

function withCanary(input: SchemaWorkflowRunRequest, canary: Canary): SchemaWorkflowRunRequest {
  return {
    dynamic_variables: {
      ...input.dynamic_variables,
      [canary.key]: canary.value,
      ...(canary.sharedKey === undefined ? {} : { [canary.sharedKey]: canary.value }),
    },
    runtime_variables: input.runtime_variables ?? {},
    miscellaneous: input.miscellaneous ?? {},
    thread_to_node_inputs: input.thread_to_node_inputs ?? {},
  };
}

const VALID_KEY = { kind: 'valid' } as const;
export const JSON_HEADERS = [['content-type', 'application/json']] as const;

/** An ordinary call with a valid key and a JSON body. */
export function post(operation: Operation, body: SchemaWorkflowRunRequest): WireRequest {
  return postText(operation, JSON.stringify(body));
}

/** The same with a body that is JSON text already. */
export function postText({ method, path }: Operation, body: string): WireRequest {
  return { method, path, credential: VALID_KEY, headers: JSON_HEADERS, body };
}
