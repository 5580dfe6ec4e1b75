import assert from 'node:assert/strict';
import hdr from 'hdr-histogram-js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { attack, causeOf, CANARY_KEY, startServer, stepOf, type ServerStats } from './servers.ts';

/**
 * What each start had to wait since it was due, by the server's own log, ascending. The schedule is where the arrival that
 * was least late puts it, so a machine that is busy is in the truth as well.
 */
function waitsByLog({ arrivalsMs, servicesMs }: ServerStats, count: number, rate: number): readonly number[] {
  const arrivals = arrivalsMs.slice(0, count);
  const lateMs = arrivals.map((at, n) => at - (n * 1000) / rate);
  const originMs = Math.min(...lateMs);
  return lateMs.map((late, n) => late - originMs + (servicesMs[n] ?? NaN)).sort((a, b) => a - b);
}

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
  const truthMs = waitsByLog(seen, 250, 50)[124] ?? 0;
  const p50Ms = (step.latency_us.p50 ?? 0) / 1000;
  const readLateMs = (step.parts_us?.read_late.mean ?? 0) / 1000;
  assert.ok(
    truthMs >= 99 && Math.abs(p50Ms - truthMs) < 3 + readLateMs,
    `p50 ${p50Ms} ms, by the server's log ${truthMs} ms, read ${readLateMs} ms late`,
  );
  assert.equal(step.achieved_per_second, 50);
  assert.equal(causeOf(scenario), null);
  assert.ok(seen.arrivalsMs.length >= 250);
  const starts = seen.arrivalsMs.slice(0, 250);
  const bunched = starts.filter((at, i) => i >= 1 && at - (starts[i - 1] ?? 0) < 5).length; // of 20 ms
  // A process that stood still sends in bunches afterwards; that it did is not the schedule's own word.
  const isStarved = (result.generator?.event_loop_delay_us.p99 ?? 0) > 20_000;
  assert.ok(bunched < (isStarved ? 125 : 25), `${bunched} of 250 sends came in bunches`);
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
    const seen = await server.stats();
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.equal(step.ledger.ok, 60);
    assert.ok((step.service_us.p50 ?? Infinity) < (step.latency_us.p50 ?? 0) / 2);
    // three seconds of work for two connections, due within two
    const truthMs = waitsByLog(seen, 60, 30).at(-1) ?? 0;
    const maxMs = (step.latency_us.max ?? 0) / 1000;
    const readLateMs = (step.parts_us?.read_late.max ?? 0) / 1000;
    assert.ok(
      truthMs > 900 && Math.abs(maxMs - truthMs) < 100 + readLateMs,
      `max ${maxMs} ms, by the log ${truthMs} ms`,
    );
    assert.match(step.notes.join(' '), /All 2 connections were busy .*; \d+ connections would do/);
    const needed = step.connections?.needed ?? 0;
    const underWay = (30 * (step.service_us.mean ?? 0)) / 1e6;
    assert.ok(needed >= 30 * 0.1 && needed <= 2 * underWay + 2, `${needed} for ${underWay} under way`);
    assert.ok((step.pacing_error_us.p50 ?? Infinity) < (step.latency_us.p50 ?? 0) / 4);
  });

  test('the closed model keeps its number of requests under way and no more', async () => {
    const server = await startServer({ delayMs: 50 });
    const { scenario, result } = await attack(server.port, {
      concurrency: '4',
      duration: '2s',
      warmup: '300ms',
    });
    const { mostStartsAtOnce } = await server.stats();
    await server.close();
    const step = stepOf(scenario, 'start');
    assert.equal(ledgerImbalance(step.ledger), null);
    assert.equal(mostStartsAtOnce, 4, 'by the server, however busy this machine is');
    assert.equal(step.connections?.waited ?? 0, 0, 'a fifth would wait for a connection');
    assert.ok(step.ledger.ok <= 164, String(step.ledger.ok));
    const underWay = (step.ledger.ok * (step.service_us.mean ?? 0)) / 1e6 / (step.duration_ms / 1000);
    const isStarved = (result.generator?.event_loop_delay_us.p99 ?? 0) > 20_000; // then nobody sends the next one in time
    assert.ok((underWay > 3 || isStarved) && underWay < 4.4, String(underWay));
    assert.deepEqual([step.concurrency, step.rate_per_second, step.pacing_error_us.max], [4, null, null]);
  });

  test('the first byte is timed apart from the whole response, and connecting apart from both', async () => {
    const server = await startServer({ delayMs: 300, bodyAfterMs: 60 });
    const { scenario } = await attack(server.port, {
      rate: '15',
      duration: '2s',
      warmup: '0',
      connections: '7',
    });
    await server.close();
    const { first_byte_us, service_us } = stepOf(scenario, 'start');
    assert.deepEqual([first_byte_us.count, service_us.count], [30, 30]);
    assert.ok((first_byte_us.p50 ?? 0) >= 299_000);
    assert.ok((service_us.p50 ?? 0) - (first_byte_us.p50 ?? 0) > 30_000);
    const connect = scenario.connect ?? assert.fail('no connection was made');
    const made = connect.tcp_us.count;
    assert.ok(made >= 1 && made <= 7, String(made));
    assert.equal(connect.tls_us, null);
    assert.ok((connect.tcp_us.p50 ?? connect.tcp_us.max ?? Infinity) < (first_byte_us.p50 ?? 0));
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
    const { ledger, service_us, duration_ms } = stepOf(scenario, 'start');
    const underWay = (ledger.ok * ((service_us.mean ?? 0) / 1000 + 150)) / duration_ms;
    assert.ok(ledger.ok <= 40 && underWay > 3 && underWay < 4.4, `${ledger.ok}, ${underWay} under way`);
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
