/** What changed between two runs, and which runs are compared at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseOutcome, Finding } from '../../result/contract-result.ts';
import { causesOf } from '../../result/causes.ts';
import { changeOf, isCompared } from '../../history/change.ts';
import type { RunResult } from '../../result/result.ts';
import { contract, finding, outcome } from '../reports/contract-fixtures.ts';
import { result } from '../reports/fixtures.ts';
import { load, scenario } from '../reports/load-fixtures.ts';
import { told } from './told.ts';

const print = (number: number): string => finding(number).fingerprint;

function night(
  day: number,
  findings: readonly Finding[],
  outcomes: readonly CaseOutcome[] = [1, 2, 3].map((n) => outcome(n, 'passed')),
): RunResult {
  const one = result({ contract: contract(findings, outcomes) });
  return { ...one, run: { ...one.run, id: `n${day}`, started_at: `2026-11-${day}T01:00:00.000Z` } };
}

const of = (number: number, over: Partial<Finding> = {}): Finding =>
  finding(number, 'failure', { case_id: `case/${number}`, ...over });

/** The fingerprints that are gone since the run before. */
function gone(now: RunResult, before: RunResult): readonly string[] | null {
  return told(now, [before]).since_last?.gone.map(({ fingerprint }) => fingerprint) ?? null;
}

test('a finding is gone only where each case that had it came to a judgement this time', () => {
  const before = night(20, [of(1), of(1, { case_id: 'case/2' })]);
  const now = (...outcomes: readonly CaseOutcome[]): RunResult => night(21, [], outcomes);
  assert.deepEqual(gone(now(outcome(1, 'passed'), outcome(2, 'passed')), before), [print(1)]);
  assert.deepEqual(gone(now(outcome(1, 'failed'), outcome(2, 'warned')), before), [print(1)]);
  assert.deepEqual(gone(now(outcome(1, 'passed'), outcome(2, 'skipped')), before), []);
  assert.deepEqual(gone(now(outcome(1, 'inconclusive'), outcome(2, 'passed')), before), []);
  assert.deepEqual(gone(now(outcome(1, 'passed')), before), [], 'one of them was not asked');
  // What is asked beside the cases has no outcome of its own.
  const beside = night(20, [of(1, { case_id: 'control' })]);
  assert.deepEqual(gone(now(outcome(1, 'passed')), beside), [print(1)]);
  const interrupted = now(outcome(1, 'passed'), outcome(2, 'passed'));
  assert.deepEqual(gone({ ...interrupted, run: { ...interrupted.run, interrupted: true } }, before), []);
});

test('each finding is known since the earliest run that tells it', () => {
  const since = (...earlier: readonly RunResult[]): readonly (string | undefined)[] =>
    (told(night(25, [of(1)]), earlier).contract?.findings ?? []).map(({ first_seen }) =>
      first_seen?.slice(8, 10),
    );
  assert.deepEqual(since(night(23, [of(1)]), night(21, [of(1)]), night(22, [of(1)])), ['21']);
  assert.deepEqual(since(night(21, [of(1)]), night(23, [of(1)])), ['21']);
  assert.deepEqual(since(night(23, [of(1, { first_seen: '2026-11-07T01:00:00Z' })]), night(21, [of(1)])), [
    '07',
  ]);
  assert.deepEqual(since(night(23, [of(2)])), ['25']);
});

test('only earlier runs that asked the same of the same target, and could be judged, are compared', () => {
  const now = night(25, [of(1)]);
  const compares = (earlier: RunResult, one = now): boolean => told(one, [earlier]).since_last !== undefined;
  const before = night(24, []);
  assert.equal(compares(before), true);
  assert.equal(compares(night(25, [])), false, 'not before it');
  assert.equal(compares(night(26, [])), false);
  assert.equal(
    compares({ ...before, target: { ...before.target, base_url: 'https://other.test' } }),
    before.target.is_sandbox,
  );
  const sandboxAt = (night: RunResult, name: string): RunResult => ({
    ...night,
    target: { ...night.target, is_sandbox: true, base_url: `http://127.0.0.1:${name}` },
  });
  assert.equal(compares(sandboxAt(before, '4010'), sandboxAt(now, '4011')), true, 'a sandbox at any port');
  const elsewhere = { ...before.target, is_sandbox: false, base_url: 'https://other.test' };
  assert.equal(
    compares(
      { ...before, target: elsewhere },
      { ...now, target: { ...elsewhere, base_url: 'https://api.test' } },
    ),
    false,
  );
  assert.equal(compares({ ...before, verdict: null }), false);
  assert.equal(compares({ ...before, run: { ...before.run, interrupted: true } }), false);
  assert.equal(
    compares(before, { ...now, verdict: null }),
    false,
    'one share says nothing that could be new',
  );
  const narrowed = before.contract === null ? null : { ...before.contract, selection: 'body' };
  assert.equal(compares({ ...before, contract: narrowed }), false);
  const down = { cause: 'environment-down', sentence: 'Down.' } as const;
  const judgedNot = before.contract === null ? null : { ...before.contract, inconclusive: down };
  assert.equal(compares({ ...before, contract: judgedNot }), false);
  const withLoad = (one: RunResult, names: readonly string[] | null): RunResult => ({
    ...one,
    load: names === null ? null : load({ scenarios: names.map((name) => scenario({ name })) }),
  });
  assert.equal(compares(withLoad(before, ['start']), withLoad(now, null)), false);
  assert.equal(
    compares(withLoad(before, ['start']), withLoad(now, ['data'])),
    true,
    'beside the contract any load is one',
  );
  const alone = (one: RunResult, ...names: readonly string[]): RunResult => ({
    ...withLoad(one, names),
    contract: null,
  });
  assert.equal(compares(alone(before, 'start'), alone(now, 'start')), true);
  assert.equal(compares(alone(before, 'start'), alone(now, 'data')), false);
  const downLoad = { ...alone(before, 'start'), load: load({ inconclusive: down }) };
  assert.equal(compares(downLoad, alone(now, 'start')), false);
});

test('what is out there is the last release that was GO', () => {
  const released = (
    day: number,
    verdict: 'GO' | 'NO-GO',
    name: 'release' | 'nightly' = 'release',
  ): RunResult => {
    const one = night(day, []);
    const profile = { name, file: `config/${name}.yaml`, sha256: 'a'.repeat(64) };
    return { ...one, verdict, run: { ...one.run, profile } };
  };
  const since = (...earlier: readonly RunResult[]): string | undefined =>
    told(night(25, []), earlier).since_release?.run_id;
  assert.equal(since(released(21, 'GO'), released(23, 'NO-GO'), released(24, 'GO', 'nightly')), 'n21');
  assert.equal(since(released(21, 'GO'), released(22, 'GO'), released(20, 'GO')), 'n22');
  const lastGo = told(night(25, []), [
    released(21, 'GO'),
    released(23, 'NO-GO'),
    released(22, 'GO', 'nightly'),
  ]);
  assert.equal(lastGo.since_go?.run_id, 'n22');
  assert.equal(since(released(23, 'NO-GO')), undefined);
});

test('the change sets the causes of a run against those of the last', () => {
  assert.equal(changeOf(night(25, [of(1)])), null);
  const change = changeOf(told(night(25, [of(1), of(3), of(1)]), [night(24, [of(1), of(2)])]));
  assert.deepEqual(
    [change?.appeared, change?.stayed].map((causes) => causes?.map(({ fingerprint }) => fingerprint)),
    [[print(3)], [print(1)]],
  );
  assert.equal(change?.last.run_id, 'n24');
});

test('a run without contract tests, or one that had nothing to ask, is not compared', () => {
  const one = night(25, []);
  const down = { cause: 'environment-down', sentence: 'Down.' } as const;
  const part = contract([], []);
  assert.equal(isCompared(one), true);
  assert.equal(isCompared({ ...one, contract: null }), false);
  assert.equal(isCompared({ ...one, contract: { ...part, inconclusive: down } }), false);
  assert.equal(isCompared({ ...one, contract: { ...part, inconclusive: down, findings: [of(1)] } }), true);
});

test('findings of one fingerprint are one cause, failures before warnings before drift', () => {
  const drift = finding(1, 'drift');
  const warning = finding(2, 'warning');
  const [failure, again] = [of(3), of(3, { case_id: 'other' })];
  const causes = causesOf([drift, warning, failure, again, finding(4, 'drift')]);
  assert.deepEqual(
    causes.map(({ fingerprint, severity, findings }) => [fingerprint, severity, findings.length]),
    [
      [print(3), 'failure', 2],
      [print(2), 'warning', 1],
      [print(1), 'drift', 1],
      [print(4), 'drift', 1],
    ],
  );
  assert.equal(causes[0]?.first, failure);
  assert.deepEqual(causesOf([]), []);
});
