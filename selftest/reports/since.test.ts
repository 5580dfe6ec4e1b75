import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { readEarlier } from '../../result/earlier.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import type { CaseOutcome, Finding } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import { withHistory } from '../../result/since.ts';
import { renderSummary } from '../../reports/summary.ts';
import { renderResult } from '../../reports/write.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { DOWN, GO, LOAD_ONLY, NO_GO, result } from './fixtures.ts';
import { load, scenario } from './load-fixtures.ts';

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
    const told = withHistory(night(24, [1, 3]), [withHistory(night(23, [1, 2]), [night(20, [1])])]);
    assert.deepEqual(told.since_last, {
      run_id: 'night-23',
      started_at: '2026-11-23T01:00:00.000Z',
      verdict: 'NO-GO',
      appeared: [print(3)],
      gone: [{ fingerprint: print(2), check: finding(2).check, title: finding(2).title }],
    });
    assert.deepEqual(seen(told), [
      [print(1), '20'],
      [print(3), '24'],
    ]);
  });

  test('knows a finding that went and came back by its first night', () => {
    const told = withHistory(night(24, [1]), [night(22, [1]), night(23, [])]);
    assert.equal(told.since_last?.run_id, 'night-23');
    assert.deepEqual(told.since_last.appeared, [print(1)]);
    assert.deepEqual(seen(told), [[print(1), '22']]);
  });

  test('claims nothing without an earlier run', () => {
    const alone = night(24, [1]);
    assert.equal(withHistory(alone, []), alone);
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
      assert.equal(withHistory(night(24, [1]), [earlier]).since_last, undefined);
    });
  }

  test('takes the sandbox for the same target whatever its port', () => {
    const at = (day: number, port: number): RunResult => ({
      ...night(day, []),
      target: { base_url: `http://127.0.0.1:${port}`, is_sandbox: true, sandbox_faults: [] },
    });
    assert.equal(withHistory(at(24, 40_001), [at(23, 40_002)]).since_last?.run_id, 'night-23');
  });

  for (const how of ['skipped', 'inconclusive'] as const) {
    test(`calls nothing gone whose case was ${how} this time`, () => {
      assert.deepEqual(withHistory(night(24, [], how), [night(23, [2])]).since_last?.gone, []);
    });
  }

  test('calls nothing gone when this run was broken off or found nothing to ask', () => {
    const whole = night(24, []);
    const broken = { ...whole, run: { ...whole.run, interrupted: true } };
    assert.deepEqual(withHistory(broken, [night(23, [2])]).since_last?.gone, []);
    const down = on(24, { ...DOWN, load: null });
    assert.deepEqual(withHistory(down, [night(23, [2])]).since_last?.gone, []);
  });

  test('compares load alone only with the same scenarios, and tells the verdict', () => {
    const told = withHistory(on(24, LOAD_ONLY), [on(23, LOAD_ONLY)]);
    assert.deepEqual(told.since_last?.appeared, []);
    const other = on(23, result({ load: load({ scenarios: [scenario({ name: 'pause' })] }) }));
    assert.equal(withHistory(on(24, LOAD_ONLY), [other]).since_last, undefined);
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

describe('earlier results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'earlier-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const place = (name: string, text: string, at: number): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'result.json'), text);
    utimesSync(join(folder, name, 'result.json'), at, at);
  };

  const idsOf = (out: string, from: string | null = null): readonly string[] =>
    readEarlier(out, from).results.map(({ run }) => run.id);

  test('are read beside the output folder, the latest first; what is no result is passed over and counted', () => {
    place('a', renderResult(night(22, [])), 2000);
    place('b', renderResult(night(23, [])), 3000);
    place('mine', renderResult(night(24, [])), 4000);
    place('broken', '{', 5000);
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'odd'));
    mkdirSync(join(folder, 'odd', 'result.json'));
    writeFileSync(join(folder, 'a file'), '');
    assert.deepEqual(idsOf(join(folder, 'mine')), ['night-23', 'night-22']);
    assert.equal(readEarlier(join(folder, 'mine')).passedOver, 1);
    assert.deepEqual(readEarlier(join(folder, 'none', 'at', 'all')), { results: [], passedOver: 0 });
  });

  test('of a folder that was brought back are told by when they began, not by when they were written', () => {
    const kept = mkdtempSync(join(tmpdir(), 'kept-'));
    try {
      // Brought back by a checkout: all written at one moment, or in any order. More of them than are read.
      for (let day = 1; day <= 28; day += 1)
        for (const month of ['09', '10']) {
          const one = night(day, []);
          const begun = {
            ...one.run,
            id: `${month}-${day}`,
            started_at: one.run.started_at.replace('-11-', `-${month}-`),
          };
          mkdirSync(join(kept, begun.id));
          const path = join(kept, begun.id, 'result.json');
          writeFileSync(path, renderResult({ ...one, run: begun }));
          utimesSync(path, 9000 - day, 9000 - day);
        }
      const ids = idsOf(join(kept, 'elsewhere', 'mine'), kept);
      assert.equal(ids.length, 31);
      assert.deepEqual([ids[0], ids[27], ids[28]], ['10-28', '10-1', '09-28']);
    } finally {
      rmSync(kept, { recursive: true, force: true });
    }
  });

  test('that are there twice, beside the output and as a copy, are one run', () => {
    const copy = mkdtempSync(join(tmpdir(), 'copy-'));
    try {
      mkdirSync(join(copy, 'the copy of b'));
      writeFileSync(join(copy, 'the copy of b', 'result.json'), renderResult(night(23, [])));
      assert.deepEqual(idsOf(join(folder, 'mine'), copy), ['night-23', 'night-22']);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
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
    const told = withHistory(night(24, [1, 2, 3]), [night(23, [1, 2]), night(22, [1]), go(21)]);
    assert.equal(go(21).verdict, 'GO');
    assert.deepEqual([told.since_last?.run_id, told.since_last?.appeared], ['night-23', [print(3)]]);
    assert.deepEqual(
      [told.since_go?.run_id, told.since_go?.verdict, told.since_go?.appeared],
      ['night-21', 'GO', [print(1), print(2), print(3)]],
    );
    assert.match(
      renderSummary(told),
      /\*\*Since the last GO\*\* \(2026\\?-11\\?-21 .*: 3 new, 0 gone, 0 still there\./,
    );
    assert.match(renderHtml(told), /Since the last GO, on .*3 new, 0 gone, 0 still there/s);
  });

  test('is not told twice where the last run was that GO, nor where none is known', () => {
    const after = withHistory(night(24, [1]), [go(23)]);
    assert.deepEqual(after.since_go, after.since_last);
    assert.doesNotMatch(renderSummary(after) + renderHtml(after), /Since the last GO/);
    assert.equal(withHistory(night(24, [1]), [night(23, [1])]).since_go, undefined);
  });
});
