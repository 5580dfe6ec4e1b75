import type { Inconclusive } from './exchange.ts';

/** Causes that lie with the environment, and that no call to the API can be judged beside. */
export const ENVIRONMENT_CAUSES: readonly Inconclusive['cause'][] = [
  'environment-down',
  'tls-not-verified',
  'proxy-failed',
  'key-refused',
  'operation-not-deployed',
  'throttled',
  'run-input-refused',
  'not-an-api',
  'unreadable-response',
  'circuit-broken',
];
