import { observedFields, type Field } from '../../openapi/fields.ts';
import { isRecord, valueAt } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { SchemaObjection } from '../../openapi/schemas.ts';
import { headerOf, type Answer } from '../../api/exchange.ts';
import { object, type Objection } from './violation.ts';

/** The checks that an answer with success goes through. Names are the rules' ids. */
export const ACCEPTED_ANSWER_CHECKS = [
  'status-code-conformance',
  'content-type-conformance',
  'response-schema-conformance',
  'timestamp-zone',
  'known-values',
  'undocumented-fields',
  'misleading-success',
] as const;

/** Holds an answer with a 2xx status against the documented response. */
export function checkAcceptedAnswer(operation: Operation, answer: Answer): readonly Objection[] {
  const status = successStatus(operation, answer);
  if (status.length > 0 && answer.body.kind === 'empty') return status;
  return [...status, ...contentType(operation, answer), ...body(operation, answer)];
}

function successStatus(operation: Operation, answer: Answer): readonly Objection[] {
  if (answer.status === 200) return [];
  const title = `The call was accepted with status ${answer.status}; the page promises 200.`;
  return [object(operation.rule('status-code-conformance'), title, { kind: 'other-success' })];
}

function contentType(operation: Operation, answer: Answer): readonly Objection[] {
  const rule = operation.rule('content-type-conformance');
  const value = headerOf(answer, 'content-type');
  const found: Objection[] = [];
  if (value === null)
    found.push(
      object(rule, 'The answer has no content type; application/json is promised.', { kind: 'missing' }),
    );
  else if (value.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    found.push(
      object(rule, `The answer's content type is ${value.slice(0, 80)}; application/json is promised.`, {
        kind: 'other-type',
      }),
    );
  }
  if (answer.misencoded)
    found.push(
      object(
        rule,
        'The bytes of the answer are not what its headers say: UTF-8 text in the named encoding.',
        { kind: 'mis-encoded' },
      ),
    );
  return found;
}

function body(operation: Operation, answer: Answer): readonly Objection[] {
  const rule = operation.rule('response-schema-conformance');
  if (answer.body.kind === 'empty')
    return [object(rule, 'The answer has no body; a workflow run is promised.', { kind: 'empty' })];
  if (answer.body.kind === 'not-json')
    return [object(rule, `The body is ${answer.body.reason}.`, { kind: 'not-json' })];
  if (answer.body.kind === 'unreadable') return []; // for want of a decoder nothing is held against the API
  const { value } = answer.body;
  return [
    ...misleading(operation, value),
    ...schemaObjections(operation, value),
    ...undocumented(operation, value),
  ];
}

/** An error in the clothes of a success: no run, but what errors are made of. */
function misleading(operation: Operation, value: unknown): readonly Objection[] {
  if (!isRecord(value) || 'workflow_run' in value) return [];
  const sign = ['error', 'errors', 'detail', 'message'].find((name) => name in value);
  if (sign === undefined) return [];
  const title = `The answer has the status of a success and the body of an error (its field ${sign}).`;
  return [
    object(operation.rule('misleading-success'), title, { kind: 'error-body', responsePath: `/${sign}` }),
  ];
}

function schemaObjections(operation: Operation, value: unknown): readonly Objection[] {
  return operation.checkAnswer(value).map((objection) => {
    const at = {
      kind: objection.keyword,
      schemaPath: objection.schemaPath,
      responsePath: objection.instancePath,
      missing: objection.missing,
    };
    if (objection.isZoneMissing)
      return object(operation.rule('timestamp-zone'), sentence(objection, 'a time with its zone'), at);
    return object(operation.rule('response-schema-conformance'), sentence(objection, objection.promised), {
      ...at,
      evidence: objection.evidence,
    });
  });
}

function sentence(objection: SchemaObjection, promised: string): string {
  return `At ${objection.instancePath || 'the top'}: promised ${promised}, came ${objection.came}.`;
}

/** Fields and values that the description does not know: drift, never a failure. Once for each name, a field's pattern or a value. */
function undocumented(operation: Operation, value: unknown): readonly Objection[] {
  const fields = new Map<string, Field>(operation.answerFields.map((field) => [field.pattern, field]));
  const seen = new Set<string>();
  const found: Objection[] = [];
  for (const { pattern, path, value: at } of observedFields(value, fields)) {
    if (seen.has(pattern)) continue;
    const field = fields.get(pattern);
    const parent = fields.get(pattern.slice(0, pattern.lastIndexOf('/')));
    if (field === undefined && !pattern.endsWith('/[]')) {
      seen.add(pattern);
      found.push(
        object(
          operation.rule('undocumented-fields'),
          `At ${path}: a field that the description does not name.`,
          {
            kind: pattern,
            schemaPath: parent?.pointer ?? '#/components/schemas/WorkflowRunAnswer',
            responsePath: path,
            severity: 'drift',
          },
        ),
      );
    } else if (
      field !== undefined &&
      field.knownValues !== null &&
      typeof at === 'string' &&
      !field.knownValues.includes(at) &&
      !seen.has(`${pattern} ${at}`)
    ) {
      seen.add(`${pattern} ${at}`);
      found.push(
        object(
          operation.rule('known-values'),
          `At ${path}: the value ${JSON.stringify(at.slice(0, 60))} is not among the known ones.`,
          {
            kind: `unknown-value ${at}`,
            schemaPath: field.pointer,
            responsePath: path,
            severity: 'drift',
          },
        ),
      );
    }
  }
  return found;
}

/** The id of the run that an accepted answer carries, or null. */
export function runIdOf(answer: Answer | null): string | null {
  if (answer === null || answer.status < 200 || answer.status > 299 || answer.body.kind !== 'json')
    return null;
  const id = valueAt(answer.body.value, ['workflow_run', '_id']);
  return typeof id === 'string' && id.length === 24 ? id : null;
}

/** The tokens that the run in an answer has used in all, where later revisions of the API say so, or null. */
export function tokensOf(answer: Answer | null): number | null {
  if (answer?.body.kind !== 'json') return null;
  const total = valueAt(answer.body.value, [
    'workflow_run',
    'workflow_run',
    'llm_token_usage',
    'total_tokens',
  ]);
  return typeof total === 'number' && total >= 0 && Number.isSafeInteger(total) ? total : null;
}

/** The status of the run that an answer carries (not of the answer), or null. */
export function runStatusOf(answer: Answer | null): string | null {
  if (answer?.body.kind !== 'json') return null;
  const status = valueAt(answer.body.value, ['workflow_run', 'workflow_run', 'status']);
  return typeof status === 'string' ? status : null;
}
