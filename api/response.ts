import { valueAt } from '../result/json.ts';
import { headerOf, type ApiResponse } from './exchange.ts';

/** The id of the run that an accepted answer carries, or null. */
export function runIdOf(answer: ApiResponse | null): string | null {
  if (answer === null || answer.status < 200 || answer.status > 299 || answer.body.kind !== 'json')
    return null;
  const id = valueAt(answer.body.value, ['workflow_run', '_id']);
  return typeof id === 'string' && id.length === 24 ? id : null;
}

/** The tokens that the run in an answer has used in all, where later revisions of the API say so, or null. */
export function tokensOf(answer: ApiResponse | null): number | null {
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
export function runStatusOf(answer: ApiResponse | null): string | null {
  if (answer?.body.kind !== 'json') return null;
  const status = valueAt(answer.body.value, ['workflow_run', 'workflow_run', 'status']);
  return typeof status === 'string' ? status : null;
}

/**
 * True when an answer is neither JSON nor meant as JSON, by its label or by how it begins: a login or a gateway sends
 * such pages. A crash page of a 500 is the API's own.
 */
export function isGatewayPage(answer: ApiResponse): boolean {
  const type = headerOf(answer, 'content-type') ?? '';
  const looksMeant = /json/i.test(type) || /^[[{]/.test(answer.text.trimStart());
  return answer.body.kind === 'not-json' && !looksMeant && answer.status < 500;
}
