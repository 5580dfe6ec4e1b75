import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { createServer, type AddressInfo } from 'node:net';
import test, { suite } from 'node:test';
import { quantileSorted } from 'd3-array';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import {
  attack,
  causeOf,
  assertOutcome,
  isStarved,
  CANARY_KEY,
  startServer,
  stepOf,
  type Attempt,
  type AttemptOptions,
  type Behaviour,
} from './servers.ts';

async function against(
  behaviour: Behaviour,
  options: AttemptOptions,
): Promise<Attempt & { readonly seen: number; readonly servicesMs: readonly number[] }> {
  const server = await startServer(behaviour);
  const attempt = await attack(server.port, { warmup: '0', ...options });
  const { byCommand, servicesMs } = await server.stats();
  await server.close();
  for (const { ledger } of attempt.scenario.steps) assert.equal(ledgerImbalance(ledger), null);
  assert.ok(!JSON.stringify(attempt.result).includes(CANARY_KEY));
  return { ...attempt, seen: byCommand['start'] ?? 0, servicesMs };
}

test('a refused port is tried a bounded number of times', async () => {
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  const { port } = holder.address() as AddressInfo;
  await new Promise((done) => holder.close(done));
  let attempts = 0;
  const count = (): number => (attempts += 1);
  diagnostics.subscribe('net.client.socket', count);
  const began = performance.now();
  const { scenario, result } = await attack(port, { rate: '50', duration: '5s', connections: '10' });
  diagnostics.unsubscribe('net.client.socket', count);
  assert.equal(scenario.inconclusive?.cause, 'environment-down');
  assert.equal(result.inconclusive?.cause, 'environment-down');
  assert.ok(attempts >= 3 && attempts <= 60, `${attempts} attempts`);
  assert.ok(performance.now() - began < 4000);
  assert.ok(scenario.thresholds.every(({ outcome }) => outcome === 'inconclusive'));
});

test('each dropped connection is one transport error, and the others are timed as if nothing had been', async () => {
  const { scenario, result, seen, servicesMs } = await against(
    { delayMs: 500, dropEvery: 10 }, // so long that the lateness of a busy machine is little beside it
    { rate: '50', duration: '2s', connections: '60' },
  );
  const { ledger, latency_us, failures, pacing_error_us: late } = stepOf(scenario, 'start');
  assert.deepEqual([ledger.sent, seen, ledger.transport_error, ledger.ok], [100, 100, 10, 90]);
  // What the server itself took, and what the generator says that it lost on the way there and back.
  const lost = 40_000 + (late.max ?? 0) + (result.generator?.event_loop_delay_us.max ?? 0);
  const sortedMs = servicesMs.toSorted((a, b) => a - b);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
  ] as const) {
    const tookUs = (quantileSorted(sortedMs, share) ?? 0) * 1000;
    const saidUs = latency_us[name] ?? 0;
    assert.ok(
      saidUs > tookUs - 10_000 && saidUs < tookUs + lost,
      `${name} ${saidUs} µs, the server ${tookUs} µs`,
    );
  }
  assert.equal(failures[0]?.cause, 'connection reset');
  assert.equal(failures[0].exchange?.failure?.kind, 'reset');
  assert.ok(
    failures[0].exchange.request.headers.some(
      ([name, value]) => name === 'authorization' && value === '[redacted]',
    ),
  );
});

suite('faults of the target', { concurrency: 5 }, () => {
  test('a hanging server is counted as time-outs, and the percentiles are lower bounds', async () => {
    const { scenario } = await against(
      { hangEvery: 1 },
      {
        rate: '20',
        duration: '1500ms',
        connections: '60',
        timeout: '12s', // so long that all have left before the first of them ends the load
        threshold: ['latency_ms_p50 < 3000', 'latency_ms_p50 < 20s'],
      },
    );
    const { ledger, latency_us, notes } = stepOf(scenario, 'start');
    assert.equal(ledger.timeout, 30, JSON.stringify(ledger));
    assert.deepEqual(latency_us.at_least, ['p50', 'p90', 'max']);
    assert.ok((latency_us.p50 ?? 0) >= 11_999_000);
    assert.equal(scenario.inconclusive?.cause, 'environment-down');
    for (const expression of ['latency_ms_p50 < 3000', 'latency_ms_p50 < 20s'])
      assertOutcome({ scenario, expression, outcome: 'broken' });
    assert.ok(notes.some((note) => note.includes('starts went unanswered')));
  });

  test('a body cut short is a transport error', async () => {
    const { scenario } = await against({ cutEvery: 4 }, { rate: '40', duration: '1s' });
    const { ledger, failures } = stepOf(scenario, 'start');
    assert.deepEqual(
      [ledger.ok, ledger.transport_error, failures[0]?.cause],
      [30, 10, 'connection cut-short'],
    );
  });

  test('a 200 with a broken schema is invalid', async () => {
    const schema = await against({ wrongSchema: true }, { rate: '30', duration: '1s' });
    assert.equal(stepOf(schema.scenario, 'start').ledger.invalid, 30);
    assert.match(stepOf(schema.scenario, 'start').failures[0]?.cause ?? '', /schema broken at .*created_at/);
    assert.equal(causeOf(schema.scenario), null);
    assert.equal(schema.runs.spend().ended_by.stopped, 30);
  });

  test('a 200 of another content type is invalid', async () => {
    const type = await against({ contentType: 'text/plain' }, { rate: '30', duration: '500ms' });
    assert.equal(stepOf(type.scenario, 'start').ledger.invalid, 15);
  });

  test('a resume that answers with another run is invalid', async () => {
    const run = await against({ wrongRun: true }, { names: ['resume'], rate: '20', duration: '500ms' });
    assert.equal(stepOf(run.scenario, 'resume').ledger.invalid, 10);
  });

  test('a character split between two packets arrives whole', async () => {
    const { scenario } = await against({ splitUtf8: true }, { rate: '30', duration: '1s' });
    assert.equal(stepOf(scenario, 'start').ledger.ok, 30);
  });

  test('Retry-After holds everything back for its time, and the wait is in the latency', async () => {
    const { scenario } = await against(
      { throttle: { after: 10, count: 1, retryAfterS: 1 } },
      { rate: '20', duration: '2s', timeout: '5s' },
    );
    const { ledger, http_error_by_status, latency_us, seconds } = stepOf(scenario, 'start');
    assert.deepEqual([ledger.ok, ledger.http_error, http_error_by_status], [39, 1, { 429: 1 }]);
    assert.ok((latency_us.max ?? 0) > 850_000, String(latency_us.max));
    assert.equal(seconds[0]?.throttled, 1);
    assert.equal(causeOf(scenario), null);
  });

  test('what the target asked for at the end of a scenario is kept before its runs are stopped and before the next', async () => {
    const server = await startServer({ throttle: { after: 19, count: 1, retryAfterS: 4 } });
    const { result, lines, runs } = await attack(server.port, {
      names: ['start', 'data'],
      rate: '20',
      duration: '1s',
      warmup: '0',
      timeout: '3s',
    });
    const { arrivalsMs } = await server.stats();
    await server.close();
    const pauseMs = (arrivalsMs[20] ?? 0) - (arrivalsMs[19] ?? 0);
    assert.ok(pauseMs >= 3950, `${pauseMs} ms after the 429`);
    assert.ok(
      lines.some((line) => /^start: waiting [0-4]\.\d s, as the target asked/.test(line)),
      lines.join(),
    );
    assert.equal(result.scenarios[1]?.steps[0]?.ledger.ok, 20);
    assert.equal(runs.spend().ended_by.left_running, 0);
  });

  test('an environment that throttles throughout is told apart from an API that fails', async () => {
    // A pause that is longer than the load; a longer one would only make the clean-up wait.
    const { scenario, seen } = await against(
      { throttle: { after: 5, count: 3, retryAfterS: 3 } },
      // One at a time, however late this machine is; what is held back waits for less than the pause.
      { rate: '20', duration: '1500ms', connections: '1', timeout: '2s' },
    );
    const { ledger } = stepOf(scenario, 'start');
    assert.deepEqual([ledger.intended, ledger.ok], [30, 5]);
    assert.ok(seen <= 8, `${seen} requests: nothing is sent while the target has asked for a pause`);
    assert.equal(scenario.inconclusive?.cause, 'throttled');
  });

  test('500s stop the load and break the thresholds; they are not the environment', async () => {
    const { scenario, seen } = await against(
      { status: 500 },
      { rate: '100', duration: '2s', connections: '10' }, // so few, or a busy machine has more of them under way
    );
    const { ledger, notes } = stepOf(scenario, 'start');
    assert.equal(causeOf(scenario), null);
    assert.ok(ledger.http_error >= 51 && ledger.http_error < 75, String(ledger.http_error));
    assert.equal(seen, ledger.sent);
    assert.ok(notes.some((note) => note.startsWith('Stopped early')));
    assertOutcome({ scenario, expression: 'error_rate < 1%', outcome: 'broken' });
  });

  test('a threshold with abort_on_fail ends the load once it is broken', async () => {
    const { scenario } = await against(
      { delayMs: 100 },
      {
        rate: '40',
        duration: '20s',
        threshold: ['latency_ms_p50 < 50 abort_on_fail=1s', 'error_rate < 1% abort_on_fail=1s'],
      },
    );
    const { duration_ms, notes } = stepOf(scenario, 'start');
    assert.ok(duration_ms >= 1000, String(duration_ms));
    if (isStarved(scenario)) return; // nothing is called broken then, and nothing ended for it
    assert.ok(duration_ms < 4000, String(duration_ms));
    assert.ok(notes.some((note) => note.startsWith('Stopped early: start: latency_ms_p50')));
    assert.deepEqual(
      scenario.thresholds.map(({ outcome }) => outcome),
      ['broken', 'met'],
    );
  });

  test('a refused key and an absent operation end the load after three responses', async () => {
    const rows = [
      [401, 'key-refused'],
      [403, 'key-refused'],
      [404, 'operation-not-deployed'],
    ] as const;
    for (const [status, cause] of rows) {
      const { scenario, result, seen } = await against(
        { status },
        { names: ['start', 'resume'], rate: '20', duration: '2s', connections: '1' },
      );
      assert.equal(scenario.inconclusive?.cause, cause);
      assert.ok(seen >= 1 && seen <= 3, `${seen} requests`);
      assert.deepEqual(
        result.scenarios.map(({ inconclusive }) => inconclusive?.cause),
        [cause, 'not-run'],
      );
    }
  });

  test('a server that restarts is found again', async () => {
    const first = await startServer({ delayMs: 5 });
    const ending = new AbortController();
    const running = attack(first.port, {
      rate: '40',
      duration: '60s',
      warmup: '0',
      connections: '5',
      timeout: '60s',
      breakerConnects: '1000', // however long the restart takes here
      signal: ending.signal,
    });
    await untilReceived(first, 10);
    await first.close();
    const second = await startServer({ delayMs: 5, port: first.port });
    await untilReceived(second, 20);
    ending.abort();
    const { scenario } = await running;
    await second.close();
    const { ledger } = stepOf(scenario, 'start');
    assert.equal(ledgerImbalance(ledger), null);
    assert.ok(ledger.ok >= 25, JSON.stringify(ledger));
  });
});

async function untilReceived(
  server: Awaited<ReturnType<typeof startServer>>,
  requests: number,
): Promise<void> {
  while ((await server.stats()).requests < requests) await new Promise((done) => setTimeout(done, 50));
}
