import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { renderHtml } from '../../reports/html/page.tsx';
import type { CaseOutcome, Finding } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import { renderSummary } from '../../reports/summary.ts';
import { contract, finding, outcome } from '../reports/contract-fixtures.ts';
import { DOWN, GO, LOAD_ONLY, NO_GO, result } from '../reports/fixtures.ts';
import { load, scenario } from '../reports/load-fixtures.ts';
import { told } from './told.ts';

/** A night with these findings, one case for each; `day` of November. */
function night(day: number, numbers: readonly number[], how: CaseOutcome['outcome'] = 'failed'): RunResult {
  const findings = numbers.map((number) => finding(number, 'failure', { case_id: `case/${number}` }));
  const outcomes = [1, 2, 3, 4].map((number) =>
    outcome(number, numbers.includes(number) ? 'failed' : how === 'failed' ? 'passed' : how),
  );
  return on(day, result({ contract: contract(findings, outcomes) }));
}

function on(day: number, one: RunResult): RunResult {
  const date = `2026-11-${String(day).padStart(2, '0')}`;
  return {
    ...one,
    run: {
      ...one.run,
      id: `night-${day}`,
      started_at: `${date}T01:00:00.000Z`,
      ended_at: `${date}T01:02:00.000Z`,
    },
  };
}

const print = (number: number): string => finding(number).fingerprint;

function seen({ contract: part }: RunResult): readonly (readonly [string, string | undefined])[] {
  return (part?.findings ?? []).map((one: Finding) => [one.fingerprint, one.first_seen?.slice(8, 10)]);
}

describe('since the last run', () => {
  test('tells what appeared, what is gone and since when the rest is known', () => {
    const now = told(night(24, [1, 3]), [told(night(23, [1, 2]), [night(20, [1])])]);
    assert.deepEqual(now.since_last, {
      run_id: 'night-23',
      started_at: '2026-11-23T01:00:00.000Z',
      verdict: 'NO-GO',
      appeared: [print(3)],
      gone: [{ fingerprint: print(2), check: finding(2).check, title: finding(2).title }],
    });
    assert.deepEqual(seen(now), [
      [print(1), '20'],
      [print(3), '24'],
    ]);
  });

  test('knows a finding that went and came back by its first night', () => {
    const now = told(night(24, [1]), [night(22, [1]), night(23, [])]);
    assert.equal(now.since_last?.run_id, 'night-23');
    assert.deepEqual(now.since_last.appeared, [print(1)]);
    assert.deepEqual(seen(now), [[print(1), '22']]);
  });

  test('claims nothing without an earlier run', () => {
    const alone = night(24, [1]);
    assert.equal(told(alone, []), alone);
    assert.match(renderHtml(alone), /No earlier run of this target with the same parts is known\./);
    assert.match(renderHtml(alone), /not known: no earlier run is/);
    assert.match(renderSummary(alone), /No earlier run of this target/);
  });

  const others: readonly (readonly [title: string, earlier: RunResult])[] = [
    [
      'of another target',
      { ...night(23, []), target: { ...GO.target, base_url: 'https://other.example.test' } },
    ],
    ['of the sandbox', { ...night(23, []), target: { ...GO.target, is_sandbox: true } }],
    ['of other parts', on(23, GO)],
    ['of a selection', on(23, result({ contract: contract([], [outcome(1)], { selection: 'pause' }) }))],
    ['that could not be judged', on(23, { ...DOWN, load: null })],
    ['that was interrupted', { ...night(23, []), run: { ...night(23, []).run, interrupted: true } }],
    ['that came later', night(25, [])],
    ['that is this one', night(24, [1])],
  ];
  for (const [title, earlier] of others) {
    test(`is not told from a run ${title}`, () => {
      assert.equal(told(night(24, [1]), [earlier]).since_last, undefined);
    });
  }

  test('takes the sandbox for the same target whatever its port', () => {
    const at = (day: number, port: number): RunResult => ({
      ...night(day, []),
      target: { base_url: `http://127.0.0.1:${port}`, is_sandbox: true, sandbox_faults: [] },
    });
    assert.equal(told(at(24, 40_001), [at(23, 40_002)]).since_last?.run_id, 'night-23');
  });

  for (const how of ['skipped', 'inconclusive'] as const) {
    test(`calls nothing gone whose case was ${how} this time`, () => {
      assert.deepEqual(told(night(24, [], how), [night(23, [2])]).since_last?.gone, []);
    });
  }

  test('calls nothing gone when this run was broken off or found nothing to ask', () => {
    const whole = night(24, []);
    const broken = { ...whole, run: { ...whole.run, interrupted: true } };
    assert.deepEqual(told(broken, [night(23, [2])]).since_last?.gone, []);
    const down = on(24, { ...DOWN, load: null });
    assert.deepEqual(told(down, [night(23, [2])]).since_last?.gone, []);
  });

  test('compares load alone only with the same scenarios, and tells the verdict', () => {
    const now = told(on(24, LOAD_ONLY), [on(23, LOAD_ONLY)]);
    assert.deepEqual(now.since_last?.appeared, []);
    const other = on(23, result({ load: load({ scenarios: [scenario({ name: 'pause' })] }) }));
    assert.equal(told(on(24, LOAD_ONLY), [other]).since_last, undefined);
  });

  test('stands on the first screen, at each finding, in the summary and in junit', () => {
    const page = renderHtml(NO_GO);
    assert.match(page, /2 new<\/span>/);
    assert.match(page, /1 gone<\/span>/);
    assert.match(page, /1 cause gone: asked again, and not seen/);
    assert.equal(page.match(/<span class="tag">new<\/span>/g)?.length, 2);
    assert.match(renderSummary(NO_GO), /\*\*Since the last run\*\* .*: 2 new, 1 gone, 2 still there\./);
  });
});

describe('since the last GO', () => {
  const go = (day: number): RunResult =>
    on(
      day,
      result({
        contract: contract(
          [],
          [1, 2, 3, 4].map((n) => outcome(n)),
        ),
      }),
    );

  test('tells what is new since then, also where broken nights lie between', () => {
    const now = told(night(24, [1, 2, 3]), [night(23, [1, 2]), night(22, [1]), go(21)]);
    assert.equal(go(21).verdict, 'GO');
    assert.deepEqual([now.since_last?.run_id, now.since_last?.appeared], ['night-23', [print(3)]]);
    assert.deepEqual(
      [now.since_go?.run_id, now.since_go?.verdict, now.since_go?.appeared],
      ['night-21', 'GO', [print(1), print(2), print(3)]],
    );
    assert.match(
      renderSummary(now),
      /\*\*Since the last GO\*\* \(2026\\?-11\\?-21 .*: 3 new, 0 gone, 0 still there\./,
    );
    assert.match(renderHtml(now), /Since the last GO, on .*3 new, 0 gone, 0 still there/s);
  });

  test('is not told twice where the last run was that GO, nor where none is known', () => {
    const now = told(night(24, [1]), [go(23)]);
    assert.deepEqual(now.since_go, now.since_last);
    assert.doesNotMatch(renderSummary(now) + renderHtml(now), /Since the last GO/);
    assert.equal(told(night(24, [1]), [night(23, [1])]).since_go, undefined);
  });
});
