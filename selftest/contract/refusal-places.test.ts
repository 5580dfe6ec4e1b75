/** The documented fields that the structure of an error body names, by the bodies that frameworks write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldNamesOf, sentOf } from '../../contract/refusal/echo.ts';
import { structuredPlaces } from '../../contract/refusal/places.ts';
import { loadOperation } from '../../openapi/registry.ts';

const names = fieldNamesOf(loadOperation());
const sent = sentOf(
  JSON.stringify({
    command: 'pause',
    miscellaneous: { note: 'twenty-one characters and more of ours', map: { message: 'is wrong, of ours' } },
  }),
);

/** Each place as its field and the steps below it. */
function placesOf(body: unknown): readonly string[] {
  return structuredPlaces(names, sent, body).map(({ field, inside }) => [field, ...inside].join('>'));
}

/** So many lists or objects around a value. */
function within(levels: number, value: unknown): unknown {
  let whole = value;
  for (let n = 0; n < levels; n += 1) whole = n % 2 === 0 ? [whole] : { errors: whole };
  return whole;
}

function check(rows: readonly (readonly [body: unknown, right: readonly string[]])[]): void {
  for (const [body, right] of rows) assert.deepEqual(placesOf(body), right, JSON.stringify(body));
}

test('a member that names places does so as a path of steps, as text, or as a list of names', () => {
  check([
    [{ loc: ['body', 'command'] }, ['command']],
    [{ loc: ['body', 'dynamic_variables', 'name', 0] }, ['dynamic_variables>name>0']],
    [{ loc: ['body', 0, 'command'] }, ['command']],
    [{ loc: ['body', { a: 1 }, 'command'] }, []],
    [{ path: [null, 'command'] }, []],
    [{ loc: ['query', 'command'] }, []],
    [{ loc: ['Header', 'command'] }, []],
    [{ loc: [] }, []],
    [{ fields: ['command'] }, ['command']],
    [{ fields: ['command', 'workflow_id'] }, ['command', 'workflow_id']],
    [{ fields: ['command', 'other'] }, ['command>other']],
    [{ field: 'command' }, ['command']],
    [{ field: 'workflowRunId' }, ['workflow_run_id']],
    [{ Field_Name: 'command' }, ['command']],
    [{ field: 7 }, []],
    [{ field: 'other' }, []],
    [{ other: 'command' }, []],
    [{ pointer: '/body/command' }, ['command']],
    [{ pointer: '#/dynamic_variables/name' }, ['dynamic_variables>name']],
    [{ path: '$.dynamic_variables.name' }, ['dynamic_variables>name']],
    [{ path: 'RunRequest["command"]' }, ['command']],
    [{ path: 'body -> command' }, ['command']],
    [{ path: 'body->dynamic_variables , name' }, ['dynamic_variables>name']],
    [{ path: ' command ' }, ['command']],
    [{ path: 'Workflow run id' }, ['workflow_run_id']],
    [{ path: 'the command was wrong' }, []],
    [{ path: 'please look at the command again.command' }, []],
    [{ path: 'https://example.com/command' }, []],
    [{ path: `${'/x'.repeat(96)}/command` }, ['command']],
    [{ path: `/${'/x'.repeat(96)}/command` }, []],
  ]);
});

test('each of the errors of a list is read, and no field twice in another way', () => {
  check([
    [
      { detail: [{ loc: ['body', 'command'] }, { loc: ['body', 'workflow_id'] }] },
      ['command', 'workflow_id'],
    ],
    [{ errors: [{ field: 'command', message: 'is wrong' }] }, ['command']],
    // A place that names nothing may hold the errors itself.
    [{ source: { pointer: '/command' } }, ['command']],
    [{ fields: [{ name: 'command' }] }, ['command']],
    [{ param: 'command', errors: [{ path: 'workflow_id' }] }, ['command', 'workflow_id']],
    [[{ field: 'command' }], ['command']],
    ['command', []],
    [null, []],
    [7, []],
  ]);
});

test('an error about another part of the request names no field of the body', () => {
  for (const part of ['query', 'header', 'headers', 'cookie', 'cookies', 'url', 'querystring', 'Query'])
    check([
      [{ in: part, name: 'command' }, []],
      [{ location: part, param: 'command' }, []],
      [{ locationType: part, field: 'command' }, []],
    ]);
  check([
    [{ in: 'body', name: 'command' }, ['command']],
    [{ in: 7, name: 'command' }, ['command']],
  ]);
});

test('a field with messages below it is named, with the way to the first of them', () => {
  check([
    [{ command: ['is not included in the list'] }, ['command']],
    [{ command: 'is not included' }, ['command']],
    [{ errors: { command: ['is not included'] } }, ['command']],
    [{ 'body.command': ['is not included'] }, ['command']],
    [{ 'workflow.run.id': ['is missing here'] }, ['workflow_run_id']],
    [{ 'body.command': { value: 7, problems: [{ field: 'workflow_id' }] } }, ['workflow_id']],
    [{ 'body.command': [{ field: 'command', message: 'is wrong here' }] }, ['command']],
    [{ 'dynamic_variables.name': ['is missing here'] }, ['dynamic_variables>name']],
    [{ dynamic_variables: { name: ['is missing here'] } }, ['dynamic_variables>name']],
    [{ dynamic_variables: { name: [{ deep: ['is missing here'] }] } }, ['dynamic_variables>name>deep']],
    [{ dynamic_variables: { _errors: ['is missing here'] } }, ['dynamic_variables']],
    [{ dynamic_variables: { _schema: ['a b'], name: ['c d'] } }, ['dynamic_variables']],
    [{ dynamic_variables: { name_: ['is missing here'] } }, ['dynamic_variables>name_']],
    // Its own message, under one of the usual names, is about the field itself.
    [{ command: { message: 'is wrong here' } }, ['command']],
    [{ command: { errors: ['is wrong here'] } }, ['command']],
    [{ command: { code: 'required', value: 'a b' } }, ['command']],
    [{ dynamic_variables: { name: { message: 'is wrong here' } } }, ['dynamic_variables>name']],
    [{ dynamic_variables: { message: 7, name: ['is wrong here'] } }, ['dynamic_variables>name']],
    [{ dynamic_variables: { message: '', name: ['is wrong here'] } }, ['dynamic_variables>name']],
    [{ dynamic_variables: { message: '', rule: 'required', name: ['a b'] } }, ['dynamic_variables>rule']],
    [{ command: [[[['is wrong here']]]] }, ['command']],
    [{ command: [[[[['is wrong here']]]]] }, []],
    [{ dynamic_variables: { a: { b: { c: { d: 'is wrong' } } } } }, ['dynamic_variables>a>b>c>d']],
    [{ dynamic_variables: { a: { b: { c: { d: { e: 'is wrong' } } } } } }, []],
    [{ command: { message: [[['is wrong here']]] } }, ['command']],
    [{ command: { message: [[[['is wrong here']]]] } }, []],
    [{ command: [7, null, 'is wrong here'] }, ['command']],
    [{ command: 7 }, []],
    [{ command: null }, []],
    [{ command: {} }, []],
  ]);
});

test('a message is a sentence or a validator’s code, and nothing of ours', () => {
  check([
    [{ command: ['required'] }, ['command']],
    [{ command: 'required' }, ['command']],
    [{ command: 'type' }, ['command']],
    [{ command: 'value_too_long' }, ['command']],
    [{ command: 'completed' }, []],
    [{ command: ['completed'] }, []],
    [{ command: 'pause' }, []],
    [{ miscellaneous: { note: 'twenty-one characters and more of ours' } }, []],
    [{ miscellaneous: { note: 'twenty-one characters and' } }, []],
    [{ miscellaneous: { note: 'twenty-one characters' } }, []],
    [{ miscellaneous: { note: 'twenty-one character…' } }, []],
    [{ miscellaneous: { note: 'twenty-one characte… cut off' } }, ['miscellaneous>note']],
    [{ miscellaneous: { note: 'one characters and m… cut off' } }, ['miscellaneous>note']],
    [{ miscellaneous: { map: { message: 'is wrong, of ours' } } }, []],
    [{ miscellaneous: { message: 'is wrong, of ours' } }, []],
    [{ command: '5eb7cf5a-86d9755d' }, []],
    [{ command: ['required-5eb7cf5a86d9755d'] }, ['command']],
    [{ command: '0-enum-0' }, ['command']],
    [{ command: 'null' }, ['command']],
  ]);
});

test('what repeats the request is not looked into', () => {
  check([
    [{ input: { loc: ['body', 'command'] } }, []],
    [{ body: { field: 'command' } }, []],
    [{ data: { errors: [{ field: 'command' }] } }, ['command']],
    [{ seen: { note: 'twenty-one characters and more of ours', map: { message: 'is wrong, of ours' } } }, []],
    [{ command: { field: 'workflow_id' } }, []],
  ]);
});

test('a body is read for twelve levels and fifty places', () => {
  const error = { field: 'command' };
  assert.deepEqual(placesOf(within(12, error)), ['command']);
  assert.deepEqual(placesOf(within(13, error)), []);
  assert.equal(placesOf(Array.from({ length: 60 }, () => error)).length, 50);
  assert.equal(placesOf([{ fields: Array.from({ length: 60 }, () => 'command') }, error]).length, 50);
});
