import type { ApiResponse } from '../../api/exchange.ts';
import { loadOperation } from '../../openapi/registry.ts';

const operation = loadOperation();

/** A response with the page's example as body, but for what is given. */
export function responseWith(over: Partial<ApiResponse> & { readonly json?: unknown } = {}): ApiResponse {
  const { json, ...rest } = over;
  const value = json === undefined ? operation.examples.response : json;
  return {
    status: 200,
    headers: [['content-type', 'application/json']],
    text: JSON.stringify(value),
    body: { kind: 'json', value },
    misencoded: false,
    secretsSeenIn: [],
    ...rest,
  };
}
