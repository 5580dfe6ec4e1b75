import { observedFields, type Field } from '../../openapi/fields.ts';
import { isRecord } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { SchemaIssue } from '../../openapi/schemas.ts';
import { headerOf, type ApiResponse } from '../../api/exchange.ts';
import { runChecks, type Check, type CheckOf, type Checks, type SeenResponse } from './check.ts';
import { violationOf, type Violation } from './violation.ts';

/** The checks that a response with success goes through. */
export const ACCEPTED_RESPONSE_CHECKS: Checks<'accepted response', SeenResponse> = {
  'status-code-conformance': {
    applies: () => true,
    check: ({ operation, response }) => successStatus(operation, response),
  },
  'content-type-conformance': {
    applies: () => true,
    check: ({ operation, response }) =>
      isEmptyOtherSuccess(response) ? [] : contentType(operation, response),
  },
  'misleading-success': ofBody('misleading-success'),
  'response-schema-conformance': ofBody('response-schema-conformance'),
  'timestamp-zone': ofBody('timestamp-zone'),
  'undocumented-fields': ofBody('undocumented-fields'),
  'known-values': ofBody('known-values'),
};

/** One reading of the body serves several rules. */
function ofBody(id: CheckOf<'accepted response'>): Check<SeenResponse> {
  return {
    applies: () => true,
    check: ({ operation, response }) => {
      if (isEmptyOtherSuccess(response)) return [];
      const known = bodies.get(response);
      const all = known?.operation === operation ? known.all : body(operation, response);
      bodies.set(response, { operation, all });
      return all.filter(({ check }) => check === id);
    },
  };
}

const bodies = new WeakMap<
  ApiResponse,
  { readonly operation: Operation; readonly all: readonly Violation[] }
>();

/** A 204 and its like promise no body; their status is what is wrong. */
function isEmptyOtherSuccess({ status, body }: ApiResponse): boolean {
  return status !== 200 && body.kind === 'empty';
}

/** Holds a response with a 2xx status against the documented response. */
export function checkAcceptedResponse(operation: Operation, response: ApiResponse): readonly Violation[] {
  return runChecks(ACCEPTED_RESPONSE_CHECKS, { operation, response }, () => undefined);
}

function successStatus(operation: Operation, response: ApiResponse): readonly Violation[] {
  if (response.status === 200) return [];
  const title = `An accepted call is answered with ${response.status}, not 200.`;
  return [violationOf(operation.rule('status-code-conformance'), title, { kind: 'other-success' })];
}

function contentType(operation: Operation, response: ApiResponse): readonly Violation[] {
  const rule = operation.rule('content-type-conformance');
  const value = headerOf(response, 'content-type');
  const found: Violation[] = [];
  if (value === null)
    found.push(
      violationOf(rule, 'The response has no content type; application/json is promised.', {
        kind: 'missing',
      }),
    );
  else if (value.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    found.push(
      violationOf(rule, `The response has the content type ${value.slice(0, 80)}, not application/json.`, {
        kind: 'other-type',
      }),
    );
  }
  if (response.misencoded)
    found.push(
      violationOf(
        rule,
        'The bytes of the response are not what its headers say: UTF-8 text in the named encoding.',
        { kind: 'mis-encoded' },
      ),
    );
  return found;
}

function body(operation: Operation, response: ApiResponse): readonly Violation[] {
  const rule = operation.rule('response-schema-conformance');
  if (response.body.kind === 'empty')
    return [violationOf(rule, 'The response has no body; a workflow run is promised.', { kind: 'empty' })];
  if (response.body.kind === 'not-json')
    return [violationOf(rule, `The body is ${response.body.reason}.`, { kind: 'not-json' })];
  if (response.body.kind === 'unreadable') return []; // for want of a decoder nothing is held against the API
  const { value } = response.body;
  return [
    ...misleading(operation, value, response.status),
    ...schemaIssues(operation, value),
    ...undocumented(operation, value),
  ];
}

/** An error body with status 2xx: no run, but what errors are made of. */
function misleading(operation: Operation, value: unknown, status: number): readonly Violation[] {
  if (!isRecord(value) || 'workflow_run' in value) return [];
  const sign = ['error', 'errors', 'detail', 'message'].find((name) => name in value);
  if (sign === undefined) return [];
  const title = `An error body (its field ${sign}) is sent with the status ${status}.`;
  return [
    violationOf(operation.rule('misleading-success'), title, {
      kind: 'error-body',
      responsePath: `/${sign}`,
    }),
  ];
}

function schemaIssues(operation: Operation, value: unknown): readonly Violation[] {
  return operation.checkResponseBody(value).map((violation) => {
    const at = {
      kind: violation.keyword,
      schemaPath: violation.schemaPath,
      responsePath: violation.instancePath,
      missing: violation.missing,
    };
    if (violation.isZoneMissing)
      return violationOf(operation.rule('timestamp-zone'), messageOf(violation, 'a time with its zone'), at);
    return violationOf(
      operation.rule('response-schema-conformance'),
      messageOf(violation, violation.promised),
      {
        ...at,
        evidence: violation.evidence,
      },
    );
  });
}

function messageOf(violation: SchemaIssue, promised: string): string {
  const where = violation.instancePath || 'The body';
  return violation.missing === null
    ? `${where} is ${violation.came}, not ${promised.replace(/^the type /, 'of the type ')}.`
    : `${where} lacks ${promised}: it is ${violation.came}.`;
}

/** Fields and values that the description does not know: drift, never a failure. Once for each name, a field's pattern or a value. */
function undocumented(operation: Operation, value: unknown): readonly Violation[] {
  const fields = new Map<string, Field>(operation.responseFields.map((field) => [field.pattern, field]));
  const seen = new Set<string>();
  const found: Violation[] = [];
  for (const { pattern, path, value: at } of observedFields(value, fields)) {
    if (seen.has(pattern)) continue;
    const field = fields.get(pattern);
    const parent = fields.get(pattern.slice(0, pattern.lastIndexOf('/')));
    if (field === undefined && !pattern.endsWith('/[]')) {
      seen.add(pattern);
      found.push(
        violationOf(
          operation.rule('undocumented-fields'),
          `${path} is a field that the description does not name.`,
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
        violationOf(
          operation.rule('known-values'),
          `${path} has the unknown value ${JSON.stringify(at.slice(0, 60))}.`,
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
