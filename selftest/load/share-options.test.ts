import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCapacityOptions } from '../../load/options/capacity.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../../load/options/read.ts';
import { describePlan } from '../../load/plan.ts';
import type { HostLimits } from '../../load/options/host-limits.ts';
import { readHostLimits } from '../../load/options/host-limits.ts';

const AT: HostLimits = {
  nowMs: Date.parse('2030-01-31T22:00:00Z'),
  openFilesMax: 1024,
  connectionsMax: 2000,
  timeoutMs: 10_000,
};

function issues(options: LoadOptionTexts, names: readonly string[] = ['start'], at = AT): readonly string[] {
  const parsed = parseLoadOptions(names, options, at);
  return 'issues' in parsed ? parsed.issues : [];
}

test('bad input is one sentence each, before anything is sent', () => {
  const rows: readonly (readonly [options: LoadOptionTexts, pattern: RegExp])[] = [
    [{ rate: '0' }, /^--rate is "0"/],
    [{ rate: '-5' }, /^--rate is "-5"/],
    [{ rate: '1e9' }, /^--rate is "1e9".*10000/],
    [{ rate: '1000000000' }, /^--rate .*10000/],
    [{ duration: '30' }, /^--duration is "30".*with its unit/],
    [{ rate: '5', concurrency: '5' }, /not both/],
    [{ data: '/no/such/rows.csv' }, /^--data names \/no\/such\/rows\.csv, which can't be read/],
    [{ connections: '1000' }, /^--connections asks for 1000 .* only 1024 files open \(ulimit -n\)/],
    [{ concurrency: '1500' }, /^--concurrency asks for 1500/],
    [{ processes: '0' }, /^--processes is "0"/],
    [{ processes: '3', connections: '2' }, /^--connections is 2, too few for 3 processes/],
    [{ processes: '3', concurrency: '2' }, /^--concurrency is 2, too few for 3/],
    [{ shard: '5/4', startAt: '2030-01-31T22:01:00Z' }, /^--shard is "5\/4"/],
    [{ shard: '0/4', startAt: '2030-01-31T22:01:00Z' }, /^--shard/],
    [{ shard: '1/2' }, /^--shard needs --start-at/],
    [{ startAt: '2030-01-31T21:59:00Z' }, /^--start-at is .* within the next day/],
    [{ startAt: '22:15' }, /^--start-at is "22:15"/],
    [{ startAt: '2030-01-31T22:01:00' }, /with its zone/],
    [
      { rate: '5', duration: '10s', threshold: ['latency_ms_p99 < 500'] },
      /p99 < 500" needs 299 responses, and start would send 50/,
    ],
    [
      { rate: '30', threshold: ['throughput_rps >= 45'] },
      /asks for more than start would offer, 30 per second: give a higher --rate/,
    ],
    [{ threshold: ['latency_ms_p97 < 500'] }, /no metric that is measured/],
    [{ threshold: ['latency_ms_p95{command=resume} < 500'] }, /is about resume; measured are start/],
    [{ validate: '0' }, /^--validate/],
  ];
  for (const [options, pattern] of rows) {
    const told = issues(options);
    assert.equal(told.length, 1, `${JSON.stringify(options)}: ${told.join(' ')}`);
    assert.match(told[0] ?? '', pattern);
    assert.match(told[0] ?? '', /^[^\n]+\.$/);
  }
  assert.match(issues({ mix: 'start=0' }, ['mixed'])[0] ?? '', /^--mix .*weight/);
  assert.match(issues({ startAt: '2030-01-31T22:01:00Z' }, ['start', 'data'])[0] ?? '', /one scenario/);
});

test('a throughput is refused only where no target could reach it', () => {
  const limit = ['throughput_rps >= 45'];
  for (const reachable of [
    { rate: '45', threshold: limit },
    { concurrency: '5', threshold: limit },
    { shape: 'ramp:10..100', threshold: limit },
    { rate: '30', threshold: ['throughput_rps < 45'] },
    { rate: '60', threshold: limit, shard: '1/2', startAt: '2030-01-31T22:01:00Z' },
  ])
    assert.deepEqual(issues(reachable), [], JSON.stringify(reachable));
  const mix = { rate: '60', mix: 'start=1,data=1', threshold: limit };
  assert.match(issues(mix, ['mixed']).join(' '), /more than mixed would offer, 30 per second/);
});

test('what a machine can hold is not refused', () => {
  assert.deepEqual(issues({ connections: '900' }), []);
  assert.deepEqual(issues({ connections: '1500', processes: '2' }), []);
  assert.deepEqual(issues({ connections: '2000' }, ['start'], { ...AT, openFilesMax: null }), []);
  assert.ok((readHostLimits().openFilesMax ?? 1024) >= 64);
  assert.deepEqual(issues({ rate: '100', duration: '10s', threshold: ['latency_ms_p99 < 500'] }), []);
  assert.deepEqual(issues({ concurrency: '2', duration: '1s', threshold: ['latency_ms_p99.9 < 500'] }), []);
});

test('a plan for several processes or a shard counts what they send together or alone', () => {
  const requests = (options: LoadOptionTexts): number | null => {
    const parsed = parseLoadOptions(
      ['start'],
      { rate: '10', duration: '10s', warmup: '0', connections: '10', ...options },
      AT,
    );
    return 'plan' in parsed ? describePlan(parsed.plan).requests : null;
  };
  assert.deepEqual([requests({}), requests({ processes: '3' })], [200, 200]);
  const shards = ['1/3', '2/3', '3/3'].map((shard) => requests({ shard, startAt: '2030-01-31T22:01:00Z' }));
  assert.deepEqual(shards, [68, 66, 66]);
});

const SLO = ['latency_ms_p95 < 500'];

test('a search is asked for by its objectives, and has nothing to do with a fixed rate', () => {
  const rows: readonly (readonly [options: LoadOptionTexts, pattern: RegExp])[] = [
    [{}, /^capacity needs an objective/],
    [{ slo: ['p95 < 500'] }, /"p95 < 500"/],
    [{ slo: SLO, rate: '5' }, /^--rate has no place in capacity/],
    [{ slo: SLO, threshold: ['shed <= 0'] }, /^--threshold has no place/],
    [{ slo: SLO, startAt: '2030-01-31T22:01:00Z' }, /^--start-at has no place/],
    [{ slo: SLO, minRate: '50', maxRate: '20' }, /^--min-rate is 50 and --max-rate 20/],
    [{ slo: SLO, minRate: '0' }, /^--min-rate is "0"/],
    [{ slo: SLO, maxRate: '1e9' }, /^--max-rate is "1e9"/],
    [{ slo: SLO, probeDuration: '5' }, /^--probe-duration is "5"/],
    [{ slo: SLO, soakDuration: 'x' }, /^--soak-duration/],
    [{ slo: SLO, precision: '5' }, /^--precision is "5"/],
    [{ slo: SLO, command: 'jump' }, /no load scenario "jump"/],
    [{ slo: ['latency_ms_p95{command=resume} < 500'] }, /is about resume/],
    [{ slo: ['latency_ms_p99.9 < 500'], minRate: '1' }, /would take 2995 s for the 2995 responses/],
  ];
  for (const [options, pattern] of rows) {
    const parsed = parseCapacityOptions(['capacity'], options, AT);
    const told = 'issues' in parsed ? parsed.issues : [];
    assert.equal(told.length, 1, `${JSON.stringify(options)}: ${told.join(' ')}`);
    assert.match(told[0] ?? '', pattern);
  }
  const two = parseCapacityOptions(['capacity', 'start'], { slo: SLO }, AT);
  assert.match('issues' in two ? two.issues.join(' ') : '', /asked for alone/);
});

test('the plan of a search states its worst case', () => {
  const options = { slo: SLO, command: 'data', minRate: '10', maxRate: '40', connections: '10' };
  const parsed = parseCapacityOptions(['capacity'], options, AT);
  assert.ok('plan' in parsed);
  const { requests, startsRuns, durationMs, peakPerSecond, lines } = describePlan(parsed.plan);
  assert.ok((requests ?? 0) >= 60 && (requests ?? Infinity) < 300, String(requests));
  assert.ok((startsRuns ?? 0) > 0 && durationMs >= 6000 && durationMs < 10_000);
  assert.equal(peakPerSecond, 40);
  assert.match(
    lines.join('\n'),
    /from 10\/s to 40\/s .*latency_ms_p95 < 500; error_rate < 1%[^]*at the very most: \d+ probes, \d+ requests, \d+ runs/,
  );
});

test('a ceiling of connections that is low for the rate is told with what it can carry', () => {
  const lines = (options: LoadOptionTexts): string => {
    const parsed = parseLoadOptions(['start'], { duration: '10s', ...options }, AT);
    return 'plan' in parsed ? describePlan(parsed.plan).lines.join('\n') : parsed.issues.join();
  };
  assert.match(
    lines({ rate: '50', connections: '1' }),
    /1 connection can carry 50 requests per second only while responses take less than 20 ms;/,
  );
  for (const options of [{ rate: '50', connections: '50' }, { rate: '50' }, { concurrency: '1' }])
    assert.doesNotMatch(lines(options), /can carry/, JSON.stringify(options));
});
