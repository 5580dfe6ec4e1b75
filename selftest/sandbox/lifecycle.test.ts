import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  UNKNOWN_ID,
  WORKFLOW,
  documentField,
  idOf,
  pairsOf,
  withSandbox,
  type Client,
  type TestResponse,
} from './client.ts';

/** Commands after a start, then the status code, the run's status and the number of pairs of the last one. */
const ROWS: readonly (readonly [commands: string, code: number, status: string, pairs: number])[] = [
  ['', 200, 'waiting_for_user_input', 1],
  ['data', 200, 'waiting_for_user_input', 2],
  ['data data', 200, 'waiting_for_user_input', 3],
  ['pause', 200, 'paused', 1],
  ['pause resume', 200, 'waiting_for_user_input', 2],
  ['pause resume data', 200, 'waiting_for_user_input', 3],
  ['stop', 200, 'cancelled', 1],
  ['pause stop', 200, 'cancelled', 1],
  ['data stop', 200, 'cancelled', 2],
  ['start', 409, '', 0],
  ['resume', 409, '', 0],
  ['pause pause', 409, '', 0],
  ['pause data', 409, '', 0],
  ['pause start', 409, '', 0],
  ['stop data', 409, '', 0],
  ['stop resume', 409, '', 0],
  ['stop pause', 409, '', 0],
  ['stop stop', 409, '', 0],
  ['stop start', 409, '', 0],
];

test('each command leads where the lifecycle says, or is refused', async () => {
  await withSandbox({}, async (client) => {
    for (const [commands, code, status, pairs] of ROWS) {
      const told = await flow(client, commands.split(' ').filter(Boolean));
      assert.equal(told.status, code, commands);
      if (code !== 200) continue;
      assert.equal(documentField(told, 'workflow_run', 'status'), status, commands);
      assert.equal(pairsOf(told).length, pairs, commands);
    }
  });
});

test("a command with another workflow than the run's is refused with 404", async () => {
  await withSandbox({}, async ({ send }) => {
    const id = idOf(await send({ body: { workflow_id: WORKFLOW } }));
    const wrong = await send({ body: { command: 'stop', workflow_run_id: id, workflow_id: UNKNOWN_ID } });
    const right = await send({ body: { command: 'stop', workflow_run_id: id, workflow_id: WORKFLOW } });
    assert.deepEqual([wrong.status, right.status], [404, 200]);
  });
});

test('a run keeps what is fixed, and updated_at moves forward', async () => {
  await withSandbox({}, async ({ send }) => {
    const first = await send({ body: { workflow_id: WORKFLOW } });
    let updated = '';
    for (const command of ['data', 'pause', 'resume', 'stop']) {
      const told = await send({ body: { command, workflow_run_id: idOf(first) } });
      for (const field of ['_id', 'created_at', 'created_by', 'team_id']) {
        assert.equal(documentField(told, field), documentField(first, field));
      }
      assert.equal(
        documentField(told, 'workflow_run', 'logical_id'),
        documentField(first, 'workflow_run', 'logical_id'),
      );
      const now = String(documentField(told, 'updated_at'));
      assert.match(now, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
      assert.ok(now > updated && now > String(documentField(told, 'created_at')));
      updated = now;
    }
  });
});

test('a response has every documented field', async () => {
  await withSandbox({}, async ({ send }) => {
    const told = await send({ body: { workflow_id: WORKFLOW } });
    assert.equal(told.headers['content-type'], 'application/json');
    assert.ok(told.headers['x-request-id']);
    assert.match(idOf(told), /^[0-9a-f]{24}$/);
    assert.deepEqual(keys(documentField(told)), [
      '_id',
      'created_at',
      'created_by',
      'team_id',
      'updated_at',
      'updated_by',
      'workflow_run',
    ]);
    assert.deepEqual(keys(documentField(told, 'workflow_run')), [
      'comments',
      'input_output_pairs',
      'logical_id',
      'status',
      'workflow_id',
    ]);
    assert.deepEqual(keys(pairsOf(told)[0]), ['run_input', 'run_output']);
  });
});

test('a run can be read by its id, and two starts are two runs', async () => {
  await withSandbox({}, async ({ send }) => {
    const [first, second] = await Promise.all([
      send({ body: { workflow_id: WORKFLOW } }),
      send({ body: { workflow_id: WORKFLOW } }),
    ]);
    const read = await send({ method: 'GET', path: `/workflows/v1/workflow-runs/${idOf(first)}` });
    assert.notEqual(idOf(first), idOf(second));
    assert.deepEqual(read.bytes.toString(), first.bytes.toString());
  });
});

test('of a hundred inputs sent at the same time none is lost', async () => {
  await withSandbox({ latency: { kind: 'exponential', meanMs: 2 } }, async ({ send }) => {
    const id = idOf(await send({ body: { workflow_id: WORKFLOW } }));
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(
      numbers.map((index) =>
        send({ body: { command: 'data', workflow_run_id: id, miscellaneous: { index } } }),
      ),
    );
    const read = await send({ method: 'GET', path: `/workflows/v1/workflow-runs/${id}` });
    const stored = pairsOf(read).map((pair) => /"index":(\d+)/.exec(JSON.stringify(pair))?.[1]);
    assert.deepEqual(new Set(stored.slice(1)), new Set(numbers.map(String)));
    assert.equal(stored.length, 101);
  });
});

async function flow({ send }: Client, commands: readonly string[]): Promise<TestResponse> {
  let told = await send({ body: { workflow_id: WORKFLOW } });
  const id = idOf(told);
  for (const command of commands) told = await send({ body: { command, workflow_run_id: id } });
  return told;
}

function keys(value: unknown): readonly string[] {
  return Object.keys(Object(value) as object).toSorted();
}
