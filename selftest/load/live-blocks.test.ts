/** The same load on two deployments in turn: whom each block asks, and what one side's end means for the other. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { planOfSide, sendInTurn, turnsOf, type LivePlan } from '../../load/live-blocks.ts';
import { pacerOf } from '../../load/arrivals/rate-profile.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import type { LiveBlocks } from '../../result/live-blocks.ts';
import { openRunLedger, type RunLedger } from '../../target/run-ledger.ts';
import { operation, startServer, targetAt, type TruthServer } from './servers.ts';

const dir = mkdtempSync(join(tmpdir(), 'live-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

function planned(over: Partial<LivePlan> = {}, scenario = 'start'): LivePlan {
  const parsed = parseLoadOptions([scenario], { rate: '20', duration: '200ms', warmup: '0', seed: '1' });
  if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
  const [block] = parsed.plan.scenarios;
  assert.ok(block !== undefined);
  return { block, ratePerSecond: 20, noisePairs: 1, pairs: 4, requestsCap: null, ...over };
}

let ledgers = 0;

async function sent(
  plan: LivePlan,
  ports: readonly [number, number],
  signal = new AbortController().signal,
): Promise<{ readonly blocks: LiveBlocks; readonly runs: readonly RunLedger[] }> {
  const open = (): RunLedger => openRunLedger(join(dir, `ledger-${(ledgers += 1)}`), null);
  const [first, second] = [open(), open()] as const;
  const context = (i: 0 | 1): Parameters<typeof sendInTurn>[1]['a'] => ({
    operation,
    target: targetAt(`http://127.0.0.1:${ports[i]}`),
    runs: i === 0 ? first : second,
    signal,
    say: () => undefined,
    progress: () => undefined,
    outDir: dir,
  });
  return {
    blocks: await sendInTurn(plan, { a: context(0), b: context(1) }, () => undefined),
    runs: [first, second],
  };
}

async function withTwo<T>(run: (a: TruthServer, b: TruthServer) => Promise<T>): Promise<T> {
  const [a, b] = await Promise.all([startServer({}), startServer({})]);
  try {
    return await run(a, b);
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

test('blocks go A B B A, after A against A and a block on either side that nobody counts', () => {
  const turns = turnsOf({ noisePairs: 1, pairs: 4 });
  assert.equal(turns.map(({ side }) => side).join(''), 'AB' + 'AA' + 'AB' + 'AB' + 'BA' + 'AB' + 'BA');
  assert.equal(turns.filter(({ pair }) => pair === null).length, 4);
});

test('each side is asked in its own blocks alone, with the same load in each', () => {
  const plan = planned();
  const turns = turnsOf(plan);
  for (const side of ['A', 'B'] as const) {
    const own = planOfSide(plan, side);
    const pacer = pacerOf(own);
    assert.ok(pacer !== null);
    const perTurn = turns.map(() => 0);
    for (let n = 0; n < pacer.count; n += 1) {
      const turn = Math.floor((pacer.dueMs(n) + 1e-6) / 400);
      assert.ok(pacer.dueMs(n) - turn * 400 < 200.001, `arrival ${n} of ${side} falls into a gap`);
      perTurn[turn] = (perTurn[turn] ?? 0) + 1;
    }
    assert.deepEqual(
      perTurn,
      turns.map((turn) => (turn.side === side ? 4 : 0)),
    );
    assert.equal(own.durationMs, turns.length * 400);
  }
});

test('every request reaches the side that it was for, and every run is stopped', async () => {
  await withTwo(async (a, b) => {
    const { blocks, runs } = await sent(planned(), [a.port, b.port]);
    assert.deepEqual([blocks.noise.length, blocks.pairs.length, blocks.ended], [1, 4, null]);
    for (const pair of [...blocks.noise, ...blocks.pairs])
      assert.deepEqual([pair.a.sent, pair.b.sent, pair.a.latenciesUs.length], [4, 4, 4]);
    const [statsA, statsB] = await Promise.all([a.stats(), b.stats()]);
    assert.deepEqual([statsA.byCommand['start'], statsB.byCommand['start']], [4 * 8, 4 * 6]);
    assert.deepEqual([statsA.openRuns, statsB.openRuns], [[], []]);
    assert.deepEqual(
      runs.map((ledger) => ledger.open().length),
      [0, 0],
    );
  });
});

test('a side that is down ends both, and is named as the one that was', async () => {
  const [a, gone] = await Promise.all([startServer({}), startServer({})]);
  await gone.close();
  try {
    const { blocks } = await sent(planned(), [a.port, gone.port]);
    assert.equal(blocks.ended?.side, 'B');
    assert.equal(blocks.ended.why.cause, 'environment-down');
    const swapped = await sent(planned(), [gone.port, a.port]);
    assert.equal(swapped.blocks.ended?.side, 'A');
    assert.deepEqual((await a.stats()).openRuns, []);
  } finally {
    await a.close();
  }
});

test('an interruption stops the runs on both sides, and keeps the pairs that were whole', async () => {
  await withTwo(async (a, b) => {
    const controller = new AbortController();
    const running = sent(planned({ pairs: 40 }), [a.port, b.port], controller.signal);
    // A condition, not a time: B was asked, so both have runs.
    for (;;) {
      const { byCommand } = await b.stats();
      if ((byCommand['start'] ?? 0) >= 8) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    controller.abort();
    const { blocks, runs } = await running;
    assert.deepEqual([blocks.interrupted, blocks.ended], [true, null]);
    assert.ok(blocks.pairs.length < 40);
    assert.deepEqual([(await a.stats()).openRuns, (await b.stats()).openRuns], [[], []]);
    for (const ledger of runs) assert.deepEqual(ledger.open(), []);
  });
});

test('the cap on requests is one for both', async () => {
  await withTwo(async (a, b) => {
    const { blocks } = await sent(planned({ requestsCap: 20 }), [a.port, b.port]);
    assert.equal(blocks.ended?.why.cause, 'budget-exhausted');
    const starts = await Promise.all([a, b].map(async (one) => (await one.stats()).byCommand['start'] ?? 0));
    assert.ok(starts.reduce((sum, one) => sum + one, 0) <= 20, starts.join(' and '));
  });
});
