import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { fullDisk } from '../full-disk.ts';
import { attack, operation, startServer, stepOf } from './servers.ts';

interface CountingServer {
  readonly port: number;
  readonly requests: () => number;
  readonly server: Server;
}

interface Planned {
  readonly command?: string;
  readonly workflow_run_id?: string;
}

/** A server in this process, which counts: good responses, of which those to a pause take their time. */
async function counting(pauseMs: number, tokens: number | null): Promise<CountingServer> {
  let requests = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests += 1;
      const { command, workflow_run_id: id } = JSON.parse(Buffer.concat(parts).toString()) as Planned;
      const run = {
        ...operation.examples.response.workflow_run,
        _id: id ?? String(requests).padStart(24, '0'),
      };
      const used = tokens === null ? {} : { llm_token_usage: { total_tokens: tokens } };
      const nested = { ...(run as { workflow_run?: object }).workflow_run, ...used };
      const text = JSON.stringify({ workflow_run: { ...run, workflow_run: nested } });
      setTimeout(
        () => response.setHeader('content-type', 'application/json').end(text),
        command === 'pause' ? pauseMs : 0,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, requests: () => requests, server };
}

async function closed({ server }: CountingServer): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

test('a request that waits for a prepared run costs nothing of the cap until it is sent', async () => {
  const server = await counting(150, null);
  const { scenario } = await attack(server.port, {
    names: ['resume'],
    rate: '40',
    duration: '1s',
    warmup: '0',
    connections: '1',
    caps: { requests: 120 },
  });
  const { ledger } = stepOf(scenario, 'resume');
  await closed(server);
  // 4 runs are started and paused; each of the 40 resumes is followed by a pause; 4 stops.
  assert.deepEqual([ledger.sent, ledger.shed, server.requests()], [40, 0, 8 + 80 + 4]);
  assert.notEqual(scenario.inconclusive?.cause, 'budget-exhausted');
});

test('the tokens that runs have used by their end are part of the spend', async () => {
  const server = await counting(0, 7);
  const { runs } = await attack(server.port, { rate: '10', duration: '500ms', warmup: '0' });
  await closed(server);
  assert.deepEqual([runs.spend().workflow_runs_started, runs.spend().tokens], [5, 35]);
});

test('a full disk ends a load: no further start, every run is stopped, and nothing is held against the API', async () => {
  const server = await startServer({ delayMs: 5 });
  const makeRoom = fullDisk(60);
  try {
    const { scenario, runs } = await attack(server.port, { rate: '40', duration: '20s', warmup: '0' });
    const { byCommand, openRuns } = await server.stats();
    assert.equal(scenario.inconclusive?.cause, 'harness-error');
    assert.match(
      scenario.inconclusive.sentence,
      /can't be written: the disk is full\. No further run was started/,
    );
    assert.match(scenario.inconclusive.next_step ?? '', /^Free space on this machine/);
    const started = byCommand['start'] ?? 0;
    assert.ok(started > 0 && started <= 60, String(started));
    assert.deepEqual([runs.spend().ended_by.stopped, runs.open(), openRuns], [started, [], []]);
  } finally {
    makeRoom();
    await server.close();
  }
});
