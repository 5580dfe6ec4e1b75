/** Served schemas that can't be read: each is told in a sentence, and nothing is taken for agreement. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { readLiveSchema } from '../../contract/run/live-schema.ts';
import { assessShape } from '../../drift/assess.ts';
import { loadOperation } from '../../openapi/registry.ts';
import type { LiveSchema } from '../../result/shape.ts';
import { targetAt } from '../contract/in-process.ts';

const operation = loadOperation();
const GOOD = { run_schema: { type: 'object', properties: { status: { type: 'string' } } } };

async function readFrom(body: string, type: string, status = 200): Promise<LiveSchema> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await readLiveSchema(operation, targetAt(`http://127.0.0.1:${port}`, '10s'));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What a run says of a live schema beside one that was accepted. */
function toldOf(live: LiveSchema): string {
  const known = {
    shape: { commands: [], live_schema: { state: 'read', document: GOOD } },
    standing: 'accepted',
    source: 'an accepted shape',
  } as const;
  const against = { known: [known], describes: () => true, served: operation.served };
  const now = { commands: [], live_schema: live };
  const [alone, beside] = [{ ...against, known: [] }, against].map((one) => assessShape(now, one));
  assert.ok(alone !== undefined && beside !== undefined);
  assert.deepEqual(beside.changes, []);
  const row = beside.references.find(({ reference }) => reference === 'live-schema');
  assert.ok(row !== undefined && !row.why.includes('\n'), row?.why);
  return `${row.state}: ${row.why}`;
}

const JSON_TYPE = 'application/json';
const DEEP = `${'{"a":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
const LARGE = JSON.stringify({ run_schema: { type: 'object', enum: ['x'.repeat(2_000_000)] } });
const HUGE = JSON.stringify({ run_schema: { type: 'object', enum: ['x'.repeat(10_000_000)] } });

test('what is no document of schemas is not compared, each for its own reason', async () => {
  const rows: readonly (readonly [what: string, body: string, type: string, says: RegExp])[] = [
    ['10 MB', HUGE, JSON_TYPE, /^not-compared: it was not answered \(.*(large|MiB|bytes).*\)$/],
    ['2 MB', LARGE, JSON_TYPE, /^not-compared: it has more than 1 million characters$/],
    ['YAML', 'run_schema:\n  type: object\n', 'application/yaml', /^not-compared: what came is not JSON$/],
    ['HTML', '<!doctype html><p>Sign in</p>', 'text/html', /^not-compared: what came is not JSON$/],
    ['cut off', '{"run_schema": {"type": "obj', JSON_TYPE, /^not-compared: what came is not JSON$/],
    ['nothing', '', JSON_TYPE, /^not-compared: what came is not JSON$/],
    ['20,000 levels', DEEP, JSON_TYPE, /^not-compared: it is nested deeper than 200 levels$/],
    ['a list', '["run_schema"]', JSON_TYPE, /^not-compared: it is not a JSON object of schemas$/],
    ['four empty schemas', '{"run_schema":{}}', JSON_TYPE, /^not-compared: it holds no schema$/],
    [
      'a reference that leads out',
      '{"run_schema":{"$ref":"https://schemas.example/run.json"}}',
      JSON_TYPE,
      /^not-compared: The reference https:\/\/schemas\.example\/run\.json leads out of the document\.$/,
    ],
    [
      'a reference to nothing',
      '{"run_schema":{"$ref":"#/$defs/Run"}}',
      JSON_TYPE,
      /^not-compared: The reference #\/\$defs\/Run leads to nothing/,
    ],
  ];
  for (const [what, body, type, says] of rows) assert.match(toldOf(await readFrom(body, type)), says, what);
  assert.match(toldOf(await readFrom('{}', JSON_TYPE, 500)), /^not-compared: it was answered with 500$/);
  assert.match(
    toldOf(await readFrom('{}', JSON_TYPE, 404)),
    /^not-compared: the target serves none \(404\), and it did before$/,
  );
});

test('a schema that holds itself is read, and one that multiplies is given up', () => {
  const tree = {
    run_schema: {
      $ref: '#/$defs/Node',
      $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
    },
  };
  const known = {
    shape: { commands: [], live_schema: { state: 'read', document: tree } },
    standing: 'accepted',
    source: 'an accepted shape',
  } as const;
  const now = { commands: [], live_schema: { state: 'read', document: tree } as const };
  const compared = assessShape(now, { known: [known], describes: () => true, served: operation.served });
  assert.equal(compared.references.at(-1)?.state, 'compared');
  assert.deepEqual(compared.changes, []);
  const names = Array.from({ length: 10 }, (_, i) => `f${i}`);
  const level = (n: number): unknown => ({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/L${n + 1}` }])),
  });
  const bomb = {
    run_schema: {
      $ref: '#/$defs/L0',
      $defs: {
        ...Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`L${n}`, level(n)])),
        L12: { type: 'string' },
      },
    },
  };
  const startedMs = performance.now();
  assert.match(
    toldOf({ state: 'read', document: bomb }),
    /^not-compared: A schema has more than 50000 nodes once its references are followed\.$/,
  );
  assert.ok(performance.now() - startedMs < 60_000, 'it ends');
});
