import type { SchemaWorkflowRunRequest } from '../openapi/generated/workflow-runs.ts';
import type { LoadCaps } from './settings.ts';
import type { Redactions } from './redaction.ts';
import type { Proxy } from './proxy.ts';
import type { Secret } from './secret.ts';

/** An extra header of every call; its value is a secret too. */
export interface ExtraHeader {
  readonly name: string;
  readonly value: Secret;
}

/** Whom we ask: the deployed operation, our key to it, and the limits we keep. */
export interface Target extends Redactions {
  /** Scheme, host and port, perhaps a path prefix; no trailing slash. */
  readonly baseUrl: string;
  readonly isSandbox: boolean;
  /** What it is at, as `HARNESS_TARGET_REVISION` says; absent or null where nobody said. */
  readonly revision?: string | null;
  /** True for 127.0.0.0/8, ::1 and localhost: there nothing is paid for. */
  readonly isLoopback: boolean;
  readonly key: Secret;
  /** A valid key of another team, or null: for access across teams. */
  readonly otherKey: Secret | null;
  readonly extraHeaders: readonly ExtraHeader[];
  /** The workflow whose runs we may start. */
  readonly workflowId: string;
  /** The base run input of that workflow: its variables and threads, without command and ids. */
  readonly runInput: SchemaWorkflowRunRequest;
  /** Longest wait for one response, counted from its send. */
  readonly timeoutMs: number;
  /** Longest wait for one workflow run that is at work to come to rest. */
  readonly patienceMs: number;
  /** Whether each request carries a W3C `traceparent`, by which it is found in the logs of the provider. */
  readonly traces: boolean;
  /** An extra CA certificate (PEM), or null. TLS is always verified. */
  readonly ca: string | null;
  /** The proxy that single requests go through, and load when it is told to; null where none concerns the target. */
  readonly proxy: Proxy | null;
  /** True when load may be sent: loopback, or a host that the configuration allows. */
  readonly loadAllowed: boolean;
  /** Most workflow runs that one invocation may start; null on loopback. */
  readonly maxRuns: number | null;
  /** The most load that one invocation may send. */
  readonly loadCaps: LoadCaps;
  /** Value of the `x-harness-run` header that marks our traffic. */
  readonly runMark: string;
}

/** The headers that every call carries besides the credential and the content type. */
export function commonHeaders(target: Target): readonly (readonly [string, string])[] {
  return [
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
    ['user-agent', 'interactly-workflow-runs-harness'],
    ['x-harness-run', target.runMark],
    ...target.extraHeaders.map((header) => [header.name.toLowerCase(), header.value.reveal()] as const),
  ];
}
