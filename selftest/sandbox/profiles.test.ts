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
  type Told,
} from './client.ts';

const start = { command: 'start', workflow_id: WORKFLOW };

/** One row per profile: what sets it apart from the default. */
const ROWS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  default: async ({ ask }) => {
    assert.equal((await ask({ authorization: null })).status, 401);
    assert.equal((await ask({ raw: '{' })).status, 422);
  },
  'fastapi-403': async ({ ask }) => {
    const told = await ask({ authorization: null });
    assert.equal(told.status, 403);
    assert.equal(told.headers['www-authenticate'], undefined);
  },
  'plain-400': async ({ ask }) => {
    const told = await ask({ body: { ...start, command: 'x' } });
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
  'next-revision': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.equal(documentField(told, 'workflow_run', 'version_number'), 0);
    assert.deepEqual(at(pairsOf(told)[0], 'ratings'), []);
  },
  'strict-fields': async ({ ask }) => {
    assert.equal((await ask({ body: { ...start, colour: 'red' } })).status, 422);
    assert.equal((await ask({ body: start })).status, 200);
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
  throttling: async ({ ask, sandbox }) => {
    const statuses: number[] = [];
    for (let index = 1; index <= 50; index += 1) {
      const told = await ask({ body: start });
      statuses.push(told.status);
      if (told.status === 429) assert.equal(told.headers['retry-after'], '1');
    }
    assert.deepEqual([statuses[24], statuses[49]], [429, 429]);
    assert.deepEqual(sandbox.stats().runs, { waiting_for_user_input: 48 });
  },
  'threads-needed': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.equal(told.status, 400);
    assert.match(String(at(json(told), 'error')), /Found 0 threads/);
    const thread = { '0': { node_run_inputs: [] } };
    assert.equal((await ask({ body: { ...start, thread_to_node_inputs: thread } })).status, 200);
  },
  close: async ({ ask, sandbox }) => {
    assert.equal((await ask({ body: start })).headers.connection, 'close');
    await ask({ body: start });
    assert.equal(sandbox.stats().distinct_connections, 2);
  },
  'many-allow': async ({ ask }) => {
    await ask({ body: start });
    assert.equal(at(json(await ask({ method: 'GET' })), 'total'), 1);
    assert.equal((await ask({ method: 'GET', authorization: null })).status, 401);
    assert.equal((await ask({ method: 'PUT', body: start })).headers.allow, 'GET, POST');
  },
  slow: async ({ ask }) => {
    const began = performance.now();
    await ask({ body: start });
    assert.ok(performance.now() - began >= 24);
  },
  'state-variants': async (client) => {
    assert.equal((await flow(client, 'stop', 'data')).status, 422);
    const unknown = { command: 'data', workflow_run_id: 'f'.repeat(24) };
    assert.equal((await client.ask({ body: unknown })).status, 400);
  },
  'key-before-method': async ({ ask }) => {
    assert.equal((await ask({ method: 'PUT', authorization: null, body: start })).status, 401);
    assert.equal((await ask({ method: 'PUT', body: start })).status, 405);
  },
  'pydantic-2': async ({ ask }) => {
    const told = await ask({ body: { ...start, miscellaneous: ['canary'] } });
    assert.equal(told.status, 422);
    assert.deepEqual(at(json(told), 'detail', '0', 'input'), ['canary']);
  },
  'seven-digits': async ({ ask }) => {
    assert.match(createdAt(await ask({ body: start })), /\.\d{7}Z$/);
  },
  'lower-case-times': async ({ ask }) => {
    assert.match(createdAt(await ask({ body: start })), /^[\d-]+t[\d:.]+z$/);
  },
  'other-offset': async ({ ask }) => {
    const time = createdAt(await ask({ body: start }));
    assert.match(time, /\+05:30$/);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  },
  'cut-updated-at': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.match(String(at(json(told), 'workflow_run', 'updated_at')), /\.\d{3}\+00:00$/);
    assert.match(createdAt(told), /\.\d{6}\+00:00$/);
  },
  'owner-later': async (client) => {
    const told = await client.ask({ body: start });
    assert.equal(at(json(told), 'workflow_run', 'created_by'), null);
    assert.notEqual(at(json(await flow(client, 'data')), 'workflow_run', 'created_by'), null);
  },
  'echoing-refusals': async ({ ask }) => {
    const told = await ask({ body: { ...start, command: 'begin' } });
    assert.equal(told.status, 422);
    assert.equal(at(json(told), 'received', 'command'), 'begin');
    assert.match(String(at(json(told), 'log')), /'command': 'begin'/);
  },
  'state-in-prose': async (client) => {
    const told = await flow(client, 'stop', 'data');
    assert.equal(told.status, 400);
    assert.match(String(at(json(told), 'error')), /^The command "data" can't be executed/);
  },
  'no-reading': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.equal((await ask({ method: 'GET', path: `${PATH}/${idOf(told)}` })).status, 404);
  },
  'late-unread': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.deepEqual(pairsOf(told), []);
    const id = idOf(told);
    assert.equal((await ask({ method: 'GET', path: `${PATH}/${id}` })).status, 404);
    const stopped = await ask({ body: { command: 'stop', workflow_run_id: id } });
    assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
    assert.deepEqual(pairsOf(stopped), [], 'it has ended before its input is stored');
  },
  'hex-ids': async ({ ask }) => {
    assert.equal((await ask({ body: { ...start, workflow_id: 'z'.repeat(24) } })).status, 422);
    assert.equal((await ask({ body: start })).status, 200);
  },
  'no-nul': async ({ ask }) => {
    const answers = await Promise.all(
      ['a\u0000b', 'a\\u0001b'].map((value) => ask({ body: { ...start, runtime_variables: { value } } })),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 200],
    );
  },
  'merged-variables': async ({ ask }) => {
    const first = await ask({ body: { ...start, dynamic_variables: { a: 1, b: 1 } } });
    const told = await ask({
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
  'closes-unannounced': async ({ ask, sandbox }) => {
    const told = await ask({ body: start });
    assert.notEqual(told.headers.connection, 'close');
    await untilReconnected(1, ask, sandbox);
  },
  'closes-idle': closedWhenIdle,
  'idle-408': closedWhenIdle,
  'gzip-always': async ({ ask }) => {
    const told = await ask({ body: start, headers: { 'accept-encoding': 'identity' } });
    assert.equal(told.headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(told.bytes).toString(), /^\{"workflow_run":/);
  },
  'gzip-when-asked': async ({ ask }) => {
    const codings = ['identity', 'gzip', 'br, gzip;q=0.5'];
    const answers = await Promise.all(
      codings.map((coding) => ask({ body: start, headers: { 'accept-encoding': coding } })),
    );
    assert.deepEqual(
      answers.map(({ headers }) => headers['content-encoding']),
      [undefined, 'gzip', 'gzip'],
    );
  },
  'length-wanted': async ({ ask }) => {
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await ask({ body: start, headers: chunked })).status, 411);
    assert.equal((await ask({ body: start })).status, 200);
  },
  'edges-refused': async ({ ask }) => {
    const valued = (json: string): string => `{"workflow_id":"${WORKFLOW}","miscellaneous":{"a":${json}}}`;
    assert.equal((await ask({ raw: valued('"\\ud800"') })).status, 400);
    assert.equal((await ask({ raw: valued('1e400') })).status, 400);
    assert.equal((await ask({ raw: valued('"\\ud83d\\ude00"') })).status, 200);
  },
  'zstd-always': async ({ ask }) => {
    const told = await ask({ body: start });
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
  'slot-freed-late': async ({ ask }) => {
    const told = await ask({ body: start });
    for (let run = 2; run <= 3; run += 1) await ask({ body: start });
    await ask({ body: { command: 'stop', workflow_run_id: idOf(told) } });
    assert.equal((await ask({ body: start })).status, 409);
    await sleep(350);
    assert.equal((await ask({ body: start })).status, 200);
  },
  'one-run-ever': async ({ ask }) => {
    const told = await ask({ body: start });
    await ask({ body: { command: 'stop', workflow_run_id: idOf(told) } });
    assert.equal((await ask({ body: start })).status, 409);
  },
  'lagging-read': async ({ ask }) => {
    const id = idOf(await ask({ body: start }));
    const read = (): Promise<Told> => ask({ method: 'GET', path: `${PATH}/${id}` });
    assert.equal((await read()).status, 404);
    await sleep(50);
    await ask({ body: { command: 'pause', workflow_run_id: id } });
    assert.equal(documentField(await read(), 'workflow_run', 'status'), 'waiting_for_user_input');
    await sleep(50);
    assert.equal(documentField(await read(), 'workflow_run', 'status'), 'paused');
  },
  'deletes-ended': async (client) => {
    const stopped = await flow(client, 'stop');
    assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
    const body = { command: 'data', workflow_run_id: idOf(stopped) };
    assert.equal((await client.ask({ body })).status, 404);
  },
  'ends-after-input': async ({ ask }) => {
    const id = idOf(await ask({ body: start }));
    const told = await ask({ body: { command: 'data', workflow_run_id: id } });
    assert.equal(documentField(told, 'workflow_run', 'status'), 'completed');
    assert.equal((await ask({ body: { command: 'data', workflow_run_id: id } })).status, 409);
  },
  'ends-at-once': async ({ ask }) => {
    const told = await ask({ body: start });
    assert.equal(documentField(told, 'workflow_run', 'status'), 'running');
    await sleep(20);
    assert.equal((await ask({ body: { command: 'stop', workflow_run_id: idOf(told) } })).status, 404);
  },
  'two-teams': async ({ ask }) => {
    const workflow_run_id = idOf(await ask({ body: start }));
    const other = `Bearer ${OTHER_KEY}`;
    for (const command of ['start', 'data', 'resume', 'pause', 'stop'])
      assert.equal((await ask({ authorization: other, body: { command, workflow_run_id } })).status, 404);
    assert.equal((await ask({ authorization: other, body: { command: 'begin' } })).status, 422);
    assert.equal((await ask({ authorization: 'Bearer third', body: start })).status, 401);
  },
  nulls: async ({ ask }) => {
    assert.equal(documentField(await ask({ body: start }), 'team_id'), null);
  },
  ...RELATED_ROWS,
};

async function closedWhenIdle({ ask, sandbox }: Client): Promise<void> {
  await ask({ body: start });
  await ask({ body: start });
  const { distinct_connections: before } = sandbox.stats();
  await untilReconnected(before, ask, sandbox);
}

async function interim({ ask }: Client): Promise<void> {
  const told = await ask({ body: start });
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
  { ask }: Client,
  wanted: { readonly shown: string; readonly status: number; readonly stop: number },
): Promise<void> {
  const told = await ask({ body: start });
  assert.equal(documentField(told, 'workflow_run', 'status'), wanted.shown);
  const body = { command: 'data', workflow_run_id: idOf(told) };
  assert.equal((await ask({ body })).status, wanted.status);
  await sleep(110);
  assert.equal((await ask({ body })).status, 200);
  assert.equal((await ask({ body: { ...body, command: 'stop' } })).status, wanted.stop);
}

/** The first start too many is refused, and accepted once a run was stopped. */
async function limits({ ask }: Client, most: number, status: number): Promise<void> {
  let told = await ask({ body: start });
  for (let run = 2; run <= most; run += 1) told = await ask({ body: start });
  assert.equal((await ask({ body: start })).status, status);
  await ask({ body: { command: 'stop', workflow_run_id: idOf(told) } });
  assert.equal((await ask({ body: start })).status, 200);
}

function createdAt(told: Parameters<typeof json>[0]): string {
  return String(at(json(told), 'workflow_run', 'created_at'));
}

async function settles({ ask }: Client, check: (pairs: readonly unknown[]) => void): Promise<void> {
  const told = await ask({ body: start });
  assert.equal(documentField(told, 'workflow_run', 'status'), 'running');
  check(pairsOf(told));
  const read = await untilWaiting({ ask }, idOf(told));
  assert.equal(pairsOf(read).length, 1);
  assert.notEqual(at(pairsOf(read)[0], 'run_output'), undefined);
  const paused = await ask({ body: { command: 'pause', workflow_run_id: idOf(told) } });
  assert.equal(documentField(paused, 'workflow_run', 'status'), 'paused');
  const resumed = await ask({ body: { command: 'resume', workflow_run_id: idOf(told) } });
  assert.equal(documentField(resumed, 'workflow_run', 'status'), 'running');
  const stopped = await ask({ body: { command: 'stop', workflow_run_id: idOf(told) } });
  assert.equal(documentField(stopped, 'workflow_run', 'status'), 'cancelled');
}

/** The next call is on another connection once the sandbox has closed the one before, whenever a busy machine lets it. */
async function untilReconnected(
  before: number,
  ask: Client['ask'],
  sandbox: { stats(): { readonly distinct_connections: number } },
): Promise<void> {
  for (let tries = 1; tries <= 20; tries += 1) {
    await sleep(20 * tries);
    await ask({ body: start }).catch(() => undefined); // it may be closed while the call is on its way
    if (sandbox.stats().distinct_connections > before) return;
  }
  assert.fail('the connection is never closed');
}

async function untilWaiting({ ask }: Pick<Client, 'ask'>, id: string): Promise<Told> {
  for (let tries = 0; tries < 100; tries += 1) {
    const told = await ask({ method: 'GET', path: `${PATH}/${id}` });
    if (documentField(told, 'workflow_run', 'status') === 'waiting_for_user_input') return told;
    await sleep(10);
  }
  return assert.fail('the run never waits for input');
}

async function flow({ ask }: Client, ...commands: readonly string[]): Promise<Told> {
  let told = await ask({ body: start });
  const id = idOf(told);
  for (const command of commands) told = await ask({ body: { command, workflow_run_id: id } });
  return told;
}
