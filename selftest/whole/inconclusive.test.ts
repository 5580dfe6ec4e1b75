import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting, type Ran } from './cli.ts';

after(removeOutputs);

const ID = '5eb7cf5a86d9755df3a6c593';

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function environment(url: string, key = CANARY_KEY): Record<string, string> {
  return {
    INTERACTLY_BASE_URL: url,
    INTERACTLY_API_KEY: key,
    INTERACTLY_WORKFLOW_ID: ID,
    HARNESS_TIMEOUT: '1s',
  };
}

/** INCONCLUSIVE for this cause, in one sentence, with a report and without a trace of the key. */
function assertInconclusive(ran: Ran, cause: string, message: RegExp): void {
  assert.equal(ran.code, 3, ran.stdout + ran.stderr);
  const result = ran.result();
  assert.equal(result.verdict, 'INCONCLUSIVE');
  const part =
    result.contract?.inconclusive ??
    result.load?.inconclusive ??
    result.load?.scenarios[0]?.inconclusive ??
    null;
  assert.equal(part?.cause, cause);
  assert.match(result.reasons[0] ?? '', message);
  assert.doesNotMatch(ran.stdout + ran.stderr, /\n\s+at |Error:/);
  assert.doesNotMatch(ran.stdout + ran.stderr, new RegExp(CANARY_KEY));
  assert.deepEqual(ran.filesWith(CANARY_KEY), []);
}

test('a target that refuses connections', async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const refused = await callCli({ args: ['contract'], env: environment(`http://127.0.0.1:${port}`) });
  assertInconclusive(refused, 'environment-down', /no response/);
  assert.equal(refused.result().spend.unknown_starts ?? 0, 0, 'a call that never left has started nothing');
  assertInconclusive(
    await runCli({
      args: ['load', 'start', '--duration', '2s'],
      env: environment(`http://127.0.0.1:${port}`),
    }),
    'environment-down',
    /./,
  );
});

test('a wrong key', async () => {
  const sandbox = await sandboxHere();
  try {
    const env = environment(sandbox.url, `${CANARY_KEY}-wrong`);
    assertInconclusive(await runCli({ args: ['contract'], env }), 'key-refused', /INTERACTLY_API_KEY/);
    assertInconclusive(
      await runCli({ args: ['load', 'start', '--duration', '2s'], env }),
      'key-refused',
      /./,
    );
  } finally {
    await sandbox.close();
  }
});

test('an operation that is not deployed', async () => {
  const server = createHttpServer((_request, response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}'),
  );
  const port = await listen(server);
  try {
    assertInconclusive(
      await callCli({ args: ['contract'], env: environment(`http://127.0.0.1:${port}`) }),
      'operation-not-deployed',
      /404/,
    );
    assertInconclusive(
      await callCli({
        args: ['load', 'start', '--duration', '2s'],
        env: environment(`http://127.0.0.1:${port}`),
      }),
      'operation-not-deployed',
      /./,
    );
  } finally {
    server.close();
  }
});

test('a certificate that does not verify, and not one byte of the key leaves', async () => {
  const pems = await generate([{ name: 'commonName', value: 'elsewhere.example.test' }], { keySize: 2048 });
  let received = '';
  const server = createTlsServer({ key: pems.private, cert: pems.cert }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  });
  server.on('tlsClientError', () => undefined);
  const port = await listen(server);
  try {
    assertInconclusive(
      await callCli({ args: ['contract'], env: environment(`https://127.0.0.1:${port}`) }),
      'tls-not-verified',
      /could not be verified/,
    );
    assertInconclusive(
      await callCli({
        args: ['load', 'start', '--duration', '2s'],
        env: environment(`https://127.0.0.1:${port}`),
      }),
      'tls-not-verified',
      /./,
    );
    assert.equal(received, '');
  } finally {
    server.close();
  }
});

test('a login page in place of the API', async () => {
  const server = createHttpServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
  );
  const port = await listen(server);
  try {
    assertInconclusive(
      await callCli({ args: ['contract'], env: environment(`http://127.0.0.1:${port}`) }),
      'not-an-api',
      /login or a gateway/,
    );
  } finally {
    server.close();
  }
});

test('a budget that leaves commands unasked', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({ args: ['contract', '--budget-runs', '1'], env: targeting(sandbox) });
    assert.equal(ran.code, 3, ran.stdout);
    assert.ok(ran.result().spend.workflow_runs_started <= 1);
    assert.match(ran.result().reasons.join(' '), /never asked|nothing to look at/);
    assert.match(ran.stdout, /^next: Ask for all of it: leave out or raise --budget-runs/m);
  } finally {
    await sandbox.close();
  }
});
