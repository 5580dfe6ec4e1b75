import type { Evidence } from '../result/exchange.ts';
import { isRecord, valueAt, type JsonRecord } from '../result/json.ts';
import { parseEvidence } from './evidence.ts';
import type { operations } from './generated/workflow-runs.ts';
import { DescriptionError, placesOf, type RequestPlace } from './places.ts';

/** The ids of the operations that the description has beside the one under test. */
export type RelatedId = Exclude<keyof operations, 'startOrResumeWorkflow'>;

/** What each of them is for. One that the description gains does not compile until it stands here. */
const USES: Readonly<Record<RelatedId, string>> = {
  listWorkflowRuns: 'it finds active runs that no ledger knows',
  getWorkflowRun: 'it shows a run as it is stored',
  deleteWorkflowRun: 'it is never called, so that a run stays where its report leads',
  getWorkflowRunSchemas: 'it serves the schemas that interface changes are compared with',
};

/** An operation beside the one under test: used where a target has it, and never required. */
export interface RelatedOperation {
  readonly method: string;
  readonly evidence: Evidence;
  /** Its path, that of one run where it is about one. */
  readonly path: (runId?: string) => string;
  /** The constrained places of its body; none where it takes no body. */
  readonly bodyPlaces: readonly RequestPlace[];
}

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
export function relatedOperations(
  all: readonly DescribedOperation[],
  schemas: JsonRecord,
): RelatedOperations {
  const ids = Object.keys(USES) as RelatedId[];
  return Object.fromEntries(ids.map((id) => [id, relatedOf(all, schemas, id)])) as Record<
    RelatedId,
    RelatedOperation
  >;
}

function relatedOf(all: readonly DescribedOperation[], schemas: JsonRecord, id: RelatedId): RelatedOperation {
  const found = all.find(({ operation }) => operation['operationId'] === id);
  const evidence = parseEvidence(found?.operation['x-evidence']);
  if (found === undefined || evidence?.level !== 'related')
    throw new DescriptionError(
      `The description has no operation "${id}" with x-evidence of the level related; ${USES[id]}.`,
    );
  const body = valueAt(found.operation, ['requestBody', 'content', 'application/json', 'schema', '$ref']);
  return {
    method: found.method,
    evidence,
    path: (runId = '') => found.path.replace('{workflow_run_id}', () => runId),
    bodyPlaces: typeof body === 'string' ? placesOf(schemas, body.replace('#/components/schemas/', '')) : [],
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
