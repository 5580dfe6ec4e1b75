/** What a refusal says in words: which of it counts, which field it judges, and when two say the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSaidLikewise, mayJudgeValue, readRefusal, type Refusal } from '../../contract/refusal/refusal.ts';
import { fieldNamesOf, sentOf } from '../../contract/refusal/echo.ts';
import { fieldJudgedBy } from '../../contract/refusal/message.ts';
import { isReceived, normalised, saidWithoutEcho } from '../../contract/refusal/text.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const names = fieldNamesOf(operation);
const BODY = { command: 'pause', miscellaneous: { note: 'a note of ours' }, count: 123, flag: true };
const sent = sentOf(JSON.stringify(BODY));

function jsonOf(value: unknown): Pick<ReturnType<typeof responseWith>, 'text' | 'body'> {
  return { text: JSON.stringify(value), body: { kind: 'json', value } };
}

function textOf(text: string): Pick<ReturnType<typeof responseWith>, 'text' | 'body'> {
  return { text, body: { kind: 'not-json', reason: 'not JSON' } };
}

const said = (value: unknown): string => saidWithoutEcho(names, sent, jsonOf(value));

test('a sentence judges the field that stands beside words of judgement', () => {
  const rows: readonly (readonly [said: string, field: string | null])[] = [
    ['command is required', 'command'],
    ['Missing required field command', 'command'],
    ['missing field `workflow_id` in the body', 'workflow_id'],
    ['the workflow run id must be a string', 'workflow_run_id'],
    ['workflow-run-id is wrong', 'workflow_run_id'],
    ['subcommand is required', null],
    ['command_x is required', null],
    ['command', null],
    ['we saw command there', null],
    ['nothing to see', null],
    ['', null],
    // The first of a sentence, and the first sentence that judges one.
    ['workflow_id is required and command is required', 'workflow_id'],
    ['command and workflow_id are required; miscellaneous is wrong', 'workflow_id'],
    ['We saw command there. Then workflow_id is required', 'workflow_id'],
    ['We saw command there\nworkflow_id is required', 'workflow_id'],
    ['\n \nworkflow_id is required', 'workflow_id'],
    // A state or a limit is no judgement, though the next sentence may be one.
    ['command is invalid: the run is completed', null],
    ['the run has expired. Also command is required', 'command'],
    ['already active\ncommand is required', 'command'],
    // Words between a judgement and the name, twelve at most and only such as say nothing of their own.
    ['invalid value for the field command', 'command'],
    ['invalid house for the field command', null],
    [`invalid ${'the '.repeat(11)}command`, 'command'],
    [`invalid ${'the '.repeat(12)}command`, null],
    [`the ${'the '.repeat(3)}command`, null],
    [`invalid ${' '.repeat(150)}command`, 'command'],
    [`invalid ${' '.repeat(160)}command`, null],
    [`command ${' '.repeat(90)}is required`, null],
    ["body - 'command'", 'command'],
    ["instance['command']", 'command'],
    ['at #/command', 'command'],
  ];
  for (const [text, field] of rows) assert.equal(fieldJudgedBy(names, text), field, text);
});

test('of a JSON body all texts count but those that repeat the request, name the call, or are not reached', () => {
  const rows: readonly (readonly [body: unknown, said: string])[] = [
    ['plain', 'plain'],
    [{ message: 'one', list: ['two', { more: 'three' }], n: 7, none: null }, 'one\ntwo\nthree'],
    [{ message: ' ', other: 'two' }, 'two'],
    [{ a: 'pause', b: 'a note of ours', c: { note: 'a note of ours' } }, ''],
    [{ got: { note: 'a note of ours' }, message: 'no' }, 'no'],
    [{ timestamp: 'today', request_id: 'x y', path: '/a', 'x-trace': 'b', message: 'no' }, 'no'],
    [{ input: 'some text', received: ['a b'], stack: 'at line', message: 'no' }, 'no'],
    [{ data: { message: 'inside' }, message: 'no' }, 'no'],
    // A name that echoes have too may hold messages.
    [{ data: { errors: ['inside'] }, message: 'no' }, 'inside\nno'],
    [{ data: { command: ['is wrong here'] } }, 'is wrong here'],
    [{ data: { command: ['wrong'] } }, ''],
    [{ data: { command: ['wrong', 'is wrong here'] } }, 'wrong\nis wrong here'],
    [{ data: { command: 'is wrong here' } }, ''],
    [{ data: { other: ['is wrong here'] } }, ''],
    [{ data: { a: 1, command: ['is wrong here'] } }, 'is wrong here'],
    [{ data: { command: [' wrong '] } }, ''],
    [{ data: { command: [7] } }, ''],
    [{ data: [{ errors: ['inside'] }] }, ''],
  ];
  for (const [body, right] of rows) assert.equal(said(body), right, JSON.stringify(body));
  assert.equal(isReceived('data', { errors: [] }, sent, names), false);
  assert.equal(isReceived('data', {}, sent, names), true);
  assert.equal(isReceived('message', { note: 'a note of ours' }, sent, names), true);
});

test('of what a page or a body says so much is read, and no more', () => {
  const word = (length: number): string => 'x y '.repeat(length / 4).trimEnd();
  assert.equal(said(word(8000)).length, 4000 - 1);
  assert.equal(said([word(4000), word(4000), word(4000)]).length, 8000);
  assert.equal(said(Array.from({ length: 250 }, (_, n) => `t ${n}`)).split('\n').length, 201);
  let deep: unknown = 'bottom';
  for (let n = 0; n < 40; n += 1) deep = n % 2 === 0 ? [deep] : { a: deep };
  assert.equal(said(deep), 'bottom');
  assert.equal(said([deep]), '');
  const page = (tag: number): string => saidWithoutEcho(names, sent, textOf(`<b ${'x'.repeat(tag - 4)}>end`));
  assert.equal(page(20_000 - 3), 'end');
  assert.equal(page(20_000 - 2), 'en');
});

test('a page is read without its markup, and a text with what only looks like it', () => {
  const rows: readonly (readonly [text: string, said: string])[] = [
    ['a < b and c', 'a < b and c'],
    [
      '<html><head><title>400</title><style>p{}</style></head><body><p>One</p>two <b>three</b></body></html>',
      '400\nOne\ntwo three',
    ],
    ['<script>command is required</script>no', 'no'],
  ];
  for (const [text, right] of rows)
    assert.equal(saidWithoutEcho(names, sent, textOf(text)).replace(/\s*\n\s*/g, '\n'), right, text);
});

test('what differs from call to call is taken out of what a refusal is known by', () => {
  const rows: readonly (readonly [said: string, known: string])[] = [
    [' at 2026-11-27T01:02:03.456Z and 2026-11-27 ', 'at # and #'],
    ['of 3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'of #'],
    ['run 64b7f0c2a1d94e5f60718293 has 3 of 4.5', 'run # has # of #'],
    ['a canary-12 b', 'a ~ b'],
    ['it was pause and 123 and true', 'it was ~ and # and ~'],
    ['a ~ ~~ b\n  c', 'a ~ b c'],
    ['x '.repeat(200), 'x '.repeat(120)],
  ];
  for (const [text, known] of rows) assert.equal(normalised(text, sent), known, text);
});

test('statuses of callers, runs, limits and transport judge no value, the other 4xx may', () => {
  const never = [
    401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 412, 413, 421, 423, 425, 426, 428, 429, 431, 451,
  ];
  for (let status = 100; status < 600; status += 1)
    assert.equal(
      mayJudgeValue(status),
      status >= 400 && status < 500 && !never.includes(status),
      `${status}`,
    );
});

function read(body: ReturnType<typeof jsonOf>, status = 400): Refusal {
  return readRefusal(operation, JSON.stringify(BODY), responseWith({ status, ...body }));
}

test('a refusal has its field from a place made for it, else from its words, and is known by those', () => {
  assert.deepEqual(read(jsonOf({ detail: [{ loc: ['body', 'command'], msg: 'no good' }] }), 422), {
    field: 'command',
    fields: ['command'],
    inside: [],
    place: 'structured',
    judgesValue: true,
    group: '422 body command no good',
  });
  assert.deepEqual(read(jsonOf({ message: 'workflow_id is required' }), 409), {
    field: 'workflow_id',
    fields: ['workflow_id'],
    inside: [],
    place: 'message',
    judgesValue: false,
    group: '409 workflow_id is required',
  });
  const silent = { field: null, fields: [], inside: [], place: null, judgesValue: true };
  assert.deepEqual(read(jsonOf({})), { ...silent, group: '400' });
  assert.deepEqual(read(textOf('No.')), { ...silent, group: '400 No.' });
  const megabyte = 'x'.repeat(1024 * 1024);
  assert.equal(read(textOf(megabyte)).group.startsWith('400 x'), true);
  assert.deepEqual(read(textOf(`${megabyte}x`)), { ...silent, group: '400 a very long text' });
});

test('two refusals say the same when one is a part of the other, with the same status', () => {
  const rows: readonly (readonly [one: string, other: string, is: boolean])[] = [
    ['400 a is required', '400 a is required', true],
    ['400 a is required', '422 a is required', false],
    ['400 a is required', '400 A is, required!', true],
    ['400 a is required', '400 a is required b is required', true],
    ['400 a is required b is required', '400 a is required', true],
    ['400 a is required', '400 b is required', false],
    ['400 a b', '400 a c', false],
    ['400', '400 anything', true],
    ['400', '400', true],
    ['400 (a)', '400 a', true],
  ];
  for (const [one, other, is] of rows) {
    const group = (text: string): Refusal => ({ ...read(jsonOf({})), group: text });
    assert.equal(isSaidLikewise(group(one), group(other)), is, `${one} / ${other}`);
  }
});
