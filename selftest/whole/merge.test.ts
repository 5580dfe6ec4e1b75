import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readResult } from '../../reports/result-file.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

test('two shards of one load become one result, and what is no shard is refused', async () => {
  const sandbox = await sandboxHere();
  try {
    const startAt = new Date(Date.now() + 8000).toISOString();
    const load = [
      'load',
      'start',
      '--rate',
      '20',
      '--duration',
      '3s',
      '--warmup',
      '0',
      '--start-at',
      startAt,
    ];
    const shards = await Promise.all(
      ['1/2', '2/2'].map((shard) => runCli({ args: [...load, '--shard', shard], env: targeting(sandbox) })),
    );
    const dirs = shards.map(({ outDir }) => outDir);
    for (const ran of shards) assert.notEqual(ran.code, 2, ran.stdout + ran.stderr);
    const merged = await runCli({ args: ['merge', ...dirs] });
    readResult(join(merged.outDir, 'result.json')); // throws when it is not what the schema says
    assert.deepEqual(merged.filesWith(CANARY_KEY), []);
    const [step] = merged.result().load?.scenarios[0]?.steps ?? [];
    assert.deepEqual([step?.ledger.intended, step?.ledger.ok, step?.rate_per_second], [60, 60, 20]);
    assert.equal(merged.result().spend.workflow_runs_started, 60);
    assert.match(merged.stdout, /^verdict: (GO|INCONCLUSIVE)\n/);
    assert.equal(merged.code, merged.result().verdict === 'GO' ? 0 : 3);
    const [first = ''] = dirs;
    const refusals: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [[first], /The shard 2\/2 is missing/],
      [[first, first], /given twice/],
      [[first, merged.outDir], /does not hold one shard/],
      [[first, join(first, 'nowhere')], /is no folder/],
    ];
    for (const [args, says] of refusals) {
      const ran = await runCli({ args: ['merge', ...args] });
      assert.deepEqual([ran.code, ran.stdout], [2, ''], args.join(' '));
      assert.match(ran.stderr, says);
      assert.ok(!existsSync(join(ran.outDir, 'result.json')));
    }
  } finally {
    await sandbox.close();
  }
});
