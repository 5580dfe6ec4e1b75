import { redactionsOf, type Redactions } from './redaction.ts';
import { Secret } from './secret.ts';
import type { Environment } from './settings.ts';
import type { Target } from './target.ts';

/** A target without its secrets: what may be sent to a process of our own in plain view. */
export type PlainTarget = Omit<Target, 'key' | 'otherKey' | 'extraHeaders' | keyof Redactions>;

/** The parts of a target that are no secret. */
export function plainOf(target: Target): PlainTarget {
  const {
    baseUrl,
    isSandbox,
    isLoopback,
    workflowId,
    runInput,
    timeoutMs,
    patienceMs,
    ca,
    loadCaps,
    loadAllowed,
    maxRuns,
    runMark,
  } = target;
  return {
    baseUrl,
    isSandbox,
    isLoopback,
    workflowId,
    runInput,
    timeoutMs,
    patienceMs,
    ca,
    loadCaps,
    loadAllowed,
    maxRuns,
    runMark,
  };
}

/** The secrets of a target as variables of a process of our own; they never stand on a command line. */
export function secretsOf(target: Target): Record<string, string> {
  const headers = target.extraHeaders.map(({ name, value }) => [name, value.reveal()]);
  return {
    INTERACTLY_API_KEY: target.key.reveal(),
    INTERACTLY_HEADERS: JSON.stringify(Object.fromEntries(headers)),
  };
}

/** The target again, in the process that was given both. @throws when a secret is missing: a mistake in this tool. */
export function targetFrom(plain: PlainTarget, environment: Environment): Target {
  const { INTERACTLY_API_KEY: text, INTERACTLY_HEADERS: headers = '{}' } = environment;
  if (text === undefined) throw new Error('This process was started without the key.');
  const key = new Secret(text);
  const extraHeaders = Object.entries(JSON.parse(headers) as Record<string, string>).map(([name, value]) => ({
    name,
    value: new Secret(value),
  }));
  return {
    ...plain,
    key,
    otherKey: null, // load never sends it
    extraHeaders,
    ...redactionsOf(
      key,
      extraHeaders.map(({ value }) => value),
    ),
  };
}
