import { proxySecretsIn, type Proxy } from './proxy.ts';
import { redactionsOf, type Redactions } from './redaction.ts';
import { Secret } from './secret.ts';
import type { Environment } from './settings.ts';
import type { Target } from './target.ts';

/** A target without its secrets: what may be sent to a process of our own in plain view. */
export type PlainTarget = Omit<Target, 'key' | 'otherKey' | 'extraHeaders' | 'proxy' | keyof Redactions> & {
  readonly proxy: Omit<Proxy, 'authorization'> | null;
};

/** The parts of a target that are not secret, each by its name: a new one is left out until it stands here. */
export function plainOf(target: Target): PlainTarget {
  return {
    baseUrl: target.baseUrl,
    isSandbox: target.isSandbox,
    isLoopback: target.isLoopback,
    workflowId: target.workflowId,
    runInput: target.runInput,
    timeoutMs: target.timeoutMs,
    patienceMs: target.patienceMs,
    traces: target.traces,
    ca: target.ca,
    proxy: target.proxy === null ? null : placeOf(target.proxy),
    loadCaps: target.loadCaps,
    loadAllowed: target.loadAllowed,
    maxRuns: target.maxRuns,
    runMark: target.runMark,
  };
}

function placeOf({ variable, host, port, isSecure }: Proxy): Omit<Proxy, 'authorization'> {
  return { variable, host, port, isSecure };
}

const PROXY_AUTHORIZATION = 'HARNESS_PROXY_AUTHORIZATION';

/** The secrets of a target as variables of a process of our own; they never stand on a command line. */
export function secretsOf(target: Target): Record<string, string> {
  const headers = target.extraHeaders.map(({ name, value }) => [name, value.reveal()]);
  return {
    INTERACTLY_API_KEY: target.key.reveal(),
    INTERACTLY_HEADERS: JSON.stringify(Object.fromEntries(headers)),
    [PROXY_AUTHORIZATION]: target.proxy?.authorization?.reveal() ?? '',
  };
}

/** The target again, in the process that was given both. @throws when a secret is missing: a bug in this tool. */
export function targetFrom(plain: PlainTarget, environment: Environment): Target {
  const { INTERACTLY_API_KEY: text, INTERACTLY_HEADERS: headers = '{}' } = environment;
  if (text === undefined) throw new Error('This process was started without the key.');
  const key = new Secret(text);
  const extraHeaders = Object.entries(JSON.parse(headers) as Record<string, string>).map(([name, value]) => ({
    name,
    value: new Secret(value),
  }));
  const authorization = environment[PROXY_AUTHORIZATION] ?? '';
  return {
    ...plain,
    proxy:
      plain.proxy === null
        ? null
        : { ...plain.proxy, authorization: authorization === '' ? null : new Secret(authorization) },
    key,
    otherKey: null, // load never sends it
    extraHeaders,
    ...redactionsOf(key, [...extraHeaders.map(({ value }) => value), ...proxySecretsIn(environment)]),
  };
}
