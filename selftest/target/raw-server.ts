import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { WireRequest } from '../../api/exchange.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { openApiClient, type ApiClient, type Travel } from '../../target/send.ts';
import { parseSettings } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';

const KEY = 'ik-test-0123456789abcdef';
/** What these servers answer. */
export const BODY = '{"a":1}';
/** The response with that body. */
export const OK = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
/** An ordinary call. */
export const REQUEST: WireRequest = {
  method: 'POST',
  path: '/x',
  credential: { kind: 'valid' },
  headers: [['content-type', 'application/json']],
  body: '{"a":"é"}',
};

function targetAt(port: number, scheme = 'http', ca: string | null = null): Target {
  const parsed = parseSettings({
    INTERACTLY_BASE_URL: `${scheme}://127.0.0.1:${port}`,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: 'a'.repeat(24),
    HARNESS_TIMEOUT: '2s',
  });
  assert.ok(parsed.ok);
  return { ...resolveTarget(parsed.value, null), ca };
}

/** What a server of raw sockets has seen: which connection, the how-manieth request on it, its text. */
export interface Seen {
  readonly connection: number;
  readonly ordinal: number;
  readonly text: string;
}

/** A server of raw sockets: each whole request with a length is told, and answered as the row says. */
export async function withServer<T>(
  onRequest: (socket: Socket, seen: Seen) => void,
  body: (client: ApiClient, seen: readonly Seen[], closed: () => Promise<void>) => Promise<T>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<T> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let closedAll: (() => void)[] = [];
  let connections = 0;
  const accept = (socket: Socket): void => {
    const connection = (connections += 1);
    let ordinal = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const tell of closedAll) tell();
      closedAll = [];
    });
    let pending = '';
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      const head = pending.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
      const isWhole = /transfer-encoding: chunked/i.test(pending)
        ? pending.endsWith('0\r\n\r\n')
        : head !== -1 && pending.length >= head + 4 + length;
      if (!isWhole) return;
      const one = { connection, ordinal: (ordinal += 1), text: pending };
      pending = '';
      seen.push(one);
      onRequest(socket, one);
    });
  };
  const server: Server =
    tls === undefined
      ? createServer(accept)
      : createTlsServer({ ...tls, ALPNProtocols: ['http/1.1'] }, accept);
  const port = await listen(server);
  const client = openApiClient(targetAt(port, tls === undefined ? 'http' : 'https', tls?.cert ?? null));
  try {
    return await body(client, seen, () => new Promise((resolve) => closedAll.push(resolve)));
  } finally {
    await client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** How a call travels that does nothing, and how often it asked to be repeated. */
export const harmless = (allowed = true): Travel & { readonly repeats: () => number } => {
  let repeats = 0;
  return {
    mayReuse: true,
    mayRepeat() {
      repeats += 1;
      return allowed;
    },
    repeats: () => repeats,
  };
};
