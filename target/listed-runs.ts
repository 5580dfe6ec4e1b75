import { isRecord, valueAt } from '../result/json.ts';
import type { Operation } from '../openapi/registry.ts';

/** So many runs are asked for; a list that is as long may go on. */
export const LIST_SIZE = 100;

/** The path and query by which a target lists its newest runs, where it does. */
export function listPath({ related }: Operation): string {
  return `${related.listWorkflowRuns.path()}?size=${LIST_SIZE}&page=1`;
}

/** What a list of runs tells of a workflow. */
export interface ListedRuns {
  /** The ids of its runs that have not ended. */
  readonly active: readonly string[];
  /** False where the list may go on. */
  readonly isWhole: boolean;
}

/** Reads a list of runs; null for a body that is none. */
export function readList(operation: Operation, workflowId: string, body: unknown): ListedRuns | null {
  const listed = valueAt(body, ['workflow_runs']);
  if (!Array.isArray(listed)) return null;
  const active = listed.flatMap((one: unknown) => {
    const status = valueAt(one, ['workflow_run', 'status']);
    const isActive = typeof status === 'string' && operation.statusClassOf(status) !== 'terminal';
    const id = isRecord(one) ? one['_id'] : null;
    return isActive && typeof id === 'string' && valueAt(one, ['workflow_run', 'workflow_id']) === workflowId
      ? [id]
      : [];
  });
  return { active, isWhole: listed.length < LIST_SIZE };
}
