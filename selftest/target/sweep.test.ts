import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOperation } from '../../openapi/registry.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { sweepRuns } from '../../target/sweep.ts';
import { targetAt } from '../contract/in-process.ts';

const operation = loadOperation();
const RUN = 'a'.repeat(24);

/** Sweeps one open run of a server that answers stops and GETs as given, each from the first on. */
async function swept(
  stops: readonly number[],
  shown: string | null,
): Promise<{ readonly ended: object; readonly requests: number; readonly counted: number }> {
  let seen = 0;
  let stopped = 0;
  const server = createServer((request, response) => {
    seen += 1;
    const isStop = request.method === 'POST';
    const status = isStop ? (stops[stopped++] ?? 200) : shown === null ? 405 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ workflow_run: { _id: RUN, workflow_run: { status: shown } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dir = mkdtempSync(join(tmpdir(), 'sweep-'));
  const runs = openRunLedger(join(dir, 'runs.ndjson'), null);
  try {
    runs.started(RUN);
    const { port } = server.address() as AddressInfo;
    const target = targetAt(`http://127.0.0.1:${port}`);
    const counted = await sweepRuns(operation, target, runs, { ratePerSecond: null, limitMs: 1500 });
    return { ended: runs.spend().ended_by, requests: seen, counted };
  } finally {
    runs.close();
    rmSync(dir, { recursive: true, force: true });
    server.closeAllConnections();
    server.close();
  }
}

test('a run that is at work when it is to be stopped is stopped once it has come to rest', async () => {
  const { ended, requests, counted } = await swept([409, 409], 'running');
  assert.deepEqual(ended, { stopped: 1, completed: 0, left_running: 0 });
  assert.equal(counted, requests);
});

test('a run that has ended by itself is not asked to stop again', async () => {
  const { ended, requests } = await swept([409, 409, 409], 'completed');
  assert.deepEqual(ended, { stopped: 0, completed: 1, left_running: 0 });
  assert.equal(requests, 2);
});

test('a run that the target no longer knows is deleted, and neither stopped nor left', async () => {
  const { ended, requests } = await swept([404], null);
  assert.deepEqual([ended, requests], [{ stopped: 0, completed: 0, deleted: 1, left_running: 0 }, 1]);
});

test('a target that comes back gets the stop again', async () => {
  const { ended } = await swept([503, 503], 'running');
  assert.deepEqual(ended, { stopped: 1, completed: 0, left_running: 0 });
});

test('a run that never stops is listed as left running, never as ended', async () => {
  const { ended } = await swept(Array<number>(99).fill(409), 'running');
  assert.deepEqual(ended, { stopped: 0, completed: 0, left_running: 1 });
});
