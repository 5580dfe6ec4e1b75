/** What `--plan --detect` answers from the history. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { detectLines, type NightCost, type Wanted } from '../../history/detect.ts';
import type { NightRecord } from '../../history/night.ts';
import { describePlan, lengthened } from '../../load/plan.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import { normal, randomFrom } from '../../bench/nights.ts';
import { record } from './nights.ts';
import { nights } from './situations.ts';

const COST = (times: number): NightCost => ({ runs: 60 * times, requests: 130 * times });

function told(records: readonly NightRecord[], over: Partial<Wanted> = {}): string {
  const wanted = { effect: 0.1, target: record().target.name, scenarios: ['start', 'resume'] };
  return detectLines(records, { ...wanted, ...over }, COST).join('\n');
}

test('with fewer than 14 nights it says so in one sentence, and promises nothing', () => {
  for (const records of [[], nights(1), nights(13)]) {
    const lines = detectLines(
      records,
      { effect: 0.1, target: record().target.name, scenarios: ['start'] },
      COST,
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^The history has \d+ nights? of start .* 14 are needed/);
  }
  assert.match(told(nights(40), { target: 'https://other.test' }), /^The history has 0 nights/);
  assert.match(told(nights(40), { scenarios: ['pause'] }), /^The history has 0 nights of pause/);
});

test('it tells tonight, a week, a longer run, control calls and the spend', () => {
  const lines = told(nights(60)).split('\n');
  assert.match(lines[0] ?? '', /^Of 60 nights so far, which differ by [34][.\d]* %/);
  assert.match(lines[1] ?? '', /^tonight: no/);
  assert.match(
    lines[2] ?? '',
    /^within 3 nights: [\d.]+ %; within 7 nights: [\d.]+ % \(80 % from [3-7] nights on\)$/,
  );
  assert.match(
    lines[4] ?? '',
    /^with control calls \(HARNESS_CONTROLS=on\): not known, because no night has them/,
  );
  assert.match(
    lines[5] ?? '',
    /^this plan spends 60 workflow runs and 130 requests a night, \d+ workflow runs/,
  );
});

test('a larger rise is never less likely to be seen, and what is too small for an alarm is said to be', () => {
  const weekOf = (effect: number): number =>
    Number(/within 7 nights: ([\d.]+) %/.exec(told(nights(60), { effect }))?.[1] ?? assert.fail());
  const likely = [0.07, 0.1, 0.15, 0.3].map(weekOf);
  assert.deepEqual(
    likely,
    likely.toSorted((a, b) => a - b),
  );
  assert.ok((likely[0] ?? 100) < (likely[3] ?? 0));
  assert.match(told(nights(60), { effect: 0.05 }), /^\+5 % is never alarmed about/);
});

test('noisy nights need a larger rise, and control calls that share their noise make up for it', () => {
  const random = randomFrom(5);
  const way = Array.from({ length: 60 }, () => Math.exp(0.12 * normal(random)));
  const noisy = nights(60, (day) => way[day] ?? 1);
  assert.match(told(noisy), /80 % only from \+\d+[.\d]* % on/);
  const paired = noisy.map((night, day) => ({
    ...night,
    controls: {
      ledger: { sent: 20, answered: 20, failed: 0 },
      kinds: [
        {
          kind: 'invalid body',
          sent: 20,
          latency_us: { count: 20, p50: Math.round(4000 * (way[day] ?? 1)), p95: null },
        },
      ],
      notes: [],
    },
  }));
  assert.match(
    told(paired),
    /with control calls, as counted above: within \d nights; without them not within 7 nights/,
  );
});

test('a longer run is worth it only where the luck of the samples is what differs', () => {
  const scattered = nights(60, () => 1).map((night) => ({
    ...night,
    load:
      night.load === null
        ? null
        : {
            ...night.load,
            scenarios: night.load.scenarios.map((scenario) => ({
              ...scenario,
              steps: scenario.steps.map((step) => ({
                ...step,
                latency_us: {
                  ...step.latency_us,
                  p50_interval: [step.latency_us.p50 ?? 1, (step.latency_us.p50 ?? 1) * 1.0001],
                  p95_interval: [step.latency_us.p95 ?? 1, (step.latency_us.p95 ?? 1) * 1.0001],
                },
              })),
            })),
          },
  }));
  assert.match(
    told(scattered, { effect: 0.07 }),
    /with a longer --duration: no, not within \d nights; only [01][.\d]* %/,
  );
});

test('a plan that lasts longer starts as many runs more', () => {
  const parsed = parseLoadOptions(['start'], { rate: '6', duration: '10s', warmup: '0' });
  assert.ok('plan' in parsed);
  assert.equal(describePlan(lengthened(parsed.plan, 2)).startsRuns, 120);
});
