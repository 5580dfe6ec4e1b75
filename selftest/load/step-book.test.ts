/** A step's book: what each request adds to it, what it says while it runs, and that books add up. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Hit } from '../../load/metrics/hit.ts';
import { NO_SHARES } from '../../load/metrics/hit.ts';
import { StepStats, type StepStatsState } from '../../load/metrics/step-stats.ts';
import type { TimeLimit } from '../../load/metrics/exceedances.ts';
import type { LoadStep, TimePart } from '../../result/load-result.ts';
import { PUNCTUAL } from './hits.ts';

const START_MS = 7000;
const LIMITS: readonly TimeLimit[] = [
  { of: 'latency', limitUs: 50_000, isBeyondAtLimit: false },
  { of: 'service', limitUs: 50_000, isBeyondAtLimit: false },
];
const FRAME = { ratePerSecond: 10, concurrency: null, durationMs: 2000.4, notes: ['a note'] };

function newBook(rowSeconds = 1): StepStats {
  return new StepStats('start at 10', 'start', {
    startMs: START_MS,
    longestMs: null,
    limits: LIMITS,
    rowSeconds,
  });
}

/** Due at `offsetMs`, sent 4 ms later, first byte after 10 more, ended after 20 more: 34 ms in all. */
function hit(offsetMs: number, over: Partial<Hit> = {}): Hit {
  const intendedMs = START_MS + offsetMs;
  const times = { sentMs: intendedMs + 4, firstByteMs: intendedMs + 14, endedMs: intendedMs + 34 };
  return { ...PUNCTUAL, fate: 'ok', status: 200, cause: null, intendedMs, ...times, ...over };
}

function add(book: StepStats, one: Hit, lateMs: number | null = 1): void {
  book.due(lateMs);
  book.sent(one.intendedMs, one.sentMs);
  book.settled(one, () => null);
}

function stepOf(...hits: readonly Hit[]): LoadStep {
  const book = newBook();
  for (const one of hits) add(book, one);
  return book.toStep(FRAME);
}

const TIMED_OUT = {
  fate: 'timeout',
  status: null,
  firstByteMs: null,
  cause: 'no response within 10 s',
} as const;
const REFUSED = { fate: 'http_error', status: 503, cause: 'answered 503' } as const;
const OURS = { shares: { own: 1, held: 2, ceiling: 3, pool: 4, down: 5 }, lagMs: 6 } as const;

test('the step has the frame that it was given, and the rates of what was sent and what ended well', () => {
  const step = stepOf(hit(0), hit(500), hit(2995), hit(1000, REFUSED), hit(3995, TIMED_OUT));
  const { name, command, rate_per_second, concurrency, duration_ms, notes } = step;
  assert.deepEqual(
    [name, command, rate_per_second, concurrency, duration_ms, notes],
    ['start at 10', 'start', 10, null, 2000, ['a note']],
  );
  // Five sends over 3,995 ms, three good ends over 2,995 ms; both longer than the 2,000.4 ms that were measured.
  assert.deepEqual([step.achieved_per_second, step.ok_per_second], [1.252, 1.002]);
  assert.deepEqual(step.ledger, {
    ...{ intended: 5, shed: 0, sent: 5, ok: 3, http_error: 1, invalid: 0 },
    ...{ transport_error: 0, timeout: 1, unfinished: 0 },
  });
  const inTime = stepOf(hit(0), hit(500));
  assert.deepEqual([inTime.achieved_per_second, inTime.ok_per_second], [1, 1]);
});

test('sends and good ends are known by their first and last, since the step began', () => {
  const book = newBook();
  add(book, hit(100, REFUSED));
  add(book, hit(500));
  add(book, hit(900));
  add(book, hit(1500, TIMED_OUT));
  const { sends, goodEnds } = book.state();
  assert.deepEqual(sends, { firstMs: 104, lastMs: 1504 });
  assert.deepEqual(goodEnds, { firstMs: 534, lastMs: 934 });
  assert.deepEqual(book.frame, { limits: LIMITS, rowSeconds: 1 });
});

test('what did not happen is absent from the step', () => {
  const step = stepOf(hit(0));
  for (const key of ['cut_off', 'shed_by', 'runs_ended', 'failed_us', 'parts_us'] as const)
    assert.ok(!(key in step), key);
  assert.ok(!('latency_up' in (step.mean_without_ours_us ?? {})));
  assert.deepEqual(step.http_error_by_status, {});
});

test('errors are counted by status, in order, and failures by cause', () => {
  const { http_error_by_status: byStatus, failures } = stepOf(
    hit(0, REFUSED),
    hit(1, { ...REFUSED, status: 400, cause: 'answered 400' }),
    hit(2, REFUSED),
    hit(3, { fate: 'invalid', status: 200, cause: 'no workflow_run' }),
    hit(4, { fate: 'invalid', status: 500, cause: null }),
  );
  assert.deepEqual(Object.entries(byStatus), [
    ['400', 1],
    ['503', 2],
  ]);
  assert.deepEqual(
    failures.map(({ cause, count }) => [cause, count]),
    [
      ['answered 503', 2],
      ['answered 400', 1],
      ['no workflow_run', 1],
    ],
  );
});

test('what was ours is taken off the means, and the outage off the latency besides', () => {
  const {
    latency_us,
    service_us,
    mean_without_ours_us: apart,
  } = stepOf(hit(0, OURS), hit(10), hit(20, REFUSED));
  assert.deepEqual([latency_us.mean, service_us.mean], [34_000, 30_000]);
  // 16 ms of ours before the end of one of two, 6 of them after the send, 5 more of an outage.
  assert.deepEqual(apart, { latency: 26_000, service: 27_000, latency_up: 23_500 });
  const many = { ...OURS, shares: { ...OURS.shares, own: 500 } };
  assert.deepEqual(stepOf(hit(0, many)).mean_without_ours_us, { latency: 0, service: 24_000, latency_up: 0 });
  assert.deepEqual(stepOf().mean_without_ours_us, { latency: null, service: null });
  const third = hit(0, { shares: { ...NO_SHARES, own: 2 } });
  assert.equal(stepOf(third, hit(1), hit(2)).mean_without_ours_us?.latency, 33_333.3);
  assert.deepEqual(stepOf(hit(0, TIMED_OUT)).mean_without_ours_us, { latency: null, service: null });
  const thirds = { ...PUNCTUAL, shares: { ...NO_SHARES, own: 1 } };
  assert.equal(stepOf(hit(0, thirds), hit(1), hit(2)).mean_without_ours_us?.latency, 33_666.7);
});

test('what failed, was given up, or may have ended by itself is held against the limits as what it is', () => {
  const counts = (over: Partial<Hit>): readonly (readonly [number, number, number])[] =>
    (stepOf(hit(0, over)).beyond ?? []).map(({ all, without_ours: apart }) => [
      all.count,
      apart.count,
      apart.of,
    ]);
  const rows: readonly (readonly [over: Partial<Hit>, latency: number[], service: number[]])[] = [
    [{}, [0, 0, 1], [0, 0, 1]],
    [{ endedMs: START_MS + 52 }, [1, 1, 1], [0, 0, 1]],
    [{ endedMs: START_MS + 55 }, [1, 1, 1], [1, 1, 1]],
    [TIMED_OUT, [1, 1, 1], [1, 1, 1]],
    [{ ...TIMED_OUT, fate: 'unfinished' }, [1, 0, 0], [1, 0, 0]],
    [{ mayHaveEnded: true }, [0, 0, 0], [0, 0, 0]],
    [{ endedMs: START_MS + 60, isDisturbed: true }, [1, 0, 0], [1, 0, 0]],
    [{ endedMs: START_MS + 60, lagMs: 10 }, [1, 0, 1], [1, 0, 1]],
    [REFUSED, [0, 0, 0], [0, 0, 0]],
    [{ fate: 'invalid' }, [0, 0, 0], [0, 0, 0]],
    [{ fate: 'transport_error', status: null }, [0, 0, 0], [0, 0, 0]],
  ];
  for (const [over, latency, service] of rows)
    assert.deepEqual(counts(over), [latency, service], JSON.stringify(over));
});

test('nothing that was sent is there because the target took no connections', () => {
  const { beyond = [] } = stepOf(hit(0, { endedMs: START_MS + 90 }), hit(1, TIMED_OUT));
  assert.deepEqual(
    beyond.map(({ all, while_down }) => [all.count, while_down]),
    [
      [2, 0],
      [2, 0],
    ],
  );
});

test('what was never answered is known from below, by how long it had waited', () => {
  for (const fate of ['timeout', 'unfinished'] as const) {
    const { latency_us: latency, service_us: service } = stepOf(hit(0, { ...TIMED_OUT, fate }), hit(1));
    assert.deepEqual(
      [latency.count, latency.censored, latency.max, latency.mean],
      [2, 1, 34_000, 34_000],
      fate,
    );
    assert.deepEqual(
      [service.count, service.censored, service.max, service.mean],
      [2, 1, 30_000, 30_000],
      fate,
    );
  }
});

test('shed work counts as beyond each limit on latency, by who had it shed', () => {
  const shed = (...args: Parameters<StepStats['shed']>): LoadStep => {
    const book = newBook();
    book.due(null);
    book.shed(...args);
    return book.toStep(FRAME);
  };
  const beyond = ({ beyond: [latency, service] = [] }: LoadStep): readonly unknown[] => [
    [latency?.all.count, latency?.without_ours.of, latency?.while_down],
    service?.all.of,
  ];
  const wait = (share: keyof typeof NO_SHARES): Parameters<StepStats['shed']> => [
    'queue-timeout',
    START_MS + 10,
    100,
    { ...NO_SHARES, [share]: 80 },
  ];
  const plain = shed('queue-timeout');
  assert.deepEqual(
    [plain.ledger.intended, plain.ledger.shed, plain.ledger.sent, plain.cut_off],
    [1, 1, 0, undefined],
  );
  assert.deepEqual([beyond(plain), plain.shed_by], [[[1, 1, 0], 0], undefined]);
  const cut = shed('cut-off');
  assert.deepEqual([beyond(cut), cut.cut_off, cut.shed_by], [[[1, 0, 0], 0], 1, undefined]);
  const down = shed(...wait('down'));
  assert.deepEqual([beyond(down), down.shed_by?.down], [[[1, 1, 1], 0], 1]);
  for (const [share, name] of [
    ['own', 'generator'],
    ['held', 'pause'],
    ['ceiling', 'connections'],
    ['pool', 'runs'],
  ] as const) {
    const ours = shed(...wait(share));
    assert.deepEqual([beyond(ours), ours.shed_by?.[name]], [[[1, 0, 0], 0], 1], share);
  }
});

test('runs that may have ended by themselves are counted', () => {
  const ended = { ...REFUSED, status: 404, mayHaveEnded: true };
  assert.equal(stepOf(hit(0, ended), hit(1, ended), hit(2)).runs_ended, 2);
});

test('where blocks lie is told from when a request was due, since the step began', () => {
  const book = newBook();
  for (const offsetMs of [0, 130, 260]) add(book, hit(offsetMs));
  const { latency, service, exceedances } = book.state();
  for (const blocks of [latency.blocks.blocks, service.blocks.blocks, exceedances[0]?.all.blocks ?? []])
    assert.deepEqual(
      blocks.map(([block]) => block),
      [0, 1, 2],
    );
  const late = newBook();
  for (const offsetMs of [0, 130, 260]) add(late, hit(offsetMs, TIMED_OUT));
  assert.deepEqual(
    late.state().latency.blocks.blocks.map(([block]) => block),
    [0, 1, 2],
  );
  const shed = newBook();
  shed.shed('queue-timeout', START_MS + 300);
  assert.deepEqual(shed.state().exceedances[0]?.all.blocks, [[2, 1, 1]]);
});

test('how late the generator was is that of what it paced', () => {
  const book = newBook();
  for (const lateMs of [1, 2, 3, null]) add(book, hit(0), lateMs);
  const { pacing_error_us: late } = book.toStep(FRAME);
  assert.deepEqual(late, { p50: null, p95: null, p99: null, max: 3000 });
  assert.deepEqual([book.pacing().count, book.pacing().mean], [3, 2000]);
});

test('while the step runs, what is under way is left out', () => {
  const book = newBook();
  for (const offsetMs of [0, 10, 20]) add(book, hit(offsetMs));
  book.due(0);
  book.sent(START_MS + 30, START_MS + 31);
  book.due(0);
  book.shed('queue-timeout');
  book.due(0);
  const { ledger, seconds, ok_per_second } = book.soFar(FRAME);
  assert.deepEqual([ledger.intended, ledger.sent, ledger.shed, ledger.ok], [4, 3, 1, 3]);
  assert.deepEqual([seconds, ok_per_second], [[], undefined]);
  assert.deepEqual([book.ledger().intended, book.ledger().sent], [6, 4]);
});

test('a shortage of connections is told by good responses that took no longer for it', () => {
  const book = newBook();
  const crowded = { shares: { ...NO_SHARES, ceiling: 20 } };
  for (let n = 0; n < 20; n += 1) add(book, hit(n, n < 8 ? crowded : {}));
  add(book, hit(50, { ...REFUSED, ...crowded }));
  // 30 ms each at 100 a second, with a fifth of headroom: 3.6 under way, so 4 and one to spare.
  assert.deepEqual(book.connections(2, 100), { ceiling: 2, waited: 8, needed: 5 });
  assert.deepEqual(book.connections(2, null), { ceiling: 2, waited: 8, needed: null });
  const late = newBook();
  for (let n = 0; n < 20; n += 1) add(late, hit(n, { ...crowded, lagMs: 20 }));
  // Of the 30 ms 20 were this process's; but so long the connection was occupied.
  assert.deepEqual(late.connections(2, 100), { ceiling: 2, waited: 20, needed: 4 });
});

test('the parts of the response time are kept where there are any', () => {
  const parts = { noticed: 1, allowed: 0.5, connection: 2, written: 0.25 };
  const step = stepOf(hit(0, { parts, lagMs: 3 }), hit(10, { parts, ...TIMED_OUT }));
  const parted = Object.entries(step.parts_us ?? {}) as [string, TimePart][];
  const means = parted.map(([part, { count, mean }]) => [part, count, mean]);
  assert.deepEqual(means, [
    ['noticed', 2, 1000],
    ['allowed', 2, 500],
    ['connection', 2, 2000],
    ['written', 2, 250],
    ['first_byte', 1, 10_000],
    ['answered', 1, 20_000],
    ['read_late', 1, 3000],
  ]);
});

/** One of each kind, none like another in its times. */
function hits(from: number): readonly Hit[] {
  const fates = ['ok', 'http_error', 'invalid', 'transport_error', 'timeout', 'unfinished', 'ok'] as const;
  return fates.map((fate, n) =>
    hit(from + n * 300, {
      fate,
      status: fate === 'http_error' ? 429 + (from % 2) : fate === 'ok' ? 200 : null,
      cause: fate === 'ok' ? null : `cause of ${fate}`,
      endedMs: START_MS + from + n * 300 + 40 + from / 100 + n,
      shares: { own: n, held: 2 * n, ceiling: 3 * n, pool: from % 3, down: 1 + (n % 2) },
      lagMs: from % 5,
      parts: { noticed: n, allowed: 1, connection: from % 7, written: 2 },
      mayHaveEnded: fate === 'http_error',
    }),
  );
}

function fill(book: StepStats, from: number): void {
  for (const one of hits(from)) add(book, one, from % 4);
  for (const share of ['own', 'held', 'ceiling', 'pool', 'down'] as const) {
    book.due(1);
    book.shed('queue-timeout', START_MS + from, 10, { ...NO_SHARES, [share]: 9 });
  }
  book.due(0);
  book.shed('cut-off', START_MS + from, 10, NO_SHARES);
}

test('books add up to the one that one process would have kept, as data that can be saved', () => {
  const [whole, first, second, merged] = [newBook(2), newBook(2), newBook(2), newBook(2)];
  for (const [book, from] of [
    [first, 101],
    [second, 3300],
  ] as const) {
    fill(book, from);
    fill(whole, from);
  }
  for (const book of [first, second])
    merged.merge(JSON.parse(JSON.stringify(book.state())) as StepStatsState);
  assert.deepEqual(merged.state(), whole.state());
  assert.deepEqual(merged.toStep(FRAME), whole.toStep(FRAME));
  assert.deepEqual(merged.encoded(), whole.encoded());
  assert.deepEqual(merged.connections(4, 10), whole.connections(4, 10));
  assert.equal(merged.effectiveCount(), whole.effectiveCount());
  assert.equal(whole.effectiveCount(), 8, 'all that have a latency');
  const { latency_us: latency, service_us: service, parts_us: parts } = whole.encoded();
  const texts = [latency, service, parts?.noticed, parts?.answered].map((one) => one?.answered);
  assert.equal(new Set(texts).size, 4, 'each is of other times');
});
