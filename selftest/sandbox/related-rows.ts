import assert from 'node:assert/strict';
import {
  PATH,
  WORKFLOW,
  at,
  documentField,
  idOf,
  json,
  pairsOf,
  type TestRequest,
  type Client,
} from './client.ts';

const start = { command: 'start', workflow_id: WORKFLOW };

/** GET of something below the path of the operation. */
export const reading = (below: string): TestRequest => ({ method: 'GET', path: PATH + below, body: null });

/** What sets the profiles of the operations beside the one under test apart from the default. */
export const RELATED_ROWS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  'live-schema': async ({ send }) => {
    assert.ok(Object.keys(at(json(await send(reading('/schema'))), 'run_schema') as object).length > 0);
  },
  'schema-empty': async ({ send }) => {
    assert.deepEqual(at(json(await send(reading('/schema'))), 'run_schema'), {});
  },
  'related-refused': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    for (const below of ['', '/schema', `/${id}`])
      assert.equal((await send(reading(below))).status, 403, below);
  },
  'other-projection': async ({ send }) => {
    const told = await send(reading(`/${idOf(await send({ body: start }))}`));
    const names = Object.keys(documentField(told, 'workflow_run') as object);
    assert.deepEqual(names.sort(), ['logical_id', 'status', 'workflow_id']);
  },
  'all-related': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    for (const below of ['', '/schema', `/${id}`])
      assert.equal((await send(reading(below))).status, 200, below);
    const gone = { method: 'DELETE', path: `${PATH}/${id}`, body: null };
    assert.equal((await send({ ...gone, authorization: null })).status, 401);
    assert.equal((await send(gone)).status, 204);
    assert.equal((await send(gone)).status, 404);
    assert.equal((await send(reading(`/${id}`))).status, 404);
  },
  'get-for-screen': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    await send({ body: { command: 'data', workflow_run_id: id } });
    const told = await send(reading(`/${id}`));
    assert.equal(pairsOf(told).length, 1);
    assert.equal(documentField(told, 'created_by'), null);
    assert.match(String(documentField(told, 'updated_at')), /T\d\d:\d\d:\d\d(?:Z|\+00:00)$/);
  },
  'get-latest-first': async ({ send }) => {
    const id = idOf(await send({ body: start }));
    await send({ body: { command: 'data', workflow_run_id: id } });
    const inputs = pairsOf(await send(reading(`/${id}`))).map((pair) => at(pair, 'run_input') as object);
    assert.deepEqual(
      inputs.map((input) => at(input, 'command')),
      ['data', 'start'],
    );
    assert.ok(!('miscellaneous' in (inputs[0] ?? {})));
  },
};
