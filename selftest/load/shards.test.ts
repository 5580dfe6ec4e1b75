import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ledgerImbalance } from '../../load/ledger.ts';
import { mergeShards } from '../../load/merge.ts';
import { capsOfShare } from '../../load/share-caps.ts';
import type { ShardFile } from '../../load/shard-file.ts';
import { shardsOf } from '../../load/shard.ts';
import { attack, startServer } from './servers.ts';

test('three shards that begin together send one schedule, and merge into one result', async () => {
  const server = await startServer({ delayMs: 10 });
  const startAt = new Date(Date.now() + 1500).toISOString();
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
  const merged = mergeShards(files);
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
  const spanMs = (seen.arrivalsMs[109] ?? 0) - (seen.arrivalsMs[0] ?? 0);
  assert.ok(Math.abs(spanMs - 2180) < 250, `110 sends at 50 a second took ${spanMs} ms`);
  const refused = (given: readonly ShardFile[]): string => {
    const none = mergeShards(given);
    return 'mistakes' in none ? none.mistakes.join(' ') : '';
  };
  const [first, second, third] = files;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.match(refused([first, third]), /shard 2\/3 is missing/);
  assert.match(refused([first, first, second, third]), /shard 1\/3 is given twice/);
  assert.match(
    refused([first, second, { ...third, plan: { ...third.plan, durationMs: 1 } }]),
    /different loads/,
  );
  const later = { ...third, starts_at_ms: (third.starts_at_ms ?? 0) + 60_000 };
  assert.match(refused([first, second, later]), /did not begin together/);
  const cut = files.map((file) => ({
    ...file,
    record: { ...file.record, parts: file.record.parts.map((part) => ({ ...part, measuredMs: 700 })) },
  }));
  const early = mergeShards(cut);
  assert.equal('load' in early ? early.load.duration_ms : null, 900, 'a load that was halted was no longer');
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
