import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { constraintsOf } from '../../contract/budget/coverage.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { contractAt, OTHER_KEY, targetAt, withSandbox } from './in-process.ts';

const operation = loadOperation();

test('a budget of 20 runs still touches every command, every request constraint and every check', async () => {
  await withSandbox([], async (sandbox) => {
    const target = targetAt(sandbox.url, '2s', { INTERACTLY_OTHER_KEY: OTHER_KEY });
    const result = await contractAt(target, { budgetRuns: 20, inFlight: 1 });
    const started = Object.values(sandbox.stats().runs).reduce((sum, count) => sum + count, 0);
    assert.ok(started <= 20, `the server started ${started}`);
    for (const row of [
      ...result.coverage.commands,
      ...result.coverage.checks,
      ...result.coverage.request_fields,
    ])
      assert.ok(row.exercised > 0, `${row.name} was not looked at`);
    const judged = new Set(result.outcomes.filter((one) => one.outcome === 'passed').map((one) => one.id));
    const cases = deriveCases(operation).filter((one) => one.intent !== 'characterise');
    const touched = new Set(
      cases.filter((one) => judged.has(one.id)).flatMap((one) => constraintsOf(operation, one)),
    );
    for (const one of cases)
      for (const constraint of constraintsOf(operation, one))
        assert.ok(touched.has(constraint), `${constraint} was not touched`);
    const left = result.outcomes.filter((one) => one.outcome === 'skipped');
    assert.ok(left.length > 0, 'something had to be left out');
    const bodies = result.assumptions.find(({ id }) => id === 'invalid-body-status');
    assert.match(bodies?.observed ?? '', /(; [^;]+){3}; and \d+ more$/, 'what is cut is counted');
    for (const one of left) assert.match(one.reason ?? '', /left out: it starts a run, and the budget is 20/);
  });
});

test('a replay of one example of a property asks the same request again', async () => {
  await withSandbox(['echo-ascii'], async (sandbox) => {
    const target = targetAt(sandbox.url);
    const first = await contractAt(target, { seed: 7, only: 'property/kept-maps' });
    const found = first.findings.find((finding) => finding.case_id.startsWith('property/'));
    assert.match(found?.case_id ?? '', /^property\/kept-maps@\d+(:\d+)*$/);
    const again = await contractAt(target, { seed: 7, replay: found?.case_id ?? '' });
    const same = again.findings.find((finding) => finding.case_id === found?.case_id);
    assert.equal(same?.fingerprint, found?.fingerprint);
    const variables = (curl = ''): string => curl.replace(/"workflow_run_id":"[0-9a-f]{24}"/, '');
    assert.equal(variables(same?.curl), variables(found?.curl));
  });
});

test('a replay of a sequence of commands gives the same commands', async () => {
  await withSandbox(['pairs-reordered'], async (sandbox) => {
    const target = targetAt(sandbox.url);
    const first = await contractAt(target, { seed: 3, only: 'model/' });
    const found = first.findings.find((finding) => finding.case_id.startsWith('model/'));
    assert.match(found?.case_id ?? '', /^model\/sequences@/);
    const again = await contractAt(target, { seed: 3, replay: found?.case_id ?? '' });
    assert.ok(again.findings.some((finding) => finding.fingerprint === found?.fingerprint));
    assert.ok(again.requests_sent < first.requests_sent);
  });
});

test('a very bad server is told in a few causes', async () => {
  await withSandbox(
    ['created-at-epoch', 'unknown-command-accepted', 'missing-key-accepted'],
    async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url));
      const failures = result.findings.filter((finding) => finding.severity === 'failure');
      const causes = new Map(failures.map((finding) => [finding.fingerprint, finding.check]));
      assert.deepEqual([...new Set(causes.values())].sort(), [
        'ignored-auth',
        'negative-data-rejection',
        'response-schema-conformance',
      ]);
      assert.ok(causes.size <= 4, [...causes.values()].join(' '));
    },
  );
});

test('a finding shows the least request that reproduces it, and is marked', async () => {
  await withSandbox(['invalid-body-500'], async (sandbox) => {
    const replay = 'negative/miscellaneous/type-string/live';
    const result = await contractAt(targetAt(sandbox.url), { replay });
    const [finding] = result.findings.filter((one) => one.case_id === replay);
    assert.equal(finding?.reproduced, 'reproduced');
    assert.deepEqual(Object.keys(JSON.parse(finding.exchange?.request.body ?? '{}') as object).sort(), [
      'command',
      'miscellaneous',
      'workflow_run_id',
    ]);
  });
});

test('a run whose id no response told gets no command: each would start another run in its place', async () => {
  await withSandbox(['id-missing'], async (sandbox) => {
    const { outcomes, assumptions } = await contractAt(targetAt(sandbox.url), { only: 'lifecycle/ended' });
    const started = Object.values(sandbox.stats().runs).reduce((sum, count) => sum + count, 0);
    assert.ok(started <= 2, `the control and one start, not ${started}`);
    assert.equal(assumptions.find(({ id }) => id === 'command-on-ended-run')?.state, 'not_seen');
    assert.match(outcomes.find(({ id }) => id === 'lifecycle/ended')?.reason ?? '', /not started/);
  });
});
