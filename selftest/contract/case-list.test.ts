import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { batchesOf, ORDINARY, type Case } from '../../contract/cases/case.ts';
import { valueCases } from '../../contract/cases/values.ts';
import { negativeCases } from '../../contract/cases/negative.ts';
import { loadOperation, parseOperation, type Operation } from '../../openapi/registry.ts';
import { valueAt } from '../../result/json.ts';
import { parse } from 'yaml';
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

test('a description without free maps has no hard values to keep', () => {
  const operation = loadOperation();
  assert.deepEqual(valueCases({ ...operation, requestFields: [] }), []);
});

test('a field that takes objects and lists is not asked to refuse a list of pairs', () => {
  const document = parse(
    readFileSync(new URL('../../openapi/workflow-runs.yaml', import.meta.url), 'utf8'),
  ) as unknown;
  const field = valueAt(document, [
    'components',
    'schemas',
    'WorkflowRunRequest',
    'properties',
    'miscellaneous',
  ]);
  Object.assign(field as object, { type: ['object', 'array'] });
  const wrongTypes = (operation: Operation): readonly string[] =>
    negativeCases(operation)
      .map(({ id }) => /^negative\/miscellaneous\/type-([^/]+)$/.exec(id)?.[1] ?? '')
      .filter((type) => type !== '');
  const others = ['null', 'boolean', 'number', 'string'];
  assert.deepEqual(wrongTypes(parseOperation(document)), others);
  assert.deepEqual(wrongTypes(loadOperation()).toSorted(), [...others, 'array', 'array-of-pairs'].toSorted());
});
