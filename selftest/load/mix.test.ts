import assert from 'node:assert/strict';
import test from 'node:test';
import { countsOf, mixOrder, shareOf, type Weights } from '../../load/mix.ts';

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

test('the counts of a plan are those of the order, whatever the number of iterations', () => {
  const weights = { start: 2, data: 5, resume: 3, stop: 1 };
  const { commandAt } = mixOrder(weights);
  for (const iterations of [0, 1, 7, 11, 12, 100, 1001]) {
    const counts = countsOf(weights, iterations);
    for (const command of ['start', 'data', 'resume', 'stop'] as const) {
      const sent = Array.from({ length: iterations }, (_, n) => commandAt(n)).filter(
        (one) => one === command,
      ).length;
      assert.equal(counts.get(command), sent, `${command} of ${iterations}`);
      assert.ok(Math.abs(sent - iterations * shareOf(weights, command)) <= 1);
    }
  }
});
