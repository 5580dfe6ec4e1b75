import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../target/settings.ts';
import { resolveTarget } from '../../target/resolve.ts';
import type { ContractResult, Finding } from '../../result/contract-result.ts';
import { contractAt, KEY, targetAt, withSandbox, WORKFLOW } from './in-process.ts';
import { gatewayBefore } from './gateway.ts';

const failuresOf = ({ findings }: ContractResult): readonly Finding[] =>
  findings.filter((one) => one.severity === 'failure');

const causesOf = (result: ContractResult): readonly string[] =>
  [...new Set(failuresOf(result).map((one) => one.schema_path.split('/').at(-1) ?? ''))].sort();

const MAPS = ['dynamic_variables', 'miscellaneous', 'runtime_variables', 'thread_to_node_inputs'];

for (const fault of ['maps-required-unsaid', 'maps-required-in-prose'])
  test(`a freedom that is refused without a place for the reason is one cause for each field: ${fault}`, async () => {
    await withSandbox([fault], async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url));
      assert.deepEqual(causesOf(result), MAPS);
      assert.ok(failuresOf(result).every((one) => one.check === 'positive-data-acceptance'));
      assert.ok(failuresOf(result).every((one) => one.evidence.level === 'documented'));
      assert.equal(new Set(failuresOf(result).map((one) => one.fingerprint)).size, MAPS.length);
      assert.ok(failuresOf(result).some((one) => one.reproduced === 'reproduced'));
      assert.ok(result.requests_sent < 500, `${result.requests_sent} requests`);
    });
  });

test('what is refused only together is one cause of several fields', async () => {
  await withSandbox(['one-map-required'], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { only: 'positive/' });
    const titles = failuresOf(result).map((one) => one.title);
    assert.equal(new Set(failuresOf(result).map((one) => one.fingerprint)).size, 1, titles.join('\n'));
    assert.match(titles[0] ?? '', /dynamic_variables "?absent"? with runtime_variables "?absent/);
  });
});

test('a refusal by state or limit in the guise of a value is no failure: the base is refused as well', async () => {
  await withSandbox([], async (sandbox) => {
    const refusal = { status: 400, detail: 'Bad Request' };
    const client = await gatewayBefore(sandbox.url, (_, ordinal) => (ordinal > 6 ? refusal : null));
    try {
      const result = await contractAt(targetAt(client.url), { only: 'positive/' });
      assert.deepEqual(causesOf(result), []);
      assert.ok(result.outcomes.some((one) => one.reason?.includes('so was the same call without it')));
    } finally {
      client.close();
    }
  });
});

test('a call that was refused once and accepted when repeated is no failure', async () => {
  await withSandbox([], async (sandbox) => {
    let refused = false;
    const client = await gatewayBefore(sandbox.url, (body) => {
      if (refused || !body.includes('"workflow_run_id":null')) return null;
      refused = true;
      return { status: 400, detail: 'Bad Request' };
    });
    try {
      const result = await contractAt(targetAt(client.url), { only: 'positive/' });
      assert.ok(refused);
      assert.deepEqual(causesOf(result), []);
    } finally {
      client.close();
    }
  });
});

test('what the configured input holds may be what the workflow needs: its absence is not held against the API', async () => {
  await withSandbox([], async (sandbox) => {
    const needs = (body: Buffer): boolean =>
      body.includes('"workflow_id":"') && !body.includes('patient_name');
    const refusal = { status: 400, detail: 'No patient_name in workflow input' };
    const client = await gatewayBefore(sandbox.url, (body) => (needs(body) ? refusal : null));
    const settings = parseSettings({
      INTERACTLY_BASE_URL: client.url,
      INTERACTLY_API_KEY: KEY,
      INTERACTLY_WORKFLOW_ID: WORKFLOW,
      HARNESS_TIMEOUT: '2s',
    });
    assert.ok(settings.ok);
    const target = resolveTarget(settings.value, null);
    try {
      const runInput = { ...target.runInput, dynamic_variables: { patient_name: 'Ann' } };
      const result = await contractAt({ ...target, runInput }, { only: 'positive/' });
      assert.deepEqual(
        failuresOf(result).map((one) => one.title),
        [],
      );
      assert.ok(result.outcomes.some((one) => one.reason?.includes('INTERACTLY_RUN_INPUT')));
    } finally {
      client.close();
    }
  });
});
