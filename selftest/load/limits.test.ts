import assert from 'node:assert/strict';
import test from 'node:test';
import { fullCoreOf, GeneratorWatch } from '../../load/metrics/generator-health.ts';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { parseLoadCaps } from '../../target/settings.ts';
import { attack, startServer, stepOf } from './servers.ts';

test('a generator that is kept from sending makes its step inconclusive and says what helps', async () => {
  const server = await startServer({ delayMs: 5 });
  const busy = setInterval(() => {
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs);
  }, 80);
  const { scenario, result } = await attack(server.port, {
    rate: '100',
    duration: '3s',
    warmup: '0',
    threshold: ['latency_ms_p50 < 1', 'error_rate < 1%'],
  });
  clearInterval(busy);
  await server.close();
  const step = stepOf(scenario, 'start');
  assert.equal(scenario.inconclusive, null);
  assert.equal(step.limited_by?.cause, 'generator-saturated');
  assert.match(step.notes.join(' '), /sent late .*--processes/);
  assert.deepEqual(
    scenario.thresholds.map(({ outcome, cause }) => [outcome, cause]),
    [
      ['inconclusive', 'generator-saturated'],
      ['met', undefined],
    ],
  );
  assert.equal(step.ledger.ok, 300);
  const { generator } = result;
  assert.ok(generator?.saturated === true && generator.cpu > 0.1, JSON.stringify(generator));
  assert.ok(generator.event_loop_delay_us.max > 30_000);
  assert.ok((generator.gc?.count ?? -1) >= 0);
});

test('the time between two stretches is no delay of the event loop', async () => {
  const watch = new GeneratorWatch();
  const stage = async (): Promise<void> => {
    watch.begin();
    await new Promise((resolve) => setTimeout(resolve, 100));
    watch.end();
  };
  await stage();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await stage();
  const { max } = watch.health(null).event_loop_delay_us;
  assert.ok(max < 1_500_000, String(max));
});

test('in the closed model a whole core in use is the bottleneck', () => {
  assert.equal(fullCoreOf(0.6), null);
  assert.match(fullCoreOf(0.99) ?? '', /99 % of a core.*--processes/);
});

test('the cap on requests ends a closed load to the request', async () => {
  const server = await startServer({ delayMs: 5 });
  const { scenario, runs } = await attack(server.port, {
    concurrency: '4',
    duration: '20s',
    warmup: '0',
    caps: { requests: 40 },
  });
  const seen = await server.stats();
  await server.close();
  const { ledger, duration_ms } = stepOf(scenario, 'start');
  assert.equal(scenario.inconclusive?.cause, 'budget-exhausted');
  assert.match(scenario.inconclusive.sentence, /HARNESS_MAX_REQUESTS/);
  assert.equal(seen.byCommand['start'], 40);
  assert.equal(ledgerImbalance(ledger), null);
  assert.ok(duration_ms < 5000);
  assert.equal(runs.spend().ended_by.stopped, 40);
});

test('the cap on the rate holds in the closed model too', async () => {
  const server = await startServer({ delayMs: 1 });
  const { scenario } = await attack(server.port, {
    concurrency: '8',
    duration: '2s',
    warmup: '0',
    caps: { ratePerSecond: 30 },
  });
  await server.close();
  const { ledger } = stepOf(scenario, 'start');
  assert.ok(ledger.ok > 30 && ledger.ok <= 61, String(ledger.ok));
});

test('caps are parsed, and outside loopback there always are some', () => {
  const rows: readonly (readonly [
    environment: Record<string, string>,
    isLoopback: boolean,
    caps: unknown,
  ])[] = [
    [{}, true, [null, null, null]],
    [{}, false, [200, 50_000, 3_600_000]],
    [
      { HARNESS_MAX_RATE: '5', HARNESS_MAX_REQUESTS: '100', HARNESS_MAX_DURATION: '30s' },
      false,
      [5, 100, 30_000],
    ],
    [{ HARNESS_MAX_RATE: '5' }, true, [5, null, null]],
  ];
  for (const [environment, isLoopback, expected] of rows) {
    const parsed = parseLoadCaps(environment, isLoopback);
    assert.ok(parsed.ok);
    const { ratePerSecond, requests, durationMs } = parsed.value;
    assert.deepEqual([ratePerSecond, requests, durationMs], expected);
  }
  const wrong = parseLoadCaps(
    { HARNESS_MAX_RATE: '0', HARNESS_MAX_REQUESTS: '1.5', HARNESS_MAX_DURATION: '30' },
    true,
  );
  assert.ok(!wrong.ok && wrong.issues.length === 3);
});
