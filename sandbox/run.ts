import type {
  SchemaComment,
  SchemaInputOutputPair,
  SchemaRunOutput,
  SchemaStoredRunInput,
  SchemaWorkflowRunRequest,
} from '../openapi/generated/workflow-runs.ts';
import { logicalId } from './ids.ts';

/** The five documented commands. */
export type Command = NonNullable<SchemaWorkflowRunRequest['command']>;

/** A request body after validation, with every absent field filled in. */
export type RunInput = Required<SchemaWorkflowRunRequest>;

/** Statuses that the sandbox gives to a run. */
export type Status = 'running' | 'waiting_for_user_input' | 'paused' | 'completed' | 'cancelled';

/** A workflow run as the sandbox keeps it. */
export interface Run {
  readonly id: string;
  readonly logicalId: string;
  readonly workflowId: string;
  readonly createdUs: number;
  updatedUs: number;
  status: Status;
  readonly pairs: SchemaInputOutputPair[];
  readonly comments: SchemaComment[];
}

/** True when a run takes no further command. */
export function hasEnded(status: Status): boolean {
  return status === 'completed' || status === 'cancelled';
}

/** The input as it is stored: the seven fields, values exactly as they were sent. */
export function storedInput(input: RunInput): SchemaStoredRunInput {
  const { dynamic_variables, runtime_variables, miscellaneous, command } = input;
  const { workflow_id, workflow_run_id, thread_to_node_inputs } = input;
  return {
    dynamic_variables,
    runtime_variables,
    miscellaneous,
    command,
    workflow_id,
    workflow_run_id,
    thread_to_node_inputs,
  };
}

/** What one segment of a run brings forth: a few events and one node output on the main thread. */
export function segmentOutput(command: string, atUs: number): SchemaRunOutput {
  const types = [
    command === 'start' ? 'start_workflow' : 'user_messages',
    'say_static',
    'workflow_ready_for_input',
  ];
  return {
    events: types.map((type) => event(type, atUs)),
    thread_to_node_outputs: { '0': [{ type: 'say_static', content: 'How can I help you?' }] },
  };
}

function event(type: string, atUs: number): Readonly<Record<string, unknown>> {
  return {
    type,
    logical_id: logicalId('event'),
    timestamp: atUs / 1_000_000,
    origin_thread_id: '0',
    interrupted: false,
    comments: [],
  };
}
