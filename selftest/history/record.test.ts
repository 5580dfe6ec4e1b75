/** What a record keeps of a night, and how small it stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseSet, isWithin, membersOf } from '../../history/case-set.ts';
import { bytesOf, RECORD_BYTES_MAX } from '../../history/fit.ts';
import { nightSchema } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import { fingerprintsOf } from '../../history/since.ts';
import type { RunResult } from '../../result/result.ts';
import { contract, finding, outcome } from '../reports/contract-fixtures.ts';
import { DOWN, GO, LOAD_ONLY, NO_GO, result } from '../reports/fixtures.ts';
import { load, scenario, step } from '../reports/load-fixtures.ts';

test('each kind of night has a record of the shape that is read again', () => {
  for (const one of [GO, NO_GO, DOWN, LOAD_ONLY]) {
    const night = recordOf(one);
    assert.deepEqual(nightSchema.parse(JSON.parse(JSON.stringify(night))), night);
    assert.equal(night?.verdict, one.verdict);
  }
});

test('one share of a load has none', () => {
  assert.equal(recordOf({ ...LOAD_ONLY, verdict: null }), null);
});

test('an ordinary night stays below 20 KB', () => {
  const night = recordOf(GO);
  assert.ok(night !== null && bytesOf(night) < 20_000, `${night === null ? 0 : bytesOf(night)} bytes`);
});

test('the worst night stays below 60 KB, and no fingerprint is lost', () => {
  const many = Array.from({ length: 700 }, (_, n) =>
    finding(n, 'failure', { case_id: `case/${n}`, title: 'x'.repeat(4000), fingerprint: print(n) }),
  );
  const outcomes = Array.from({ length: 2000 }, (_, n) => outcome(n, 'failed'));
  const scenarios = Array.from({ length: 8 }, (_, n) =>
    scenario({
      name: `s${n}`,
      steps: Array.from({ length: 20 }, (__, at) => step({ name: `step ${at}`, seconds: 60 })),
    }),
  );
  const worst: RunResult = result({ contract: contract(many, outcomes), load: load({ scenarios }) });
  const night = recordOf(worst);
  assert.ok(night !== null && bytesOf(night) <= RECORD_BYTES_MAX, `${night === null ? 0 : bytesOf(night)}`);
  assert.equal(fingerprintsOf(night).size, 700);
  const { contract: part } = night;
  assert.equal((part?.not_passed.length ?? 0) + (part?.not_passed_more ?? 0), 2000);
});

test('a set of cases knows its members, whatever their order and length', () => {
  const set = caseSet(['b', 'a', 'a', 'negative/workflow_id/length-23']);
  assert.equal(set, caseSet(['negative/workflow_id/length-23', 'a', 'b']));
  assert.equal(membersOf(set).size, 3);
  assert.equal(isWithin(caseSet(['a']), membersOf(set)), true);
  assert.equal(isWithin(caseSet(['a', 'c']), membersOf(set)), false);
  assert.equal(isWithin(caseSet([]), membersOf(set)), true);
});

function print(number: number): string {
  return number.toString(16).padStart(12, '0');
}
