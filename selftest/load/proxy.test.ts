import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import type { Target } from '../../target/target.ts';
import { certificateFor } from '../certificate.ts';
import { startLoopbackProxy, type LoopbackProxy, type ProxyManner } from '../target/loopback-proxy.ts';
import { attack, causeOf, startServer, stepOf, type Attempt, type ServerStats } from './servers.ts';

/** Loads a server of TLS, with a proxy that is set. */
async function loadBeside(
  manner: ProxyManner,
  throughProxy: boolean,
  processes = '1',
): Promise<Attempt & { readonly seen: ServerStats; readonly proxy: LoopbackProxy }> {
  const tls = await certificateFor('here');
  const server = await startServer({ tls });
  const proxy = await startLoopbackProxy({}, manner);
  const over: Partial<Target> = {
    proxy: {
      variable: 'HTTPS_PROXY',
      host: '127.0.0.1',
      port: proxy.port,
      isSecure: false,
      authorization: null,
    },
  };
  const attempt = await attack(server.port, {
    baseUrl: `https://127.0.0.1:${server.port}`,
    rate: '20',
    duration: '1s',
    warmup: '0',
    connections: '4',
    processes,
    ca: tls.cert,
    over,
    throughProxy,
  });
  const seen = await server.stats();
  await server.close();
  proxy.close();
  return { ...attempt, seen, proxy };
}

suite('a load beside a proxy', () => {
  test('passes it by unless it is told to go through it', async () => {
    const { scenario, proxy } = await loadBeside('works', false);
    assert.equal(causeOf(scenario), null);
    assert.equal(stepOf(scenario, 'start').ledger.ok, 20);
    assert.deepEqual(proxy.heads, []);
    assert.ok(!stepOf(scenario, 'start').notes.some((note) => note.includes('proxy')));
  });

  for (const processes of ['1', '2'])
    test(`goes through it with --through-proxy, and says so, in ${processes} processes`, async () => {
      const { scenario, proxy, seen } = await loadBeside('works', true, processes);
      assert.equal(causeOf(scenario), null);
      assert.equal(stepOf(scenario, 'start').ledger.ok, 20);
      assert.equal(proxy.heads.length, seen.connections, 'each connection was a tunnel');
      assert.deepEqual(seen.openRuns, []);
      assert.match(stepOf(scenario, 'start').notes.join(' '), /Sent through a proxy: .* in every figure/);
      assert.ok((scenario.connect?.tls_us?.count ?? 0) >= 1);
    });

  for (const manner of ['forbids', 'cuts', 'cuts-in-tunnel', 'page-with-200'] as const)
    test(`a proxy that fails is no failure of the target: ${manner}`, async () => {
      const { scenario, seen } = await loadBeside(manner, true);
      assert.equal(scenario.inconclusive?.cause, 'proxy-failed');
      assert.match(scenario.inconclusive.sentence, /proxy of HTTPS_PROXY/);
      assert.equal(seen.requests, 0);
      assert.equal(stepOf(scenario, 'start').ledger.sent, 0);
    });
});
