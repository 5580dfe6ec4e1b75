import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { attack, startServer, stepOf } from './servers.ts';

suite('prepared runs', { concurrency: 4 }, () => {
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
    const { scenario } = await attack(server.port, {
      names: ['data'],
      rate: '20',
      duration: '2s',
      connections: '1',
    });
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'runs-ended');
    assert.match(scenario.inconclusive.sentence, /data/);
  });

  test('runs that can never be paused are not resumed, and that is said', async () => {
    const server = await startServer({ status: 409, statusFor: 'pause' });
    const { scenario, runs } = await attack(server.port, { names: ['resume'], rate: '20', duration: '1s' });
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'runs-ended');
    assert.match(scenario.inconclusive.sentence, /409/);
    assert.equal(stepOf(scenario, 'resume').ledger.sent, 0);
    assert.equal(runs.spend().ended_by.left_running, 0);
  });
});
