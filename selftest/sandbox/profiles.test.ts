import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { PROFILES } from '../../sandbox/profiles.ts';
import { RELATED_ROWS } from './related-rows.ts';
import {
  OTHER_KEY,
  PATH,
  WORKFLOW,
  at,
  documentField,
  idOf,
  json,
  pairsOf,
  withSandbox,
  type Client,
  type TestResponse,
} from './client.ts';

const start = { command: 'start', workflow_id: WORKFLOW };

/** One row per profile: what sets it apart from the default. */
const ROWS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  default: async ({ send }) => {
    assert.equal((await send({ authorization: null })).status, 401);
    assert.equal((await send({ raw: '{' })).status, 422);
  },
  'fastapi-403': async ({ send }) => {
    const told = await send({ authorization: null });
    assert.equal(told.status, 403);
    assert.equal(told.headers['www-authenticate'], undefined);
  },
  'plain-400': async ({ send }) => {
    const told = await send({ body: { ...start, command: 'x' } });
    assert.equal(told.status, 400);
    assert.equal(at(json(told), 'message'), 'Bad Request');
    assert.match(String(at(json(told), 'error')), /command/);
  },
  async: (client) =>
    settles(client, (pairs) => {
      assert.deepEqual([pairs.length, at(pairs[0], 'run_output')], [1, undefined]);
      assert.notEqual(at(pairs[0], 'run_input'), undefined);
    }),
  'late-pairs': (client) =>
    settles(client, (pairs) => {
      assert.equal(pairs.length, 0);
    }),
  'next-revision': async ({ send }) => {
    const told = await send({ body: start });
    assert.equal(documentField(told, 'workflow_run', 'version_number'), 0);
    assert.deepEqual(at(pairsOf(told)[0], 'ratings'), []);
  },
  'strict-fields': async ({ send }) => {
    assert.equal((await send({ body: { ...start, colour: 'red' } })).status, 422);
    assert.equal((await send({ body: start })).status, 200);
  },
  'no-resume-pair': async (client) => {
    assert.equal(pairsOf(await flow(client, 'pause', 'resume')).length, 1);
  },
  'naive-lifecycle': async (client) => {
    assert.equal((await flow(client, 'pause', 'pause', 'resume', 'resume', 'pause', 'data')).status, 200);
    assert.equal((await flow(client, 'stop', 'pause')).status, 409);
  },
  'one-shot': async (client) => {
    assert.equal(documentField(await flow(client), 'workflow_run', 'status'), 'completed');
    assert.equal((await flow(client, 'stop')).status, 409);
  },
  throttling: async ({ send, sandbox }) => {
    const statuses: number[] = [];
    for (let index = 1; index <= 50; index += 1) {
      const told = await send({ body: start });
      statuses.push(told.status);
      if (told.status === 429) assert.equal(told.headers['retry-after'], '1');
    }
    assert.deepEqual([statuses[24], statuses[49]], [429, 429]);
    assert.deepEqual(sandbox.stats().runs, { waiting_for_user_input: 48 });
  },
  'threads-needed': async ({ send }) => {
    const told = await send({ body: start });
    assert.equal(told.status, 400);
    assert.match(String(at(json(told), 'error')), /Found 0 threads/);
    const thread = { '0': { node_run_inputs: [] } };
    assert.equal((await send({ body: { ...start, thread_to_node_inputs: thread } })).status, 200);
  },
  close: async ({ send, sandbox }) => {
    assert.equal((await send({ body: start })).headers.connection, 'close');
    await send({ body: start });
    assert.equal(sandbox.stats().distinct_connections, 2);
  },
  'many-allow': async ({ send }) => {
    await send({ body: start });
    assert.equal(at(json(await send({ method: 'GET' })), 'total'), 1);
    assert.equal((await send({ method: 'GET', authorization: null })).status, 401);
    assert.equal((await send({ method: 'PUT', body: start })).headers.allow, 'GET, POST');
  },
  slow: async ({ send }) => {
    const began = performance.now();
    await send({ body: start });
    assert.ok(performance.now() - began >= 24);
  },
  'state-variants': async (client) => {
    assert.equal((await flow(client, 'stop', 'data')).status, 422);
    const unknown = { command: 'data', workflow_run_id: 'f'.repeat(24) };
    assert.equal((await client.send({ body: unknown })).status, 400);
  },
  'key-before-method': async ({ send }) => {
    assert.equal((await send({ method: 'PUT', authorization: null, body: start })).status, 401);
    assert.equal((await send({ method: 'PUT', body: start })).status, 405);
  },
  'pydantic-2': async ({ send }) => {
    const told = await send({ body: { ...start, miscellaneous: ['canary'] } });
    assert.equal(told.status, 422);
    assert.deepEqual(at(json(told), 'detail', '0', 'input'), ['canary']);
  },
  'seven-digits': async ({ send }) => {
    assert.match(createdAt(await send({ body: start })), /\.\d{7}Z$/);
  },
  'lower-case-times': async ({ send }) => {
    assert.match(createdAt(await send({ body: start })), /^[\d-]+t[\d:.]+z$/);
  },
  'other-offset': async ({ send }) => {
    const time = createdAt(await send({ body: start }));
    assert.match(time, /\+05:30$/);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  },
  'cut-updated-at': async ({ send }) => {
    const told = await send({ body: start });
    assert.match(String(at(json(told), 'workflow_run', 'updated_at')), /\.\d{3}\+00:00$/);
    assert.match(createdAt(told), /\.\d{6}\+00:00$/);
  },
  'owner-later': async (client) => {
    const told = await client.send({ body: start });
    assert.equal(at(json(told), 'workflow_run', 'created_by'), null);
    assert.notEqual(at(json(await flow(client, 'data')), 'workflow_run', 'created_by'), null);
  },
  'echoing-refusals': async ({ send }) => {
    const told = await send({ body: { ...start, command: 'begin' } });
    assert.equal(told.status, 422);
    assert.equal(at(json(told), 'received', 'command'), 'begin');
    assert.match(String(at(json(told), 'log')), /'command': 'begin'/);
  },
  'state-in-prose': async (client) => {
    const told = await flow(client, 'stop', 'data');
    assert.equal(told.status, 400);
    assert.match(String(at(json(told), 'error')), /^The command "data" can't be executed/);
  },
  'no-reading': async ({ send }) => {
    const told = await send({ body: start });
    assert.equal((await send({ method: 'GET', path: `${PATH}/${idOf(told)}` })).status, 404);
  },
  'late-unread': async ({ send }) => {
    const told = await send({ body: start });
    assert.deepEqual(pairsOf(told), []);
    const id = idOf(told);
    assert.equal((await send({ method: 'GET', path: `${PATH}/${id}` })).status, 404);
    const stopped = await send({ body: { command: 'stop', workflow_run_id: id } });
    assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
    assert.deepEqual(pairsOf(stopped), [], 'it has ended before its input is stored');
  },
  'hex-ids': async ({ send }) => {
    assert.equal((await send({ body: { ...start, workflow_id: 'z'.repeat(24) } })).status, 422);
    assert.equal((await send({ body: start })).status, 200);
  },
  'no-nul': async ({ send }) => {
    const responses = await Promise.all(
      ['a\u0000b', 'a\\u0001b'].map((value) => send({ body: { ...start, runtime_variables: { value } } })),
    );
    assert.deepEqual(
      responses.map(({ status }) => status),
      [422, 200],
    );
  },
  'merged-variables': async ({ send }) => {
    const first = await send({ body: { ...start, dynamic_variables: { a: 1, b: 1 } } });
    const told = await send({
      body: { command: 'data', workflow_run_id: documentField(first, '_id'), dynamic_variables: { b: 2 } },
    });
    assert.deepEqual(
      pairsOf(told).map((pair) => at(pair, 'run_input', 'dynamic_variables')),
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
    );
  },
  'continue-unasked': interim,
  'early-hints': interim,
  'closes-unannounced': async ({ send, sandbox }) => {
    const told = await send({ body: start });
    assert.notEqual(told.headers.connection, 'close');
    await untilReconnected(1, send, sandbox);
  },
  'closes-idle': closedWhenIdle,
  'idle-408': closedWhenIdle,
  'gzip-always': async ({ send }) => {
    const told = await send({ body: start, headers: { 'accept-encoding': 'identity' } });
    assert.equal(told.headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(told.bytes).toString(), /^\{"workflow_run":/);
  },
  'gzip-when-asked': async ({ send }) => {
    const codings = ['identity', 'gzip', 'br, gzip;q=0.5'];
    const responses = await Promise.all(
      codings.map((coding) => send({ body: start, headers: { 'accept-encoding': coding } })),
    );
    assert.deepEqual(
      responses.map(({ headers }) => headers['content-encoding']),
      [undefined, 'gzip', 'gzip'],
    );
  },
  'length-wanted': async ({ send }) => {
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await send({ body: start, headers: chunked })).status, 411);
    assert.equal((await send({ body: start })).status, 200);
  },
  'edges-refused': async ({ send }) => {
    const valued = (json: string): string => `{"workflow_id":"${WORKFLOW}","miscellaneous":{"a":${json}}}`;
    assert.equal((await send({ raw: valued('"\\ud800"') })).status, 400);
    assert.equal((await send({ raw: valued('1e400') })).status, 400);
    assert.equal((await send({ raw: valued('"\\ud83d\\ude00"') })).status, 200);
  },
  'zstd-always': async ({ send }) => {
    const told = await send({ body: start });
    assert.equal(told.headers['content-encoding'], 'zstd');
    assert.equal(told.bytes.readUInt32LE(0), 0xfd2fb528);
  },
  busy: (client) => works(client, { shown: 'running', status: 409, stop: 200 }),
  'busy-400': (client) => works(client, { shown: 'running', status: 400, stop: 400 }),
  'busy-503': (client) => works(client, { shown: 'running', status: 503, stop: 200 }),
  'busy-no-status': (client) => works(client, { shown: 'waiting_for_user_input', status: 409, stop: 409 }),
  'late-inputs': (client) =>
    settles(client, (pairs) => {
      assert.equal(pairs.length, 0);
    }),
  'three-at-a-time': (client) => limits(client, 3, 409),
  'three-at-a-time-429': (client) => limits(client, 3, 429),
  'one-at-a-time': (client) => limits(client, 1, 409),
  'slot-freed-late': async ({ send }) => {
    const told = await send({ body: start });
    for (let run = 2; run <= 3; run += 1) await send({ body: start });
    await send({ body: { command: 'stop', workflow_run_id: idOf(told) } });
    assert.equal((await send({ body: start })).status, 409);
    await sleep(350);
    assert.equal((await send({ body: start })).status, 200);
  },
  'one-run-ever': async ({ send }) => {
    const told = await send({ body: start });
    await send({ body: { command: 'stop', workflow_run_id: idOf(told) } });
    assert.equal((await send({ body: start })).status, 409);
  },
  'lagging-read': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    const read = (): Promise<TestResponse> => send({ method: 'GET', path: `${PATH}/${id}` });
    assert.equal((await read()).status, 404);
    await sleep(50);
    await send({ body: { command: 'pause', workflow_run_id: id } });
    assert.equal(documentField(await read(), 'workflow_run', 'status'), 'waiting_for_user_input');
    await sleep(50);
    assert.equal(documentField(await read(), 'workflow_run', 'status'), 'paused');
  },
  'deletes-ended': async (client) => {
    const stopped = await flow(client, 'stop');
    assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
    const body = { command: 'data', workflow_run_id: idOf(stopped) };
    assert.equal((await client.send({ body })).status, 404);
  },
  'ends-after-input': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    const told = await send({ body: { command: 'data', workflow_run_id: id } });
    assert.equal(documentField(told, 'workflow_run', 'status'), 'completed');
    assert.equal((await send({ body: { command: 'data', workflow_run_id: id } })).status, 409);
  },
  'ends-at-once': async ({ send }) => {
    const told = await send({ body: start });
    assert.equal(documentField(told, 'workflow_run', 'status'), 'running');
    await sleep(20);
    assert.equal((await send({ body: { command: 'stop', workflow_run_id: idOf(told) } })).status, 404);
  },
  'two-teams': async ({ send }) => {
    const workflow_run_id = idOf(await send({ body: start }));
    const other = `Bearer ${OTHER_KEY}`;
    for (const command of ['start', 'data', 'resume', 'pause', 'stop'])
      assert.equal((await send({ authorization: other, body: { command, workflow_run_id } })).status, 404);
    assert.equal((await send({ authorization: other, body: { command: 'begin' } })).status, 422);
    assert.equal((await send({ authorization: 'Bearer third', body: start })).status, 401);
  },
  nulls: async ({ send }) => {
    assert.equal(documentField(await send({ body: start }), 'team_id'), null);
  },
  ...RELATED_ROWS,
};

async function closedWhenIdle({ send, sandbox }: Client): Promise<void> {
  await send({ body: start });
  await send({ body: start });
  const { distinct_connections: before } = sandbox.stats();
  await untilReconnected(before, send, sandbox);
}

async function interim({ send }: Client): Promise<void> {
  const told = await send({ body: start });
  assert.equal(told.status, 200);
  assert.ok(told.interim > 0, 'an interim response came before');
}

for (const { name, line } of PROFILES) {
  test(`profile ${name}: ${line}`, async () => {
    const row = ROWS[name];
    assert.ok(row, 'each profile has a row');
    await withSandbox({ profile: name }, row);
  });
}

/** A run that works after its start refuses data, and takes it later. */
async function works(
  { send }: Client,
  wanted: { readonly shown: string; readonly status: number; readonly stop: number },
): Promise<void> {
  const told = await send({ body: start });
  assert.equal(documentField(told, 'workflow_run', 'status'), wanted.shown);
  const body = { command: 'data', workflow_run_id: idOf(told) };
  assert.equal((await send({ body })).status, wanted.status);
  await sleep(110);
  assert.equal((await send({ body })).status, 200);
  assert.equal((await send({ body: { ...body, command: 'stop' } })).status, wanted.stop);
}

/** The first start too many is refused, and accepted once a run was stopped. */
async function limits({ send }: Client, most: number, status: number): Promise<void> {
  let told = await send({ body: start });
  for (let run = 2; run <= most; run += 1) told = await send({ body: start });
  assert.equal((await send({ body: start })).status, status);
  await send({ body: { command: 'stop', workflow_run_id: idOf(told) } });
  assert.equal((await send({ body: start })).status, 200);
}

function createdAt(told: Parameters<typeof json>[0]): string {
  return String(at(json(told), 'workflow_run', 'created_at'));
}

async function settles({ send }: Client, check: (pairs: readonly unknown[]) => void): Promise<void> {
  const told = await send({ body: start });
  assert.equal(documentField(told, 'workflow_run', 'status'), 'running');
  check(pairsOf(told));
  const read = await untilWaiting({ send }, idOf(told));
  assert.equal(pairsOf(read).length, 1);
  assert.notEqual(at(pairsOf(read)[0], 'run_output'), undefined);
  const paused = await send({ body: { command: 'pause', workflow_run_id: idOf(told) } });
  assert.equal(documentField(paused, 'workflow_run', 'status'), 'paused');
  const resumed = await send({ body: { command: 'resume', workflow_run_id: idOf(told) } });
  assert.equal(documentField(resumed, 'workflow_run', 'status'), 'running');
  const stopped = await send({ body: { command: 'stop', workflow_run_id: idOf(told) } });
  assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
}

/** The next call is on another connection once the sandbox has closed the one before, whenever a busy machine lets it. */
async function untilReconnected(
  before: number,
  send: Client['send'],
  sandbox: { stats(): { readonly distinct_connections: number } },
): Promise<void> {
  for (let tries = 1; tries <= 20; tries += 1) {
    await sleep(20 * tries);
    await send({ body: start }).catch(() => undefined); // it may be closed while the call is on its way
    if (sandbox.stats().distinct_connections > before) return;
  }
  assert.fail('the connection is never closed');
}

async function untilWaiting({ send }: Pick<Client, 'send'>, id: string): Promise<TestResponse> {
  for (let tries = 0; tries < 100; tries += 1) {
    const told = await send({ method: 'GET', path: `${PATH}/${id}` });
    if (documentField(told, 'workflow_run', 'status') === 'waiting_for_user_input') return told;
    await sleep(10);
  }
  return assert.fail('the run never waits for input');
}

async function flow({ send }: Client, ...commands: readonly string[]): Promise<TestResponse> {
  let told = await send({ body: start });
  const id = idOf(told);
  for (const command of commands) told = await send({ body: { command, workflow_run_id: id } });
  return told;
}
