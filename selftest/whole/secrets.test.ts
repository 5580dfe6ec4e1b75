import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBetween } from '../reports/between.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

test('a key that comes back as the name of a field or as a status, which findings quote, is not given away either', async () => {
  const sandbox = await sandboxHere();
  const between = await startBetween(sandbox.url, (answer) => ({
    ...answer,
    body: answer.body
      .replace(/"status":"[a-z_]+"/, `"status":"${CANARY_KEY}","field_${CANARY_KEY}":1`)
      .replace(/"created_at":"[^"]+"/, `"created_at":"${'-'.repeat(30)}${CANARY_KEY}"`),
  }));
  try {
    const ran = await runCli({
      args: ['contract', '--only', 'positive/miscellaneous'],
      env: targeting({ url: between.url, workflowId: sandbox.workflowId }),
    });
    assert.equal(ran.code, 1, ran.stdout);
    const checks = new Set(ran.result().contract?.findings.map((finding) => finding.check));
    for (const check of ['key-echo', 'known-values', 'undocumented-fields', 'response-schema-conformance'])
      assert.ok(checks.has(check), check);
    assert.deepEqual(ran.filesWith(CANARY_KEY.slice(0, 12)), []);
  } finally {
    between.close();
    await sandbox.close();
  }
});
