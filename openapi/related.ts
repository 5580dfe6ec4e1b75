import type { Evidence } from '../result/exchange.ts';
import { isRecord, valueAt, type JsonRecord } from '../result/json.ts';
import { parseEvidence } from './evidence.ts';
import { DescriptionError } from './places.ts';

const RELATED_IDS = [
  'listWorkflowRuns',
  'getWorkflowRun',
  'deleteWorkflowRun',
  'getWorkflowRunSchemas',
] as const;

/** An operation beside the one under test: used where a target has it, and never required. */
export interface RelatedOperation {
  readonly method: string;
  readonly evidence: Evidence;
  /** Its path, that of one run where it is about one. */
  readonly path: (runId?: string) => string;
}

export type RelatedId = (typeof RELATED_IDS)[number];
export type RelatedOperations = Readonly<Record<RelatedId, RelatedOperation>>;

/** One operation of a description, with its place. */
export interface DescribedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonRecord;
}

const METHODS: readonly string[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Every operation that a description has. @throws DescriptionError for a path without any. */
export function operationsIn(paths: JsonRecord): readonly DescribedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) => {
    const found = Object.entries(isRecord(item) ? item : {}).flatMap(([method, operation]) =>
      METHODS.includes(method) && isRecord(operation)
        ? [{ method: method.toUpperCase(), path, operation }]
        : [],
    );
    if (found.length === 0) throw new DescriptionError(`The description has no operation at paths.${path}.`);
    return found;
  });
}

/** True of an operation that is known from neighbouring pages alone: it stands beside the one under test. */
export function isRelated({ operation }: DescribedOperation): boolean {
  return parseEvidence(operation['x-evidence'])?.level === 'related';
}

/** The related operations by id. @throws DescriptionError where one is missing. */
export function relatedOperations(all: readonly DescribedOperation[]): RelatedOperations {
  return Object.fromEntries(RELATED_IDS.map((id) => [id, relatedOf(all, id)])) as Record<
    RelatedId,
    RelatedOperation
  >;
}

function relatedOf(all: readonly DescribedOperation[], id: RelatedId): RelatedOperation {
  const found = all.find(({ operation }) => operation['operationId'] === id);
  const evidence = parseEvidence(found?.operation['x-evidence']);
  if (found === undefined || evidence?.level !== 'related')
    throw new DescriptionError(
      `The description has no operation "${id}" with x-evidence of the level related.`,
    );
  return {
    method: found.method,
    evidence,
    path: (runId = '') => found.path.replace('{workflow_run_id}', () => runId),
  };
}

/** Which of our schemas each schema that a service serves of itself is about, by its name. */
export function servedSchemas(
  all: readonly DescribedOperation[],
  schemas: JsonRecord,
): Readonly<Record<string, JsonRecord>> {
  const found = all.find(({ operation }) => operation['operationId'] === 'getWorkflowRunSchemas');
  const names = valueAt(found?.operation, ['x-describes']);
  return Object.fromEntries(
    Object.entries(isRecord(names) ? names : {}).map(([served, own]) => {
      const schema = schemas[String(own)];
      if (!isRecord(schema))
        throw new DescriptionError(
          `x-describes names the schema ${String(own)}, which the description lacks.`,
        );
      return [served, schema];
    }),
  );
}
