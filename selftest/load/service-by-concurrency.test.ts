import assert from 'node:assert/strict';
import test from 'node:test';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { NO_SHARES } from '../../load/metrics/hit.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

interface Served {
  /** What the request took, and how much of that may have been our reading late. */
  readonly tookMs: number;
  readonly lagMs: number;
  readonly waitedMs: number;
}

const served = (count: number, of: (n: number) => Partial<Served>): readonly Served[] =>
  Array.from({ length: count }, (_, n) => ({ tookMs: 100, lagMs: 0, waitedMs: 40, ...of(n) }));

function connectionsOf(
  rate: number,
  served: readonly Served[],
): { needed: number | null; p95: number | null } {
  const book = new StepStats('start', 'start', FRAME);
  for (const [n, { tookMs, lagMs, waitedMs }] of served.entries()) {
    const [intendedMs, sentMs] = [n * 10, n * 10 + waitedMs];
    const times = { intendedMs, sentMs, firstByteMs: null, endedMs: sentMs + tookMs, lagMs };
    book.due(0);
    book.sent(intendedMs, sentMs);
    book.settled(
      {
        ...PUNCTUAL,
        ...times,
        fate: 'ok',
        status: 200,
        cause: null,
        shares: { ...NO_SHARES, ceiling: waitedMs },
      },
      () => null,
    );
  }
  const { service_us } = book.toStep({ ratePerSecond: rate, concurrency: null, durationMs: 1000, notes: [] });
  return { needed: book.connections(2, rate).needed, p95: service_us.p95 };
}

test('as many connections are named as the rate and the service occupy, also on a starved machine', () => {
  const rows: readonly (readonly [title: string, rate: number, served: readonly Served[], least: number, most: number])[] = [
    ['flat and punctual', 50, served(100, () => ({})), 6, 7],
    ['a fast service', 200, served(400, () => ({ tookMs: 4, waitedMs: 9 })), 1, 2],
    ['read late throughout', 50, served(100, () => ({ tookMs: 160, lagMs: 60 })), 8, 10],
    ['late by more than the service may have taken', 50, served(100, () => ({ tookMs: 200, lagMs: 200 })), 10, 12],
    ['a tenth read late', 50, served(100, (n) => (n % 10 === 0 ? { tookMs: 400, lagMs: 300 } : {})), 20, 22],
    ['a wide service', 50, served(200, (n) => (n % 10 === 0 ? { tookMs: 600 } : {})), 30, 32],
    ['the two that found a connection read late', 30, served(60, (n) => (n < 2 ? { lagMs: 80, waitedMs: 0 } : {})), 4, 5],
    ['too few for a percentile', 50, served(10, () => ({ tookMs: 160, lagMs: 60 })), 8, 10],
  ]; // prettier-ignore
  for (const [title, rate, served, least, most] of rows) {
    const { needed, p95 } = connectionsOf(rate, served);
    assert.ok(needed !== null && needed >= least && needed <= most, `${title}: ${needed}`);
    assert.ok(needed >= (rate * (p95 ?? 0)) / 1e6, `${title}: ${needed} for p95 ${p95}`);
  }
});

test('no number is named where responses took longer as more were under way, or where none waited', () => {
  const crowded = served(100, (n) => (n < 50 ? { waitedMs: 0 } : { tookMs: 200 }));
  assert.equal(connectionsOf(50, crowded).needed, null);
  assert.equal(
    connectionsOf(
      50,
      served(100, () => ({ waitedMs: 0 })),
    ).needed,
    null,
  );
});
