import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonTypeOf } from '../../result/json.ts';
import { loadOperation } from '../../openapi/registry.ts';

const operation = loadOperation();

test('each kind of wrong response is named with its place, its promise, what came, and its evidence', () => {
  const table: readonly (readonly [
    string,
    (example: Record<string, unknown>) => void,
    string,
    string,
    string,
  ])[] = [
    ['a missing wrapper', (a) => delete a['workflow_run'], '', 'required', 'documented'],
    [
      'a missing id',
      (a) => delete (a['workflow_run'] as Record<string, unknown>)['_id'],
      '/workflow_run',
      'required',
      'entailed',
    ],
    [
      'an id of 23',
      (a) => Object.assign(a['workflow_run'] as object, { _id: 'x'.repeat(23) }),
      '/workflow_run/_id',
      'minLength',
      'entailed',
    ],
    [
      'a number for a string',
      (a) => Object.assign(a['workflow_run'] as object, { team_id: 7 }),
      '/workflow_run/team_id',
      'type',
      'documented',
    ],
    [
      'null where neighbours allow it',
      (a) => Object.assign(a['workflow_run'] as object, { team_id: null }),
      '/workflow_run/team_id',
      'type',
      'related',
    ],
    [
      'null where nobody allows it',
      (a) => Object.assign(a['workflow_run'] as object, { created_at: null }),
      '/workflow_run/created_at',
      'type',
      'documented',
    ],
    [
      'a time in prose',
      (a) => Object.assign(a['workflow_run'] as object, { created_at: 'Tue Nov 24' }),
      '/workflow_run/created_at',
      'format',
      'documented',
    ],
  ];
  for (const [what, breakIt, place, keyword, level] of table) {
    const example = structuredClone(operation.examples.response) as unknown as Record<string, unknown>;
    breakIt(example);
    const [first, ...more] = operation.checkResponseBody(example);
    assert.ok(first !== undefined && more.length === 0, what);
    assert.deepEqual(
      [first.instancePath, first.keyword, first.evidence.level],
      [place, keyword, level],
      what,
    );
    assert.ok(
      first.promised !== '' && first.came !== '' && first.schemaPath.startsWith('#/components/schemas/'),
      what,
    );
  }
});

test('validation changes nothing: no coercion, no defaults, no removal', () => {
  const value = {
    command: 'start',
    workflow_id: '5eb7cf5a86d9755df3a6c593',
    unknown: 1,
    dynamic_variables: { a: '1' },
  };
  const before = JSON.stringify(value);
  assert.deepEqual(operation.checkRequest(value), []);
  assert.equal(JSON.stringify(value), before);
  assert.equal(operation.checkRequest({ command: 1 }).length > 0, true);
  assert.equal(operation.checkRequest({ workflow_id: 555555555555555500000000 })[0]?.keyword, 'type');
  assert.equal(jsonTypeOf(value), 'object');
});
