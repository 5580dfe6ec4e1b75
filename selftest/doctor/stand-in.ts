import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';

/** One request as a stand-in reads it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** The key in its Authorization header, or null. */
  readonly key: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A response; null for none at all. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a stand-in says to a call; `conforming` says what a conforming API says to it. */
export type Behaviour = (call: Call, conforming: () => Reply) => Reply | null | Promise<Reply | null>;

/** What a stand-in has seen and done, by its own log. */
export interface Log {
  readonly calls: Call[];
  readonly started: string[];
  readonly stopped: string[];
}

export interface StandIn {
  readonly url: string;
  readonly port: number;
  readonly log: Log;
  close(): void;
}

export const KEY = 'ik-doctor-canary-Vw8Vw8Vw8';
export const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
export const PATH = '/workflows/v1/workflow-runs';

export function json(status: number, value: unknown, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function html(status: number, body: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body };
}

/** Starts an API of its own on loopback, which shares no code with the sandbox; what it says can be changed call by call. */
export function startStandIn(
  behave: Behaviour = (_, conforming) => conforming(),
  tls?: { readonly key: string; readonly cert: string },
): Promise<StandIn> {
  const log: Log = { calls: [], started: [], stopped: [] };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const call = callOf(request, Buffer.concat(parts).toString('utf8'));
      log.calls.push(call);
      void Promise.resolve(behave(call, () => conform(call, log))).then((reply) => {
        if (reply === null) return;
        response.writeHead(reply.status, { ...reply.headers }).end(reply.body);
      });
    });
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`,
        port,
        log,
        close() {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

function callOf(request: IncomingMessage, text: string): Call {
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    key: /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? null,
    headers: request.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** An API that conforms to the page and has no operation besides the one under test. */
function conform(call: Call, log: Log): Reply {
  const { method, path, key, body } = call;
  if (path !== PATH) return json(404, { detail: 'Not Found' });
  if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' }, { allow: 'POST' });
  if (key === null) return json(401, { detail: 'Not authenticated' }, { 'www-authenticate': 'Bearer' });
  if (key !== KEY) return json(401, { detail: 'Invalid API key' });
  const { command = 'start', workflow_id: workflowId, workflow_run_id: runId } = body;
  if (command === 'start') {
    if (workflowId !== WORKFLOW) return json(404, { detail: 'Workflow not found' });
    const id = randomBytes(12).toString('hex');
    log.started.push(id);
    return json(200, run(id, 'waiting_for_user_input'));
  }
  if (command !== 'stop')
    return json(422, { detail: [{ loc: ['body', 'command'], msg: 'unexpected value', type: 'enum' }] });
  if (typeof runId !== 'string' || !log.started.includes(runId))
    return json(404, { detail: 'Workflow run not found' });
  log.stopped.push(runId);
  return json(200, run(runId, 'cancelled'));
}

export function run(id: string, status: string): unknown {
  return { workflow_run: { _id: id, workflow_run: { workflow_id: WORKFLOW, status } } };
}
