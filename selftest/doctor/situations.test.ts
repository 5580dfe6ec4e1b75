import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { examined, idsIn, resultOf, settingsFor } from './examined.ts';
import { withStandIn } from './fails-exactly.ts';
import { html, json, PATH, startStandIn, type Behaviour, type Reply } from './stand-in.ts';

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
    const undated = await startStandIn();
    try {
      for (const [jumpMs, says] of [
        [-3_600_000, /own clock jumped 3600 s back/],
        [400_000, /own clock jumped 400 s ahead/],
      ] as const) {
        let reads = 0;
        const nowMs = (): number => Date.now() + (reads++ === 0 ? 0 : jumpMs); // an adjustment during the first request
        const { results, code } = await examined(settingsFor(undated.url), { free: true, clock: { nowMs } });
        assert.deepEqual([code, resultOf(results, 'clock').state], [0, 'skipped'], JSON.stringify(results));
        assert.match(resultOf(results, 'clock').what, says);
      }
    } finally {
      undated.close();
    }
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
    // The key is looked at before the path: every path is refused, in other words with a key than without one.
    await withStandIn(
      'key',
      (call) => json(401, { message: call.key === null ? 'No token provided' : 'Invalid token' }),
      { says: /refused with 401.*INTERACTLY_API_KEY/ },
    );
    // The same in the same words, by something that asks for a bearer key.
    await withStandIn(
      'key',
      () => ({
        status: 401,
        headers: { 'content-type': 'text/plain', 'www-authenticate': 'Bearer error="invalid_token"' },
        body: 'Unauthorized\n',
      }),
      { says: /refused with 401.*INTERACTLY_API_KEY/ },
    );
  });

  test('every path refused alike is no refused key: a gateway may stand there', async () => {
    const text = (status: number, body: string, headers: Reply['headers'] = {}): Reply => ({
      status,
      headers: { 'content-type': 'text/plain', ...headers },
      body,
    });
    const rows: readonly (readonly [reply: Reply, says: RegExp])[] = [
      [text(401, 'Unauthorized\n'), /every path is refused with 401.*owner/],
      [text(401, 'login', { 'www-authenticate': 'Basic realm="QA"' }), /Basic credentials are wanted/],
      [text(403, 'RBAC: access denied'), /every path is refused with 403.*let this machine through/],
      [json(403, { detail: 'Not authenticated' }), /every path is refused with 403/],
      [json(401, { message: 'no', request_id: 'f00d-1' }, { 'x-request-id': 'f00d-1' }), /request id f00d-1/],
    ];
    for (const [reply, says] of rows) {
      await withStandIn('path', () => reply, { says });
      const server = await startStandIn(() => reply);
      try {
        const { results } = await examined(settingsFor(server.url), { free: true });
        assert.doesNotMatch(JSON.stringify(results), /Set INTERACTLY_API_KEY/);
      } finally {
        server.close();
      }
    }
    // A managed gateway to which nothing is deployed: 403, and other words to who has a key.
    await withStandIn(
      'path',
      ({ key }) =>
        json(403, {
          message:
            key === null
              ? 'Missing Authentication Token'
              : 'Invalid key=value pair (missing equal-sign) in Authorization header',
        }),
      { says: /not deployed there: 403/ },
    );
  });

  test('403, for a key that is known and may not', async () => {
    await withStandIn(
      'key',
      (call, conforming) => (call.key === null ? conforming() : json(403, { detail: 'Forbidden' })),
      { says: /refused with 403/ },
    );
    await withStandIn(
      'key',
      (call, conforming) => (call.path === PATH ? json(403, { detail: 'Not authenticated' }) : conforming()),
      { says: /refused with 403/ },
    );
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
        [needed, /accepted: without them the key is refused/],
        [free, /accepted without them too/],
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
