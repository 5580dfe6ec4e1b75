import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readResult } from '../../result/result-file.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting, type Ran } from './cli.ts';

after(removeOutputs);

test('a shard that comes too late is refused with nothing sent, and the others make an inconclusive set', async () => {
  const sandbox = await sandboxHere();
  try {
    const late = new Date(Date.now() - 1000).toISOString();
    const args = ['load', 'start', '--rate', '20', '--duration', '3s', '--shard', '2/2', '--start-at', late];
    const ran = await runCli({ args, env: targeting(sandbox) });
    assert.equal(ran.code, 2);
    assert.equal(sandbox.stats().requests, 0);
  } finally {
    await sandbox.close();
  }
});

/** How long from now a load of several processes begins: a busy machine takes its time to start them. */
const LEADS_MS = [10_000, 60_000];

/** Two shards of one load, and a third that asks another target, begun at one moment. */
async function shardsOf(leadMs: number): Promise<Shards> {
  const [sandbox, other] = [await sandboxHere(), await sandboxHere()];
  const startAt = new Date(Date.now() + leadMs).toISOString();
  const load = ['load', 'start', '--rate', '20', '--duration', '3s', '--warmup', '0', '--start-at', startAt];
  const start = (shard: string, at: Sandbox): ReturnType<typeof runCli> =>
    runCli({ args: [...load, '--shard', shard], env: targeting(at) });
  const [elsewhere, ...shards] = await Promise.all([
    start('2/2', other),
    start('1/2', sandbox),
    start('2/2', sandbox),
  ]);
  return { sandbox, other, startAt, elsewhere, shards };
}

interface Shards {
  readonly sandbox: Sandbox;
  readonly other: Sandbox;
  readonly startAt: string;
  readonly elsewhere: Ran;
  readonly shards: readonly Ran[];
}

async function closeAll({ sandbox, other }: Shards): Promise<void> {
  await sandbox.close();
  await other.close();
}

/** The same, in time for all of them. */
async function shardsInTime(): Promise<Shards> {
  for (const leadMs of LEADS_MS) {
    const all = await shardsOf(leadMs);
    const isLate = [all.elsewhere, ...all.shards].some(({ stdout }) =>
      stdout.includes('after --start-at, too late'),
    );
    if (!isLate || leadMs === LEADS_MS.at(-1)) return all;
    await closeAll(all);
  }
  throw new Error('no lead');
}

test('two shards of one load become one result, and what is no shard is refused', async () => {
  const all = await shardsInTime();
  const { sandbox, other, startAt, elsewhere, shards } = all;
  try {
    assert.equal(elsewhere.code, 0, elsewhere.stdout + elsewhere.stderr);
    assert.deepEqual([sandbox.stats().runs, other.stats().runs].map(started), [60, 30]);
    const dirs = shards.map(({ outDir }) => outDir);
    for (const [index, ran] of shards.entries()) {
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const { verdict, share, run, load: part } = readResult(join(ran.outDir, 'result.json'));
      assert.deepEqual([verdict, share], [null, { index: index + 1, count: 2, complete: true }]);
      assert.deepEqual(part?.scenarios[0]?.thresholds, []);
      assert.ok(run.command.includes(`--shard ${index + 1}/2 --start-at ${startAt}`), run.command);
      assert.match(
        ran.stdout,
        /verdict: none, this is one share of a load\n.*Share \d of 2 was sent completely/,
      );
      assert.ok(ran.filesWith('one share of a load').some((path) => path.endsWith('index.html')));
      assert.ok(ran.filesWith('one share of a load').some((path) => path.endsWith('summary.md')));
    }
    const merged = await callCli({ args: ['merge', ...dirs] });
    readResult(join(merged.outDir, 'result.json')); // throws when it is not what the schema says
    assert.deepEqual(merged.filesWith(CANARY_KEY), []);
    const [step] = merged.result().load?.scenarios[0]?.steps ?? [];
    assert.deepEqual([step?.ledger.intended, step?.ledger.ok, step?.rate_per_second], [60, 60, 20]);
    assert.equal(merged.result().spend.workflow_runs_started, 60);
    assert.match(merged.stdout, /^verdict: (GO|INCONCLUSIVE)\n/m);
    assert.equal(merged.code, merged.result().verdict === 'GO' ? 0 : 3);
    const [first = '', second = ''] = dirs;
    const lacking: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [[first], /The shard 2\/2 is missing/],
      [[first, first, second], /The shard 1\/2 was given 2 times/],
    ];
    for (const [args, says] of lacking) {
      const ran = await callCli({ args: ['merge', ...args] });
      assert.equal(ran.code, 3, ran.stdout + ran.stderr);
      const { verdict, reasons, spend } = readResult(join(ran.outDir, 'result.json'));
      assert.equal(verdict, 'INCONCLUSIVE');
      assert.match(reasons.join(' '), says);
      assert.equal(spend.workflow_runs_started, args.length === 1 ? 30 : 60);
      const again = await callCli({ args: ['report', join(ran.outDir, 'result.json')] });
      assert.equal(again.code, 3, again.stdout);
    }
    const refusals: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [[], /^No shard is named; give the folders .*\n$/],
      [[first, merged.outDir], /is not a run with --shard/],
      [[first, join(first, 'nowhere')], /is not a directory/],
      [[first, elsewhere.outDir], anotherTarget(sandbox.url, other.url)],
      [[first, second, '--out', first], /already holds another run/],
    ];
    for (const [args, says] of refusals) {
      const ran = await callCli({ args: ['merge', ...args] });
      assert.deepEqual([ran.code, ran.stdout], [2, ''], args.join(' '));
      assert.match(ran.stderr, says);
      assert.ok(!existsSync(join(ran.outDir, 'result.json')));
    }
  } finally {
    await closeAll(all);
  }
});

const started = (runs: Readonly<Record<string, number>>): number =>
  Object.values(runs).reduce((sum, count) => sum + count, 0);

/** What is said of shards that asked different targets, with both of them. */
function anotherTarget(one: string, other: string): RegExp {
  return new RegExp(`different loads: they differ in INTERACTLY_BASE_URL \\("${one}.?" and "${other}.?"\\)`);
}
