import type { Operation } from '../../openapi/registry.ts';
import type { Case } from '../cases/case.ts';
import type { Answer } from '../exchange.ts';
import { ENVIRONMENT_STATUSES } from './any-answer.ts';
import { object, type Objection } from './objection.ts';

/** What an answer says of its case: objections, or that it can't be judged and why. */
export interface Judgement {
  readonly objections: readonly Objection[];
  /** Why the case can't be judged by this answer; null when it could. */
  readonly inconclusive: string | null;
  /** What was seen of an assumption; null when the case asks none. */
  readonly observation: { readonly rule: string; readonly confirmed: boolean; readonly seen: string } | null;
}

/** Judges an answer by the intent of its case. Pure: the same answer is always judged alike. */
export function judgeIntent(operation: Operation, testCase: Case, answer: Answer): Judgement {
  if (ENVIRONMENT_STATUSES.includes(answer.status))
    return undecided(`the environment answered ${answer.status}`);
  const observation = observe(testCase, answer);
  switch (testCase.intent) {
    case 'keep':
      return { ...keep(operation, testCase, answer), observation };
    case 'break':
      return { ...breaks(operation, testCase, answer), observation };
    case 'characterise':
      return { objections: [], inconclusive: null, observation };
  }
}

function undecided(reason: string): Judgement {
  return { objections: [], inconclusive: reason, observation: null };
}

function observe(testCase: Case, answer: Answer): Judgement['observation'] {
  const asked = testCase.characterisation;
  if (asked === null) return null;
  return {
    rule: asked.rule,
    confirmed: asked.confirmedBy.includes(answer.status),
    seen: `${testCase.title}: ${answer.status}`,
  };
}

const isSuccess = (answer: Answer): boolean => answer.status >= 200 && answer.status <= 299;
const isRefusal = (answer: Answer): boolean => answer.status >= 400 && answer.status <= 499;

function keep(operation: Operation, testCase: Case, answer: Answer): Judgement {
  if (isSuccess(answer)) return { objections: [], inconclusive: null, observation: null };
  const named = documentedFieldNamedIn(operation, answer);
  if (isRefusal(answer) && ![401, 403, 404, 405, 408].includes(answer.status) && named !== null) {
    const title = `${sentenceOf(testCase)}: refused with ${answer.status}, which names ${named}, though the page allows it.`;
    return {
      objections: [objectionOf(operation, testCase, 'refused', title)],
      inconclusive: null,
      observation: null,
    };
  }
  return undecided(`answered ${answer.status} for a reason of its own, which names no documented field`);
}

/** The first documented request field that a refusal names, or null. A validation list is read by its `loc`. */
export function documentedFieldNamedIn(operation: Operation, answer: Answer): string | null {
  const names = operation.requestFields.map((field) => field.name);
  return (
    names.find((name) => new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`).test(answer.text)) ?? null
  );
}

function breaks(operation: Operation, testCase: Case, answer: Answer): Judgement {
  const judged = (objections: readonly Objection[]): Judgement => ({
    objections,
    inconclusive: null,
    observation: null,
  });
  if (isSuccess(answer)) {
    return judged([
      objectionOf(
        operation,
        testCase,
        'accepted',
        `${sentenceOf(testCase)}: accepted with ${answer.status}.`,
      ),
    ]);
  }
  if (answer.status >= 500) return judged([]); // server-error-absence speaks for it
  if (!isRefusal(answer) || answer.status === 408)
    return undecided(`answered ${answer.status}, which neither accepts nor refuses`);
  switch (testCase.group) {
    case 'protocol':
      return judged(answer.status === 405 ? [] : [otherRefusal(operation, testCase, answer)]);
    case 'authentication':
      return judged(
        [401, 403].includes(answer.status)
          ? []
          : [weakRefusal(operation, testCase, answer, 'other than 401 or 403')],
      );
    case 'positive':
    case 'value':
    case 'negative':
    case 'body':
    case 'open-question':
      return refusedData(operation, testCase, answer);
  }
}

function refusedData(operation: Operation, testCase: Case, answer: Answer): Judgement {
  // A refusal for want of the key would not speak of a field of the body.
  const isOfKey = [401, 403].includes(answer.status) && documentedFieldNamedIn(operation, answer) === null;
  if (isOfKey || answer.status === 405)
    return undecided(`answered ${answer.status}, which says nothing of the body`);
  const isLengthOfId = testCase.group === 'negative' && answer.status === 404;
  const weak = isLengthOfId
    ? [weakRefusal(operation, testCase, answer, 'as if the id were well-formed and unknown')]
    : [];
  return { objections: weak, inconclusive: null, observation: null };
}

function otherRefusal(operation: Operation, testCase: Case, answer: Answer): Objection {
  const title = `${sentenceOf(testCase)}: answered ${answer.status}; HTTP asks for 405 with Allow.`;
  return object(operation.rule('allow-header-conformance'), title, {
    kind: 'status',
    schemaPath: testCase.constraint,
  });
}

function weakRefusal(operation: Operation, testCase: Case, answer: Answer, how: string): Objection {
  const title = `${sentenceOf(testCase)}: refused with ${answer.status}, ${how}.`;
  return object(operation.rule(testCase.rule), title, {
    kind: 'weak-refusal',
    schemaPath: testCase.constraint,
    severity: 'warning',
  });
}

function objectionOf(operation: Operation, testCase: Case, kind: string, title: string): Objection {
  return object(operation.rule(testCase.rule), title, {
    kind,
    schemaPath: testCase.constraint,
    evidence: testCase.evidence,
  });
}

function sentenceOf(testCase: Case): string {
  return `"${testCase.title}"`;
}
