import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import type { LoadStep } from '../../result/load-result.ts';
import {
  attack,
  startServer,
  stepOf,
  type AttemptOptions,
  type Behaviour,
  type ServerStats,
} from './servers.ts';

async function against(
  behaviour: Behaviour,
  options: AttemptOptions = {},
): Promise<{
  readonly step: LoadStep;
  readonly seen: ServerStats;
  readonly connects: number;
  readonly heldMs: number;
}> {
  const server = await startServer(behaviour);
  const began = performance.now();
  const { scenario } = await attack(server.port, {
    rate: '20',
    duration: '1s',
    warmup: '0',
    connections: '5',
    timeout: '60s', // so long that a busy machine runs into none
    ...options,
  });
  const seen = await server.stats();
  await server.close();
  const step = stepOf(scenario, 'start');
  assert.equal(ledgerImbalance(step.ledger), null);
  assert.equal(step.ledger.intended, 20);
  return { step, seen, connects: scenario.connect?.tcp_us.count ?? 0, heldMs: performance.now() - began };
}

suite('hostile responses', { concurrency: 4 }, () => {
  test('a response longer than a MiB is read whole', async () => {
    const { step } = await against({ responseBytes: 1_500_000 }, { rate: '20' });
    assert.deepEqual([step.ledger.ok, step.ledger.invalid], [20, 0]);
  });

  test('a response of 100 MB is given up at 8 MiB, counted, and fills no memory', async () => {
    const before = process.memoryUsage().rss;
    const { step } = await against(
      { responseBytes: 100_000_000 },
      { rate: '2', duration: '10s', connections: '2' },
    );
    assert.equal(step.failures[0]?.cause, 'connection too-large');
    assert.equal(step.ledger.ok, 0);
    assert.ok(process.memoryUsage().rss - before < 400e6);
  });

  test('a header of 100 KiB is read, one of 9 MiB is given up, counted', async () => {
    const long = await against({ hugeHeader: { every: 4, bytes: 100 * 1024 } });
    const { ledger, failures } = long.step;
    assert.deepEqual([ledger.ok, ledger.transport_error], [20, 0], failures[0]?.cause);
    const endless = await against({ hugeHeader: { every: 4, bytes: 9 * 1024 * 1024 } });
    assert.deepEqual([endless.step.ledger.ok, endless.step.ledger.transport_error], [15, 5]);
    assert.equal(endless.step.failures[0]?.cause, 'connection protocol');
  });

  test('a server that answers before it has read the request is taken at its word', async () => {
    const { step } = await against({ respondsEarly: true });
    assert.equal(step.ledger.ok, 20);
  });

  test('a second response to one request is given to nobody, at once or later', async () => {
    for (const [afterMs, rate, duration] of [
      [0, '20', '1s'],
      [15, '4', '5s'], // so slowly that also a busy machine reads it before the next request
    ] as const) {
      const { step, seen } = await against({ respondsTwice: { every: 2, afterMs } }, { rate, duration });
      assert.deepEqual(
        [step.ledger.ok, step.ledger.http_error, seen.byCommand['start']],
        [20, 0, 20],
        String(afterMs),
      );
      assert.ok(
        seen.connections >= 10,
        `${seen.connections} connections: each that brought two responses is closed`,
      );
    }
  });

  test('a redirect is a response, and is not followed', async () => {
    const elsewhere = await startServer({});
    const { step, seen } = await against({ redirectTo: `http://127.0.0.1:${elsewhere.port}/stolen` });
    const stolen = await elsewhere.stats();
    await elsewhere.close();
    assert.deepEqual(
      [step.ledger.http_error, step.http_error_by_status['302'], seen.byCommand['start']],
      [20, 20, 20],
    );
    assert.equal(stolen.connections, 0);
  });

  test('a connection of its own for each request: as many connections as requests, and every one is measured', async () => {
    const { step, seen, connects } = await against({ delayMs: 5 }, { newConnections: true });
    assert.equal(step.ledger.ok, 20);
    assert.ok(connects >= 20 && connects <= 25, String(connects));
    assert.ok(seen.connections >= 20);
  });
});
