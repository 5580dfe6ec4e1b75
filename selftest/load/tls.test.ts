import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { generate } from 'selfsigned';
import { attack, causeOf, startServer, stepOf, type Attempt, type ServerStats } from './servers.ts';

async function certificateFor(name: string): Promise<{ readonly key: string; readonly cert: string }> {
  const pems = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [name === 'localhost' ? { type: 7, ip: '127.0.0.1' } : { type: 2, value: name }],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}

async function attackTls(name: string, trusts: boolean): Promise<Attempt & { readonly seen: ServerStats }> {
  const tls = await certificateFor(name);
  const server = await startServer({ tls });
  const attempt = await attack(server.port, {
    baseUrl: `https://127.0.0.1:${server.port}`,
    rate: '20',
    duration: '1s',
    warmup: '0',
    connections: '3',
    ...(trusts ? { ca: tls.cert } : {}),
  });
  const seen = await server.stats();
  await server.close();
  return { ...attempt, seen };
}

suite('verified connections', { concurrency: 4 }, () => {
  test('a self-signed impostor gets not one byte', async () => {
    const { scenario, seen } = await attackTls('localhost', false);
    assert.equal(scenario.inconclusive?.cause, 'tls-not-verified');
    assert.deepEqual([seen.applicationBytes, seen.requests], [0, 0]);
    assert.ok(seen.connections <= 3, String(seen.connections));
    assert.equal(stepOf(scenario, 'start').ledger.sent, 0);
  });

  test('a trusted certificate for another host is refused just the same', async () => {
    const { scenario, seen } = await attackTls('elsewhere.example', true);
    assert.equal(scenario.inconclusive?.cause, 'tls-not-verified');
    assert.deepEqual([seen.applicationBytes, seen.requests], [0, 0]);
  });

  test('a certificate that verifies works', async () => {
    const { scenario, seen } = await attackTls('localhost', true);
    assert.equal(causeOf(scenario), null);
    assert.equal(stepOf(scenario, 'start').ledger.ok, 20);
    assert.deepEqual(seen.openRuns, []);
    const connect = scenario.connect ?? assert.fail('no connection was made');
    const made = connect.tcp_us.count;
    assert.ok(made >= 1 && made <= 3, String(made));
    assert.equal(connect.tls_us?.count, made);
    assert.ok((connect.tls_us.max ?? 0) > 100);
  });

  test('a certificate that changes in the middle gets no byte of the key after it', async () => {
    const [good, other] = [await certificateFor('localhost'), await certificateFor('localhost')];
    const server = await startServer({ tls: good, swapTls: { after: 15, ...other } });
    const { scenario, lines } = await attack(server.port, {
      baseUrl: `https://127.0.0.1:${server.port}`,
      rate: '20',
      duration: '3s',
      warmup: '0',
      connections: '3',
      ca: good.cert,
    });
    const seen = await server.stats();
    await server.close();
    const { ledger } = stepOf(scenario, 'start');
    // What was under way on the other connections when the server ended them may have been cut off.
    assert.ok(ledger.ok >= 12 && ledger.ok <= 15, `${ledger.ok}: ${lines.join(' ')}`);
    assert.equal(scenario.inconclusive?.cause, 'tls-not-verified');
    assert.equal(seen.bytesAfterSwap, 0);
    assert.ok(seen.requests >= 15 && seen.requests <= 18, String(seen.requests));
    assert.ok(seen.connections > 1, 'it did try to connect again');
  });
});
