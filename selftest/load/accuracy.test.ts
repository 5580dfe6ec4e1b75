import assert from 'node:assert/strict';
import hdr from 'hdr-histogram-js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/ledger.ts';
import { attack, causeOf, CANARY_KEY, startServer, stepOf } from './servers.ts';

test('a constant 100 ms server at 50 a second is measured as it is', async () => {
  const server = await startServer({ delayMs: 100 });
  const { scenario, outDir, runs, result } = await attack(server.port, {
    rate: '50',
    duration: '5s',
    warmup: '0',
    connections: '30',
    timeout: '5s',
  });
  const seen = await server.stats();
  await server.close();
  const step = stepOf(scenario, 'start');
  assert.deepEqual([step.ledger.intended, step.ledger.ok, seen.byCommand['start']], [250, 250, 250]);
  const services = seen.servicesMs.slice(0, 250).sort((a, b) => a - b);
  const truthMs = services[124] ?? 0;
  const p50Ms = (step.latency_us.p50 ?? 0) / 1000;
  assert.ok(truthMs >= 99 && Math.abs(p50Ms - truthMs) < 3, `p50 ${p50Ms} ms, the server took ${truthMs} ms`);
  assert.equal(step.achieved_per_second, 50);
  assert.equal(causeOf(scenario), null);
  assert.ok(seen.arrivalsMs.length >= 250);
  const starts = seen.arrivalsMs.slice(0, 250);
  const bunched = starts.filter((at, i) => i >= 7 && at - (starts[i - 7] ?? 0) < 100).length;
  assert.ok(bunched < 25, `${bunched} of 250 sends came in bunches`);
  assert.equal(step.seconds.length, 5);
  assert.equal(runs.spend().ended_by.stopped, 250);
  assert.deepEqual(seen.openRuns, []);
  assert.ok(result.generator !== null && result.generator.cpu > 0);
  const [file = ''] = readdirSync(outDir).filter((name) => name === 'start-start.hgrm.json');
  const saved = JSON.parse(readFileSync(join(outDir, file), 'utf8')) as { latency_us: { answered: string } };
  assert.equal(hdr.decodeFromCompressedBase64(saved.latency_us.answered).totalCount, 250);
  assert.ok(!JSON.stringify(result).includes(CANARY_KEY));
  assert.deepEqual(seen.keys, [`Bearer ${CANARY_KEY}`]);
});

suite('shapes of load', { concurrency: 4 }, () => {
  test('with too few connections the wait counts, and the step says so', async () => {
    const server = await startServer({ delayMs: 100 });
    const { scenario } = await attack(server.port, {
      rate: '30',
      duration: '2s',
      warmup: '0',
      connections: '2',
    });
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.equal(step.ledger.ok, 60);
    assert.ok((step.service_us.p50 ?? Infinity) < 110_000);
    const drainedS = 60 / 20;
    assert.ok(
      Math.abs((step.latency_us.max ?? 0) / 1e6 - (drainedS - 2)) < 0.35,
      `max ${String(step.latency_us.max)}`,
    );
    assert.match(step.notes.join(' '), /All 2 connections were busy .*; \d+ connections would do/);
    const needed = step.connections?.needed ?? 0;
    assert.ok(needed >= 3 && needed <= 8, String(needed));
    assert.ok((step.pacing_error_us.p50 ?? Infinity) < 1000);
  });

  test('the closed model keeps its number of requests under way and no more', async () => {
    const server = await startServer({ delayMs: 50 });
    const { scenario } = await attack(server.port, { concurrency: '4', duration: '2s', warmup: '300ms' });
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.equal(ledgerImbalance(step.ledger), null);
    assert.ok(step.ledger.ok > 130 && step.ledger.ok <= 164, String(step.ledger.ok));
    assert.deepEqual([step.concurrency, step.rate_per_second, step.pacing_error_us.max], [4, null, null]);
  });

  test('the first byte is timed apart from the whole answer, and connecting apart from both', async () => {
    const server = await startServer({ delayMs: 20, bodyAfterMs: 60 });
    const { scenario } = await attack(server.port, {
      rate: '30',
      duration: '1s',
      warmup: '0',
      connections: '7',
    });
    await server.close();
    const { first_byte_us, service_us } = stepOf(scenario, 'start');
    assert.deepEqual([first_byte_us.count, service_us.count], [30, 30]);
    assert.ok((first_byte_us.p50 ?? 0) >= 19_000 && (first_byte_us.p50 ?? 0) < 40_000);
    assert.ok((service_us.p50 ?? 0) - (first_byte_us.p50 ?? 0) > 50_000);
    const connect = scenario.connect ?? assert.fail('no connection was made');
    const made = connect.tcp_us.count;
    assert.ok(made >= 1 && made <= 7, String(made));
    assert.equal(connect.tls_us, null);
    assert.ok((connect.tcp_us.max ?? Infinity) < 200_000);
  });

  test('a thinking closed model sends less often', async () => {
    const server = await startServer({ delayMs: 50 });
    const { scenario } = await attack(server.port, {
      concurrency: '4',
      think: '150ms',
      duration: '2s',
      warmup: '0',
    });
    await server.close();
    const { ledger } = stepOf(scenario, 'start');
    assert.ok(ledger.ok >= 28 && ledger.ok <= 40, String(ledger.ok));
  });

  test('each stair has a step of its own, and thresholds are judged on each', async () => {
    const server = await startServer({ delayMs: 5 });
    const { scenario } = await attack(server.port, {
      shape: 'stairs:10..30/3',
      duration: '3s',
      warmup: '500ms',
      threshold: ['error_rate{command=start} < 1%'],
    });
    await server.close();
    assert.deepEqual(
      scenario.steps.map(({ name, command, ledger, rate_per_second }) => [
        name,
        command,
        ledger.ok,
        rate_per_second,
      ]),
      [
        ['start stair 1 at 10 per second', 'start', 10, 10],
        ['start stair 2 at 20 per second', 'start', 20, 20],
        ['start stair 3 at 30 per second', 'start', 30, 30],
      ],
    );
    assert.equal(scenario.thresholds.length, 3);
  });

  test('warm-up is load like any other but not in the step', async () => {
    const server = await startServer({ delayMs: 5 });
    const { scenario } = await attack(server.port, { rate: '40', duration: '1s', warmup: '500ms' });
    const seen = await server.stats();
    await server.close();
    assert.deepEqual([stepOf(scenario, 'start').ledger.ok, seen.byCommand['start']], [40, 60]);
  });
});
