import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { CallResult } from '../../api/exchange.ts';
import { proxyFor, proxySecretsIn } from '../../target/proxy.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { openApiClient } from '../../target/send.ts';
import { plainOf, secretsOf, targetFrom } from '../../target/serialize.ts';
import { parseSettings, type Environment } from '../../target/settings.ts';
import { certificateFor } from '../certificate.ts';
import {
  PROXY_NAME,
  PROXY_PASSWORD,
  proxyUrl,
  startLoopbackProxy,
  type LoopbackProxy,
  type ProxyManner,
} from './loopback-proxy.ts';
import { REQUEST } from './raw-server.ts';

const KEY = 'ik-test-0123456789abcdef';
/** A name that no resolver knows: only the proxy can find it. */
const NAME = 'api.behind.invalid';

const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('which proxy is used follows from HTTPS_PROXY and NO_PROXY in both spellings', () => {
  const rows: readonly (readonly [url: string, own: Environment, used: string | null])[] = [
    ['https://api.example', {}, null],
    ['https://api.example', { HTTPS_PROXY: 'http://user:pw@p:1' }, 'HTTPS_PROXY p:1'],
    ['https://api.example', { https_proxy: 'http://p:1' }, 'https_proxy p:1'],
    ['https://api.example', { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2' }, 'HTTPS_PROXY a:1'],
    ['https://api.example', { HTTPS_PROXY: '', https_proxy: 'b' }, 'https_proxy b:80'],
    ['https://api.example', { HTTPS_PROXY: 'p.example:3128' }, 'HTTPS_PROXY p.example:3128'],
    ['https://api.example', { HTTPS_PROXY: 'https://p' }, 'HTTPS_PROXY p:443'],
    ['https://api.example', { HTTPS_PROXY: 'http://[::1]:3128' }, 'HTTPS_PROXY ::1:3128'],
    ['https://api.example', { ALL_PROXY: 'socks5://p:1', HTTP_PROXY: 'http://p:1' }, null],
    ['http://localhost:9', { HTTPS_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, null],
    ['https://api.example', { HTTPS_PROXY: 'p', NO_PROXY: '*' }, null],
    ['https://api.example', { HTTPS_PROXY: 'p', NO_PROXY: 'other, .example' }, null],
    ['https://api.example', { HTTPS_PROXY: 'p', no_proxy: 'API.example' }, null],
    ['https://api.example', { HTTPS_PROXY: 'p', NO_PROXY: '*.example' }, null],
    ['https://api.example', { HTTPS_PROXY: 'p', NO_PROXY: 'api.example:443' }, null],
    ['https://api.example:8443', { HTTPS_PROXY: 'p', NO_PROXY: 'api.example:443' }, 'HTTPS_PROXY p:80'],
    ['https://myapi.example', { HTTPS_PROXY: 'p', NO_PROXY: 'api.example' }, 'HTTPS_PROXY p:80'],
    ['https://10.1.2.3', { HTTPS_PROXY: 'p', NO_PROXY: '10.0.0.0/8' }, null],
    ['https://11.1.2.3', { HTTPS_PROXY: 'p', NO_PROXY: '10.0.0.0/8,x/99' }, 'HTTPS_PROXY p:80'],
    ['https://[::1]:9', { HTTPS_PROXY: 'p', NO_PROXY: '::1' }, null],
    ['https://api.example', { HTTPS_PROXY: 'socks5://p:1', NO_PROXY: '*' }, null], // not used, so not judged
  ];
  for (const [url, own, used] of rows) {
    const parsed = proxyFor(new URL(url), own);
    assert.ok(parsed.ok, `${url} ${JSON.stringify(own)}`);
    const { value } = parsed;
    const text = value === null ? null : `${value.variable} ${value.host}:${value.port}`;
    assert.equal(text, used, `${url} ${JSON.stringify(own)}`);
  }
});

test('a proxy that can not be used is an issue in the settings, in a sentence without its value', () => {
  const rows: readonly (readonly [value: string, says: RegExp])[] = [
    ['socks5://user:hunter2hunter2@p:1080', /HTTPS_PROXY names a proxy of the kind socks5; give an http/],
    ['http://user:hunter2hunter2@', /HTTPS_PROXY is not the URL of a proxy/],
    ['http://user:%zzhunter2hunter2@p:1', /HTTPS_PROXY holds credentials that can't be read/],
    ['http://p:99999', /HTTPS_PROXY is not the URL of a proxy/],
  ];
  for (const [value, says] of rows) {
    const parsed = parseSettings({
      INTERACTLY_BASE_URL: 'https://api.example',
      INTERACTLY_API_KEY: KEY,
      INTERACTLY_WORKFLOW_ID: 'a'.repeat(24),
      HTTPS_PROXY: value,
    });
    assert.ok(!parsed.ok);
    assert.equal(parsed.issues.length, 1);
    assert.match(parsed.issues[0] ?? '', says);
    assert.ok(!parsed.issues.join(' ').includes('hunter2'));
  }
});

test('name and password of a proxy are secrets in every spelling', () => {
  const texts = proxySecretsIn({ https_proxy: proxyUrl(3128, true) }).map((secret) => secret.reveal());
  const base64 = Buffer.from(`${PROXY_NAME}:${PROXY_PASSWORD}`).toString('base64');
  assert.deepEqual(texts, [PROXY_PASSWORD, encodeURIComponent(PROXY_PASSWORD), base64, PROXY_NAME]);
});

suite('a tunnel', () => {
  let server: Server;
  let port = 0;
  let caFile = '';
  let tls: { readonly key: string; readonly cert: string };
  const calls: string[] = [];
  let connections = 0;

  before(async () => {
    tls = await certificateFor(NAME);
    caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, tls.cert);
    server = createServer(tls, (request, response) => {
      calls.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.setHeader('content-type', 'application/json').end('{"a":1}');
    });
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const settings = (proxy: string, more: Environment = {}): Environment => ({
    INTERACTLY_BASE_URL: `https://${NAME}`,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: 'a'.repeat(24),
    HARNESS_CA_FILE: caFile,
    HARNESS_TIMEOUT: '2s',
    HTTPS_PROXY: proxy,
    ...more,
  });

  /** Sends one call through a proxy of a manner. */
  async function callThrough(
    manner: ProxyManner,
    {
      withCredentials = false,
      more = {},
      times = 1,
    }: { withCredentials?: boolean; more?: Environment; times?: number } = {},
  ): Promise<{ readonly result: CallResult; readonly proxy: LoopbackProxy }> {
    const proxy = await startLoopbackProxy({ [NAME]: port }, manner);
    const parsed = parseSettings(settings(proxyUrl(proxy.port, withCredentials), more));
    assert.ok(parsed.ok);
    const client = openApiClient(resolveTarget(parsed.value, null));
    try {
      let result = await client.send(REQUEST, { mayReuse: true });
      for (let i = 1; i < times; i += 1) result = await client.send(REQUEST, { mayReuse: true });
      return { result, proxy };
    } finally {
      await client.close();
      proxy.close();
    }
  }

  test('leads to a target that only the proxy can name, and the proxy sees host and port alone', async () => {
    const before = calls.length;
    const { result, proxy } = await callThrough('works', { times: 3 });
    assert.equal(result.response?.status, 200);
    assert.deepEqual(calls.slice(before), Array(3).fill(`POST /x Bearer ${KEY}`));
    assert.deepEqual(proxy.heads, [`CONNECT ${NAME}:443 HTTP/1.1\r\nhost: ${NAME}:443\r\n\r\n`]);
    assert.ok(Buffer.concat(proxy.sent).length > 0);
    assert.ok(!Buffer.concat(proxy.sent).includes(KEY), 'TLS goes end to end');
  });

  test('takes credentials, and none of them is in the evidence', async () => {
    const { result, proxy } = await callThrough('wants-credentials', { withCredentials: true });
    assert.equal(result.response?.status, 200);
    assert.match(proxy.heads[0] ?? '', /proxy-authorization: Basic /);
    assert.ok(!JSON.stringify(result.evidence).includes(PROXY_PASSWORD));
  });

  test('is made over TLS with the proxy where that is https', async () => {
    const proxy = await startLoopbackProxy({ [NAME]: port }, 'works', tls);
    const parsed = parseSettings(settings(proxyUrl(proxy.port, true, 'https')));
    assert.ok(parsed.ok);
    const client = openApiClient(resolveTarget(parsed.value, null));
    try {
      assert.equal((await client.send(REQUEST)).response?.status, 200);
    } finally {
      await client.close();
      proxy.close();
    }
  });

  const refusals: readonly (readonly [manner: ProxyManner, says: RegExp])[] = [
    ['wants-credentials', /answered CONNECT api\.behind\.invalid:443 with 407 Proxy Authentication Required/],
    ['forbids', /with 403 Forbidden by policy/],
    ['no-way', /with 502 Bad Gateway/],
    ['page', /with 302 Found/],
    ['page-with-200', /with 200 OK and a page in place of a tunnel/],
    ['stalls', /did not answer CONNECT api\.behind\.invalid:443 within 2000 ms/],
    ['cuts', /closed the connection before it answered CONNECT/],
    ['cuts-in-tunnel', /the tunnel through the proxy of HTTPS_PROXY .* was closed before TLS stood/],
    ['stalls-in-tunnel', /the tunnel through the proxy of HTTPS_PROXY .* brought no TLS in time/],
    ['not-http', /something that is no HTTP response/],
  ];
  for (const [manner, says] of refusals)
    test(`a proxy that does this is told as the proxy's: ${manner}`, async () => {
      const before = connections;
      const { result } = await callThrough(manner, { more: { HARNESS_TIMEOUT: '2s' } });
      assert.equal(result.response, null);
      assert.equal(result.evidence.failure?.kind, 'proxy');
      assert.match(result.evidence.failure.message, says);
      assert.equal(connections, before, 'nothing has reached the target');
    });

  test("a proxy that is not there, or has no name, is told as the proxy's", async () => {
    for (const url of ['http://127.0.0.1:1', 'http://proxy.nowhere.invalid:3128']) {
      const parsed = parseSettings(settings(url));
      assert.ok(parsed.ok);
      const client = openApiClient(resolveTarget(parsed.value, null));
      const { evidence } = await client.send(REQUEST);
      await client.close();
      assert.equal(evidence.failure?.kind, 'proxy');
      assert.match(evidence.failure.message, /takes no connection|took no connection/);
    }
  });

  test("a certificate that does not verify end to end is the target's, and gets no key", async () => {
    const before = calls.length;
    const { result } = await callThrough('works', { more: { HARNESS_CA_FILE: undefined } });
    assert.equal(result.evidence.failure?.kind, 'tls');
    assert.equal(calls.length, before);
  });

  test('reaches a process of our own with its credentials outside the message', () => {
    const parsed = parseSettings(settings(proxyUrl(3128, true)));
    assert.ok(parsed.ok);
    const target = resolveTarget(parsed.value, null);
    const plain = JSON.stringify(plainOf(target));
    assert.ok(!plain.includes(PROXY_PASSWORD) && !plain.includes('Basic') && !plain.includes(PROXY_NAME));
    const again = targetFrom(plainOf(target), secretsOf(target));
    assert.equal(again.proxy?.authorization?.reveal(), target.proxy?.authorization?.reveal());
    assert.equal(again.proxy?.port, 3128);
  });
});
