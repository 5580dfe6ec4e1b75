import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { constantPace, poissonPace } from '../../load/arrivals/pacer.ts';
import { interleaved, portionOf, shardsOf, within } from '../../load/arrivals/shard.ts';
import { attack, CANARY_KEY, startServer, stepOf } from './servers.ts';

test('the shares of a number add up to it, and no two differ by more than one', () => {
  for (const total of [0, 1, 7, 64, 1000]) {
    for (const count of [1, 2, 3, 7, 64]) {
      const portions = shardsOf(count).map((shard) => portionOf(total, shard));
      assert.equal(
        portions.reduce((a, b) => a + b, 0),
        total,
      );
      assert.ok(Math.max(...portions) - Math.min(...portions) <= 1);
    }
  }
});

test('the shares of a schedule are the schedule, each send in exactly one of them', () => {
  const segment = { fromRate: 30, toRate: 30, durationMs: 10_000 };
  for (const pacer of [constantPace(33, 10_000), poissonPace([segment], 7)]) {
    const whole = Array.from({ length: pacer.count }, (_, n) => pacer.dueMs(n));
    for (const count of [1, 2, 3, 5]) {
      const shares = shardsOf(count).map((shard) => interleaved(pacer, shard));
      const union = shares.flatMap((share) => Array.from({ length: share.count }, (_, n) => share.dueMs(n)));
      assert.deepEqual(
        union.sort((a, b) => a - b),
        whole,
      );
    }
  }
});

test('processes within a shard are shares of the whole', () => {
  const all = shardsOf(3).flatMap((outer) => shardsOf(2).map((inner) => within(outer, inner)));
  assert.deepEqual(
    all.map(({ index }) => index).sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5],
  );
  assert.ok(all.every(({ count }) => count === 6));
});

suite('processes that share a load', { concurrency: 2 }, () => {
  test('three processes send one schedule, and their books are one', async () => {
    const server = await startServer({ delayMs: 20 });
    const { scenario, result, runs } = await attack(server.port, {
      rate: '100',
      duration: '3s',
      warmup: '500ms',
      connections: '20',
      processes: '3',
    });
    const seen = await server.stats();
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.deepEqual(
      [step.ledger.intended, step.ledger.ok, ledgerImbalance(step.ledger), seen.byCommand['start']],
      [300, 300, null, 350],
    );
    assert.deepEqual([step.rate_per_second, scenario.connections], [100, 20]);
    assert.ok(step.achieved_per_second <= 100.1, String(step.achieved_per_second));
    const connections = scenario.connect?.tcp_us.count ?? 0;
    assert.ok(connections >= 3 && connections <= 20, String(connections));
    assert.equal(result.generator?.processes, 3);
    assert.deepEqual(
      step.seconds.map(({ sent, ok }) => [sent, ok]),
      [
        [100, 100],
        [100, 100],
        [100, 100],
      ],
    );
    assert.equal(step.latency_us.count, 300);
    assert.ok((step.latency_us.p50 ?? 0) > 19_000);
    const gaps = seen.arrivalsMs.slice(0, 350).map((at, i, all) => at - (all[i - 1] ?? at - 10));
    const middle = gaps.toSorted((one, other) => one - other)[175] ?? 0;
    const lateUs = step.parts_us?.noticed.p50 ?? 0; // sends that are late come in bunches
    assert.ok(Math.abs(middle - 10) < 5 || lateUs > 2000, `half of the gaps are below ${middle} ms`);
    const { workflow_runs_started, ended_by } = runs.spend();
    assert.deepEqual([workflow_runs_started, ended_by.stopped, ended_by.left_running], [350, 350, 0]);
    assert.deepEqual(seen.openRuns, []);
    assert.ok(!JSON.stringify(result).includes(CANARY_KEY));
  });

  test('processes keep the common cap to the last run, and one that has to stop stops all', async () => {
    const server = await startServer({ delayMs: 5 });
    const { scenario, runs } = await attack(server.port, {
      rate: '60',
      duration: '20s',
      warmup: '0',
      cap: 25,
      processes: '2',
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'budget-exhausted');
    assert.equal(seen.byCommand['start'], 25);
    assert.deepEqual([runs.spend().workflow_runs_started, runs.spend().ended_by.stopped], [25, 25]);
    const { ledger, duration_ms } = stepOf(scenario, 'start');
    assert.equal(ledgerImbalance(ledger), null);
    assert.ok(duration_ms < 3000, String(duration_ms));
  });

  test('an interruption reaches every process: books are closed and all runs stopped', async () => {
    const server = await startServer({ delayMs: 50 });
    const controller = new AbortController();
    const running = attack(server.port, {
      names: ['mixed'],
      mix: 'start=1,data=3',
      rate: '40',
      duration: '30s',
      warmup: '0',
      processes: '2',
      signal: controller.signal,
    });
    const until = Date.now() + 20_000;
    while (((await server.stats()).byCommand['data'] ?? 0) < 30 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    const { scenario, result, runs } = await running;
    const seen = await server.stats();
    await server.close();
    assert.equal(result.inconclusive?.cause, 'interrupted');
    for (const { ledger } of scenario.steps) assert.equal(ledgerImbalance(ledger), null);
    assert.equal(runs.spend().ended_by.left_running, 0);
    assert.deepEqual(seen.openRuns, []);
  });

  test('the closed model is shared too', async () => {
    const server = await startServer({ delayMs: 200 });
    const { scenario } = await attack(server.port, {
      names: ['start'],
      concurrency: '5',
      duration: '2s',
      warmup: '0',
      processes: '2',
    });
    const { mostStartsAtOnce } = await server.stats();
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.deepEqual([step.concurrency, mostStartsAtOnce], [5, 5]); // neither process has as many for itself
    assert.ok(step.ledger.ok >= 5 && step.ledger.ok <= 55, String(step.ledger.ok));
  });
});
