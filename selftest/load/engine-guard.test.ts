import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import test from 'node:test';
import autocannon from 'autocannon';

/** These tests pin what load/attack leans on. When one fails after an upgrade, read that room before changing it. */
const resolve = createRequire(import.meta.url);
const source = (file: string): string => readFileSync(resolve.resolve(`autocannon/${file}`), 'utf8');

interface Inside extends EventEmitter {
  parser: {
    execute(chunk: Buffer): unknown;
    finish(): unknown;
    reinitialize(type: string): void;
    maxHeaderSize: number;
  };
  pipelinedRequests: Record<string, unknown>;
  timeoutTicker?: { clear(): void; reschedule(ms: number): void };
  conn?: Socket;
  destroyed: boolean;
  _connect: () => void;
  _doRequest: () => void;
  _destroyConnection: () => void;
}

test('autocannon is exactly the version whose inside is known', () => {
  assert.equal((JSON.parse(source('package.json')) as { version: string }).version, '9.0.0');
});

/** Runs autocannon with one client that never connects, long enough to look inside. */
async function inspect(look: (client: Inside, order: readonly string[]) => void): Promise<void> {
  const order: string[] = [];
  let client: Inside | undefined;
  const run = autocannon({
    url: 'http://127.0.0.1:9',
    connections: 1,
    duration: 1000,
    sampleInt: 20,
    setupClient: (raw: unknown) => {
      client = raw as Inside;
      order.push('setupClient', client.timeoutTicker === undefined ? 'no ticker yet' : 'ticker');
      client._connect = () =>
        order.push('_connect', client?.timeoutTicker === undefined ? 'no ticker yet' : 'ticker');
      client._destroyConnection = () => order.push('_destroyConnection');
    },
  });
  assert.ok(client !== undefined);
  try {
    look(client, order);
  } finally {
    client.timeoutTicker?.clear();
    (run as unknown as { stop(): void }).stop();
    await run;
  }
  assert.ok(order.includes('_destroyConnection'), 'stop() must destroy each client');
  assert.equal(client.destroyed, true);
}

test('setupClient runs before the ticker is made, and _connect after it', async () => {
  await inspect((_client, order) => {
    assert.deepEqual(order, ['setupClient', 'no ticker yet', '_connect', 'ticker']);
  });
});

test('the client has the methods, the parser and the queue that are replaced', async () => {
  await inspect((client) => {
    const prototype = Object.getPrototypeOf(client) as Inside;
    for (const name of ['_connect', '_doRequest', '_destroyConnection'] as const)
      assert.equal(typeof prototype[name], 'function', name);
    for (const name of ['execute', 'finish', 'reinitialize'] as const)
      assert.equal(typeof client.parser[name], 'function', name);
    for (const name of ['addByteCount', 'addBody', 'setHeaders', 'terminateRequest', 'clear'])
      assert.equal(typeof client.pipelinedRequests[name], 'function', name);
  });
});

test('a replaced queue gets the head, the bytes and the end; the response event comes after, then _doRequest', async () => {
  await inspect((client) => {
    const seen: string[] = [];
    client.pipelinedRequests = {
      addBody: (part: Buffer) => seen.push(`body ${part.toString('latin1')}`),
      setHeaders: (head: { statusCode: number; headers: string[]; shouldKeepAlive: boolean }) =>
        seen.push(`head ${head.statusCode} ${head.headers.join('=')} ${head.shouldKeepAlive}`),
      terminateRequest: () => {
        seen.push('end');
        return { req: null, headers: { statusCode: 200, headers: [] }, body: '', bytes: 0, duration: 0 };
      },
      clear: () => undefined,
    };
    client._doRequest = () => seen.push('_doRequest');
    client.on('response', () => seen.push('response'));
    client.parser.reinitialize('RESPONSE');
    client.parser.execute(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab'));
    client.parser.execute(Buffer.from('cd'));
    assert.deepEqual(seen, [
      'head 200 Content-Length=4 true',
      'body ab',
      'body cd',
      'end',
      'response',
      '_doRequest',
    ]);
    const piece = Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(90 * 1024)}`);
    client.parser.reinitialize('RESPONSE');
    assert.match(String(client.parser.execute(piece)), /max header size exceeded/);
    client.parser.reinitialize('RESPONSE');
    client.parser.maxHeaderSize = 100 * 1024;
    assert.equal(client.parser.execute(piece), piece.length);
    client.parser.reinitialize('RESPONSE');
    client.parser.execute(Buffer.from('HTTP/1.1 200 OK\r\n\r\nrest'));
    client.parser.finish();
    assert.deepEqual(seen.slice(6), ['head 200  false', 'body rest', 'end', 'response', '_doRequest']);
    client.parser.reinitialize('RESPONSE');
    assert.ok(client.parser.execute(Buffer.from('this is no HTTP\r\n\r\n')) instanceof Error);
  });
});

test('a cleared ticker never fires, so no time-out of the engine can act', () => {
  assert.match(source('lib/httpClient.js'), /this\.timeoutTicker = retimer\(handleTimeout, this\.timeout\)/);
  assert.match(source('lib/httpClient.js'), /this\.timeoutTicker\.clear\(\)/);
});

test('its TLS still does not verify, which is why we connect by ourselves', () => {
  assert.match(source('lib/httpClient.js'), /\.\.\.this\.opts\.tlsOptions, rejectUnauthorized: false/);
});

test('left to itself it still takes no notice of a connection closed without a response', async () => {
  const server = createServer((request) => request.socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: 1,
    amount: 5,
    duration: 1,
    maxConnectionRequests: 5,
  });
  server.close();
  assert.equal(result.errors, 0);
});
