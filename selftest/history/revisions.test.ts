import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareNights } from '../../history/compare.ts';
import { flakyIn } from '../../history/flaky.ts';
import { viewOf } from '../../history/view.ts';
import { revisionsOf } from '../../history/revisions.ts';
import type { NightRecord } from '../../history/night.ts';
import { onDay } from './nights.ts';
import { nights } from './situations.ts';

const told = (over: Partial<NightRecord['revision']>): NightRecord['revision'] => ({
  declared: null,
  headers: {},
  schema_sha256: null,
  shape_sha256: null,
  ...over,
});

/** The indices at which a revision begins, of nights whose build header had these values. */
function begins(name: string, builds: readonly (string | null)[]): readonly number[] {
  const series = builds.map((build) => ({
    revision: told(build === null ? {} : { headers: { [name]: build } }),
  }));
  return [...new Set(revisionsOf(series).map(({ from }) => from))].filter((from) => from > 0);
}

describe('a revision', () => {
  test('begins with a value that was not there', () => {
    assert.deepEqual(begins('x-build', ['a', 'a', 'b', 'b']), [2]);
    assert.deepEqual(
      begins('x-build', ['a', 'a', 'b', 'b', 'a']),
      [2, 4],
      'and with one that was taken back',
    );
  });

  test('begins once with a deployment that was under way at night', () => {
    assert.deepEqual(begins('x-build', ['a', 'a, b', 'b', 'b']), [1]);
  });

  test('stays where a canary is missed on a night, and where a night tells nothing', () => {
    assert.deepEqual(begins('x-build', ['a', 'a, b', 'a', 'a, b']), [1]);
    assert.deepEqual(begins('x-build', ['a', null, 'a']), []);
    assert.deepEqual(begins('x-build', [null, null, 'a']), [], 'what was before is not known');
  });

  test('is not which of the instances answered', () => {
    assert.deepEqual(begins('x-instance', ['pod-1, pod-2', 'pod-3', 'pod-1', 'pod-9, pod-8']), []);
  });

  test('begins with another schema, or another declaration', () => {
    const series = [
      told({ declared: 'v1', schema_sha256: 'aa' }),
      told({ declared: 'v1' }),
      told({ declared: 'v1', schema_sha256: 'bb' }),
      told({ declared: 'v2', schema_sha256: 'bb' }),
    ].map((revision) => ({ revision }));
    assert.deepEqual(
      revisionsOf(series).map(({ text }) => text),
      ['v1, schema aa', 'v1, schema aa', 'schema bb', 'v2'],
    );
  });
});

test('replicas of one revision are no difference of two runs, and another build is', () => {
  const run = (build: string): NightRecord =>
    onDay(0, { revision: told({ headers: { 'x-build': build, 'x-pod': build } }) });
  assert.deepEqual(compareNights(run('a, b'), run('b')).differences, []);
  assert.deepEqual(compareNights(run('a'), run('b')).differences, ['revision: x-build a and x-build b']);
});

test('a finding of nights whose replicas differ is judged as of one revision', () => {
  const flaky = flakyIn(
    ['x', '.', 'x', '.'].map((sign, day) => {
      const night = onDay(day, { revision: told({ headers: { 'x-build': day % 2 === 0 ? 'a, b' : 'a' } }) });
      assert.ok(night.contract !== null);
      const [cause] = night.contract.causes;
      const known = {
        fingerprint: 'f00000000001',
        check: 'run-identity',
        severity: 'failure',
        title: 'another run',
        accepted: false,
        first_seen: '2026-09-01T02:17:00.000Z',
        cases: night.contract.judged_cases,
      } as const;
      return { ...night, contract: { ...night.contract, causes: sign === 'x' ? [cause ?? known] : [] } };
    }),
  );
  assert.ok(flaky.every(({ nights: judged }) => judged === 4));
});

describe('an alarm names the revision that it began with', () => {
  test('where errors rose', () => {
    const records = nights(
      60,
      () => 1,
      (day) => {
        const night = onDay(day, { revision: told({ headers: { 'x-build': day >= 57 ? '4711' : '4710' } }) });
        const scenarios = (night.load?.scenarios ?? []).map((scenario) => ({
          ...scenario,
          steps: scenario.steps.map((step) => {
            const failed = day >= 57 ? Math.floor(step.ledger.ok / 5) : 0;
            return {
              ...step,
              ledger: { ...step.ledger, ok: step.ledger.ok - failed, http_error: failed },
              http_error_by_status: failed === 0 ? {} : { '500': failed },
            };
          }),
        }));
        return { ...night, load: night.load === null ? null : { ...night.load, scenarios } };
      },
    );
    const errors = viewOf(records, new Map())?.decisions.find(({ of }) => of === 'errors');
    assert.equal(errors?.state, 'confirmed', errors?.sentence);
    assert.match(
      errors.sentence,
      /since 2026-10-28, the first night of x-build 4711 \(before it x-build 4710; 57 nights before and 3 since\)/,
    );
  });
});
