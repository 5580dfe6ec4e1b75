import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { runLoad } from '../../load/run.ts';
import { attack, operation, startServer, stepOf, targetAt } from './servers.ts';
import { parseLoadOptions } from '../../load/options/read.ts';

suite('runs under load', { concurrency: 4 }, () => {
  test('a chain has a step for each command and one for the whole', async () => {
    const server = await startServer({ delayMs: 20 });
    const { scenario, runs } = await attack(server.port, {
      names: ['start-resume'],
      rate: '20',
      duration: '2s',
      warmup: '200ms',
    });
    const seen = await server.stats();
    await server.close();
    assert.deepEqual(
      scenario.steps.map(({ name }) => name),
      ['start', 'pause', 'resume', 'stop', 'start-resume'],
    );
    for (const { ledger } of scenario.steps)
      assert.deepEqual([ledger.ok, ledgerImbalance(ledger)], [40, null]);
    const whole = stepOf(scenario, 'start-resume').latency_us.mean ?? 0;
    const commands = ['start', 'pause', 'resume', 'stop'];
    const sum = commands.reduce((us, name) => us + (stepOf(scenario, name).latency_us.mean ?? 0), 0);
    assert.ok(whole > 79_000 && Math.abs(whole - sum) < 5000 + sum * 0.05, `${whole} of ${sum} µs`);
    assert.deepEqual(seen.byCommand, { start: 44, pause: 44, resume: 44, stop: 44 });
    assert.equal(runs.spend().ended_by.left_running, 0);
  });

  test('a chain goes no further than its first refusal, and its run is stopped all the same', async () => {
    const server = await startServer({ status: 500, statusFor: 'resume' });
    const { scenario, runs } = await attack(server.port, {
      names: ['start-resume'],
      rate: '20',
      duration: '1s',
      warmup: '0',
    });
    const seen = await server.stats();
    await server.close();
    const ledgers = scenario.steps.map(({ ledger }) => [ledger.ok, ledger.http_error]);
    assert.deepEqual(ledgers, [
      [20, 0],
      [20, 0],
      [0, 20],
      [0, 0],
      [0, 20],
    ]);
    assert.match(stepOf(scenario, 'start-resume').failures[0]?.cause ?? '', /at resume: status 500/);
    assert.equal(runs.spend().ended_by.stopped, 20);
    assert.deepEqual(seen.openRuns, []);
  });

  test('the cap on started runs is never passed', async () => {
    const server = await startServer({ delayMs: 5 });
    const { scenario, runs } = await attack(server.port, {
      rate: '50',
      duration: '1s',
      warmup: '0',
      cap: 12,
    });
    const seen = await server.stats();
    await server.close();
    const { ledger } = stepOf(scenario, 'start');
    assert.deepEqual([seen.byCommand['start'], ledger.sent, ledgerImbalance(ledger)], [12, 12, null]);
    assert.equal(scenario.inconclusive?.cause, 'budget-exhausted');
    assert.equal(runs.spend().ended_by.stopped, 12);
  });

  test('a refused start gives its reservation back', async () => {
    const server = await startServer({ status: 409 });
    // closed, so that never more are on their way than the cap allows, however late this machine is
    const { scenario } = await attack(server.port, {
      concurrency: '5',
      duration: '3s',
      warmup: '0',
      cap: 10,
    });
    const seen = await server.stats();
    await server.close();
    const { ledger } = stepOf(scenario, 'start');
    assert.ok(ledger.http_error > 10, String(ledger.http_error));
    assert.equal(ledger.sent, seen.byCommand['start']);
  });

  test('an interruption closes the books and stops every run', async () => {
    const server = await startServer({ delayMs: 50 });
    const controller = new AbortController();
    const running = attack(server.port, {
      names: ['start', 'resume'],
      rate: '30',
      duration: '20s',
      warmup: '0',
      connections: '20',
      signal: controller.signal,
    });
    await new Promise((done) => setTimeout(done, 1500));
    const began = performance.now();
    controller.abort();
    const { scenario, result, runs } = await running;
    const seen = await server.stats();
    await server.close();
    assert.ok(performance.now() - began < 5000);
    const { ledger, duration_ms } = stepOf(scenario, 'start');
    assert.equal(ledgerImbalance(ledger), null);
    assert.ok(ledger.intended >= 25 && ledger.intended <= 50, String(ledger.intended));
    assert.equal(ledger.sent, seen.byCommand['start']);
    assert.ok(duration_ms < 2000);
    assert.equal(result.inconclusive?.cause, 'interrupted');
    assert.deepEqual(
      result.scenarios.map(({ inconclusive }) => inconclusive?.cause),
      ['interrupted', 'not-run'],
    );
    assert.deepEqual(seen.openRuns, []);
    assert.equal(runs.spend().ended_by.left_running, 0);
  });

  test('load that is not allowed sends nothing', async () => {
    const parsed = parseLoadOptions(['start'], {});
    assert.ok('plan' in parsed);
    const never = (): never => {
      throw new Error('must not be asked');
    };
    const runs = {
      path: '/nonexistent',
      reserve: never,
      release: never,
      started: never,
      tokens: never,
      ended: never,
      open: never,
      startedBy: never,
      unknownStarts: never,
      toldUnknown: never,
      mostOpen: never,
      spend: never,
      close: never,
    };
    const result = await runLoad(parsed.plan, {
      operation,
      target: { ...targetAt('http://127.0.0.1:9'), loadAllowed: false },
      runs,
      signal: new AbortController().signal,
      say: () => undefined,
      progress: () => undefined,
      outDir: '/nonexistent',
    });
    assert.equal(result.inconclusive?.cause, 'not-run');
    assert.match(result.inconclusive.sentence, /HARNESS_ALLOW_HOSTS/);
  });
});
