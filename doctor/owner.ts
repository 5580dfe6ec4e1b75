import type { CallResult } from '../api/exchange.ts';

/** Headers in which servers and gateways name a request, the usual one first. */
const REQUEST_IDS = [
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-amz-apigw-id',
  'x-trace-id',
  'cf-ray',
  'x-amz-cf-id',
];

/** The thing to do where only the environment's owner can: a sentence to send, with the time. */
export function toOwner(message: string, at: Date): string {
  return `Send this to the environment's owner: "${message}, at ${at.toISOString()}."`;
}

/** The same of one request, with the id that the response gave it. */
export function exchangeToOwner(message: string, result: CallResult, at: Date): string {
  const id = requestIdOf(result);
  return toOwner(`${message}${id === null ? '' : ` (request id ${id})`}`, at);
}

/** The id that a response gave its request, redacted; null where it gave none. */
export function requestIdOf({ evidence }: CallResult): string | null {
  const headers = evidence.response?.headers ?? [];
  for (const name of REQUEST_IDS) {
    const value = headers.find(([one]) => one === name)?.[1];
    if (value !== undefined && value !== '') return value.slice(0, 100);
  }
  return null;
}
