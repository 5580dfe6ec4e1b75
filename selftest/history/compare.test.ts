/** One run against another: what differs, and what is not compared. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { compareNights } from '../../history/compare.ts';
import { writeNight } from '../../history/files.ts';
import type { NightRecord } from '../../history/night.ts';
import { callCli } from '../whole/called.ts';
import { onDay, slower } from './nights.ts';

const dir = mkdtempSync(join(tmpdir(), 'compare-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** A night whose percentiles have intervals of 5 % on either side. */
function exact(day: number, factor: number, over: Partial<NightRecord> = {}): NightRecord {
  const night = onDay(day, over);
  if (night.load === null) throw new Error('the fixture has no load');
  const around = (us: number | null): readonly number[] | null =>
    us === null ? null : [us * 0.95, us * 1.05];
  const scenarios = slower(night, factor).map((scenario) => ({
    ...scenario,
    steps: scenario.steps.map((step) => ({
      ...step,
      latency_us: {
        ...step.latency_us,
        p50_interval: around(step.latency_us.p50),
        p95_interval: around(step.latency_us.p95),
      },
    })),
  }));
  return { ...night, load: { ...night.load, scenarios } };
}

describe('two runs', () => {
  test('that differ by half are told apart, and those that differ by little are not', () => {
    const { metrics, findings } = compareNights(exact(1, 1), exact(2, 1.5));
    assert.ok(metrics.length >= 2);
    for (const { outcome, ratio, interval } of metrics) {
      assert.equal(outcome, 'slower');
      assert.ok(ratio > 1.45 && ratio < 1.55 && (interval?.[0] ?? 0) > 1.3, String(ratio));
    }
    assert.deepEqual([findings?.appeared, findings?.gone], [[], []]);
    const close = compareNights(exact(1, 1), exact(2, 1.04));
    assert.ok(close.metrics.every(({ outcome }) => outcome === 'no difference seen'));
    const back = compareNights(exact(2, 1.5), exact(1, 1));
    assert.ok(back.metrics.every(({ outcome }) => outcome === 'faster'));
  });

  test('of another model, rate or scenario are listed, and not compared', () => {
    const other = exact(2, 1);
    const scenarios = (other.load?.scenarios ?? []).map((scenario, i) =>
      i === 0
        ? { ...scenario, model: 'closed' as const }
        : { ...scenario, steps: scenario.steps.map((step) => ({ ...step, rate_per_second: 77 })) },
    );
    const { metrics, not_compared: apart } = compareNights(exact(1, 1), {
      ...other,
      load: { inconclusive: null, scenarios },
    });
    assert.deepEqual(metrics, []);
    assert.match(apart.join('; '), /the model was open and is closed; .*the rate was \d+ and is 77/);
  });
});

test('the command takes nights by their words, and says what is wrong in one sentence for each', async () => {
  const none = { contract: null, load: null } as const;
  for (const night of [exact(1, 1), exact(2, 1.5, { verdict: 'NO-GO' }), onDay(3, none)])
    writeNight(dir, night);
  const compare = (...words: readonly string[]): ReturnType<typeof callCli> =>
    callCli({ args: ['compare', ...words, '--history', dir] });
  const told = await compare('last GO', 'night-2');
  assert.equal(told.code, 3, 'the last GO has no part that the other has');
  const ran = await compare('night-1', 'night-2');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^\| night-1 against night-2 \| A \| B \|/);
  assert.match(ran.stdout, /\| \+50 % \(\+3\d[.\d]* % to \+6\d[.\d]* %\) \| slower \|/);
  const wrong = await compare('v9.9.9', dir);
  assert.equal(wrong.code, 2);
  assert.equal(wrong.stderr.trim().split('\n').length, 2, wrong.stderr);
});
