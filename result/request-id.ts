import type { HeaderPair } from './exchange.ts';

/** The headers by which common stacks name a request, so that it is found in their logs; in lower case. */
const REQUEST_ID_HEADERS: readonly string[] = [
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'cf-ray',
];

/** The id that a response names its request by; undefined where it names none. */
export function requestIdOf(headers: readonly HeaderPair[] | undefined): string | undefined {
  return headers?.find(([name]) => REQUEST_ID_HEADERS.includes(name.toLowerCase()))?.[1];
}
