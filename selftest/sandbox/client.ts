import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/server.ts';

/** The path of the operation, spelled out once more. */
export const PATH = '/workflows/v1/workflow-runs';

/** The key of every sandbox in these tests; mixed case, so that a case fault shows. */
export const KEY = 'sandbox-Key-for-Tests-0123';

/** The key of another team. */
export const OTHER_KEY = 'sandbox-Other-Team-4567';

/** The workflow that may be started. */
export const WORKFLOW = '5eb7cf5a86d9755df3a6c593';

/** A well-formed id that nothing has. */
export const UNKNOWN_ID = 'ffffffffffffffffffffffff';

/** One request; a body that is no string or Buffer is sent as JSON. */
export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string | null;
  readonly contentType?: string | null;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
}

/** What came back; status 0 when no whole response did, with the reason in `failure`. */
export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly failure: string;
  /** How many interim responses (1xx) came before it. */
  readonly interim: number;
}

/** Starts a sandbox on a free port, hands it over, and closes it whatever happens. */
export async function withSandbox(
  options: Partial<SandboxOptions>,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox({ ...DEFAULTS, ...options });
  const agent = new Agent({ keepAlive: true });
  try {
    await use({ sandbox, send: (request) => send(sandbox.url, agent, request) });
  } finally {
    agent.destroy();
    await sandbox.close();
  }
}

/** A sandbox and a way to ask it. */
export interface Client {
  readonly sandbox: Sandbox;
  readonly send: (request: TestRequest) => Promise<TestResponse>;
}

/** The response's JSON. */
export function json(response: TestResponse): unknown {
  return JSON.parse(response.bytes.toString()) as unknown;
}

/** A value deep inside a response, by the names on the way. */
export function at(value: unknown, ...names: readonly (string | number)[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Readonly<Record<string | number, unknown>>)[name]
        : undefined,
    value,
  );
}

/** The run's document in a response, field by field. */
export function documentField(response: TestResponse, ...names: readonly (string | number)[]): unknown {
  return at(json(response), 'workflow_run', ...names);
}

/** The run's id in a response. */
export function idOf(response: TestResponse): string {
  return String(documentField(response, '_id'));
}

/** The stored pairs in a response. */
export function pairsOf(response: TestResponse): readonly unknown[] {
  const pairs = documentField(response, 'workflow_run', 'input_output_pairs');
  return Array.isArray(pairs) ? pairs : [];
}

const DEFAULTS: SandboxOptions = {
  port: 0,
  key: KEY,
  otherKey: OTHER_KEY,
  workflowId: WORKFLOW,
  faults: [],
  profile: 'default',
  latency: NO_LATENCY,
  seed: 1,
};

const ANSWER_TIMEOUT_MS = 6000; // endless headers come slowly on a busy machine

function send(url: string, agent: Agent, call: TestRequest): Promise<TestResponse> {
  const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  return new Promise((resolve) => {
    let interim = 0;
    const fail = (error: Error): void => {
      resolve({ status: 0, headers: {}, bytes: Buffer.alloc(0), failure: codeOf(error), interim });
    };
    const request = httpRequest(url + (call.path ?? PATH), {
      method: call.method ?? 'POST',
      agent,
      headers: headersOf(call),
    });
    const limit = setTimeout(() => request.destroy(new Error('timeout')), ANSWER_TIMEOUT_MS);
    request.once('close', () => {
      clearTimeout(limit);
    });
    request.once('error', fail);
    request.on('information', () => (interim += 1));
    request.once('response', (response) => {
      collect(response, interim).then(resolve, fail);
    });
    const isChunked = call.headers?.['transfer-encoding'] === 'chunked';
    if (body !== undefined && !isChunked) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}

function headersOf({ authorization, contentType, headers }: TestRequest): Record<string, string> {
  return {
    ...(authorization === null ? {} : { authorization: authorization ?? `Bearer ${KEY}` }),
    ...(contentType === null ? {} : { 'content-type': contentType ?? 'application/json' }),
    ...headers,
  };
}

async function collect(response: IncomingMessage, interim: number): Promise<TestResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: Buffer.concat(chunks),
    failure: '',
    interim,
  };
}

/** Whether a reset is met in writing or in reading is a matter of the moment. */
function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return code === 'EPIPE' ? 'ECONNRESET' : code;
}
