import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { curlOf } from '../../contract/checks/curl.ts';
import type { Credential, WireRequest } from '../../api/exchange.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { openApiClient } from '../../target/send.ts';
import { parseSettings } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';

const KEY = 'ik-test-0123456789abcdef';
const OK = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function targetAt(port: number, scheme = 'http', over: Partial<Target> = {}): Target {
  const parsed = parseSettings({
    INTERACTLY_BASE_URL: `${scheme}://127.0.0.1:${port}`,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: 'a'.repeat(24),
    HARNESS_TIMEOUT: '1s',
    INTERACTLY_HEADERS: '{"teamid":"team-secret-1"}',
  });
  assert.ok(parsed.ok);
  return { ...resolveTarget(parsed.value, null), ...over };
}

const request = (credential: Credential = { kind: 'valid' }): WireRequest => ({
  method: 'POST',
  path: '/x',
  credential,
  headers: [['content-type', 'application/json']],
  body: '{"a":"é"}',
});

/** A server of raw sockets: gets each request's bytes, does what the row says. */
async function withServer<T>(
  onRequest: (socket: Socket, text: string) => void,
  body: (port: number, seen: string[]) => Promise<T>,
): Promise<T> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.push(chunk.toString('utf8'));
      onRequest(socket, seen.join(''));
    });
  });
  const port = await listen(server);
  try {
    return await body(port, seen);
  } finally {
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

async function sendOnce(
  target: Target,
  wire: WireRequest = request(),
): ReturnType<ReturnType<typeof openApiClient>['send']> {
  const client = openApiClient(target);
  try {
    return await client.send(wire);
  } finally {
    await client.close();
  }
}

test('a call carries the key, the mark and the extra headers, and its evidence carries no secret', async () => {
  await withServer(
    (socket) => socket.write(OK(`{"echo":"${KEY}","team":"team-secret-1"}`, `x-echo: ${KEY}\r\n`)),
    async (port, seen) => {
      const result = await sendOnce(targetAt(port));
      assert.match(seen.join(''), /authorization: Bearer ik-test-0123456789abcdef\r\n/i);
      assert.match(seen.join(''), /x-harness-run: harness-[0-9a-f]{12}\r\n[^]*teamid: team-secret-1\r\n/);
      assert.deepEqual(result.response?.secretsSeenIn, ['body', 'header x-echo']);
      assert.doesNotMatch(JSON.stringify(result.evidence), /0123456789abcdef|team-secret/);
      assert.doesNotMatch(
        JSON.stringify([result.response.body, result.response.headers]),
        /0123456789abcdef/,
      );
      assert.match(JSON.stringify(result.response.body), /team-secret-1/);
    },
  );
});

test('each way of giving no response has its name', async () => {
  const rows: readonly (readonly [string, (socket: Socket) => void, string])[] = [
    ['closed without a byte', (socket) => socket.destroy(), 'reset'],
    ['ended without a byte', (socket) => socket.end(), 'reset'],
    [
      'body cut short',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"a":'),
      'reset|cut-short',
    ],
    ['never answered', () => undefined, 'timeout'],
    [
      'no end of the body',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
      'timeout',
    ],
    ['another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'protocol'],
    [
      'endless headers',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(60_000)}`),
      'too-large',
    ],
    [
      'an endless response',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 90000000\r\n\r\n${'x'.repeat(9_000_000)}`),
      'too-large',
    ],
  ];
  for (const [what, act, kind] of rows) {
    await withServer(act, async (port) => {
      const { evidence, response } = await sendOnce(targetAt(port));
      assert.equal(response, null, what);
      assert.match(
        evidence.failure?.kind ?? '',
        new RegExp(`^(${kind})$`),
        `${what}: ${JSON.stringify(evidence.failure)}`,
      );
      assert.doesNotMatch(JSON.stringify(evidence), /0123456789abcdef/, what);
    });
  }
});

test('a refused connection is named', async () => {
  const port = await withServer(
    () => undefined,
    (free) => Promise.resolve(free),
  );
  assert.equal((await sendOnce(targetAt(port))).evidence.failure?.kind, 'refused');
});

test('a redirect is a response and is not followed', async () => {
  await withServer(
    (socket) =>
      socket.write('HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
    async (port, seen) => {
      assert.equal((await sendOnce(targetAt(port))).response?.status, 307);
      assert.equal(seen.length, 1);
    },
  );
});

test('bytes are decoded by what the headers say, and a lie is noticed', async () => {
  const zipped = gzipSync('{"a":1}');
  const rows: readonly (readonly [string, Buffer, boolean])[] = [
    ['content-encoding: gzip\r\n', zipped, false],
    ['content-encoding: gzip\r\n', Buffer.from('{"a":1}'), true],
    ['', Buffer.from([0x22, 0xff, 0x22]), true],
    ['', Buffer.from('"é🎉"'), false],
  ];
  for (const [header, body, misencoded] of rows) {
    await withServer(
      (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${header}content-length: ${body.length}\r\n\r\n`,
        );
        socket.write(body);
      },
      async (port) => {
        assert.equal(
          (await sendOnce(targetAt(port))).response?.misencoded,
          misencoded,
          header + body.toString('hex'),
        );
      },
    );
  }
});

test('no byte of the key leaves over a connection whose certificate does not verify; with its authority it does', async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      { name: 'basicConstraints', cA: true },
    ],
  });
  let bytes = '';
  const server = createTlsServer({ key: pems.private, cert: pems.cert }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      socket.write(OK('{}'));
    });
  });
  server.on('tlsClientError', () => undefined);
  const port = await listen(server);
  try {
    const refused = await sendOnce(targetAt(port, 'https'));
    assert.equal(refused.evidence.failure?.kind, 'tls', JSON.stringify(refused.evidence.failure));
    assert.equal(bytes, '');
    const trusted = await sendOnce(targetAt(port, 'https', { ca: pems.cert }));
    assert.equal(trusted.response?.status, 200, JSON.stringify(trusted.evidence.failure));
    assert.match(bytes, /0123456789abcdef/);
  } finally {
    server.close();
  }
});

test('a curl line is, word for word, the request that was sent, with the key taken from the environment', async () => {
  const rows: readonly (readonly [Credential, string | null])[] = [
    [{ kind: 'valid' }, `Authorization: Bearer ${KEY}`],
    [{ kind: 'none' }, null],
    [{ kind: 'header', template: '' }, 'Authorization;'],
    [{ kind: 'header', template: 'Bearer {key-truncated}' }, `Authorization: Bearer ${KEY.slice(0, -1)}`],
    [{ kind: 'header', template: 'Bearer {key-extended}' }, `Authorization: Bearer ${KEY}x`],
    [
      { kind: 'header', template: 'Bearer {key-case-swapped}' },
      'Authorization: Bearer IK-TEST-0123456789ABCDEF',
    ],
    [{ kind: 'header', template: 'Basic {key}' }, `Authorization: Basic ${KEY}`],
  ];
  for (const [credential, authorization] of rows) {
    await withServer(
      (socket) => socket.write(OK('{}')),
      async (port, seen) => {
        const wire = { ...request(credential), body: `{"a":"it's \\"$HOME\\" \`x\` é🎉"}` };
        const { evidence } = await sendOnce(targetAt(port), wire);
        const line = curlOf(wire, evidence.request);
        assert.doesNotMatch(line, /0123456789abcdef/i);
        const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${line}`;
        const words = execFileSync('sh', ['-c', script], {
          env: { PATH: process.env['PATH'] ?? '', INTERACTLY_API_KEY: KEY },
        })
          .toString('utf8')
          .split('\0');
        assert.equal(words.find((word) => word.startsWith('Authorization')) ?? null, authorization);
        assert.equal(words[words.indexOf('--data-raw') + 1], wire.body);
        assert.ok(seen.join('').endsWith(wire.body));
        assert.ok(words.includes(`http://127.0.0.1:${port}/x`));
      },
    );
  }
});
