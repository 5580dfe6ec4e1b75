import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, test } from 'node:test';
import { callCli } from './called.ts';
import { removeOutputs, runCli, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

const LOAD = ['load', 'start', '--warmup', '0', '--duration'];

test('a closed terminal ends a run like Ctrl-C, however often it says so: there is a result, and no run is left', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: [...LOAD, '2m', '--rate', '10'],
      env: targeting(sandbox),
      whileRunning: async (child) => {
        while (sandbox.stats().requests < 5) await sleep(50);
        for (let times = 0; times < 3; times += 1) {
          child.kill('SIGHUP');
          await sleep(50);
        }
      },
    });
    assert.equal(ran.code, 130, ran.stdout + ran.stderr);
    const { run, spend } = ran.result();
    assert.equal(run.interrupted, true);
    assert.ok(spend.workflow_runs_started > 0);
    assert.equal(spend.ended_by.left_running, 0);
    assert.deepEqual(Object.keys(sandbox.stats().runs), ['cancelled']);
  } finally {
    await sandbox.close();
  }
});

test('a pipe that closes ends no run: its report is written, and nothing is said of it', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: ['contract', '--replay', 'negative/command/type-number', '--seed', '1'],
      env: targeting(sandbox),
      whileRunning: (child) => {
        child.stdout?.destroy();
        return Promise.resolve();
      },
    });
    assert.deepEqual([ran.code, ran.stderr], [ran.result().verdict === 'GO' ? 0 : 3, '']);
    assert.ok(existsSync(join(ran.outDir, 'index.html')));
  } finally {
    await sandbox.close();
  }
});

test('a folder that holds another run is refused, and nothing is sent', async () => {
  const sandbox = await sandboxHere();
  try {
    const args = ['contract', '--only', 'negative/command', '--seed', '1'];
    const first = await callCli({ args, env: targeting(sandbox) });
    const before = readFileSync(join(first.outDir, 'result.json'), 'utf8');
    const { requests } = sandbox.stats();
    for (const again of [args, [...LOAD, '5s']]) {
      const second = await callCli({ args: [...again, '--out', first.outDir], env: targeting(sandbox) });
      assert.equal(second.code, 2, second.stdout);
      assert.match(second.stderr, /^--out is .*, which already holds another run; give a directory/);
    }
    const planned = await callCli({
      args: [...args, '--plan', '--out', first.outDir],
      env: targeting(sandbox),
    });
    assert.equal(planned.code, 0, planned.stderr);
    assert.equal(sandbox.stats().requests, requests);
    assert.equal(readFileSync(join(first.outDir, 'result.json'), 'utf8'), before);
  } finally {
    await sandbox.close();
  }
});

test('what newcomers type is refused with the line to type, and nothing is sent', async () => {
  const sandbox = await sandboxHere();
  const target = targeting(sandbox);
  const rows: readonly (readonly [args: readonly string[], env: Record<string, string>, says: RegExp])[] = [
    [[...LOAD, '20s', '--threshold', 'error_rate < 1'], {}, /would mean 100 %; write 'error_rate < 1%'\.\n$/],
    [
      ['load', 'capacity', '--slo', 'error_rate{command=start} <= 2 abort_on_fail=5s'],
      {},
      /would mean 200 %; write 'error_rate\{command=start\} <= 2% abort_on_fail=5s'\.\n$/,
    ],
    [['contract'], { INTERACTLY_BASE_URL: '' }, /set INTERACTLY_BASE_URL=https/],
    [['contract'], { INTERACTLY_API_KEY: 'Bearer abcdefghijkl' }, /begins with the word Bearer/],
    [
      ['contract'],
      { INTERACTLY_BASE_URL: `${sandbox.url}/workflows/v1/workflow-runs` },
      new RegExp(`set INTERACTLY_BASE_URL=${sandbox.url} instead\\.`),
    ],
  ];
  try {
    for (const [args, env, says] of rows) {
      const ran = await callCli({ args, env: { ...target, ...env } });
      assert.deepEqual([ran.code, ran.stdout], [2, ''], args.join(' '));
      assert.match(ran.stderr, says);
      assert.ok(!existsSync(join(ran.outDir, 'result.json')));
    }
    assert.equal(sandbox.stats().requests, 0);
  } finally {
    await sandbox.close();
  }
});
