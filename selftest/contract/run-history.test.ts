import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEcho, type SentInput } from '../../contract/checks/input-echo.ts';
import {
  checkIsolation,
  checkView,
  compareViews,
  viewOf,
  type RunView,
} from '../../contract/checks/run-history.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const checksIn = (violations: readonly { readonly check: string }[]): readonly string[] =>
  violations.map((violation) => violation.check);

function view(over: { readonly document?: object; readonly inner?: object } = {}): RunView {
  const inner = {
    logical_id: 'l',
    workflow_id: 'w',
    status: 'running',
    input_output_pairs: [{ run_input: { command: 'start' } }, { run_input: { command: 'data' } }],
    ...over.inner,
  };
  const document = {
    _id: 'x'.repeat(24),
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:05Z',
    created_by: 'u',
    team_id: 't',
    ...over.document,
    workflow_run: inner,
  };
  return viewOf({ workflow_run: document }, '');
}

test('two responses about one run are compared rule by rule', () => {
  const table: readonly (readonly [string, RunView, readonly string[]])[] = [
    ['the same', view(), []],
    [
      'a pair more',
      view({
        inner: {
          input_output_pairs: [{ run_input: { command: 'start' } }, { run_input: { command: 'data' } }, {}],
        },
      }),
      [],
    ],
    [
      'a pair less',
      view({ inner: { input_output_pairs: [{ run_input: { command: 'start' } }] } }),
      ['history-conservation'],
    ],
    [
      'other order',
      view({
        inner: {
          input_output_pairs: [{ run_input: { command: 'data' } }, { run_input: { command: 'start' } }],
        },
      }),
      ['history-conservation'],
    ],
    ['created_at in another spelling', view({ document: { created_at: '2026-01-01T01:00:00+01:00' } }), []],
    ['another created_at', view({ document: { created_at: '2026-01-01T00:00:01Z' } }), ['fixed-fields']],
    ['another team', view({ document: { team_id: 'other' } }), ['fixed-fields']],
    ['another logical id', view({ inner: { logical_id: 'other' } }), ['fixed-fields']],
    ['another status', view({ inner: { status: 'paused' } }), []],
    ['updated_at back', view({ document: { updated_at: '2026-01-01T00:00:04Z' } }), ['timestamp-order']],
    ['created_at cut to milliseconds', view({ document: { created_at: '2026-01-01T00:00:00.0009Z' } }), []],
    [
      'created_at a millisecond later',
      view({ document: { created_at: '2026-01-01T00:00:00.001Z' } }),
      ['fixed-fields'],
    ],
    ['an owner gone', view({ document: { created_by: null } }), ['fixed-fields']],
    ['an owner not shown', view({ document: { created_by: undefined } }), []],
    [
      'updated_at back by less than a millisecond',
      view({ document: { updated_at: '2026-01-01T00:00:04.9995Z' } }),
      [],
    ],
    [
      'updated_at back by a millisecond',
      view({ document: { updated_at: '2026-01-01T00:00:04.999Z' } }),
      ['timestamp-order'],
    ],
    ['no list of pairs', view({ inner: { input_output_pairs: null } }), []],
  ];
  for (const [what, after, checks] of table)
    assert.deepEqual(checksIn(compareViews(operation, view(), after)), checks, what);
});

test('a response about another run than the one named is told, and a time before its own beginning', () => {
  assert.deepEqual(checksIn(checkView(operation, view(), 'y'.repeat(24))), ['run-identity']);
  assert.deepEqual(checkView(operation, view(), 'x'.repeat(24)), []);
  assert.deepEqual(
    checksIn(checkView(operation, view({ document: { updated_at: '2025-01-01T00:00:00Z' } }), null)),
    ['timestamp-order'],
  );
});

test('a new run is one of the workflow that its start named, where both are told', () => {
  const told = (inner: object, workflow: string | null): readonly string[] =>
    checksIn(checkView(operation, view({ inner }), null, workflow));
  assert.deepEqual(told({}, 'v'), ['run-identity']);
  assert.deepEqual(told({}, 'w'), []);
  assert.deepEqual(told({}, null), [], 'the start named none');
  assert.deepEqual(told({ workflow_id: null }, 'v'), [], 'none is shown yet');
});

test('a sent input is found again value by value, once and in order', () => {
  const input = (n: number, extra: object = {}): SentInput => ({
    command: 'data',
    body: { dynamic_variables: { c: `canary-${n}`, ...extra } },
    canary: { key: 'c', value: `canary-${n}` },
  });
  const stored = (...bodies: readonly unknown[]): RunView =>
    view({ inner: { input_output_pairs: bodies.map((body) => ({ run_input: body })) } });
  const one = input(1, {
    text: ' é🎉 ',
    whole: 9007199254740991,
    zero: -0,
    none: null,
    list: [1, { a: 2 }],
    ['__proto__x']: 1,
  });
  const two = input(2);
  const check = (given: RunView, sent: readonly SentInput[]): readonly string[] =>
    checkEcho(operation, given, sent, 'as-sent').violations.map((violation) => violation.kind);
  assert.deepEqual(check(stored(one.body, two.body), [one, two]), []);
  assert.deepEqual(
    check(stored(JSON.parse(JSON.stringify({ ...one.body, added: 1 })), two.body), [one, two]),
    [],
  );
  assert.deepEqual(check(stored(two.body, one.body), [one, two]), ['order']);
  assert.deepEqual(checkEcho(operation, stored(two.body, one.body), [one, two], 'any').violations, []);
  assert.deepEqual(check(stored(two.body, two.body), [two]), ['twice']);
  assert.deepEqual(check(stored(input(1, { text: 'é🎉' }).body), [input(1, { text: ' é🎉 ' })]), [
    'differs/dynamic_variables',
  ]);
  assert.deepEqual(check(stored(input(1, { n: '1' }).body), [input(1, { n: 1 })]), [
    'differs/dynamic_variables',
  ]);
  assert.deepEqual(check(stored(input(1).body), [input(1, { none: null })]), ['differs/dynamic_variables']);
  assert.equal(checkEcho(operation, stored(), [one], 'as-sent').missing.length, 1);
  const start = { ...one, command: 'start' };
  assert.deepEqual(check(stored(two.body), [start]), ['lost/start']);
  assert.deepEqual(check(stored({}), [{ ...start, body: { miscellaneous: { a: 1 } } }]), [
    'differs/miscellaneous',
  ]);
  assert.deepEqual(
    check(stored({ miscellaneous: { a: 1 } }), [{ ...start, body: { miscellaneous: { a: 1 } } }]),
    [],
  );
});

test('what was sent to another run is found in a refusal and in a header too', () => {
  const foreign = [{ key: 'c', value: 'canary-9' }];
  const kinds = (given: Parameters<typeof responseWith>[0]): readonly string[] =>
    checkIsolation(operation, responseWith(given), foreign).map((one) => one.kind);
  assert.deepEqual(kinds({ text: 'canary-9' }), ['leak']);
  assert.deepEqual(kinds({ status: 422, text: 'canary-9' }), ['leak-in-refusal']);
  assert.deepEqual(kinds({ headers: [['x-trace', 'canary-9']] }), ['leak-in-header']);
  assert.deepEqual(kinds({ status: 404, text: 'canary-1' }), []);
});

test('a command that was left out is stored as the default, where it is stored', () => {
  const canary = { key: 'c', value: 'canary-1' };
  const sent: SentInput = { command: 'start', body: { dynamic_variables: { c: 'canary-1' } }, canary };
  const stored = (more: object): unknown => ({
    workflow_run: { workflow_run: { input_output_pairs: [{ run_input: { ...sent.body, ...more } }] } },
  });
  const found = (more: object): readonly string[] =>
    checkEcho(operation, viewOf(stored(more), ''), [sent], 'as-sent').violations.map((one) => one.kind);
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ command: 'start' }), []);
  assert.deepEqual(found({ command: 'data' }), ['differs/command']);
});

test('a canary of another run is a leak', () => {
  assert.deepEqual(
    checksIn(
      checkIsolation(operation, responseWith({ text: '… canary-9 …' }), [{ key: 'c', value: 'canary-9' }]),
    ),
    ['run-isolation'],
  );
  assert.deepEqual(
    checkIsolation(operation, responseWith({ text: '… canary-1 …' }), [{ key: 'c', value: 'canary-9' }]),
    [],
  );
});

test('variables of earlier inputs in a later one are no second storing of those; the same input again is', () => {
  const canaryOf = (digit: string): SentInput['canary'] => ({
    key: `harness_canary_${digit}`,
    value: `canary-${digit.repeat(20)}`,
  });
  const inputOf = (command: string, digits: string): object => ({
    command,
    dynamic_variables: Object.fromEntries(
      Array.from(digits, (digit) => [canaryOf(digit).key, canaryOf(digit).value]),
    ),
  });
  const sent: readonly SentInput[] = [
    { command: 'start', body: { ...inputOf('start', 'a') }, canary: canaryOf('a') },
    { command: 'data', body: { ...inputOf('data', 'b') }, canary: canaryOf('b') },
  ];
  const titles = (...stored: readonly object[]): readonly string[] => {
    const pairs = stored.map((run_input) => ({ run_input }));
    const { violations: violations } = checkEcho(
      operation,
      view({ inner: { input_output_pairs: pairs } }),
      sent,
      'as-sent',
    );
    return violations.map(({ title }) => title);
  };
  assert.deepEqual(titles(inputOf('start', 'a'), inputOf('data', 'ab'), inputOf('resume', 'abc')), []);
  assert.deepEqual(titles(inputOf('start', 'a'), inputOf('data', 'b'), inputOf('data', 'b')), [
    'The input of one data is stored 2 times.',
  ]);
  assert.deepEqual(titles(inputOf('start', 'a'), inputOf('data', 'ab'), inputOf('data', 'ab')), [
    'The input of one data is stored 2 times.',
  ]);
});

test('an owner that is filled later has not changed, one that is changed has', () => {
  const of = (created_by: unknown): RunView => view({ document: { created_by } });
  assert.deepEqual(compareViews(operation, of(null), of('u')), []);
  assert.deepEqual(compareViews(operation, of(undefined), of('u')), []);
  assert.deepEqual(checksIn(compareViews(operation, of('u'), of('v'))), ['fixed-fields']);
});

test('a stored list or map is the same only when each part of it is, and as many', () => {
  const input = (kept: unknown): RunView =>
    view({ inner: { input_output_pairs: [{ run_input: { command: 'start', kept } }] } });
  const isKept = (before: unknown, after: unknown): boolean =>
    compareViews(operation, input(before), input(after)).length === 0;
  const rows: readonly (readonly [before: unknown, after: unknown, isSame: boolean])[] = [
    [[1, 2, 3], [1, 2, 3], true],
    [[1, 2, 3], [1, 2, 4], false],
    [[1, 2, 3], [0, 2, 3], false],
    [[1, 2], [1, 2, 3], false],
    [[1, 2, 3], [1, 2], false],
    [[], [], true],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1, b: 2 }, { a: 1, b: 3 }, false],
    [{ a: 1, b: 2 }, { a: 1, c: 2 }, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{}, {}, true],
    [[1], { 0: 1 }, false],
    [null, {}, false],
  ];
  for (const [before, after, isSame] of rows)
    assert.equal(isKept(before, after), isSame, JSON.stringify([before, after]));
});
