import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { batchesOf, ORDINARY, type Case } from '../../contract/cases/case.ts';
import { CASE_LIST, caseList } from './case-list.ts';

test('the cases are those of the list, each as it is written there', () => {
  const [listed, derived] = [readFileSync(CASE_LIST, 'utf8').split('\n'), caseList().split('\n')];
  for (const [n, line] of derived.entries())
    assert.equal(line, listed[n], `line ${n + 1} of case-list.txt; npm run generate writes it anew`);
  assert.equal(derived.length, listed.length);
});

test('a case is carried by each case that brings its values along', () => {
  const of = (id: string, ...carries: readonly string[]): Case => ({
    ...ORDINARY,
    id,
    title: id,
    group: 'positive',
    intent: 'keep',
    rule: 'positive-data-acceptance',
    constraint: '#',
    evidence: { level: 'documented', source: 'page' },
    carries,
  });
  assert.deepEqual(
    [...batchesOf([of('a', 'x', 'y'), of('b'), of('c', 'y')])],
    [
      ['x', ['a']],
      ['y', ['a', 'c']],
    ],
  );
});
