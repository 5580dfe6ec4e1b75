import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import type { CallResult } from '../../api/exchange.ts';
import { bodyBytes } from '../../target/credential.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { parseSettings } from '../../target/settings.ts';
import { BODY, harmless, OK, REQUEST, withServer, type Seen } from './raw-server.ts';

test('interim responses that nobody asked for are passed over, one or many, at once or byte by byte', async () => {
  const rows: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['100', (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${OK}`)],
    ['100 with a header', (socket) => socket.write(`HTTP/1.1 100 Continue\r\nx: y\r\n\r\n${OK}`)],
    ['100 twice', (socket) => socket.write(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2)}${OK}`)],
    ['102', (socket) => socket.write(`HTTP/1.1 102 Processing\r\n\r\n${OK}`)],
    ['103', (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n${OK}`)],
    ['199', (socket) => socket.write(`HTTP/1.1 199 Custom\r\n\r\n${OK}`)],
    ['many', (socket) => socket.write(`${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(500)}${OK}`)],
    [
      'apart',
      (socket) => {
        socket.write('HTTP/1.1 100 Contin');
        setImmediate(() => socket.write(`ue\r\n\r\n${OK}`));
      },
    ],
  ];
  for (const [what, act] of rows) {
    await withServer(act, async (client) => {
      const { response, evidence } = await client.send(REQUEST);
      assert.equal(response?.status, 200, `${what}: ${JSON.stringify(evidence.failure)}`);
      assert.deepEqual(response.body, { kind: 'json', value: { a: 1 } }, what);
      const again = await client.send(REQUEST, harmless());
      assert.equal(again.response?.status, 200, `${what}, again`);
    });
  }
});

test('101 is another protocol; an Upgrade header in an ordinary response is an offer', async () => {
  await withServer(
    (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
    async (client) => {
      assert.equal((await client.send(REQUEST)).evidence.failure?.kind, 'protocol');
    },
  );
  await withServer(
    (socket) =>
      socket.write(OK.replace('\r\n', '\r\nupgrade: h2,h2c\r\nconnection: Upgrade, Keep-Alive\r\n')),
    async (client) => {
      assert.equal((await client.send(REQUEST)).response?.status, 200);
    },
  );
});

test('bytes after a whole response are no part of it and spoil no later call', async () => {
  await withServer(
    (socket) => socket.write(`${OK}and more`),
    async (client) => {
      for (let i = 0; i < 3; i += 1) {
        const { response, evidence } = await client.send(REQUEST, harmless());
        assert.equal(response?.text, BODY, JSON.stringify(evidence.failure));
      }
    },
  );
});

test('a call that does something has a connection of its own; one that does nothing goes over a kept one', async () => {
  await withServer(
    (socket) => socket.write(OK),
    async (client, seen) => {
      for (let i = 0; i < 3; i += 1) await client.send(REQUEST);
      assert.deepEqual(
        seen.map(({ ordinal }) => ordinal),
        [1, 1, 1],
      );
      for (let i = 0; i < 3; i += 1) await client.send(REQUEST, harmless());
      assert.deepEqual(
        seen.slice(3).map(({ ordinal }) => ordinal),
        [1, 2, 3],
      );
    },
  );
});

test('servers that close a connection early are no silent ones', async () => {
  const rows: readonly (readonly [string, (socket: Socket, seen: Seen) => void])[] = [
    ['connection: close', (socket) => socket.end(OK.replace('\r\n', '\r\nconnection: close\r\n'))],
    ['HTTP/1.0', (socket) => socket.end(OK.replace('1.1', '1.0'))],
    ['closes unannounced', (socket) => socket.end(OK)],
    [
      'resets after the response',
      (socket) => socket.write(OK, () => setImmediate(() => socket.resetAndDestroy())),
    ],
    [
      'closes at the second request without reading it',
      (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.destroy()),
    ],
    [
      'resets at the second request',
      (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.resetAndDestroy()),
    ],
  ];
  for (const [what, act] of rows) {
    await withServer(act, async (client) => {
      for (let i = 0; i < 4; i += 1) {
        const { response, evidence } = await client.send(REQUEST, i % 2 === 0 ? harmless() : undefined);
        assert.equal(response?.status, 200, `${what}, call ${i}: ${JSON.stringify(evidence.failure)}`);
        const next = await client.send(REQUEST, harmless());
        assert.equal(
          next.response?.status,
          200,
          `${what}, call ${i}b: ${JSON.stringify(next.evidence.failure)}`,
        );
      }
    });
  }
});

test('over TLS a kept connection that was closed is no silence either', async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      { name: 'basicConstraints', cA: true },
    ],
  });
  await withServer(
    (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.destroy()),
    async (client) => {
      for (let i = 0; i < 4; i += 1) {
        const { response, evidence } = await client.send(REQUEST, harmless());
        assert.equal(response?.status, 200, JSON.stringify(evidence.failure));
      }
    },
    { key: pems.private, cert: pems.cert },
  );
});

test('a call is repeated once, only on a kept connection, only when it may be, and only when nothing came back', async () => {
  // each connection serves one request, then closes at the next without a byte
  await withServer(
    (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.destroy()),
    async (client, seen) => {
      await client.send(REQUEST, harmless());
      const refused = harmless(false);
      const { evidence } = await client.send(REQUEST, refused);
      assert.equal(evidence.failure?.kind, 'reset');
      assert.equal(refused.repeats(), 1);
      assert.equal(seen.length, 2);
    },
  );
  await withServer(
    (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.destroy()),
    async (client, seen) => {
      await client.send(REQUEST, harmless());
      const allowed = harmless();
      assert.equal((await client.send(REQUEST, allowed)).response?.status, 200);
      assert.equal(allowed.repeats(), 1);
      for (let i = 0; i < 3; i += 1) await client.send(REQUEST, harmless());
      assert.deepEqual(
        seen.slice(3).map(({ ordinal }) => ordinal),
        [1, 1, 1],
        'such a target is asked over fresh connections from then on',
      );
    },
  );
  // a fresh connection that closes without a byte is silence
  await withServer(
    (socket) => socket.destroy(),
    async (client, seen) => {
      const travel = harmless();
      assert.equal((await client.send(REQUEST, travel)).evidence.failure?.kind, 'reset');
      assert.equal(travel.repeats(), 0);
      assert.equal(seen.length, 1);
    },
  );
  // half a response on a kept connection is no reason to send again
  await withServer(
    (socket, { ordinal }) => (ordinal === 1 ? socket.write(OK) : socket.end('HTTP/1.1 200 OK\r\n')),
    async (client) => {
      await client.send(REQUEST, harmless());
      const travel = harmless();
      const { evidence } = await client.send(REQUEST, travel);
      assert.notEqual(evidence.failure, null);
      assert.equal(travel.repeats(), 0);
    },
  );
});

test('a connection that the server closes while it stands idle is not used again', async () => {
  await withServer(
    (socket) => socket.write(OK, () => setTimeout(() => socket.end(), 20)),
    async (client, seen, closed) => {
      await client.send(REQUEST, harmless());
      await closed();
      const travel = harmless();
      assert.equal((await client.send(REQUEST, travel)).response?.status, 200);
      assert.equal(seen.at(-1)?.ordinal, 1);
    },
  );
});

test('a request asks for no coding, unless it says which', async () => {
  await withServer(
    (socket) => socket.write(OK),
    async (client, seen) => {
      await client.send(REQUEST);
      await client.send({ ...REQUEST, headers: [...REQUEST.headers, ['accept-encoding', 'gzip']] });
      const sent = seen.map(({ text }) => text.match(/^accept-encoding: .*$/gim));
      assert.deepEqual(sent, [['accept-encoding: identity'], ['accept-encoding: gzip']]);
    },
  );
});

test('responses are read in each coding that may be asked for; others leave the call unjudged, a lie does not', async () => {
  const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0x07, 0, 0, 0, 0x39, 0, 0, ...Buffer.from(BODY)]);
  const rows: readonly (readonly [
    coding: string,
    bytes: Buffer,
    outcome: 'read' | 'unreadable' | 'wrong',
  ])[] = [
    ['gzip', gzipSync(BODY), 'read'],
    ['x-gzip', gzipSync(BODY), 'read'],
    ['GZip', gzipSync(BODY), 'read'],
    ['deflate', deflateSync(BODY), 'read'],
    ['deflate', deflateRawSync(BODY), 'read'],
    ['br', brotliCompressSync(BODY), 'read'],
    ['gzip, br', brotliCompressSync(gzipSync(BODY)), 'read'],
    ['identity', Buffer.from(BODY), 'read'],
    ['zstd', zstd, 'unreadable'],
    ['gzip, zstd', zstd, 'unreadable'],
    ['compress', Buffer.from([0x1f, 0x9d, 0x90, 0x7b]), 'unreadable'],
    ['aes128gcm', Buffer.from([0xff, 0x00, 0x80]), 'unreadable'],
    ['zstd', Buffer.from(BODY), 'wrong'],
    ['utf-8', Buffer.from(BODY), 'wrong'],
    ['gzip', Buffer.from(BODY), 'wrong'],
    ['gzip', gzipSync(BODY).subarray(0, 15), 'wrong'],
    ['br', gzipSync(BODY), 'wrong'],
    ['', gzipSync(BODY), 'wrong'],
  ];
  for (const [coding, bytes, outcome] of rows) {
    await withServer(
      (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`,
        );
        socket.write(bytes);
      },
      async (client) => {
        const { response, evidence } = await client.send(REQUEST);
        const what = `${coding} ${bytes.toString('latin1')}`;
        assert.ok(response !== null, what);
        assert.equal(response.misencoded, outcome === 'wrong', what);
        assert.equal(response.body.kind === 'unreadable', outcome === 'unreadable', what);
        if (outcome === 'read') assert.equal(response.text, BODY, what);
        if (outcome === 'unreadable')
          assert.match(evidence.response?.body ?? '', /not readable: \d+ bytes/, what);
      },
    );
  }
});

test('a body goes out byte for byte, also without a length', async () => {
  const bytes = Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x00, 0x22, 0x7d]);
  await withServer(
    (socket) => socket.write(OK),
    async (client, seen) => {
      await client.send({ ...REQUEST, body: bytes });
      assert.ok(seen[0]?.text.endsWith(Buffer.from(bytes).toString('latin1')));
      const chunked: CallResult = await client.send({ ...REQUEST, framing: 'chunked' });
      assert.equal(chunked.response?.status, 200);
      const text = Buffer.from(seen[1]?.text ?? '', 'latin1').toString('utf8');
      assert.doesNotMatch(text, /content-length/i);
      assert.match(text, /\r\n\r\n5\r\n\{"a":\r\n5\r\n"é"\}\r\n0\r\n\r\n$/);
    },
  );
});

test('the key stands in a body only where the credential says so, and never in the evidence', () => {
  const awkward = 'ik+te/st"0=9&abcdef%20';
  const parsed = parseSettings({
    INTERACTLY_BASE_URL: 'http://127.0.0.1:1',
    INTERACTLY_API_KEY: awkward,
    INTERACTLY_WORKFLOW_ID: 'a'.repeat(24),
  });
  assert.ok(parsed.ok);
  const { key, redact } = resolveTarget(parsed.value, null);
  const body = '{"access_token":"$INTERACTLY_API_KEY"}';
  const plain = bodyBytes({ ...REQUEST, body }, key)?.toString();
  assert.equal(plain, body);
  const json =
    bodyBytes({ ...REQUEST, body, credential: { kind: 'body', as: 'json' } }, key)?.toString() ?? '';
  assert.deepEqual(JSON.parse(json), { access_token: awkward });
  const form =
    bodyBytes(
      { ...REQUEST, body: 'access_token=$INTERACTLY_API_KEY&a=1', credential: { kind: 'body', as: 'form' } },
      key,
    )?.toString() ?? '';
  assert.equal(new URLSearchParams(form).get('access_token'), awkward);
  assert.equal(redact(body), body);
});

const TIMEOUT_408 = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

test('a 408 on a connection that was idle is no response to the request: a harmless call goes again, on a new connection', async () => {
  const crossing = (socket: Socket, { ordinal }: Seen): void => {
    if (ordinal === 1) socket.write(OK);
    else socket.end(TIMEOUT_408); // what the server wrote crossed the request on its way
  };
  await withServer(crossing, async (client, seen) => {
    assert.equal((await client.send(REQUEST, harmless())).response?.status, 200);
    const travel = harmless();
    const { response, evidence } = await client.send(REQUEST, travel);
    assert.equal(response?.status, 200, JSON.stringify(evidence.failure));
    assert.equal(travel.repeats(), 1);
    assert.equal((await client.send(REQUEST, harmless())).response?.status, 200);
    assert.deepEqual(
      seen.map(({ connection }) => connection),
      [1, 1, 2, 3],
      'and no later call is sent on a connection that was used before',
    );
  });
  const early = (socket: Socket): void => {
    socket.write(OK);
    setTimeout(() => socket.end(TIMEOUT_408), 5);
  };
  await withServer(early, async (client, _seen, closed) => {
    const isClosed = closed();
    assert.equal((await client.send(REQUEST, harmless())).response?.status, 200);
    await isClosed;
    assert.equal((await client.send(REQUEST, harmless())).response?.status, 200);
  });
});

test('a 408 on a connection of its own is the response', async () => {
  await withServer(
    (socket) => socket.end(TIMEOUT_408),
    async (client, seen) => {
      assert.equal((await client.send(REQUEST, harmless())).response?.status, 408);
      assert.equal(seen.length, 1);
    },
  );
});
