import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CASE_LIST, caseList } from './case-list.ts';

test('the cases are those of the list, each as it is written there', () => {
  const [listed, derived] = [readFileSync(CASE_LIST, 'utf8').split('\n'), caseList().split('\n')];
  for (const [n, line] of derived.entries())
    assert.equal(line, listed[n], `line ${n + 1} of case-list.txt; npm run generate writes it anew`);
  assert.equal(derived.length, listed.length);
});
