import { valueAt } from '../result/json.ts';
import { headerOf, type ApiResponse } from './exchange.ts';

/** The id of the run that an accepted response carries, or null. */
export function runIdOf(response: ApiResponse | null): string | null {
  if (response === null || response.status < 200 || response.status > 299 || response.body.kind !== 'json')
    return null;
  const id = valueAt(response.body.value, ['workflow_run', '_id']);
  return typeof id === 'string' && id.length === 24 ? id : null;
}

/** The tokens that the run in a response has used in all, where later revisions of the API say so, or null. */
export function tokensOf(response: ApiResponse | null): number | null {
  if (response?.body.kind !== 'json') return null;
  const total = valueAt(response.body.value, [
    'workflow_run',
    'workflow_run',
    'llm_token_usage',
    'total_tokens',
  ]);
  return typeof total === 'number' && total >= 0 && Number.isSafeInteger(total) ? total : null;
}

/** The status of the run that a response carries (not of the response), or null. */
export function runStatusOf(response: ApiResponse | null): string | null {
  if (response?.body.kind !== 'json') return null;
  const status = valueAt(response.body.value, ['workflow_run', 'workflow_run', 'status']);
  return typeof status === 'string' ? status : null;
}

/**
 * True when a response is neither JSON nor meant as JSON, by its label or by how it begins: a login or a gateway sends
 * such pages. A crash page of a 500 is the API's own.
 */
export function isGatewayPage(response: ApiResponse): boolean {
  const type = headerOf(response, 'content-type') ?? '';
  const looksMeant = /json/i.test(type) || /^[[{]/.test(response.text.trimStart());
  return response.body.kind === 'not-json' && !looksMeant && response.status < 500;
}
