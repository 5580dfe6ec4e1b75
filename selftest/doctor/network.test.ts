import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { generate } from 'selfsigned';
import { examined, idsIn, resultOf, settingsFor } from './examined.ts';
import { failsExactly } from './fails-exactly.ts';
import { startStandIn } from './stand-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-files-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

suite('below HTTP', () => {
  test('no name', async () => {
    for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA'])
      await failsExactly('name', settingsFor('https://api.invalid'), {
        network: { resolve: () => Promise.reject(Object.assign(new Error(code), { code })) },
        says: new RegExp(code),
      });
  });

  test('one dead address of two: the rest is asked at the other', async () => {
    const server = await startStandIn();
    try {
      await failsExactly('tcp', settingsFor(`http://localhost:${server.port}`), {
        network: {
          resolve: () =>
            Promise.resolve([
              { address: '127.0.0.1', family: 4 },
              { address: '127.0.0.2', family: 4 },
            ]),
        },
        skipped: [],
        says: /1 of 2 addresses .*127\.0\.0\.2 .*ECONNREFUSED/,
      });
      assert.equal(server.log.started.length, 1);
    } finally {
      server.close();
    }
  });

  test('a machine without IPv6 is no dead address', async () => {
    const server = await startStandIn();
    try {
      const { results, code } = await examined(settingsFor(`http://localhost:${server.port}`), {
        network: {
          resolve: () =>
            Promise.resolve([
              { address: '2001:db8::1', family: 6 },
              { address: '127.0.0.1', family: 4 },
            ]),
          connect: (address) =>
            Promise.resolve({
              failure: address.includes(':')
                ? { code: 'ENETUNREACH', message: 'ENETUNREACH: no route' }
                : null,
              tookMs: 1,
            }),
        },
      });
      assert.deepEqual([code, idsIn(results, 'failed')], [0, []]);
      assert.match(resultOf(results, 'tcp').what, /no IPv6, which is not needed/);
    } finally {
      server.close();
    }
  });

  test('refused', async () => {
    const server = await startStandIn();
    server.close();
    await failsExactly('tcp', settingsFor(server.url), { says: /ECONNREFUSED.*Start the server/ });
  });

  test('a black hole: a listening socket whose queue is full takes no connection', async () => {
    const program = `
      const server = require('node:net').createServer();
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        require('node:fs').writeSync(1, String(server.address().port) + '\\n');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const sockets: Socket[] = [];
    try {
      const port = await new Promise<number>((resolve) => {
        child.stdout.once('data', (text: Buffer) => {
          resolve(Number(text.toString()));
        });
      });
      for (let i = 0; i < 6; i += 1)
        sockets.push(connect({ host: '127.0.0.1', port }).on('error', () => undefined));
      await waitForFullQueue(port, sockets);
      await failsExactly('tcp', settingsFor(`http://127.0.0.1:${port}`, { HARNESS_TIMEOUT: '400ms' }), {
        says: /no connection within 400 ms/,
      });
    } finally {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    }
  });

  test('a black hole behind the connection: no TLS comes about', async () => {
    const held: Socket[] = [];
    const server = createServer((socket) => held.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await failsExactly('tls', settingsFor(`https://127.0.0.1:${port}`, { HARNESS_TIMEOUT: '400ms' }), {
        says: /no TLS connection within 400 ms/,
      });
    } finally {
      for (const socket of held) socket.destroy();
      server.close();
    }
  });

  test('plain HTTP where TLS is expected', async () => {
    const server = await startStandIn();
    try {
      await failsExactly('tls', settingsFor(`https://127.0.0.1:${server.port}`), {
        says: /TLS does not come about/,
      });
      assert.deepEqual(server.log.calls, []);
    } finally {
      server.close();
    }
  });
});

async function waitForFullQueue(port: number, sockets: Socket[]): Promise<void> {
  for (;;) {
    const probe = connect({ host: '127.0.0.1', port });
    sockets.push(probe.on('error', () => undefined));
    const isTaken = await new Promise<boolean>((resolve) => {
      probe.once('connect', () => {
        resolve(true);
      });
      setTimeout(() => {
        resolve(false);
      }, 300);
    });
    if (!isTaken) return;
  }
}

suite('certificates', () => {
  const certificate = async (
    name: string,
    days: readonly [from: number, to: number],
  ): Promise<{ readonly key: string; readonly cert: string }> => {
    const at = (offset: number): Date => new Date(Date.now() + offset * 86_400_000);
    const pems = await generate([{ name: 'commonName', value: name }], {
      keySize: 2048,
      notBeforeDate: at(days[0]),
      notAfterDate: at(days[1]),
      extensions: [
        { name: 'basicConstraints', cA: true },
        {
          name: 'subjectAltName',
          altNames: [name === 'here' ? { type: 7, ip: '127.0.0.1' } : { type: 2, value: name }],
        },
      ],
    });
    return { key: pems.private, cert: pems.cert };
  };

  const rows: readonly {
    readonly title: string;
    readonly name: string;
    readonly days: readonly [number, number];
    readonly isTrusted: boolean;
    readonly says: RegExp;
  }[] = [
    {
      title: 'self-signed',
      name: 'here',
      days: [-1, 90],
      isTrusted: false,
      says: /by "here".*HARNESS_CA_FILE/,
    },
    { title: 'expired', name: 'here', days: [-90, -1], isTrusted: true, says: /expired on \d{4}-.*owner/ },
    { title: 'not valid yet', name: 'here', days: [1, 90], isTrusted: true, says: /is valid from/ },
    {
      title: 'wrong host',
      name: 'elsewhere.example',
      days: [-1, 90],
      isTrusted: true,
      says: /for elsewhere\.example, not/,
    },
  ];
  for (const { title, name, days, isTrusted, says } of rows)
    test(title, async () => {
      const tls = await certificate(name, days);
      const server = await startStandIn(undefined, tls);
      const ca = join(folder, `${title.replaceAll(' ', '-')}.pem`);
      writeFileSync(ca, tls.cert);
      try {
        await failsExactly('tls', settingsFor(server.url, isTrusted ? { HARNESS_CA_FILE: ca } : {}), {
          says,
        });
        assert.deepEqual(server.log.calls, [], 'not one request was written');
      } finally {
        server.close();
      }
    });

  test('one that verifies passes, with the days that it has left', async () => {
    const tls = await certificate('here', [-1, 90]);
    const server = await startStandIn(undefined, tls);
    const ca = join(folder, 'good.pem');
    writeFileSync(ca, tls.cert);
    try {
      const { results, code } = await examined(settingsFor(server.url, { HARNESS_CA_FILE: ca }));
      assert.deepEqual([code, idsIn(results, 'failed')], [0, []]);
      assert.match(resultOf(results, 'tls').what, /^for 127\.0\.0\.1, by here, (89|90) days left$/);
      assert.deepEqual(server.log.stopped, server.log.started);
    } finally {
      server.close();
    }
  });
});
