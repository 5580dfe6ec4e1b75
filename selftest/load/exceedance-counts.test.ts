/** Which requests a limit counts, over what time, and for what of ours. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BlockedShare, Exceedances, type TimeLimit, type Timed } from '../../load/metrics/exceedances.ts';
import { timeLimitsOf } from '../../load/scenario/threshold.ts';
import { NO_SHARES } from '../../load/metrics/hit.ts';
import { parseThreshold } from '../../load/scenario/threshold.ts';

const LATENCY: TimeLimit = { of: 'latency', limitUs: 200_000, isBeyondAtLimit: true };

function timed(over: Partial<Timed> = {}): Timed {
  const times = { atMs: 0, latencyMs: 300, serviceMs: 10, lagMs: 0 };
  return { ...times, shares: NO_SHARES, isDisturbed: false, isOurs: false, isDown: false, ...over };
}

function resultOf(requests: readonly Timed[], limit = LATENCY): ReturnType<Exceedances['toResult']> {
  const one = new Exceedances(limit);
  for (const request of requests) one.add(request);
  return one.toResult();
}

test('thresholds on percentiles and maxima have limits, each once; a limit that must not be reached is itself beyond', () => {
  const limits = (...texts: readonly string[]): readonly TimeLimit[] =>
    timeLimitsOf(
      texts.map((text) => {
        const threshold = parseThreshold(text);
        if ('issue' in threshold) throw new Error(threshold.issue);
        return threshold;
      }),
    );
  const at = (of: 'latency' | 'service', limitUs: number, isBeyondAtLimit: boolean): TimeLimit => ({
    of,
    limitUs,
    isBeyondAtLimit,
  });
  assert.deepEqual(
    limits(
      'latency_ms_p95 < 250',
      'latency_ms_p99{command=start} < 250',
      'latency_ms_mean < 9',
      'error_rate < 1%',
    ),
    [at('latency', 250_000, true)],
  );
  assert.deepEqual(
    limits('latency_ms_p95 <= 250', 'latency_ms_p95 >= 250', 'latency_ms_max > 250', 'service_ms_max > 250'),
    [at('latency', 250_000, false), at('latency', 250_000, true), at('service', 250_000, false)],
  );
  assert.deepEqual(limits('shed <= 0', 'throughput_rps > 1', 'service_ms_mean < 1'), []);
});

test('a time equal to the limit, to the microsecond, is beyond it only where the limit must not be reached', () => {
  for (const [latencyMs, isBeyondAtLimit, count] of [
    [199.9994, true, 0],
    [199.9996, true, 1],
    [200, true, 1],
    [200, false, 0],
    [200.0004, false, 0],
    [200.0006, false, 1],
  ] as const) {
    const { all, at_limit, limit_us, of } = resultOf([timed({ latencyMs })], { ...LATENCY, isBeyondAtLimit });
    assert.deepEqual(
      [all.count, at_limit, limit_us, of],
      [count, isBeyondAtLimit, 200_000, 'latency'],
      `${latencyMs}`,
    );
  }
});

test('a limit on service counts what was sent, without the wait before it', () => {
  const service = { ...LATENCY, of: 'service' } as const;
  const slow = { latencyMs: 900, serviceMs: 300 };
  const rows: readonly (readonly [
    over: Partial<Timed>,
    all: number,
    apart: number,
    of: number,
    down: number,
  ])[] = [
    [{ latencyMs: 900 }, 0, 0, 1, 0],
    [slow, 1, 1, 1, 0],
    [{ ...slow, serviceMs: null }, 0, 0, 0, 0],
    [{ ...slow, serviceMs: 200.5 }, 1, 1, 1, 0],
    [{ ...slow, lagMs: 150 }, 1, 0, 1, 0],
    // What came before the send is no part of the service, whoever it was.
    [{ ...slow, shares: { own: 150, held: 150, ceiling: 150, pool: 150, down: 150 } }, 1, 1, 1, 0],
    [{ ...slow, isDown: true }, 1, 1, 1, 0],
    [{ ...slow, isOurs: true }, 1, 0, 0, 0],
  ];
  for (const [over, all, apart, of, down] of rows) {
    const seen = resultOf([timed(over)], service);
    assert.deepEqual(
      [seen.all.count, seen.without_ours.count, seen.without_ours.of, seen.while_down],
      [all, apart, of, down],
      JSON.stringify(over),
    );
  }
});

test('what only an outage put beyond the limit is counted apart from the rest', () => {
  const rows: readonly (readonly [over: Partial<Timed>, down: number, upCount: number, upOf: number])[] = [
    [{}, 0, 1, 1],
    [{ latencyMs: 10 }, 0, 0, 1],
    [{ shares: { ...NO_SHARES, down: 100 } }, 0, 1, 1],
    [{ shares: { ...NO_SHARES, down: 101 } }, 1, 0, 0],
    [{ latencyMs: 10, isDown: true }, 0, 0, 1],
    [{ latencyMs: Infinity, serviceMs: null, isDown: true }, 1, 0, 0],
    [{ latencyMs: Infinity, serviceMs: null }, 0, 1, 1],
    [{ shares: { ...NO_SHARES, down: 250 }, isDisturbed: true }, 0, 0, 0],
    [{ shares: { ...NO_SHARES, down: 250, own: 150 } }, 0, 0, 1],
  ];
  for (const [over, down, upCount, upOf] of rows) {
    const seen = resultOf([timed(over)]);
    assert.deepEqual(
      [seen.while_down, seen.without_down?.count, seen.without_down?.of],
      [down, upCount, upOf],
      JSON.stringify(over),
    );
  }
});

test('of requests that only ours put beyond the limit the waits are summed by whose they were', () => {
  const ours = (over: Partial<Timed>): readonly number[] => {
    const { generator, pause, connections, runs } = resultOf([timed(over), timed({ latencyMs: 10 })]).ours_ms;
    return [generator, pause, connections, runs];
  };
  const rows: readonly (readonly [over: Partial<Timed>, ours: readonly number[]])[] = [
    [{ shares: { own: 50.2, held: 40.4, ceiling: 30.4, pool: 20.4, down: 0 }, lagMs: 10 }, [60, 40, 30, 20]],
    [{ shares: { ...NO_SHARES, pool: 150 } }, [0, 0, 0, 150]],
    // Beyond the limit without it, or not beyond it at all: nothing of ours mattered.
    [{ shares: { own: 10, held: 10, ceiling: 10, pool: 10, down: 0 }, lagMs: 10 }, [0, 0, 0, 0]],
    [{ latencyMs: 150, shares: { ...NO_SHARES, own: 100 } }, [0, 0, 0, 0]],
    // In a burst of our making, or given up by us: left out, and what it waited counts, or at least 1 ms of ours.
    [{ shares: { ...NO_SHARES, pool: 7 }, isDisturbed: true }, [0, 0, 0, 7]],
    [{ isDisturbed: true }, [1, 0, 0, 0]],
    [{ isOurs: true }, [0, 0, 0, 0]],
    [{ shares: { ...NO_SHARES, held: 5 }, isOurs: true }, [0, 5, 0, 0]],
  ];
  for (const [over, right] of rows) assert.deepEqual(ours(over), right, JSON.stringify(over));
});

test('requests are counted in blocks of 125 ms, which double so that 64 hold the whole time', () => {
  const share = new BlockedShare();
  for (const [isBeyond, atMs] of [
    [true, -5],
    [false, 124.9],
    [true, 125],
    [false, 7999],
  ] as const)
    share.add(isBeyond, atMs);
  assert.deepEqual(share.state(), {
    blockMs: 125,
    blocks: [
      [0, 2, 1],
      [1, 1, 1],
      [63, 1, 0],
    ],
  });
  share.add(true, 8000);
  assert.deepEqual(share.state(), {
    blockMs: 250,
    blocks: [
      [0, 3, 2],
      [31, 1, 0],
      [32, 1, 1],
    ],
  });
});

test('a share has its counts, and by how much its clusters make them worth less', () => {
  const share = new BlockedShare();
  for (let block = 0; block < 64; block += 1)
    for (let n = 0; n < 10; n += 1) share.add(block < 8 && n < 8, block * 125);
  // Worked out by hand: as one of eight groups of 80, 64 beyond and none in the others.
  assert.deepEqual(share.share(), { count: 64, of: 640, cluster: 71.11 });
  const single = new BlockedShare();
  for (let block = 0; block < 64; block += 1)
    for (let n = 0; n < 10; n += 1) single.add(block % 2 === 0, block * 125);
  assert.deepEqual(single.share(), { count: 320, of: 640, cluster: 10.16 });
  const effectOf = (isSlow: (block: number) => boolean): number => {
    const blocked = new BlockedShare();
    for (let block = 0; block < 64; block += 1)
      for (let n = 0; n < 10; n += 1) blocked.add(isSlow(block), block * 125);
    return blocked.share().cluster;
  };
  assert.equal(
    effectOf((block) => block % 4 < 2),
    20.65,
    'two with, two without',
  );
  assert.equal(
    effectOf((block) => block % 8 < 4),
    42.67,
    'four with, four without',
  );
  const gaps = new BlockedShare();
  for (let block = 0; block < 8; block += 1)
    for (let n = 0; n < 10; n += 1) gaps.add(block === 0, block * 375);
  assert.deepEqual(gaps.share(), { count: 10, of: 80, cluster: 11.43 });
  const even = new BlockedShare();
  for (let n = 0; n < 640; n += 1) even.add(n % 10 === 0, (n / 10) * 125);
  assert.deepEqual(even.share(), { count: 64, of: 640, cluster: 1 });
  assert.deepEqual(new BlockedShare().share(), { count: 0, of: 0, cluster: 1 });
});

test('what several have counted adds up to what one would have counted', () => {
  const requests = Array.from({ length: 120 }, (_, n) =>
    timed({
      atMs: n * 170,
      latencyMs: n % 3 === 0 ? 250 : 10,
      shares: {
        own: n % 5 === 0 ? 90 : 0,
        held: n % 7,
        ceiling: n % 4,
        pool: n % 2,
        down: n % 9 === 0 ? 120 : 0,
      },
      isDisturbed: n % 11 === 0,
    }),
  );
  const whole = new Exceedances(LATENCY);
  const parts = [new Exceedances(LATENCY), new Exceedances(LATENCY)] as const;
  for (const [n, request] of requests.entries()) {
    whole.add(request);
    parts[n < 20 ? 0 : 1].add(request);
  }
  for (const [first, second] of [parts, [parts[1], parts[0]] as const]) {
    const merged = new Exceedances(LATENCY);
    merged.merge(first.state());
    merged.merge(second.state());
    assert.deepEqual(merged.toResult(), whole.toResult());
    assert.deepEqual(merged.state(), whole.state());
  }
});
