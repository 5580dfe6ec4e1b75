import { randomBytes } from 'node:crypto';
import { redactionsOf } from './redaction.ts';
import type { EmbeddedSandbox } from './sandbox-process.ts';
import { Secret } from './secret.ts';
import { isLoopbackHost, type Settings } from './settings.ts';
import type { Target } from './target.ts';

const TIMEOUT_MS = 60_000;
const TIMEOUT_LOOPBACK_MS = 10_000;

/** Longest wait for one response: as configured, or by where the target is. The embedded sandbox is on loopback. */
export function timeoutOf({ timeoutMs, baseUrl }: Pick<Settings, 'timeoutMs' | 'baseUrl'>): number {
  const isLoopback = baseUrl === null || isLoopbackHost(baseUrl.hostname);
  return timeoutMs ?? (isLoopback ? TIMEOUT_LOOPBACK_MS : TIMEOUT_MS);
}

/**
 * The target of these settings: the configured one, or the embedded sandbox that was started in its place.
 * @throws when there is neither: a bug in this tool.
 */
export function resolveTarget(settings: Settings, sandbox: EmbeddedSandbox | null): Target {
  const url = sandbox === null ? settings.baseUrl : new URL(sandbox.url);
  const key = sandbox === null ? settings.key : new Secret(sandbox.key);
  const workflowId = sandbox === null ? settings.workflowId : sandbox.workflowId;
  if (url === null || key === null || workflowId === null)
    throw new Error('a target needs a base URL, a key and a workflow id');
  const isLoopback = isLoopbackHost(url.hostname);
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    isSandbox: sandbox !== null,
    revision: settings.revision,
    isLoopback,
    key,
    otherKey: settings.otherKey,
    extraHeaders: settings.headers,
    workflowId,
    runInput: settings.runInput,
    timeoutMs: timeoutOf(settings),
    patienceMs: settings.patienceMs,
    traces: settings.traces,
    ca: settings.ca,
    proxy: sandbox === null ? settings.proxy : null,
    loadAllowed:
      isLoopback ||
      settings.allowHosts.includes(url.hostname.toLowerCase()) ||
      settings.allowHosts.includes(url.host.toLowerCase()),
    loadCaps: settings.loadCaps,
    maxRuns: isLoopback ? null : settings.maxRuns,
    ...redactionsOf(
      key,
      [...settings.headers.map((header) => header.value), ...settings.proxySecrets],
      settings.otherKey,
      settings.keyB,
    ),
    runMark: `harness-${randomBytes(6).toString('hex')}`,
  };
}
