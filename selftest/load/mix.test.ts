import assert from 'node:assert/strict';
import test from 'node:test';
import { mixOrder, shareOf, type Weights } from '../../load/scenario/mix.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import { sendsOf } from '../../load/scenario/run-setup.ts';
import { sharePlan } from '../../load/scenario/share.ts';
import { shardsOf } from '../../load/arrivals/shard.ts';

const orderOf = (weights: Weights, count: number): string => {
  const { commandAt } = mixOrder(weights);
  return Array.from({ length: count }, (_, n) => commandAt(n)[0]).join('');
};

test('a mix spreads its commands evenly and repeats', () => {
  const rows: readonly (readonly [weights: Weights, order: string])[] = [
    [{ start: 1 }, 'sss'],
    [{ start: 1, data: 1 }, 'sdsd'],
    [{ start: 1, data: 3 }, 'dsdddsdd'],
    [{ start: 1, data: 6, resume: 3 }, 'drdsdrddrd'],
  ];
  for (const [weights, order] of rows) assert.equal(orderOf(weights, order.length), order);
});

test('the counts of a plan are those of the order, whatever the number of iterations, and shares add up to them', () => {
  const weights = { start: 2, data: 5, resume: 3, stop: 1 };
  const mix = Object.entries(weights).map(([command, weight]) => `${command}=${weight}`);
  const { commandAt } = mixOrder(weights);
  for (const iterations of [1, 7, 11, 12, 100, 1001]) {
    const parsed = parseLoadOptions(['mixed'], {
      mix: mix.join(),
      rate: '10',
      warmup: '0',
      duration: `${iterations * 100}ms`,
    });
    if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
    const [plan] = parsed.plan.scenarios;
    assert.ok(plan !== undefined);
    for (const command of ['start', 'data', 'resume', 'stop'] as const) {
      const all = Array.from({ length: iterations }, (_, n) => commandAt(n));
      const sent = all.filter((one) => one === command).length;
      assert.equal(sendsOf(plan, command), sent, `${command} of ${iterations}`);
      const shares: readonly number[] = shardsOf(3).map(
        (shard) => sendsOf(sharePlan(plan, shard), command) ?? 0,
      );
      assert.equal(
        shares.reduce((a, b) => a + b, 0),
        sent,
      );
      assert.ok(Math.abs(sent - iterations * shareOf(weights, command)) <= 1);
    }
  }
});
