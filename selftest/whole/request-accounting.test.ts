import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { callCli } from './called.ts';
import { removeOutputs, runCli, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

test('the budget, the report and the server agree on the requests; those that clean up are told apart', async () => {
  for (const budget of [null, 120]) {
    const sandbox = await sandboxHere();
    try {
      const args = [
        'contract',
        '--seed',
        '3',
        ...(budget === null ? [] : ['--budget-requests', `${budget}`]),
      ];
      const ran = await (budget === null ? runCli : callCli)({ args, env: targeting(sandbox) });
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const { contract, spend } = ran.result();
      const sent = contract?.requests_sent ?? 0;
      const cleanup = spend.cleanup_requests ?? -1;
      assert.equal(sandbox.stats().requests, sent + cleanup);
      assert.ok(sent <= (budget ?? 400), `${sent} requests`);
      assert.ok(spend.workflow_runs_started <= 45, `${spend.workflow_runs_started} runs`);
      assert.ok(cleanup > 0 && cleanup <= spend.workflow_runs_started, `${cleanup} to clean up`);
      assert.match(
        ran.stdout,
        new RegExp(`spend: ${sent} requests of contract tests, ${cleanup} requests? to clean up;`),
      );
      const total = contract?.cases.total ?? 0;
      const progress = ran.stdout.match(/^contract: .* cases.*$/gm) ?? [];
      assert.match(progress.at(-1) ?? '', new RegExp(`^contract: ${total} cases: `));
    } finally {
      await sandbox.close();
    }
  }
});

test('a replay of nothing and a part of no title are issues; a title of the report is none', async () => {
  const rows: readonly (readonly [args: readonly string[], code: number, said: RegExp])[] = [
    [['--replay', 'negative/workflow_id/length-22'], 2, /does not exist; take an id from a report/],
    [['--replay', 'property/violations@3'], 2, /give the one of its report with --seed/],
    [['--replay', 'model/sequences@0:99999', '--seed', '1'], 2, /none of seed 1/],
    [['--only', 'no such title'], 2, /is in the id or title of no case/],
    [['--only', 'nothing of one shows in the other', '--plan'], 0, /Nothing was sent/],
  ];
  for (const [args, code, said] of rows) {
    const sandbox = await sandboxHere();
    try {
      const ran = await callCli({ args: ['contract', ...args], env: targeting(sandbox) });
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      assert.match(ran.stdout + ran.stderr, said);
      assert.equal(sandbox.stats().requests, 0);
      if (code === 2) assert.equal(ran.stderr.trim().split('\n').length, 1, ran.stderr);
    } finally {
      await sandbox.close();
    }
  }
});
