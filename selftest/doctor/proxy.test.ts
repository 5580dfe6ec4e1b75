import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { certificateFor } from '../certificate.ts';
import { PROXY_PASSWORD, proxyUrl, startLoopbackProxy, type ProxyManner } from '../target/loopback-proxy.ts';
import { examined, idsIn, resultOf, settingsFor, type Environment } from './examined.ts';
import { failsExactly } from './fails-exactly.ts';
import { startStandIn } from './stand-in.ts';

/** A name that no resolver knows: only the proxy can find it. */
const NAME = 'api.behind.invalid';
const folder = mkdtempSync(join(tmpdir(), 'doctor-proxy-'));
const caFile = join(folder, 'ca.pem');
let tls: { readonly key: string; readonly cert: string };
before(async () => {
  tls = await certificateFor(NAME);
  writeFileSync(caFile, tls.cert);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A stand-in behind a proxy of a manner, and the settings to reach it. */
async function behind(
  manner: ProxyManner,
  more: Environment,
  body: (own: Environment, log: Awaited<ReturnType<typeof startStandIn>>['log']) => Promise<void>,
  withCredentials = false,
): Promise<void> {
  const server = await startStandIn(undefined, tls);
  const proxy = await startLoopbackProxy({ [NAME]: server.port }, manner);
  const own = settingsFor(`https://${NAME}`, {
    HARNESS_CA_FILE: caFile,
    HTTPS_PROXY: proxyUrl(proxy.port, withCredentials),
    ...more,
  });
  try {
    await body(own, server.log);
  } finally {
    proxy.close();
    server.close();
  }
}

suite('through a proxy', () => {
  test('every line is asked through it: its own passes, name and connection are its matter', async () => {
    await behind(
      'wants-credentials',
      { HARNESS_ALLOW_HOSTS: NAME },
      async (own, log) => {
        const { results, code } = await examined(own);
        assert.deepEqual([code, idsIn(results, 'failed')], [0, []], JSON.stringify(results, null, 1));
        assert.match(resultOf(results, 'proxy').what, /HTTPS_PROXY is used: 127\.0\.0\.1:\d+ opens a tunnel/);
        assert.deepEqual(
          [resultOf(results, 'name').state, resultOf(results, 'tcp').state],
          ['absent', 'absent'],
        );
        assert.match(resultOf(results, 'tls').what, /^for 127\.0\.0\.1, api\.behind\.invalid, by /);
        assert.deepEqual([log.started.length, log.stopped], [1, log.started]);
        assert.ok(!JSON.stringify(results).includes(PROXY_PASSWORD));
      },
      true,
    );
  });

  const rows: readonly (readonly [manner: ProxyManner, says: RegExp])[] = [
    ['wants-credentials', /with 407 .*Give name and password of the proxy: HTTPS_PROXY=http:\/\/NAME/],
    ['forbids', /with 403 .*owner of the proxy/],
    ['no-way', /with 502 .*owner of the proxy/],
    ['page-with-200', /a page in place of a tunnel.*owner of the proxy/],
    ['stalls', /did not answer CONNECT .* within 500 ms.*owner of the proxy/],
    ['cuts', /closed the connection before it answered.*owner of the proxy/],
    ['not-http', /no HTTP response.*Correct HTTPS_PROXY/],
  ];
  for (const [manner, says] of rows)
    test(`${manner}: the line of the proxy fails, and nothing reaches the target`, async () => {
      await behind(manner, { HARNESS_TIMEOUT: '500ms' }, async (own, log) => {
        await failsExactly('proxy', own, { says });
        assert.deepEqual(log.calls, []);
      });
    });

  test('a wrong password is told without being shown', async () => {
    await behind('wants-credentials', {}, async (own) => {
      const wrong = {
        ...own,
        HTTPS_PROXY: (own['HTTPS_PROXY'] ?? '').replace('//', '//someone:n0t-the-password@'),
      };
      await failsExactly('proxy', wrong, { says: /Correct name and password in HTTPS_PROXY/ });
      assert.ok(
        !JSON.stringify((await examined(wrong, { free: true })).results).includes('n0t-the-password'),
      );
    });
  });

  test('a certificate of another authority, in the tunnel, fails the line of TLS', async () => {
    await behind('works', { HARNESS_CA_FILE: undefined }, async (own, log) => {
      await failsExactly('tls', own, { says: /HARNESS_CA_FILE/ });
      assert.deepEqual(log.calls, []);
    });
  });

  test("a tunnel that is cut before TLS stands fails the line of TLS, as the proxy's", async () => {
    await behind('cuts-in-tunnel', {}, async (own) => {
      await failsExactly('tls', own, { says: /the tunnel through the proxy .* owner of the proxy/ });
    });
  });
});

test('a proxy that is excepted, or of another scheme, is told and not used', async () => {
  const server = await startStandIn(undefined, tls);
  try {
    const at = `https://127.0.0.1:${server.port}`;
    const rows: readonly (readonly [own: Environment, says: RegExp])[] = [
      [{ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.0/8' }, /NO_PROXY covers this host/],
      [
        { http_proxy: 'http://n:s3cr3t-of-the-proxy@127.0.0.1:1' },
        /http_proxy is set, which is not read here/,
      ],
      [{}, /no proxy is set for this host/],
    ];
    for (const [more, says] of rows) {
      const { results, code } = await examined(settingsFor(at, { HARNESS_CA_FILE: caFile, ...more }), {
        free: true,
      });
      assert.equal(code, 0, JSON.stringify(results));
      assert.equal(resultOf(results, 'proxy').state, 'absent');
      assert.match(resultOf(results, 'proxy').what, says);
      assert.ok(!JSON.stringify(results).includes('s3cr3t-of-the-proxy'));
    }
  } finally {
    server.close();
  }
});
