import assert from 'node:assert/strict';
import test from 'node:test';
import { openStageStats } from '../../load/engine/stage.ts';
import type { Fate } from '../../load/metrics/hit.ts';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { SCENARIOS } from '../../load/scenario/scenario.ts';
import { attack, startServer, stepOf } from './servers.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

const frame = { ratePerSecond: 10, concurrency: null, durationMs: 1000, notes: [] };

function settle(book: StepStats, fate: Fate, intendedMs: number, endedMs: number): void {
  const times = { intendedMs, sentMs: intendedMs, ...PUNCTUAL, firstByteMs: null, endedMs };
  book.settled({ ...times, fate, status: fate === 'ok' ? 200 : null, cause: null }, () => null);
}

test('a lost connection is counted in its second, but says nothing about how long responses take', () => {
  const book = new StepStats('start', 'start', FRAME);
  for (let n = 0; n < 40; n += 1) {
    book.due(0);
    book.sent(n, n);
    if (n % 2 === 0) settle(book, 'transport_error', n, n + 1);
    else settle(book, 'ok', n, n + 200);
  }
  const step = book.toStep(frame);
  const [second] = step.seconds;
  assert.deepEqual([second?.sent, second?.ok, second?.failed], [40, 20, 20]);
  assert.deepEqual([second?.p50_us, second?.max_us], [200_000, 200_000]);
  assert.equal(
    second?.bands?.reduce((sum, [, count]) => sum + count, 0),
    step.latency_us.count,
  );
});

test('the seconds of a whole chain add up to its ledger, however long its commands wait one after another', () => {
  const chain = SCENARIOS.find(({ name }) => name === 'start-resume');
  const { whole } = openStageStats(
    { scenario: chain ?? assert.fail(), thresholds: [], durationMs: 20_000 },
    null,
    0,
    2000,
  );
  if (whole === null) assert.fail();
  const LATER_S = 7; // within four times two seconds
  for (let second = 0; second < 20; second += 1) {
    whole.due(0);
    whole.sent(second * 1000, second * 1000);
    if (second >= LATER_S) settle(whole, 'ok', (second - LATER_S) * 1000, second * 1000);
  }
  const { seconds, ledger } = whole.toStep(frame);
  const sum = (of: 'sent' | 'ok'): number => seconds.reduce((total, row) => total + row[of], 0);
  assert.deepEqual([sum('sent'), sum('ok')], [ledger.sent, ledger.ok]);
});

test('a slow chain that keeps to the time-out is waited for to its end, and none of it is held against the API', async () => {
  const server = await startServer({ delayMs: 250 });
  const { scenario } = await attack(server.port, {
    names: ['start-resume'],
    rate: '10',
    duration: '500ms',
    warmup: '0',
    timeout: '600ms',
    threshold: ['error_rate < 1%'],
  });
  await server.close();
  for (const name of ['start', 'pause', 'resume', 'stop', 'start-resume']) {
    const { ledger } = stepOf(scenario, name);
    assert.deepEqual([ledger.sent, ledger.ok], [5, 5], name);
  }
});
