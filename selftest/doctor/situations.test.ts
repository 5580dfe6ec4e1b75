import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { generate } from 'selfsigned';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Network } from '../../doctor/network.ts';
import { examined, idsIn, resultOf, settingsFor, skippedFor, type Environment } from './examined.ts';
import { html, json, PATH, startStandIn, type Behaviour, type Reply } from './stand-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-files-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const HTTP = ['path', 'clock', 'key', 'headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'];
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  name: ['tcp', 'tls', ...HTTP],
  tcp: ['tls', ...HTTP],
  tls: HTTP,
  path: ['key', 'headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  clock: [],
  key: ['headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  headers: ['schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  list: [],
  run: ['workflow', 'nightly'],
};

/** Exactly one line fails, says what to do, and what hangs on it is skipped because of it, and nothing else is. */
async function failsExactly(
  line: string,
  own: Environment,
  {
    network = {},
    skipped = BEHIND[line] ?? [],
    says,
  }: {
    readonly network?: Partial<Network>;
    readonly skipped?: readonly string[];
    readonly says?: RegExp;
  } = {},
): Promise<void> {
  const { results, code, spent } = await examined(own, { network });
  const shown = JSON.stringify(results, null, 1);
  assert.deepEqual(idsIn(results, 'failed'), [line], shown);
  assert.deepEqual(skippedFor(results, line), skipped, shown);
  assert.equal(code, 3);
  assert.ok(spent.freeRequests <= 12, String(spent.freeRequests));
  const { next, what } = resultOf(results, line);
  assert.ok((next ?? '').length > 10, shown);
  if (says !== undefined) assert.match(`${what} ${next ?? ''}`, says);
  for (const other of results.filter(({ id }) => id !== line)) assert.equal(other.next, null, shown);
}

/** The same of a stand-in, whose log tells that what was started was stopped. */
async function withStandIn(
  line: string,
  behave: Behaviour,
  {
    own = {},
    says,
    skipped,
  }: {
    readonly own?: Environment;
    readonly says?: RegExp;
    readonly skipped?: readonly string[];
  } = {},
): Promise<void> {
  const server = await startStandIn(behave);
  try {
    const more = { ...(says === undefined ? {} : { says }), ...(skipped === undefined ? {} : { skipped }) };
    await failsExactly(line, settingsFor(server.url, own), more);
    assert.deepEqual(server.log.stopped, server.log.started);
  } finally {
    server.close();
  }
}

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

suite('the operation', () => {
  const everywhere =
    (reply: Reply): Behaviour =>
    () =>
      reply;

  test('a clock five minutes ahead or behind, and no Date', async () => {
    const dated =
      (offsetMs: number): Behaviour =>
      (_, conforming) => {
        const reply = conforming();
        return {
          ...reply,
          headers: { ...reply.headers, date: new Date(Date.now() + offsetMs).toUTCString() },
        };
      };
    await withStandIn('clock', dated(300_000), { says: /(299|300|301) s ahead/ });
    await withStandIn('clock', dated(-300_000), { says: /(299|300|301) s behind/ });
  });

  test('404, as frameworks and gateways say it', async () => {
    const rows: readonly Behaviour[] = [
      everywhere(json(404, { detail: 'Not Found' })),
      (call) => html(404, `<html><body><pre>Cannot ${call.method} ${call.path}</pre></body></html>`),
      (call) =>
        json(404, { timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path: call.path }),
      (call, conforming) =>
        call.key === null ? conforming() : json(404, { message: 'no Route matched with those values' }),
    ];
    for (const behave of rows) await withStandIn('path', behave, { says: /not deployed/ });
  });

  test('405, 410 and 501 to a POST', async () => {
    for (const status of [405, 410, 501])
      await withStandIn('path', everywhere(json(status, { detail: 'no' })), {
        says: new RegExp(String(status)),
      });
  });

  test('a gateway, a login page and a captive portal', async () => {
    await withStandIn('path', everywhere(html(200, '<!doctype html><title>Welcome</title>')), {
      says: /page for people/,
    });
    await withStandIn('path', everywhere(html(403, '<html><h1>Request blocked</h1></html>')), {
      says: /page for people/,
    });
    await withStandIn(
      'path',
      everywhere({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }),
    );
    await withStandIn('path', everywhere(html(511, '<html>sign in</html>')));
  });

  test('a redirect to a login, and to another host', async () => {
    await withStandIn(
      'path',
      everywhere(html(302, '', { location: 'https://sso.example/login?state=s3cr3t' })),
      {
        says: /302 to https:\/\/sso\.example\/login:.*owner/,
      },
    );
    await withStandIn('path', everywhere(html(308, '', { location: `https://api.example/v2${PATH}` })), {
      says: /Set INTERACTLY_BASE_URL=https:\/\/api\.example\/v2,/,
    });
  });

  test('throttled from the first call on', async () => {
    await withStandIn('path', everywhere(json(429, { detail: 'slow down' }, { 'retry-after': '120' })), {
      says: /429.*Wait 120 s/,
    });
    await withStandIn('path', everywhere(json(429, { detail: 'slow down' })), { says: /429/ });
  });

  test('silent: it takes the connection and says nothing', async () => {
    await withStandIn('path', () => null, {
      own: { HARNESS_TIMEOUT: '400ms' },
      says: /no response came/,
    });
  });

  test('a gateway that reaches nobody, and a server that has crashed', async () => {
    for (const status of [500, 502, 503, 504])
      await withStandIn('path', everywhere(json(status, { detail: 'down' })), {
        says: new RegExp(String(status)),
      });
  });

  test('something that says yes to everything is not the API', async () => {
    await withStandIn('path', everywhere(json(200, { ok: true })), { says: /checks nothing/ });
  });
});

suite('the key and the headers beside it', () => {
  test('401', async () => {
    await withStandIn('key', (_, conforming) => conforming(), {
      own: { INTERACTLY_API_KEY: 'ik-another-key-0123' },
      says: /refused with 401/,
    });
    // The body is looked at before the key.
    await withStandIn(
      'key',
      (call, conforming) =>
        call.path === PATH && call.body['command'] === 'doctor'
          ? json(422, { detail: 'command' })
          : conforming(),
      { own: { INTERACTLY_API_KEY: 'ik-another-key-0123' }, says: /refused with 401/ },
    );
    // A proxy in front of the API says it in plain text.
    await withStandIn(
      'key',
      () => ({ status: 401, headers: { 'content-type': 'text/plain' }, body: 'Unauthorized\n' }),
      { says: /refused with 401/ },
    );
  });

  test('403, for a key that is known and may not', async () => {
    await withStandIn(
      'key',
      (call, conforming) => (call.key === null ? conforming() : json(403, { detail: 'Forbidden' })),
      { says: /refused with 403/ },
    );
    await withStandIn('key', () => json(403, { detail: 'Not authenticated' }), { says: /refused with 403/ });
  });

  const needing =
    (refuse: (call: { readonly key: string | null }) => Reply): Behaviour =>
    (call, conforming) =>
      call.headers['teamid'] === undefined || call.headers['uuid'] === undefined
        ? refuse(call)
        : conforming();

  test('headers missing: told apart from a wrong key by made-up ones, or by the words of the refusal', async () => {
    await withStandIn(
      'headers',
      needing(() => json(401, { detail: 'teamid is required' })),
      {
        says: /INTERACTLY_HEADERS/,
        skipped: ['schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
      },
    );
    await withStandIn(
      'headers',
      needing(() => json(403, { detail: 'Forbidden' })),
      { says: /INTERACTLY_HEADERS/ },
    );
    await withStandIn(
      'headers',
      needing(({ key }) => json(key === null ? 401 : 403, { message: 'no access' })),
      { says: /want of an extra header/ },
    );
  });

  test('headers that are given and needed, given and not needed, given and wrong', async () => {
    const own = {
      INTERACTLY_HEADERS: JSON.stringify({ teamid: 'team-0123456789', uuid: 'user-0123456789' }),
    };
    const needed = await startStandIn(needing(() => json(401, { detail: 'no' })));
    const free = await startStandIn();
    try {
      for (const [server, words] of [
        [needed, /taken: without them the key is refused/],
        [free, /taken without them too/],
      ] as const) {
        const { results, code } = await examined(settingsFor(server.url, own));
        assert.deepEqual([code, idsIn(results, 'failed')], [0, []], JSON.stringify(results));
        assert.match(resultOf(results, 'headers').what, words);
      }
    } finally {
      needed.close();
      free.close();
    }
    await withStandIn(
      'headers',
      (call, conforming) =>
        call.headers['teamid'] === undefined ? conforming() : json(403, { detail: 'not a member' }),
      { own, says: /Correct the values in INTERACTLY_HEADERS/ },
    );
  });

  test('a key that no free call shows is left to the paid run, and nothing is skipped for it', async () => {
    const server = await startStandIn((call, conforming) => {
      if (call.path !== PATH || call.body['command'] === 'start') return conforming();
      const reply = conforming();
      return reply.status === 200 ? reply : json(422, { detail: 'no' });
    });
    try {
      const { results, code } = await examined(settingsFor(server.url));
      assert.deepEqual([code, idsIn(results, 'failed')], [0, []]);
      assert.match(resultOf(results, 'key').what, /not shown by free calls/);
      assert.equal(resultOf(results, 'run').state, 'passed');
    } finally {
      server.close();
    }
  });
});

suite('what lies beside the operation, and the paid run', () => {
  const start =
    (reply: Reply): Behaviour =>
    (call, conforming) =>
      call.body['command'] === 'start' ? reply : conforming();

  test('a list that refuses the key that the operation takes', async () => {
    for (const status of [401, 403])
      await withStandIn(
        'list',
        (call, conforming) =>
          call.method === 'GET' && call.path === PATH
            ? json(status, { detail: 'admins only' })
            : conforming(),
        { says: /owner/ },
      );
  });

  test('a gateway that says the same of every path has no list', async () => {
    const server = await startStandIn((call, conforming) =>
      call.method === 'GET' ? json(403, { message: 'Missing Authentication Token' }) : conforming(),
    );
    try {
      const { results, code } = await examined(settingsFor(server.url));
      assert.deepEqual([code, idsIn(results, 'failed')], [0, []]);
      assert.deepEqual(
        ['schema', 'list', 'get-run'].map((id) => resultOf(results, id).state),
        ['absent', 'absent', 'absent'],
      );
    } finally {
      server.close();
    }
  });

  test('an unknown workflow, as servers say it', async () => {
    const rows = [
      json(404, { detail: 'Workflow not found' }),
      json(400, { message: 'Bad Request', error: 'Workflow 5eb7 does not exist' }),
      json(422, { detail: [{ loc: ['body', 'workflow_id'], msg: 'unknown', type: 'value_error' }] }),
      json(403, { detail: 'Workflow belongs to another team' }),
    ];
    for (const reply of rows) await withStandIn('run', start(reply), { says: /Set INTERACTLY_WORKFLOW_ID/ });
  });

  test('an input that the workflow does not take', async () => {
    await withStandIn('run', start(json(400, { detail: 'Found 0 threads in workflow input' })), {
      says: /"node_run_inputs":\[\].*INTERACTLY_RUN_INPUT=run-input\.json/,
    });
    await withStandIn(
      'run',
      start(
        json(422, {
          detail: [{ loc: ['body', 'dynamic_variables', 'customer'], msg: 'missing', type: 'missing' }],
        }),
      ),
      { says: /dynamic_variables\.customer.*INTERACTLY_RUN_INPUT/ },
    );
  });

  test('a start that is throttled, crashes, or gets no response', async () => {
    await withStandIn('run', start(json(429, { detail: 'busy' }, { 'retry-after': '60' })), {
      says: /Wait 60 s/,
    });
    await withStandIn('run', start(json(500, { detail: 'crash' })), { says: /500/ });
    await withStandIn('run', (call, conforming) => (call.body['command'] === 'start' ? null : conforming()), {
      own: { HARNESS_TIMEOUT: '3s' },
      says: /no response to a start.*may have started a run/,
    });
  });

  test('a workflow that ends by itself, and one that works longer than the patience', async () => {
    const ending =
      (status: string): Behaviour =>
      (call, conforming) => {
        if (call.method === 'GET' && call.path !== `${PATH}/schema` && call.path.startsWith(`${PATH}/`))
          return json(200, { workflow_run: { _id: call.path.split('/').at(-1), workflow_run: { status } } });
        const reply = conforming();
        return { ...reply, body: reply.body.replace('waiting_for_user_input', status) };
      };
    await withStandIn('workflow', ending('completed'), {
      says: /ends by itself.*--commands start/,
      skipped: [],
    });
    await withStandIn('workflow', ending('running'), {
      own: { HARNESS_PATIENCE: '100ms' },
      says: /still at work.*HARNESS_PATIENCE=1s/,
      skipped: [],
    });
  });
});
