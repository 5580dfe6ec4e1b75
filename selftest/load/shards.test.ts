import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { lateReason } from '../../load/engine/start-barrier.ts';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import { mergeShards, type GivenShard, sharedWith, type ShardFile } from '../../load/judge/merge-shards.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../../load/options/read.ts';
import { capsOfShare } from '../../load/scenario/share.ts';
import { shardsOf } from '../../load/arrivals/shard.ts';
import { judgeRun } from '../../result/verdict.ts';
import { attack, startServer, targetAt } from './servers.ts';

type Whole = GivenShard & { readonly file: ShardFile };

function givenOf(file: ShardFile, index: number): Whole {
  return { index, count: 3, file, lack: null };
}

/** A set that is not whole is merged, and nothing of it is judged. */
function incompleteSets(given: readonly Whole[]): void {
  const [first, second, third] = given;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const absent = { ...third, file: null, lack: 'It was ready too late.' };
  const rows: readonly (readonly [set: readonly GivenShard[], says: RegExp, intended: number])[] = [
    [[first, third], /shard 2\/3 is missing/, 66],
    [[first, first, second, third], /shard 1\/3 was given 2 times/, 100],
    [[first, second, absent], /shard 3\/3 is incomplete: It was ready too late\./, 67],
    [[{ ...first, lack: 'x.' }, second, third], /shard 1\/3 is incomplete: x\./, 100],
  ];
  for (const [set, says, intended] of rows) {
    const merged = mergeShards(set);
    assert.ok('load' in merged);
    const [scenario] = merged.load.scenarios;
    assert.equal(scenario?.steps[0]?.ledger.intended, intended);
    assert.deepEqual(scenario.thresholds, []);
    assert.match(merged.load.inconclusive?.sentence ?? '', says);
    const { verdict } = judgeRun({ contract: null, load: merged.load, interrupted: false });
    assert.equal(verdict, 'INCONCLUSIVE');
  }
  const nothing = mergeShards([{ ...absent, index: 0 }, { ...absent, index: 1 }, absent]);
  assert.equal('load' in nothing ? nothing.load.inconclusive?.cause : '', 'shares-incomplete');
}

test('whether shards belong to one load is decided over the whole plan, every option and the target', () => {
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  const base: LoadOptionTexts = {
    rate: '5',
    duration: '10s',
    shard: '1/2',
    startAt,
    data: rowsFile('a\n1\n'),
  };
  const hashOf = (options: LoadOptionTexts, target = targetAt('http://127.0.0.1:1')): string => {
    const parsed = parseLoadOptions(['start'], { ...base, ...options });
    assert.ok('plan' in parsed && parsed.plan.sharedByShards !== null, JSON.stringify(parsed));
    return JSON.stringify(sharedWith(parsed.plan.sharedByShards, target));
  };
  const one = hashOf({});
  for (const same of [
    { shard: '2/2' },
    { processes: '2' },
    { duration: '10000ms' },
    { data: rowsFile('a\n1\n') },
  ])
    assert.equal(hashOf(same), one, JSON.stringify(same));
  const others: readonly LoadOptionTexts[] = [
    { rate: '6' },
    { timeout: '5s' },
    { newConnections: true },
    { validate: '1%' },
    { breakerFailures: '60%' },
    { breakerConnects: '9' },
    { connections: '7' },
    { data: rowsFile('a\n2\n') },
    { threshold: ['shed <= 0'] },
    { warmup: '2s' },
    { shape: 'soak' },
    { arrivals: 'poisson' },
    { fault: ['resume-new-id'] },
    { latency: '25ms' },
    { startAt: new Date(Date.parse(startAt) + 1000).toISOString() },
  ];
  for (const other of others) assert.notEqual(hashOf(other), one, JSON.stringify(other));
  const poisson = { arrivals: 'poisson' };
  assert.notEqual(hashOf({ ...poisson, seed: '1' }), hashOf({ ...poisson, seed: '2' }));
  assert.notEqual(hashOf({}, targetAt('http://127.0.0.1:2')), one);
  assert.notEqual(hashOf({}, { ...targetAt('http://127.0.0.1:1'), timeoutMs: 9000 }), one);
});

function rowsFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rows-')), 'rows.csv');
  writeFileSync(path, text);
  return path;
}

test('shards of different loads are refused, and the difference is named', () => {
  const of = (index: number, timeout: string): GivenShard => {
    const file = { load_hash: timeout, shared: { '--rate': '5', '--timeout': timeout } };
    return { index, count: 2, file: file as unknown as ShardFile, lack: null };
  };
  const told = mergeShards([of(0, '5000'), of(1, '10000')]);
  assert.match(
    'issues' in told ? told.issues.join() : '',
    /different loads: they differ in --timeout \(5000 and 10000\)/,
  );
  const counts = mergeShards([of(0, '5000'), { ...of(1, '5000'), count: 3 }]);
  assert.match('issues' in counts ? counts.issues.join() : '', /different loads/);
  assert.match(JSON.stringify(mergeShards([])), /no shard/);
});

test('a share that is ready too late begins nothing, and one that is ready in time does', () => {
  assert.equal(lateReason(10_000, 9000), null);
  assert.equal(lateReason(10_000, 10_900), null);
  assert.match(lateReason(10_000, 12_500)?.message ?? '', /ready 2\.5 s after --start-at, too late/);
});

test('three shards that begin together send one schedule, and merge into one result', async () => {
  const server = await startServer({ delayMs: 10 });
  const startAt = new Date(Date.now() + 5000).toISOString();
  const shards = await Promise.all(
    [1, 2, 3].map((index) =>
      attack(server.port, {
        rate: '50',
        duration: '2s',
        warmup: '200ms',
        connections: '10',
        shard: `${index}/3`,
        startAt,
      }),
    ),
  );
  const seen = await server.stats();
  await server.close();
  assert.equal(seen.byCommand['start'], 110);
  const files = shards.map(
    ({ outDir }) => JSON.parse(readFileSync(join(outDir, 'start.shard.json'), 'utf8')) as ShardFile,
  );
  const given = files.map((file, index) => givenOf(file, index));
  const merged = mergeShards(given);
  assert.ok('load' in merged, JSON.stringify(merged));
  const [scenario] = merged.load.scenarios;
  const step = scenario?.steps[0];
  assert.ok(scenario !== undefined && step !== undefined);
  assert.deepEqual([step.ledger.intended, step.ledger.ok, ledgerImbalance(step.ledger)], [100, 100, null]);
  assert.deepEqual(
    [
      step.rate_per_second,
      scenario.connections,
      scenario.thresholds.length,
      merged.load.generator?.processes,
    ],
    [50, 10, 2, 3],
  );
  assert.ok(shards.every(({ scenario: { thresholds } }) => thresholds.length === 0));
  const spanMs = (seen.arrivalsMs[109] ?? 0) - (seen.arrivalsMs[0] ?? 0);
  assert.ok(spanMs > 1000, `110 sends at 50 a second took ${spanMs} ms`);
  const cut = given.map((shard) => {
    const { record } = shard.file;
    const stages = record.stages.map((stage) => ({ ...stage, measuredMs: 700 }));
    return { ...shard, file: { ...shard.file, record: { ...record, stages } } };
  });
  const early = mergeShards(cut);
  assert.equal('load' in early ? early.load.duration_ms : null, 900, 'a load that was halted was no longer');
  incompleteSets(given);
  for (const { outDir } of shards) {
    assert.ok(existsSync(join(outDir, 'start-start.hgrm.json')));
    rmSync(outDir, { recursive: true });
  }
});

test('the caps of all shares add up to the caps of the whole', () => {
  const whole = { ratePerSecond: 100, requests: 1001, durationMs: 60_000 };
  const shares = shardsOf(4).map((shard) => capsOfShare(whole, shard));
  assert.equal(
    shares.reduce((sum, { requests }) => sum + (requests ?? 0), 0),
    1001,
  );
  assert.ok(shares.every(({ ratePerSecond, durationMs }) => ratePerSecond === 25 && durationMs === 60_000));
});
