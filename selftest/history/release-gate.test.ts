/** A release held against an earlier run: each row of a policy with its three outcomes, and what can't be evaluated. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { NightRecord, NightScenario, NightStep } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import { judgeRelease, type GatedMetric, type ReleasePolicy } from '../../history/release-gate.ts';
import type { ReleaseRow } from '../../result/release-comparison.ts';
import { judgeRun } from '../../result/verdict.ts';
import { GO } from '../reports/fixtures.ts';

/** A run with two scenarios and a search; its percentiles have intervals of 5 % on either side. */
function run(
  over: Partial<NightRecord> = {},
  change: (step: NightStep) => NightStep = (one) => one,
): NightRecord {
  const night = recordOf(GO);
  if (night?.load === null || night === null) throw new Error('the fixture has no load');
  const scenarios = night.load.scenarios.map((scenario) => ({
    ...scenario,
    steps: scenario.steps.map((step) => change(timed(step, 10_000))),
  }));
  return { ...night, load: { ...night.load, scenarios: [...scenarios, search(6, null)] }, ...over };
}

function timed(step: NightStep, us: number): NightStep {
  const around = [us * 0.95, us * 1.05];
  return {
    ...step,
    latency_us: { ...step.latency_us, p50: us, p95: us, p50_interval: around, p95_interval: around },
  };
}

function failing(step: NightStep, failed: number, status = '500'): NightStep {
  const { sent } = step.ledger;
  return {
    ...step,
    ledger: { ...step.ledger, ok: sent - failed, http_error: failed },
    http_error_by_status: { [status]: failed },
  };
}

function search(
  rate: number | null,
  broken: number | null,
  more: Partial<NightScenario> = {},
): NightScenario {
  return {
    name: 'capacity',
    model: 'open',
    connections: 64,
    warmup_ms: 0,
    inconclusive: null,
    steps: [],
    steps_more: 0,
    thresholds: [],
    capacity: { command: 'data', rate_per_second: rate, broken_at_per_second: broken, objectives: ['a'] },
    ...more,
  };
}

function withSearch(own: NightScenario | null): NightRecord {
  const night = run();
  const scenarios = (night.load?.scenarios ?? []).filter(({ capacity }) => capacity === null);
  return {
    ...night,
    load: { inconclusive: null, scenarios: own === null ? scenarios : [...scenarios, own] },
  };
}

const ROW: GatedMetric = {
  metric: 'latency_ms_p50',
  scenario: null,
  step: null,
  loss: 0.2,
  whenUnsure: 'inconclusive',
};

function policy(...metrics: readonly Partial<GatedMetric>[]): ReleasePolicy {
  return {
    required: [],
    acceptedDrift: 'allowed',
    noise: 0,
    metrics: metrics.map((one) => ({ ...ROW, ...one })),
  };
}

function rows(by: ReleasePolicy, a: NightRecord, b: NightRecord, accepted = 0): readonly ReleaseRow[] {
  return judgeRelease(by, a, { night: b, accepted });
}

const outcomes = (all: readonly ReleaseRow[]): string =>
  [...new Set(all.map(({ outcome }) => outcome))].join(' ');

describe('a latency', () => {
  const slower = (factor: number): NightRecord => run({}, (step) => timed(step, 10_000 * factor));

  test('is kept, lost for sure, or not to be told', () => {
    assert.equal(outcomes(rows(policy({}), run(), slower(1.05))), 'kept');
    assert.equal(outcomes(rows(policy({}), run(), slower(1.5))), 'broken');
    assert.equal(outcomes(rows(policy({}), run(), slower(1.18))), 'unknown');
    assert.equal(outcomes(rows(policy({}), run(), slower(0.5))), 'kept', 'what became faster is no loss');
    const estimate = policy({ whenUnsure: 'estimate' });
    assert.equal(outcomes(rows(estimate, run(), slower(1.18))), 'kept');
    assert.equal(outcomes(rows(estimate, run(), slower(1.22))), 'broken');
  });

  test('is judged in each step that both have, by the noise between runs too', () => {
    const all = rows(policy({}), run(), slower(1.05));
    assert.deepEqual(
      all.map(({ name }) => name),
      ['latency_ms_p50 of start', 'latency_ms_p50 of resume'],
    );
    assert.equal(rows(policy({ scenario: 'resume' }), run(), run()).length, 1);
    const noisy = { ...policy({}), noise: 0.1 };
    assert.equal(outcomes(rows(noisy, run(), slower(1.05))), 'unknown');
  });

  test('that was measured otherwise, or by one of the two alone, is not certified', () => {
    const rate = run({}, (step) => ({ ...step, rate_per_second: 77 }));
    const bare = run({}, (step) => ({ ...step, latency_us: { ...step.latency_us, p50_interval: null } }));
    const few = run({}, (step) => ({ ...step, latency_us: { ...step.latency_us, p50: null } }));
    const ours = run({}, (step) => ({ ...step, is_ours: true }));
    const machine = run({ surroundings: { ...run().surroundings, cores: 96 } });
    const none = run({ load: null });
    const stopped = run({ interrupted: true });
    for (const other of [rate, bare, few, ours, machine, none, stopped]) {
      for (const [a, b] of [[run(), other] as const, [other, run()] as const])
        assert.equal(outcomes(rows(policy({}), a, b)), 'unknown');
      const estimate = policy({ whenUnsure: 'estimate' });
      assert.equal(outcomes(rows(estimate, run(), other)), 'unknown', 'an estimate takes a figure');
    }
    const named = rows(policy({ scenario: 'no-such' }), run(), run());
    assert.deepEqual([named.length, outcomes(named)], [1, 'unknown']);
    assert.match(
      rows(policy({}), run(), rate)[0]?.sentence ?? '',
      /not evaluated: the rate was \d+ and is 77/,
    );
  });

  test('of a scenario that one run no longer has is not certified by those that are left', () => {
    const night = run();
    const less = {
      ...night,
      load: { inconclusive: null, scenarios: (night.load?.scenarios ?? []).slice(1) },
    };
    assert.equal(outcomes(rows(policy({}), run(), less)), 'unknown kept');
  });
});

describe('errors', () => {
  const gate = policy({ metric: 'error_rate', loss: 0.01, scenario: 'resume' }); // 60 requests
  const failed = (count: number, status?: string): NightRecord =>
    run({}, (step) => failing(step, count, status));

  test('are kept, lost for sure, or not to be told, also after a run without one', () => {
    assert.equal(outcomes(rows(gate, run(), run())), 'kept');
    assert.equal(outcomes(rows(gate, run(), failed(12))), 'broken');
    assert.equal(outcomes(rows(gate, run(), failed(1))), 'unknown');
    assert.equal(outcomes(rows(gate, failed(12), run())), 'kept');
    assert.equal(outcomes(rows(gate, failed(12), failed(12))), 'unknown');
    assert.match(rows(gate, run(), failed(12))[0]?.sentence ?? '', /\(0 of 60 before, 12 of 60 now\)/);
  });

  test('of the environment are held against nobody', () => {
    for (const status of ['429', '502', '503', '504'])
      assert.equal(outcomes(rows(gate, run(), failed(12, status))), 'unknown', status);
  });

  test('of which nothing was sent are not certified', () => {
    const nothing = run({}, (step) => ({ ...step, ledger: { ...step.ledger, sent: 0, ok: 0 } }));
    assert.equal(outcomes(rows(gate, nothing, run())), 'unknown');
    assert.equal(outcomes(rows(gate, run(), nothing)), 'unknown');
  });
});

describe('a capacity', () => {
  const gate = policy({ metric: 'capacity', loss: 0.25 });
  const of = (rate: number | null, broken: number | null, more: Partial<NightScenario> = {}): NightRecord =>
    withSearch(search(rate, broken, more));

  test('is kept, lost for sure, or not to be told', () => {
    assert.equal(outcomes(rows(gate, of(6, null), of(6, null))), 'kept', 'both kept the highest rate');
    assert.equal(outcomes(rows(gate, of(10, 12), of(10, 12))), 'kept');
    assert.equal(outcomes(rows(gate, of(10, 12), of(6, 7))), 'broken');
    assert.equal(outcomes(rows(gate, of(10, 12), of(8, 10))), 'unknown');
  });

  test('that is missing, unconfirmed, or of other objectives is not certified', () => {
    const other = { command: 'data', rate_per_second: 6, broken_at_per_second: null, objectives: ['b'] };
    const unlike: readonly NightRecord[] = [
      withSearch(null),
      of(null, 3),
      of(6, null, { inconclusive: 'generator-saturated' }),
      withSearch(search(6, null, { capacity: other })),
      withSearch(search(6, null, { capacity: { ...other, command: 'start', objectives: ['a'] } })),
    ];
    for (const one of unlike) {
      assert.equal(outcomes(rows(gate, of(6, null), one)), 'unknown');
      assert.equal(outcomes(rows(gate, one, of(6, null))), 'unknown');
    }
  });
});

describe('a part', () => {
  const required = { ...policy({}), required: ['contract', 'load', 'capacity'] as const, metrics: [] };

  test('that was evaluated is kept, and one that was not can not be certified', () => {
    assert.equal(outcomes(rows(required, run(), run())), 'kept');
    const contract = run().contract;
    assert.ok(contract !== null);
    const lacking: readonly NightRecord[] = [
      run({ contract: null }),
      run({ contract: { ...contract, inconclusive: 'key-refused' } }),
      run({ contract: { ...contract, selection: 'only start' } }),
      run({ load: null }),
      run({ interrupted: true }),
      withSearch(null),
      withSearch(search(null, 3)),
    ];
    for (const one of lacking) assert.match(outcomes(rows(required, run(), one)), /unknown/);
  });

  test('that was accepted is refused where the policy says so', () => {
    const refused = { ...required, acceptedDrift: 'refused' as const };
    assert.equal(outcomes(rows(required, run(), run(), 2)), 'kept');
    assert.equal(outcomes(rows(refused, run(), run(), 0)), 'kept');
    assert.match(outcomes(rows(refused, run(), run(), 2)), /broken/);
  });
});

test('what the rows come to is the verdict: one that is broken is NO-GO, one that is unknown INCONCLUSIVE', () => {
  const row = (outcome: ReleaseRow['outcome']): ReleaseRow => ({
    kind: 'metric',
    name: 'latency',
    outcome,
    sentence: `${outcome}.`,
    loss: null,
    limit: null,
  });
  const judged = (...all: readonly ReleaseRow['outcome'][]): ReturnType<typeof judgeRun> =>
    judgeRun({
      contract: GO.contract,
      load: GO.load,
      interrupted: false,
      release: {
        baseline: { id: 'before', started_at: '', verdict: 'GO', target: '', revision: '' },
        policy: { file: 'policy.yaml', sha256: '' },
        rows: all.map(row),
        differences: [],
      },
    });
  assert.equal(judged('kept', 'kept').verdict, 'GO');
  assert.ok(judged('kept').reasons.includes('Held against before, it keeps all 1 row of policy.yaml.'));
  const unknown = judged('kept', 'unknown');
  assert.deepEqual([unknown.verdict, unknown.mover], ['INCONCLUSIVE', 'harness']);
  assert.match(unknown.next_steps.join(' '), /which rows of the policy were not evaluated/);
  const broken = judged('unknown', 'broken');
  assert.deepEqual([broken.verdict, broken.mover], ['NO-GO', 'api']);
  assert.deepEqual(broken.reasons, ['broken.', 'unknown.']);
});
