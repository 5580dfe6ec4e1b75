/** What of a refusal only repeats the request, in the spellings that servers repeat it in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fieldNamesOf,
  foldName,
  isEcho,
  sentOf,
  withoutEcho,
  type Sent,
} from '../../contract/refusal/echo.ts';
import { loadOperation } from '../../openapi/registry.ts';

const names = fieldNamesOf(loadOperation());
const RUN = '5eb7cf5a86d9755df3a6c593';
const BODY = {
  dynamic_variables: { harness_key: 'canary-0123456789abcdef', deep: { list: ['abcd', 'abc', 7] } },
  miscellaneous: { note: 'Ann, 3 (three) $1' },
  command: 'pause',
  count: 42,
  flag: false,
  workflow_id: null,
  workflow_run_id: RUN,
};
const sent = sentOf(JSON.stringify(BODY));

/** Objects inside one another, so many of them. */
function nested(levels: number): unknown {
  let value: unknown = 'the bottom of it';
  for (let n = 0; n < levels; n += 1) value = { down: value };
  return value;
}

test('a name is the same in each of the spellings that languages have for it', () => {
  for (const spelled of [
    'workflow_run_id',
    'workflowRunId',
    'workflow-run-id',
    'Workflow Run ID',
    'WORKFLOWRUNID',
  ])
    assert.equal(names.get(foldName(spelled)), 'workflow_run_id', spelled);
  assert.equal(foldName('a1_B2'), 'a1b2');
});

test('of a request are known: its texts of four characters and more, its objects and lists, and its own scalars', () => {
  assert.deepEqual(sent.strings, [
    RUN,
    'canary-0123456789abcdef',
    'Ann, 3 (three) $1',
    'harness_key',
    'pause',
    'deep',
    'list',
    'abcd',
    'note',
  ]);
  assert.deepEqual(
    [...sent.scalars],
    [
      ['command', 'pause'],
      ['count', '42'],
      ['flag', 'false'],
      ['workflow_run_id', RUN],
    ],
  );
  assert.equal(sent.composites.size, 5, 'the body, three objects and a list');
  const nothing: Sent = { composites: new Set(), strings: [], scalars: new Map() };
  for (const body of [null, '', 'no JSON', '{"a":', '{}', '[]', '7', 'null'])
    assert.deepEqual(sentOf(body), nothing, String(body));
  assert.deepEqual(sentOf('"a text"'), { ...nothing, strings: ['a text'] });
  assert.deepEqual(sentOf('["a text"]').scalars, new Map(), 'a list has no names');
  assert.deepEqual(sentOf('["a text",{"b":1}]').strings, ['a text']);
  const many = sentOf(JSON.stringify(Array.from({ length: 400 }, (_, n) => `text ${n}`)));
  assert.equal(many.strings.length, 300);
});

test('a request is taken apart for forty levels, and no deeper', () => {
  const within = sentOf(JSON.stringify(nested(40)));
  assert.deepEqual([within.strings.includes('the bottom of it'), within.composites.size], [true, 40]);
  const deepest = sentOf(JSON.stringify(nested(41)));
  assert.deepEqual([deepest.strings.includes('the bottom of it'), deepest.composites.size], [true, 41]);
  const beyond = sentOf(JSON.stringify(nested(42)));
  assert.equal(beyond.strings.includes('the bottom of it'), false);
});

test('a value that was sent is known again: whole, in another order of its keys, or a long part of a text', () => {
  const rows: readonly (readonly [value: unknown, is: boolean])[] = [
    ['pause', true],
    ['paus', false],
    ['canary-0123456789abcdef', true],
    ['canary-012345678', true],
    ['canary-01234567', false],
    ['ary-0123456789ab', true],
    ['something else altogether', false],
    [{ note: 'Ann, 3 (three) $1' }, true],
    [{ deep: { list: ['abcd', 'abc', 7] }, harness_key: 'canary-0123456789abcdef' }, true],
    [['abcd', 'abc', 7], true],
    [['abc', 'abcd', 7], false],
    [{ list: ['abcd', 'abc'] }, false],
    [{ note: 'another' }, false],
    [{}, false],
    [[], false],
    [42, false],
    [null, false],
  ];
  for (const [value, is] of rows) assert.equal(isEcho(sent, value), is, JSON.stringify(value));
});

test('of a text is taken out what repeats the request, and the rest stays', () => {
  const json = JSON.stringify(BODY);
  const rows: readonly (readonly [text: string, left: string])[] = [
    ['command is required', 'command is required'],
    ['  two   blanks\n\nand lines ', 'two blanks\n\nand lines'],
    // Texts of ours; one plain word stays, as it may be the server's own.
    [`got canary-0123456789abcdef here`, 'got ~ here'],
    ['the pause of abcd', 'the pause of abcd'],
    ['Dear Ann, 3 (three) $1!', 'Dear ~ !'],
    ['a harness_key b', 'a ~ b'],
    // A name beside its own value.
    ['pausing command pause failed', 'pausing ~ failed'],
    ['command=pause&x=1', '~ &x=1'],
    ['command: "pause", x', '~ , x'],
    ["command='pause' x", '~ x'],
    ['command => pause x', '~ x'],
    ['command(pause) x', '~ x'],
    ['Command PAUSE x', '~ x'],
    ['command pauses', 'command pauses'],
    ['subcommand pause', 'subcommand pause'],
    ['command resume', 'command resume'],
    ['count 42', 'count 42'],
    [`of workflow-run-id ${RUN}.`, 'of ~ .'],
    [`of workflowrunid ${RUN}.`, 'of ~ .'],
    // A bracketed part that prints the request, whole or cut off.
    [`Rejected: ${json} for good`, 'Rejected: ~ for good'],
    [`Rejected: ${json.slice(0, -9)}`, 'Rejected: ~'],
    [`Rejected [command=pause, next] x`, 'Rejected ~ x'],
    ['Rejected (command: "pause") x', 'Rejected ~ x'],
    ["Rejected {'command': 'pause', 'b': {'c': ['d']}} x", 'Rejected ~ x'],
    ['Rejected {"command":"pause","text":"a } b"} x', 'Rejected ~ x'],
    ['Rejected {"command":"pause","text":""} x', 'Rejected ~ x'],
    ['Rejected {command: pause}{other: x}', 'Rejected ~ {other: x}'],
    ['Rejected {"command":"pause","text":"a \\\\} b"} x', 'Rejected ~ x'],
    ['Rejected {command: null} x', 'Rejected ~ x'],
    ['Rejected {workflow_id: None, a} x', 'Rejected ~ x'],
    ['Rejected {workflow_id: nullable} x', 'Rejected {workflow_id: nullable} x'],
    ['Rejected {dynamic_variables: {a: 1}} x', 'Rejected ~ x'],
    ['Rejected {"dynamicVariables"=>{}} x', 'Rejected ~ x'],
    ['Rejected {dynamic_variables: {is wrong}} x', 'Rejected {dynamic_variables: {is wrong}} x'],
    ['Rejected {command: {a: 1}} x', 'Rejected {command: {a: 1}} x'],
    ['Rejected {other: "pause"} x', 'Rejected {other: "pause"} x'],
    ['Rejected {command: is required} x', 'Rejected {command: is required} x'],
    ['Rejected {command: } x', 'Rejected {command: } x'],
    ['one (of two) [and three] {command: pause} four', 'one (of two) [and three] ~ four'],
    ['a {command: pause} b {command: pause} c', 'a ~ b ~ c'],
    ['a {x {command: pause} y} b', 'a ~ b'],
    ['a (x} y) {command: pause} b', 'a (x} y) ~ b'],
    // In HTML, percent and backslashes.
    ['&quot;a&quot; &amp; &lt;b&gt; &APOS;c&apos;&nbsp;d &unknown; e', '"a" & <b> \'c\' d &unknown; e'],
    ['&#65;&#x42;&#x10ffff;&#0;&#x110000;', 'AB\u{10ffff}&#0;&#x110000;'],
    ['&#x1;x', '\u0001x'],
    ['a%20b%C3%BC %zz %ff', 'a bü %zz %ff'],
    ['say \\"a\\" and \\\\\\"b\\\\\\" and a\\/b\\nc', 'say "a" and "b" and a/b c'],
  ];
  for (const [text, left] of rows) assert.equal(withoutEcho(names, sent, text), left, text);
});

test('values that are empty, very long or under no documented name are not looked for beside a name', () => {
  const of = (body: unknown, text: string): string => withoutEcho(names, sentOf(JSON.stringify(body)), text);
  assert.equal(of({ command: '' }, 'command is'), 'command is');
  assert.equal(of({ command: '' }, 'x {command: "a"} y'), 'x {command: "a"} y');
  const word = (length: number): string => 'x'.repeat(length);
  assert.equal(of({ command: word(200) }, `command ${word(200)}`), '~');
  assert.equal(of({ command: word(201) }, `command ${word(201)}`), `command ${word(201)}`);
  assert.equal(of({ other: 'word' }, 'other word'), 'other word');
  assert.equal(of({ command: 'a.b' }, 'command axb'), 'command axb');
  assert.equal(of({ command: 7 }, 'command 7'), '~');
  assert.equal(of({ command: true }, 'command true'), '~');
  assert.equal(of({ command: true }, 'command trues'), 'command trues');
});

test('a hundred brackets are looked at, and no more', () => {
  const block = ' {command: pause}';
  assert.equal(withoutEcho(names, sent, '()'.repeat(99) + block), `${'()'.repeat(99)} ~`);
  assert.match(withoutEcho(names, sent, '()'.repeat(100) + block), /\(\) \{/);
});
