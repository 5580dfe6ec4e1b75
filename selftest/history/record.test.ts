/** What a record keeps of a night, and how small it stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseSet, isWithin, membersOf } from '../../history/case-set.ts';
import { bytesOf, RECORD_BYTES_MAX } from '../../history/fit.ts';
import { nightSchema } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import { shapeOfNight } from '../../history/observed.ts';
import { fingerprintsOf } from '../../history/since.ts';
import type { ObservedCommand } from '../../result/shape.ts';
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

test('what responses had is kept with each place once, and is the same again; an older record is read as it stands', () => {
  const places = ['/a', '/a/b', '/a/b/[]', '/a/bc', '/é', '/z'];
  const shape: readonly ObservedCommand[] = [
    {
      command: 'start',
      responses: 9,
      places: places.map((place) => ({ place, seen: 9, types: ['string'] })),
    },
    {
      command: 'start',
      refused_with: 422,
      responses: 2,
      places: [{ place: '/detail', seen: 2, types: ['array', 'null'], values: ['x'] }],
    },
  ];
  const night = recordOf(result({ contract: { ...contract([], []), shape } })) ?? assert.fail();
  const read = nightSchema.parse(JSON.parse(JSON.stringify(night)));
  assert.deepEqual(shapeOfNight(read), shape);
  assert.ok(night.contract !== null);
  const { packed_shape: packed, ...rest } = night.contract;
  assert.deepEqual(packed?.[0]?.places.map(([, more]) => more).join(' '), '/a /b /[] c é z');
  const older = shape.map(({ places: own, ...one }) => ({
    ...one,
    places: own.map(({ place, seen, types, values = [] }) => [place, seen, types, values] as const),
  }));
  assert.deepEqual(shapeOfNight({ ...night, contract: { ...rest, shape: older } }), shape);
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
