import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/ledger.ts';
import { runLoad } from '../../load/run.ts';
import { attack, operation, startServer, stepOf, targetAt } from './servers.ts';
import { parseLoadOptions } from '../../load/options.ts';

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
    const whole = stepOf(scenario, 'start-resume').latency_us;
    assert.ok((whole.p50 ?? 0) > 80_000 && (whole.p50 ?? 0) < 110_000, String(whole.p50));
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

  test('resumes use prepared runs again and again, and pause them beside the load', async () => {
    const server = await startServer({ delayMs: 10 });
    const { scenario, runs } = await attack(server.port, {
      names: ['resume'],
      rate: '20',
      duration: '2s',
      warmup: '0',
      connections: '2',
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(stepOf(scenario, 'resume').ledger.ok, 40);
    assert.deepEqual(seen.byCommand, { start: 8, pause: 48, resume: 40, stop: 8 });
    assert.deepEqual([runs.spend().workflow_runs_started, runs.spend().ended_by.stopped], [8, 8]);
  });

  test('data uses started runs again and again', async () => {
    const server = await startServer({ delayMs: 10 });
    const { scenario, runs } = await attack(server.port, {
      names: ['data'],
      rate: '20',
      duration: '2s',
      warmup: '0',
      connections: '2',
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(stepOf(scenario, 'data').ledger.ok, 40);
    assert.deepEqual(seen.byCommand, { start: 8, data: 40, stop: 8 });
    assert.equal(runs.spend().ended_by.stopped, 8);
  });

  test('pauses use started runs, which are resumed beside the load', async () => {
    const server = await startServer({ delayMs: 10 });
    const { scenario } = await attack(server.port, {
      names: ['pause'],
      rate: '20',
      duration: '2s',
      warmup: '0',
      connections: '2',
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(stepOf(scenario, 'pause').ledger.ok, 40);
    assert.deepEqual(seen.byCommand, { start: 8, pause: 40, resume: 40, stop: 8 });
  });

  test('each stop has a run of its own, and exactly as many are started', async () => {
    const server = await startServer({ delayMs: 10 });
    const { scenario, runs } = await attack(server.port, {
      names: ['stop'],
      rate: '20',
      duration: '2s',
      warmup: '200ms',
      connections: '2',
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(stepOf(scenario, 'stop').ledger.ok, 40);
    assert.equal(scenario.inconclusive, null);
    assert.deepEqual(seen.byCommand, { start: 44, stop: 44 });
    const { workflow_runs_started, ended_by } = runs.spend();
    assert.deepEqual([workflow_runs_started, ended_by.stopped, ended_by.left_running], [44, 44, 0]);
  });

  test('a mix sends each command by its weight, each with a ledger of its own', async () => {
    const server = await startServer({ delayMs: 10 });
    const { scenario, runs } = await attack(server.port, {
      names: ['mixed'],
      mix: 'start=1,data=5,resume=3,stop=1',
      rate: '40',
      duration: '2s',
      warmup: '0',
    });
    const seen = await server.stats();
    await server.close();
    assert.deepEqual(
      scenario.steps.map(({ name, ledger, rate_per_second }) => [name, ledger.ok, rate_per_second]),
      [
        ['start', 8, 4],
        ['data', 40, 20],
        ['resume', 24, 12],
        ['stop', 8, 4],
        ['mixed', 80, 40],
      ],
    );
    for (const { ledger } of scenario.steps) assert.equal(ledgerImbalance(ledger), null);
    assert.deepEqual([seen.byCommand['data'], seen.byCommand['resume']], [40, 24]);
    assert.deepEqual(seen.openRuns, []);
    assert.equal(runs.spend().ended_by.left_running, 0);
  });

  test('runs that end by themselves under data are replaced, and then the load ends', async () => {
    const server = await startServer({ status: 409, statusFor: 'data' });
    const { scenario } = await attack(server.port, { names: ['data'], rate: '20', duration: '2s' });
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'too-few-samples');
    assert.match(scenario.inconclusive.sentence, /data/);
  });

  test('runs that can never be paused are not resumed, and that is said', async () => {
    const server = await startServer({ status: 409, statusFor: 'pause' });
    const { scenario, runs } = await attack(server.port, { names: ['resume'], rate: '20', duration: '1s' });
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'too-few-samples');
    assert.match(scenario.inconclusive.sentence, /409/);
    assert.equal(stepOf(scenario, 'resume').ledger.sent, 0);
    assert.equal(runs.spend().ended_by.left_running, 0);
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
    const { scenario } = await attack(server.port, { rate: '20', duration: '1s', warmup: '0', cap: 3 });
    await server.close();
    assert.equal(stepOf(scenario, 'start').ledger.http_error, 20);
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
      reserve: never,
      release: never,
      started: never,
      ended: never,
      open: never,
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
