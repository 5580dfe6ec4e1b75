import assert from 'node:assert/strict';
import test from 'node:test';
import { seededRandom } from '../../load/arrivals/random.ts';
import { FATES } from '../../load/metrics/hit.ts';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { FRAME as BOOK, PUNCTUAL } from './hits.ts';

interface Event {
  readonly atMs: number;
  readonly tookMs: number;
  readonly fate: (typeof FATES)[number] | 'shed';
}

const FRAME = { ratePerSecond: 100, concurrency: null, durationMs: 40_000, notes: [] };

/** Forty seconds at 100 a second, a tenth of it slow in clusters, every kind of end among it. */
function eventsOf(seed: number): readonly Event[] {
  const random = seededRandom(seed);
  return Array.from({ length: 4000 }, (_, n) => {
    const draw = random();
    const fate = draw < 0.9 ? 'ok' : draw < 0.92 ? 'shed' : (FATES[n % FATES.length] ?? 'ok');
    return { atMs: n * 10, tookMs: (Math.floor(n / 100) % 10 === 3 ? 100 : 10) * (1 + random()), fate };
  });
}

function record(book: StepStats, { atMs, tookMs, fate }: Event): void {
  book.due(0.1);
  if (fate === 'shed') {
    book.shed('queue-timeout');
    return;
  }
  book.sent(atMs, atMs + 1);
  const isError = fate === 'http_error';
  const cause = fate === 'ok' || fate === 'unfinished' ? null : `cause of ${fate}`;
  const end = { fate, status: isError ? 503 : 200, cause, intendedMs: atMs, sentMs: atMs + 1 };
  book.settled({ ...PUNCTUAL, ...end, firstByteMs: atMs + 2, endedMs: atMs + tookMs }, () => null);
}

test('books of shares add up to the very book that one process would have kept', () => {
  for (const count of [2, 3, 7]) {
    const events = eventsOf(count);
    const whole = new StepStats('start', 'start', { ...BOOK, longestMs: null });
    const shares = Array.from(
      { length: count },
      () => new StepStats('start', 'start', { ...BOOK, longestMs: null }),
    );
    for (const [n, event] of events.entries()) {
      record(whole, event);
      const share = shares[n % count];
      if (share !== undefined) record(share, event);
    }
    const merged = new StepStats('start', 'start', { ...BOOK, longestMs: null });
    for (const share of shares)
      merged.merge(JSON.parse(JSON.stringify(share.state())) as ReturnType<typeof share.state>);
    const [one, many] = [whole.toStep(FRAME), merged.toStep(FRAME)];
    assert.deepEqual({ ...many, failures: [] }, { ...one, failures: [] });
    const counts = (step: typeof one): readonly string[] =>
      step.failures.map(({ cause, count: times }) => `${cause} ${times}`).sort();
    assert.deepEqual(counts(many), counts(one));
    assert.deepEqual(merged.encoded(), whole.encoded());
    assert.equal(merged.effectiveCount(), whole.effectiveCount());
    assert.ok(merged.effectiveCount() < 4000, 'the clusters of slow responses are still seen');
  }
});

test('blocks of different lengths add up: a share that ended early is not lost', () => {
  const long = new StepStats('start', 'start', { ...BOOK, longestMs: null });
  const short = new StepStats('start', 'start', { ...BOOK, longestMs: null });
  for (const event of eventsOf(1)) record(long, event);
  for (const event of eventsOf(2).slice(0, 50)) record(short, event);
  for (const [first, second] of [
    [long, short],
    [short, long],
  ] as const) {
    const merged = new StepStats('start', 'start', { ...BOOK, longestMs: null });
    merged.merge(first.state());
    merged.merge(second.state());
    const { ledger, latency_us, failed_us } = merged.toStep(FRAME);
    assert.equal(ledger.intended, 4050);
    assert.equal(latency_us.count, ledger.ok + ledger.timeout + ledger.unfinished);
    assert.equal(failed_us?.count, ledger.http_error + ledger.invalid);
  }
});
