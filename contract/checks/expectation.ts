import type { Operation } from '../../openapi/registry.ts';
import type { Case } from '../cases/case.ts';
import type { ApiResponse, WireRequest } from '../../api/exchange.ts';
import { readRefusal, type Refusal } from '../refusal/refusal.ts';
import { ENVIRONMENT_STATUSES } from './any-response.ts';
import { acceptedTitle, refusedTitle, capitalized, subjectOf } from './happened.ts';
import { violationOf, type Violation } from './violation.ts';

/** What a response says of its case: violations, or that it can't be judged and why. */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** Why the case can't be judged by this response; null when it could. */
  readonly inconclusive: string | null;
  /** What was seen of an assumption; null when the case asks none. */
  readonly observation: { readonly rule: string; readonly confirmed: boolean; readonly seen: string } | null;
  /** The refusal of a value that the page allows, where only a minimal pair can tell why it came; else null. */
  readonly refusal: Refusal | null;
}

/**
 * Judges a response by the intent of its case. Pure: the same response is always judged alike.
 * @param sent the body that was sent.
 * @param needed the fields in which the case lacks what the workflow itself may need.
 */
export function judgeIntent(
  operation: Operation,
  testCase: Case,
  sent: WireRequest['body'],
  response: ApiResponse,
  needed: readonly string[] = [],
): Judgement {
  if (ENVIRONMENT_STATUSES.includes(response.status))
    return undecided(`the environment answered ${response.status}`);
  const observation = observe(testCase, response);
  switch (testCase.intent) {
    case 'keep':
      return { ...keep(operation, testCase, sent, response, needed), observation };
    case 'break':
      return { ...breaks(operation, testCase, sent, response), observation };
    case 'characterise':
      return { violations: [], inconclusive: null, observation, refusal: null };
  }
}

function undecided(reason: string): Judgement {
  return { violations: [], inconclusive: reason, observation: null, refusal: null };
}

function observe(testCase: Case, response: ApiResponse): Judgement['observation'] {
  const question = testCase.characterisation;
  if (question === null) return null;
  return {
    rule: question.rule,
    confirmed: question.confirmedBy.includes(response.status),
    seen: `${testCase.title}: ${response.status}`,
  };
}

const isSuccess = (response: ApiResponse): boolean => response.status >= 200 && response.status <= 299;
const isRefusal = (response: ApiResponse): boolean => response.status >= 400 && response.status <= 499;

function keep(
  operation: Operation,
  testCase: Case,
  sent: WireRequest['body'],
  response: ApiResponse,
  needed: readonly string[],
): Judgement {
  if (isSuccess(response)) return { violations: [], inconclusive: null, observation: null, refusal: null };
  if (!isRefusal(response))
    return undecided(`answered ${response.status}, which neither accepts nor refuses`);
  const refusal = readRefusal(operation, sent, response);
  const said = refusedWith(response, refusal);
  if (!refusal.judgesValue) return undecided(`${said}, which does not judge a value`);
  const varied = variedFields(testCase).filter((field) => !needed.includes(field));
  const named =
    refusal.place === 'structured' ? refusal.fields.find((field) => varied.includes(field)) : null;
  if (typeof named === 'string' && refusal.inside.length === 0) {
    const title = refusedTitle(testCase, response.status, `it names ${named}, though the page allows it`);
    return {
      violations: [refusedFreedom(operation, testCase, [named], title)],
      inconclusive: null,
      observation: null,
      refusal: null,
    };
  }
  return { ...undecided(`${said}, which names no documented value as the reason`), refusal };
}

/** A response in words: its status and what it said. */
function refusedWith({ status }: ApiResponse, { group }: Refusal): string {
  const said = group.slice(String(status).length).trim();
  return said === '' ? `answered ${status}` : `answered ${status} ("${said.slice(0, SAID_MAX)}")`;
}

const SAID_MAX = 120;

/** The request fields in which a case differs from its base. */
export function variedFields({ mutation, field }: Case): readonly string[] {
  switch (mutation.kind) {
    case 'omit':
    case 'resize':
    case 'unknown-id':
    case 'wrap':
      return [mutation.field];
    case 'literal':
    case 'set':
      return [String(mutation.path[0] ?? '')];
    case 'compose':
      return [...Object.keys(mutation.set), ...mutation.omit];
    case 'variables':
      return [...new Set(mutation.variables.flatMap(({ fields }) => fields))];
    case 'none':
    case 'raw':
    case 'truncated':
      return field === null ? [] : [field];
  }
}

/** The violation of a freedom that the page gives: one cause for each field, or for each set of fields that only together are refused. */
export function refusedFreedom(
  operation: Operation,
  testCase: Case,
  fields: readonly string[],
  title: string,
): Violation {
  const [only] = fields;
  const field = fields.length === 1 ? operation.requestFields.find(({ name }) => name === only) : undefined;
  return violationOf(operation.rule(testCase.rule), title, {
    kind: fields.length > 1 ? `refused ${fields.toSorted().join(' ')}` : 'refused',
    schemaPath: field?.pointer ?? testCase.constraint,
    evidence: testCase.evidence,
  });
}

function breaks(
  operation: Operation,
  testCase: Case,
  sent: WireRequest['body'],
  response: ApiResponse,
): Judgement {
  const judged = (violations: readonly Violation[]): Judgement => ({
    violations,
    inconclusive: null,
    observation: null,
    refusal: null,
  });
  if (isSuccess(response)) {
    return judged([
      violationOfRefusal(operation, testCase, 'accepted', acceptedTitle(testCase, response.status)),
    ]);
  }
  if (response.status >= 500) return judged([]); // server-error-absence speaks for it
  if (!isRefusal(response) || response.status === 408)
    return undecided(`answered ${response.status}, which neither accepts nor refuses`);
  switch (testCase.group) {
    case 'protocol':
      return judged(response.status === 405 ? [] : [otherRefusal(operation, testCase, response)]);
    case 'authentication':
      return judged(
        [401, 403].includes(response.status)
          ? []
          : [weakRefusal(operation, testCase, response, 'other than 401 or 403')],
      );
    case 'positive':
    case 'value':
    case 'negative':
    case 'body':
    case 'open-question':
      return refusedData(operation, testCase, sent, response);
  }
}

function refusedData(
  operation: Operation,
  testCase: Case,
  sent: WireRequest['body'],
  response: ApiResponse,
): Judgement {
  // A refusal for want of the key would not speak of a field of the body.
  const isOfKey =
    [401, 403].includes(response.status) && readRefusal(operation, sent, response).field === null;
  if (isOfKey || response.status === 405)
    return undecided(`answered ${response.status}, which says nothing of the body`);
  const isLengthOfId = testCase.group === 'negative' && response.status === 404;
  const weak = isLengthOfId
    ? [weakRefusal(operation, testCase, response, 'as if the id were well-formed and unknown')]
    : [];
  return { violations: weak, inconclusive: null, observation: null, refusal: null };
}

function otherRefusal(operation: Operation, testCase: Case, response: ApiResponse): Violation {
  const title = `${capitalized(subjectOf(testCase.title))} is answered with ${response.status}; HTTP asks for 405 with Allow.`;
  return violationOf(operation.rule('allow-header-conformance'), title, {
    kind: 'status',
    schemaPath: testCase.constraint,
  });
}

function weakRefusal(operation: Operation, testCase: Case, response: ApiResponse, how: string): Violation {
  const title = refusedTitle(testCase, response.status, how);
  return violationOf(operation.rule(testCase.rule), title, {
    kind: 'weak-refusal',
    schemaPath: testCase.constraint,
    severity: 'warning',
  });
}

function violationOfRefusal(operation: Operation, testCase: Case, kind: string, title: string): Violation {
  return violationOf(operation.rule(testCase.rule), title, {
    kind,
    schemaPath: testCase.constraint,
    evidence: testCase.evidence,
  });
}
