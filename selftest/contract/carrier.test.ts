import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HARD_VALUES } from '../../contract/cases/values.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import { gatewayBefore } from './gateway.ts';
import { contractAt, targetAt, withSandbox } from './in-process.ts';

const failuresOf = (result: ContractResult): readonly string[] => [
  ...new Set(result.findings.filter((one) => one.severity === 'failure').map((one) => one.case_id)),
];

test('hard values travel in one call, and each is told as a case of its own', async () => {
  await withSandbox([], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { only: 'value/' });
    const values = result.outcomes.filter((one) => one.id.startsWith('value/'));
    assert.equal(values.length, HARD_VALUES.length + 1);
    assert.deepEqual([...new Set(values.map((one) => one.outcome))], ['passed']);
    assert.ok(result.requests_sent <= 5, `${result.requests_sent} requests`);
  });
});

test('a value that does not come through is found by halving, and named alone with its own body', async () => {
  for (const [fault, id, key] of [
    ['control-characters-refused', 'value/control', 'harness_control'],
    ['deep-variables-refused', 'value/deep', 'harness_deep'],
    ['empty-keys-refused', 'value/empty-key', 'harness_empty-key'],
  ] as const) {
    await withSandbox([fault], async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url), { only: 'value/' });
      assert.deepEqual(failuresOf(result), [id]);
      const body = result.findings.find((one) => one.case_id === id)?.exchange?.request.body ?? '';
      assert.ok(body.includes(key) && !body.includes('harness_emoji'), body.slice(0, 200));
      assert.ok(result.requests_sent <= 24, `${fault}: ${result.requests_sent} requests`);
    });
  }
});

test('a store that refuses U+0000 gets a warning, and no other value goes with it', async () => {
  await withSandbox(
    [],
    async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url), { only: 'value/' });
      assert.deepEqual(
        result.findings.map(({ case_id, severity }) => [case_id, severity]),
        [['value/nul', 'warning']],
      );
      assert.ok(result.requests_sent <= 6, `${result.requests_sent} requests`);
    },
    'no-nul',
  );
});

test('a level of a field that pairwise starts lost is asked alone and named alone', async () => {
  await withSandbox(['absent-miscellaneous-refused'], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { only: 'positive/' });
    assert.deepEqual(failuresOf(result), ['positive/miscellaneous/absent']);
    const passed = result.outcomes.filter((one) => one.outcome === 'passed').map((one) => one.id);
    assert.ok(
      passed.includes('positive/miscellaneous/empty'),
      'what another start brought through is cleared',
    );
  });
});

test('a replay of a value that others bring along asks it alone', async () => {
  await withSandbox(['control-characters-refused'], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { replay: 'value/control' });
    assert.deepEqual(failuresOf(result), ['value/control']);
  });
});

test('a limit that only all values together pass is no fault of any, whatever field the refusal names', async () => {
  for (const detail of ['Payload Too Large', 'dynamic_variables is too long']) {
    await withSandbox([], async (sandbox) => {
      const refusal = { status: 413, detail };
      const client = await gatewayBefore(sandbox.url, (body) => (body.length > 70_000 ? refusal : null));
      try {
        const result = await contractAt(targetAt(client.url), { only: 'value/' });
        assert.deepEqual(failuresOf(result), []);
        const alone = result.outcomes.filter((one) => /^value\/(?!together)/.test(one.id));
        assert.deepEqual([...new Set(alone.map((one) => one.outcome))], ['passed']);
      } finally {
        client.close();
      }
    });
  }
});
