import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, test } from 'node:test';
import { readResult } from '../../result/result-file.ts';
import { FAULTS } from '../../sandbox/faults.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting, type Ran } from './cli.ts';

after(removeOutputs);

const ARTEFACTS = ['result.json', 'index.html', 'junit.xml', 'summary.md'];

function assertWhole(ran: Ran): void {
  for (const name of ARTEFACTS)
    assert.ok(existsSync(join(ran.outDir, name)), `${name}: ${ran.stdout}${ran.stderr}`);
  readResult(join(ran.outDir, 'result.json')); // throws when it is not what the schema says
  assert.deepEqual(ran.filesWith(CANARY_KEY), []);
  assert.ok(!(ran.stdout + ran.stderr).includes(CANARY_KEY));
}

test('the whole night against the embedded sandbox is GO, accounts for every request and leaves no run behind', async () => {
  const ran = await runCli({ args: ['start', '--seed', '11'] });
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assertWhole(ran);
  assert.match(ran.stdout.split('\n')[0] ?? '', /embedded sandbox/);
  const { contract, load, spend, verdict } = ran.result();
  assert.equal(verdict, 'GO');
  assert.equal(contract?.cases.failed, 0);
  assert.deepEqual(
    load?.scenarios.map((scenario) => scenario.name),
    ['start', 'resume', 'start-resume'],
  );
  for (const step of load.scenarios.flatMap((scenario) => scenario.steps)) {
    const { intended, sent, shed, ok, http_error, invalid, transport_error, timeout, unfinished } =
      step.ledger;
    assert.equal(intended, sent + shed, step.name);
    assert.equal(sent, ok + http_error + invalid + transport_error + timeout + unfinished, step.name);
  }
  assert.equal(spend.ended_by.left_running, 0);
  assert.equal(spend.ended_by.stopped + spend.ended_by.completed, spend.workflow_runs_started);
});

test('a reader that goes away early takes neither the report nor the end of the runs with it', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: ['contract', '--seed', '1', '--only', 'lifecycle'],
      env: targeting(sandbox),
      whileRunning: (child) => {
        child.stdout?.once('data', () => child.stdout?.destroy());
        return Promise.resolve();
      },
    });
    assert.equal(ran.code, 0, ran.stderr);
    assertWhole(ran);
    assert.equal(ran.stderr, '');
    assert.equal(ran.result().spend.ended_by.left_running, 0);
  } finally {
    await sandbox.close();
  }
});

// Each class is in selftest/contract/kill.test.ts, without a process of its own.
test('faults of six classes are NO-GO and named by their rules, and the key is nowhere', async () => {
  for (const faultClass of ['shape', 'status', 'validation', 'authentication', 'identity', 'wire']) {
    const fault = FAULTS.find((one) => one.class === faultClass && one.weight === 'failure');
    assert.ok(fault !== undefined);
    const ran = await callCli({ args: ['contract', '--seed', '1', '--fault', fault.name] });
    assert.equal(ran.code, 1, `${fault.name}: ${ran.stdout}`);
    assert.match(
      ran.stdout,
      /^verdict: NO-GO\n[^]*It is the verdict on the embedded sandbox: no deployed API/m,
    );
    assertWhole(ran);
    assert.ok(
      ran
        .result()
        .contract?.findings.some((finding) => finding.check === fault.rule && finding.severity === 'failure'),
      fault.name,
    );
  }
});

test('a server that gives the key away is caught, and the report does not give it away again', async () => {
  for (const fault of ['key-in-answer', 'key-in-header', 'key-in-refusal']) {
    // One of them as a whole, whose workers and their messages are other ways out for a key.
    const run = fault === 'key-in-answer' ? runCli : callCli;
    const ran = await run({ args: ['contract', '--fault', fault] });
    assert.equal(ran.code, 1, fault);
    assertWhole(ran);
    assert.ok(
      ran.result().contract?.findings.some((finding) => finding.check === 'key-echo'),
      fault,
    );
  }
});

test('replay asks one case, and its curl line names no key', async () => {
  const ran = await callCli({
    args: ['contract', '--fault', 'short-workflow-id-accepted', '--replay', 'negative/workflow_id/length-23'],
  });
  assert.equal(ran.code, 1, ran.stdout);
  const { contract } = ran.result();
  assert.deepEqual(contract?.outcomes.map((outcome) => outcome.id).sort(), [
    'control/start',
    'negative/workflow_id/length-23',
  ]);
  assert.match(contract.findings[0]?.curl ?? '', /\$INTERACTLY_API_KEY/);
});

test('a run that is narrowed to start asks no other command, and still stops what it started', async () => {
  const sandbox = await sandboxHere();
  try {
    const args = ['contract', '--commands', 'start', '--seed', '4'];
    const ran = await callCli({ args, env: targeting(sandbox) });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assertWhole(ran);
    const { contract, reasons, run, spend } = ran.result();
    assert.deepEqual(contract?.commands, ['start']);
    assert.match(reasons[0] ?? '', /^Only start was asked/);
    assert.match(run.command, /--commands start/);
    const { start, stop, ...others } = sandbox.stats().by_command;
    assert.ok(start > 0);
    assert.equal(stop, spend.ended_by.stopped, 'clean-up alone has stopped runs');
    assert.equal(stop, spend.workflow_runs_started);
    assert.deepEqual(others, { data: 0, resume: 0, pause: 0 });
  } finally {
    await sandbox.close();
  }
});

test('what only an RFC says is a failure under --strict alone', async () => {
  const relaxed = await callCli({ args: ['contract', '--only', 'protocol', '--fault', 'allow-missing'] });
  const strict = await callCli({
    args: ['contract', '--only', 'protocol', '--strict', '--fault', 'allow-missing'],
  });
  assert.deepEqual([relaxed.code, strict.code], [0, 1], strict.stdout);
});

test('the budget is kept to the last run, also by a server that starts one for every call', async () => {
  const sandbox = await sandboxHere(['unknown-command-accepted', 'malformed-json-accepted']);
  try {
    const ran = await runCli({ args: ['contract', '--budget-runs', '5'], env: targeting(sandbox) });
    const started = Object.values(sandbox.stats().runs).reduce((sum, count) => sum + count, 0);
    assert.ok(started <= 5, `the server started ${started}`);
    assert.equal(ran.result().spend.workflow_runs_started, started);
  } finally {
    await sandbox.close();
  }
});

test('a saved result is judged and rendered again without a run', async () => {
  const ran = await callCli({ args: ['contract', '--only', 'body'] });
  const again = await callCli({ args: ['report', join(ran.outDir, 'result.json')] });
  assert.equal(again.code, ran.code);
  assertWhole(again);
});

test('Ctrl-C under load still reports, stops what it started, and ends with 130', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: ['load', 'start', '--rate', '20', '--duration', '60s', '--warmup', '500ms'],
      env: targeting(sandbox),
      whileRunning: async (child) => {
        const until = Date.now() + 30_000;
        while (sandbox.stats().by_command.start < 30 && Date.now() < until) await sleep(50);
        child.kill('SIGINT');
      },
    });
    assert.equal(ran.code, 130, ran.stdout + ran.stderr);
    assertWhole(ran);
    const { verdict, spend, load } = ran.result();
    assert.equal(verdict, 'INCONCLUSIVE');
    const runs = sandbox.stats().runs;
    assert.deepEqual(
      Object.keys(runs).filter((status) => (runs as Record<string, number>)[status] !== 0),
      ['cancelled'],
    );
    assert.equal(spend.ended_by.left_running, 0);
    const ledger = load?.scenarios[0]?.steps[0]?.ledger;
    assert.equal(ledger?.intended, (ledger?.sent ?? 0) + (ledger?.shed ?? 0));
    assert.ok(ledger.sent >= 15);
  } finally {
    await sandbox.close();
  }
});

test('Ctrl-C in the contract tests still reports what was done', async () => {
  const sandbox = await sandboxHere(['data-unanswered']);
  try {
    const ran = await runCli({
      args: ['contract'],
      env: { ...targeting(sandbox), HARNESS_TIMEOUT: '2s' },
      whileRunning: async (child, said) => {
        const until = Date.now() + 30_000;
        while (!/^contract: \d+ of/m.test(said()) && Date.now() < until) await sleep(20);
        child.kill('SIGINT');
      },
    });
    assert.equal(ran.code, 130, ran.stdout + ran.stderr);
    assertWhole(ran);
    assert.ok((ran.result().contract?.cases.passed ?? 0) >= 5);
    assert.equal(ran.result().spend.ended_by.left_running, 0);
  } finally {
    await sandbox.close();
  }
});

test('Ctrl-C before the first request is reported too', async () => {
  const sandbox = await sandboxHere();
  try {
    const ran = await runCli({
      args: ['start'],
      env: targeting(sandbox),
      whileRunning: async (child, said) => {
        const until = Date.now() + 30_000;
        while (!said().includes('caps: ') && Date.now() < until) await sleep(5);
        child.kill('SIGINT');
      },
    });
    assert.equal(ran.code, 130, ran.stdout + ran.stderr);
    assertWhole(ran);
    assert.equal(ran.result().verdict, 'INCONCLUSIVE');
  } finally {
    await sandbox.close();
  }
});

test('what a file of variables configures reaches the tests', async () => {
  const sandbox = await sandboxHere(['short-workflow-id-accepted']);
  const probe = await runCli({ args: ['contract', '--plan'] });
  try {
    const input = join(probe.outDir, 'input.json');
    const env = join(probe.outDir, 'env');
    writeFileSync(input, '{"dynamic_variables":{"patient":"from-the-file"}}');
    const variables = { ...targeting(sandbox), INTERACTLY_RUN_INPUT: input };
    writeFileSync(
      env,
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const ran = await runCli({
      args: ['contract', '--replay', 'negative/workflow_id/length-23'],
      env: { HARNESS_ENV_FILE: env },
    });
    assert.equal(ran.code, 1, ran.stdout);
    assert.match(ran.result().contract?.findings[0]?.curl ?? '', /"patient":"from-the-file"/);
  } finally {
    await sandbox.close();
  }
});
