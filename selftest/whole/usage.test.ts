import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

test('every issue is told at once, with exit code 2 and nothing sent', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: [
        'load',
        'no-such-scenario',
        '--rate',
        '0',
        '--duration',
        '30',
        '--threshold',
        'latency is nice',
        '--seed',
        'x',
        '--out',
        '/dev/null/report',
      ],
      env: { INTERACTLY_BASE_URL: sandbox.url, INTERACTLY_WORKFLOW_ID: 'x'.repeat(23) },
    });
    assert.equal(ran.code, 2);
    for (const word of [
      'INTERACTLY_API_KEY',
      'INTERACTLY_WORKFLOW_ID',
      'no-such-scenario',
      '--rate',
      '--duration',
      'latency is nice',
      '--seed',
      '--out',
    ]) {
      assert.ok(ran.stderr.includes(word), `${word}: ${ran.stderr}`);
    }
    assert.doesNotMatch(ran.stderr, /\n\s+at /);
    assert.equal(sandbox.stats().requests, 0);
  } finally {
    await sandbox.close();
  }
});

test('each single issue ends with exit code 2 and one sentence', async () => {
  const rows: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
    [['contract', '--seed', '-1'], {}, /--seed/],
    [['contract', '--seed', 'seven'], {}, /--seed is "seven"/],
    [['contract', '--budget-runs', '0'], {}, /--budget-runs/],
    [['contract', '--budget-requests', '0'], {}, /--budget-requests is "0"/],
    [['contract', '--budget-requests', '1.5'], {}, /--budget-requests is "1.5"/],
    [['contract', '--budget-requests', 'few'], {}, /--budget-requests is "few"/],
    [['contract', '--replay', 'no/such/case'], {}, /no\/such\/case/],
    [['contract', '--only', 'no such case'], {}, /--only "no such case" is in the id or title of no case/],
    [
      ['contract', '--commands', 'start,begin'],
      {},
      /^--commands names "begin".*start, data, resume, pause, stop[^.]*\.$/m,
    ],
    [
      ['contract', '--commands', ''],
      {},
      /^--commands names no command; .*start, data, resume, pause, stop[^.]*\.$/m,
    ],
    [['start', '--commands', ','], {}, /^--commands names no command; [^.]*\.$/m],
    [
      ['contract', '--commands', 'start', '--only', 'value/'],
      {},
      /^--only and --commands exclude each other/m,
    ],
    [['contract', '--replay', 'property/violations@x'], {}, /violations@x/],
    [['contract', '--fault', 'no-such-fault'], {}, /no-such-fault/],
    [['contract', '--profile', 'no-such-profile'], {}, /no-such-profile/],
    [['contract'], { INTERACTLY_BASE_URL: 'not a url' }, /INTERACTLY_BASE_URL/],
    [['contract'], { HARNESS_ENV_FILE: '/no/such/file' }, /HARNESS_ENV_FILE names \/no\/such\/file/],
    [['load'], {}, /scenario/],
    [['report', '/no/such/result.json'], {}, /result\.json/],
    [['no-such-command'], {}, /no-such-command/],
  ];
  for (const [args, env, pattern] of rows) {
    const ran = await callCli({ args, env });
    assert.equal(ran.code, 2, `${args.join(' ')}: ${ran.stderr}${ran.stdout}`);
    assert.match(ran.stderr, pattern);
    assert.doesNotMatch(ran.stderr, /\n\s+at /);
  }
});

test('load outside loopback is refused unless it is allowed, and a plan over the cap is refused with the number to set', async () => {
  const env = {
    INTERACTLY_BASE_URL: 'https://api.example.test',
    INTERACTLY_API_KEY: CANARY_KEY,
    INTERACTLY_WORKFLOW_ID: 'x'.repeat(24),
  };
  const load = await callCli({ args: ['load', 'start', '--plan'], env });
  assert.equal(load.code, 2);
  assert.match(load.stderr, /HARNESS_ALLOW_HOSTS/);
  const over = await callCli({
    args: ['load', 'start', '--plan', '--rate', '50', '--duration', '60s'],
    env: { ...env, HARNESS_ALLOW_HOSTS: 'api.example.test' },
  });
  assert.equal(over.code, 2);
  assert.match(over.stderr, /set HARNESS_MAX_RUNS to at least 3\d{3}/);
});

test('a plan prints target, cases, runs and caps, and sends nothing', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({ args: ['start', '--plan'], env: targeting(sandbox) });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^target: http:\/\/127\.0\.0\.1/);
    assert.match(
      ran.stdout,
      /plan: contract: \d+ cases.* about \d+ requests \(no cap\), about \d+ runs \(no cap\)/,
    );
    assert.match(ran.stdout, /plan: load: start/);
    assert.match(ran.stdout, /caps: /);
    assert.equal(sandbox.stats().requests, 0);
    assert.deepEqual(readdirSync(ran.outDir), []);
  } finally {
    await sandbox.close();
  }
});

test('the shipped nightly plan fits the default cap outside loopback', async () => {
  const env = {
    INTERACTLY_BASE_URL: 'https://api.example.test',
    INTERACTLY_API_KEY: CANARY_KEY,
    INTERACTLY_WORKFLOW_ID: 'x'.repeat(24),
    HARNESS_ALLOW_HOSTS: 'api.example.test',
  };
  const ran = await callCli({ args: ['start', '--plan'], env });
  assert.equal(ran.code, 0, ran.stderr);
});

test('a result file that is none is refused in one sentence', async () => {
  const probe = await runCli({ args: ['contract', '--plan'] });
  const path = join(probe.outDir, 'broken.json');
  for (const text of ['{', '{}', '[]']) {
    writeFileSync(path, text);
    const ran = await runCli({ args: ['report', path] });
    assert.equal(ran.code, 2, text);
    assert.equal(ran.stderr.trim().split('\n').length, 1, ran.stderr);
  }
});

test('what is refused leaves no folder behind', async () => {
  const { outDir } = await runCli({ args: ['contract', '--plan'] });
  const remote = {
    INTERACTLY_BASE_URL: 'https://api.example.test',
    INTERACTLY_API_KEY: CANARY_KEY,
    INTERACTLY_WORKFLOW_ID: 'x'.repeat(24),
  };
  const rows: readonly (readonly [readonly string[], Record<string, string>])[] = [
    [['load', 'start', '--rate', '2', '--duration', '3s', '--threshold', 'latency_ms_p99 < 9'], {}],
    [['contract', '--fault', 'no-such-fault'], {}],
    [['load', 'start'], remote],
  ];
  for (const [args, env] of rows) {
    const ran = await runCli({ args: [...args, '--out', join(outDir, 'runs', 'one')], env });
    assert.equal(ran.code, 2, ran.stdout);
    assert.deepEqual(readdirSync(outDir), [], args.join(' '));
  }
});
