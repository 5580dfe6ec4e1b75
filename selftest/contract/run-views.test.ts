/** What responses show of one run, and what is held against them: each violation with its place and its words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEcho, type SentInput } from '../../contract/checks/input-echo.ts';
import type { Violation } from '../../contract/checks/violation.ts';
import {
  checkIsolation,
  checkView,
  compareViews,
  viewOf,
  type RunView,
} from '../../contract/checks/run-history.ts';
import type { JsonRecord } from '../../result/json.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const AT = '/workflow_run/workflow_run';

function view(document: object = {}, inner: object = {}): RunView {
  return viewOf(
    { workflow_run: { _id: 'r1', ...document, workflow_run: { workflow_id: 'w1', ...inner } } },
    'text',
  );
}

const stored = (...inputs: readonly unknown[]): RunView =>
  view({}, { input_output_pairs: inputs.map((run_input) => ({ run_input })) });
const said = (found: readonly Violation[]): readonly string[] =>
  found.map(({ check, kind, responsePath, title }) => [check, kind, responsePath, title].join(' | '));

test('a view has what the body shows, and nothing where it does not', () => {
  const none = {
    id: null,
    workflowId: null,
    fixed: {},
    createdAt: null,
    updatedAt: null,
    status: null,
    inputs: null,
    text: '',
  };
  for (const value of [
    null,
    [],
    {},
    { workflow_run: 7 },
    { workflow_run: { _id: 7, created_at: 7, workflow_run: { workflow_id: {} } } },
  ]) {
    assert.deepEqual({ ...viewOf(value, ''), fixed: {} }, none, JSON.stringify(value));
  }
  const document = {
    created_at: '2026-01-01T00:00:01Z',
    updated_at: '2026-01-01T00:00:02+01:00',
    created_by: 'u',
    team_id: null,
  };
  const inner = { logical_id: 'l', input_output_pairs: [{ run_input: 1 }, {}, null] };
  assert.deepEqual(view(document, inner), {
    id: 'r1',
    workflowId: 'w1',
    fixed: {
      '/workflow_run/created_at': '2026-01-01T00:00:01Z',
      '/workflow_run/created_by': 'u',
      '/workflow_run/team_id': null,
      [`${AT}/logical_id`]: 'l',
      [`${AT}/workflow_id`]: 'w1',
    },
    createdAt: Date.UTC(2026, 0, 1, 0, 0, 1),
    updatedAt: Date.UTC(2025, 11, 31, 23, 0, 2),
    status: null,
    inputs: [1, undefined, undefined],
    text: 'text',
  });
});

test('a time in another spelling is read where it can be: without a zone as UTC, else as the platform reads it', () => {
  const at = (created_at: unknown): number | null => view({ created_at }).createdAt;
  assert.equal(at('2026-01-01T00:00:00'), Date.UTC(2026, 0, 1));
  assert.equal(at('Thu, 01 Jan 2026 00:00:00 GMT'), Date.UTC(2026, 0, 1));
  assert.equal(at('2026-01-01T00:00:00.0005Z'), Date.UTC(2026, 0, 1) + 0.5);
  for (const no of ['soon', '', 7, null]) assert.equal(at(no), null);
});

test('a response is about the run and the workflow that were named, where both are told', () => {
  const found = checkView(operation, view(), 'r2', 'w2');
  assert.deepEqual(said(found), [
    'run-identity | other-run | /workflow_run/_id | The call named the run r2; the response is about r1.',
    `run-identity | other-workflow | ${AT}/workflow_id | The start named the workflow w2; the run is one of w1.`,
  ]);
  assert.deepEqual(checkView(operation, view(), 'r1', 'w1'), []);
  assert.deepEqual(checkView(operation, view(), null), []);
  assert.deepEqual(checkView(operation, viewOf({}, ''), 'r2', 'w2'), []);
});

test('times are compared to the millisecond', () => {
  const times = (created_at: string | null, updated_at: string | null): number =>
    checkView(operation, view({ created_at, updated_at }), null).length;
  assert.equal(times('2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.000Z'), 1);
  assert.equal(times('2026-01-01T00:00:00.0009Z', '2026-01-01T00:00:00.000Z'), 0);
  assert.equal(times('2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'), 0);
  assert.equal(times(null, '2026-01-01T00:00:01Z') + times('2026-01-01T00:00:00Z', null), 0);
  const back = (before: string | null, after: string | null): readonly string[] =>
    said(compareViews(operation, view({ updated_at: before }), view({ updated_at: after })));
  assert.deepEqual(back('2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z'), [
    'timestamp-order | went-back | /workflow_run/updated_at | updated_at went back between two responses.',
  ]);
  assert.deepEqual(back('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'), []);
  assert.deepEqual([back(null, '2026-01-01T00:00:00Z'), back('2026-01-01T00:00:00Z', null)], [[], []]);
});

test('fixed fields stay what they were; the same instant in another spelling is the same', () => {
  const change = (before: object, after: object): readonly string[] =>
    said(compareViews(operation, view(before), view(after)));
  assert.deepEqual(change({ created_by: 'u' }, { created_by: 'v' }), [
    'fixed-fields | changed/workflow_run/created_by | /workflow_run/created_by | /workflow_run/created_by changed from "u" to "v".',
  ]);
  assert.deepEqual(
    change({ created_at: '2026-01-01T01:00:00+01:00' }, { created_at: '2026-01-01T00:00:00.0004Z' }),
    [],
  );
  assert.equal(
    change({ created_at: '2026-01-01T00:00:00Z' }, { created_at: '2026-01-01T00:00:00.001Z' }).length,
    1,
  );
  assert.equal(change({ created_at: 'x' }, { created_at: 'y' }).length, 1);
  // Only a creation is a time: an owner who is named like one is no less another for it.
  assert.equal(
    change({ created_by: '2026-01-01T00:00:00Z' }, { created_by: '2026-01-01T00:00:00.0Z' }).length,
    1,
  );
  assert.deepEqual(change({ team_id: null }, { team_id: 't' }), []);
  assert.deepEqual(change({ team_id: 't' }, {}), []);
  assert.equal(change({ team_id: 't' }, { team_id: null }).length, 1);
});

test('stored inputs are neither lost nor changed', () => {
  const path = `${AT}/input_output_pairs`;
  const compare = (before: RunView, after: RunView): readonly string[] =>
    said(compareViews(operation, before, after));
  assert.deepEqual(compare(stored({ a: 1 }, { b: 2 }), stored({ a: 1 })), [
    `history-conservation | shrunk | ${path} | There were 2 pairs, there are 1 now.`,
  ]);
  assert.deepEqual(compare(stored(null), stored()), [
    `history-conservation | shrunk | ${path} | There were 1 pairs, there are 0 now.`,
  ]);
  assert.deepEqual(compare(stored({ a: 1 }, { b: 2 }), stored({ a: 1 }, { b: 3 }, {})), [
    `history-conservation | changed | ${path}/1/run_input | The input of pair 1 is not what an earlier response showed.`,
  ]);
  assert.deepEqual(compare(stored(null, { b: 2 }), stored({ a: 1 }, { b: 2 })), []);
  assert.deepEqual([compare(view(), stored()), compare(stored({ a: 1 }), view())], [[], []]);
});

test('what was sent to another run is a leak wherever it stands, each place once', () => {
  const foreign = [
    { key: 'k1', value: 'canary-1' },
    { key: 'k2', value: 'canary-2' },
  ];
  const found = (over: Parameters<typeof responseWith>[0]): readonly string[] =>
    checkIsolation(operation, responseWith(over), foreign).map(({ kind, title }) => `${kind}: ${title}`);
  const told = (where: string): string => `The ${where} k1, which was sent to another run.`;
  assert.deepEqual(found({ status: 399, text: 'a canary-1 canary-2' }), [`leak: ${told('response holds')}`]);
  assert.deepEqual(
    found({
      status: 400,
      text: 'canary-1',
      headers: [
        ['a', 'canary-2'],
        ['b', 'canary-1'],
      ],
    }),
    [`leak-in-refusal: ${told('refusal holds')}`, `leak-in-header: ${told('headers of the response hold')}`],
  );
  assert.deepEqual(found({ text: 'canary-3' }), []);
});

const canaryOf = (digit: string): SentInput['canary'] => ({
  key: `key_${digit}`,
  value: `canary-${digit.repeat(20)}`,
});

function input(
  digit: string,
  over: { command?: string; more?: JsonRecord; copies?: number } = {},
): SentInput {
  const { command = 'data', more = {}, copies } = over;
  const canary = canaryOf(digit);
  const body = { dynamic_variables: { [canary.key]: canary.value, ...more } };
  return { command, body, canary, ...(copies === undefined ? {} : { copies }) };
}

/** What is objected to, and which inputs are missing by their command. */
function echo(
  view_: RunView,
  sent: readonly SentInput[],
  order: 'as-sent' | 'any' = 'as-sent',
): readonly unknown[] {
  const { violations: violations, missing } = checkEcho(operation, view_, sent, order);
  return [
    violations.map(({ kind, responsePath }) => [kind, responsePath].join(' ')),
    missing.map(({ command }) => command),
  ];
}

const placed = (n: number, rest = ''): string => `${AT}/input_output_pairs/${n}/run_input${rest}`;

test('each sent input is stored once, or as often as it was sent, in the order of sending', () => {
  const [a, b, c] = [input('a'), input('b'), input('c')];
  const bodies = [a, b, c].map(({ body }) => body);
  assert.deepEqual(echo(stored(...bodies), [a, b, c]), [[], []]);
  assert.deepEqual(echo(stored(bodies[1], bodies[0], bodies[2]), [a, b, c]), [[`order ${placed(0)}`], []]);
  assert.deepEqual(echo(stored(bodies[2], bodies[0], bodies[1]), [a, b, c]), [[`order ${placed(0)}`], []]);
  assert.deepEqual(echo(stored(bodies[1], bodies[0]), [a, b], 'any'), [[], []]);
  assert.deepEqual(echo(stored(bodies[0]), [a, b]), [[], ['data']]);
  assert.deepEqual(echo(viewOf({}, ''), [a]), [[], ['data']]);
  assert.deepEqual(echo(stored(bodies[0], bodies[0]), [a]), [[`twice ${placed(0)}`], []]);
  const twice = input('a', { copies: 2 });
  assert.deepEqual(echo(stored(bodies[0]), [twice]), [[], ['data']]);
  assert.deepEqual(echo(stored(bodies[0], bodies[0]), [twice]), [[], []]);
  assert.deepEqual(echo(stored(bodies[0], bodies[0], bodies[0]), [twice]), [[`twice ${placed(0)}`], []]);
  const title = (sent: SentInput): string | undefined =>
    checkEcho(operation, stored(bodies[0], bodies[0], bodies[0]), [sent], 'any').violations[0]?.title;
  assert.equal(title(a), 'The input of one data is stored 3 times.');
  assert.equal(title(twice), 'The input of 2 data is stored 3 times.');
});

test('a run begins with its own start, which is found at the beginning where it carries no canary', () => {
  const start = input('a', { command: 'start' });
  const bare = { ...start, body: { miscellaneous: { x: 1 } } };
  const other = { miscellaneous: { x: 2 } };
  assert.deepEqual(echo(stored(start.body), [start]), [[], []]);
  assert.deepEqual(echo(stored(other), [start]), [[`lost/start ${placed(0)}`], []]);
  assert.deepEqual(echo(stored(null), [start]), [[], ['start']]);
  assert.deepEqual(echo(stored(), [start]), [[], ['start']]);
  assert.deepEqual(echo(stored(bare.body), [bare]), [[], []]);
  assert.deepEqual(echo(stored(other), [bare]), [
    [`differs/miscellaneous ${placed(0, '/miscellaneous/x')}`],
    [],
  ]);
  assert.deepEqual(echo(stored(null), [bare]), [[], ['start']]);
  assert.deepEqual(echo(stored(other), [{ ...bare, command: 'data' }]), [[], ['data']]);
});

test('each sent leaf is found at its path, whatever is stored besides', () => {
  const differs = (sent: JsonRecord, kept: JsonRecord): string | undefined => {
    const one = input('a', { more: sent });
    const body = { extra: 1, dynamic_variables: { [one.canary.key]: one.canary.value, ...kept } };
    return checkEcho(operation, stored(body), [one], 'as-sent').violations[0]?.title.replace(
      placed(0, '/dynamic_variables'),
      '@',
    );
  };
  const rows: readonly (readonly [sent: JsonRecord, kept: JsonRecord, said: string | undefined])[] = [
    [{ a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 2, d: 3 }], e: 1 }, undefined],
    [{ a: 1 }, { a: '1' }, '@/a is stored as "1"; 1 was sent.'],
    [{ a: 1 }, {}, '@/a is not stored; 1 was sent.'],
    [{ a: null }, { a: 0 }, '@/a is stored as 0; null was sent.'],
    [{ a: [1, 2] }, { a: [1, 3] }, '@/a/1 is stored as 3; 2 was sent.'],
    [{ a: [1, 2] }, { a: [1] }, '@/a is stored as [1]; [1,2] was sent.'],
    [{ a: [1] }, { a: { 0: 1 } }, '@/a is stored as {"0":1}; [1] was sent.'],
    [{ a: { b: 1 } }, { a: [] }, '@/a is stored as []; {"b":1} was sent.'],
    [{ a: -0 }, { a: 0 }, undefined],
    [{ a: 'x'.repeat(100) }, { a: 1 }, `@/a is stored as 1; "${'x'.repeat(79)} was sent.`],
    [{ 'a/b': 1 }, {}, '@/a~1b is not stored; 1 was sent.'],
  ];
  for (const [sent, kept, right] of rows)
    assert.equal(differs(sent, kept), right, JSON.stringify([sent, kept]));
});

test('a default that was left out may be stored, but only as it is documented', () => {
  const sent = input('a', { command: 'start' });
  assert.deepEqual(echo(stored({ ...sent.body, command: 'start' }), [sent]), [[], []]);
  assert.deepEqual(echo(stored({ ...sent.body, command: 'stop' }), [sent]), [
    [`differs/command ${placed(0, '/command')}`],
    [],
  ]);
  const named = { ...sent, body: { ...sent.body, command: 'data' } };
  assert.deepEqual(echo(stored({ ...sent.body, command: 'data' }), [named]), [[], []]);
});

test('an input that is stored with those before it is not stored twice', () => {
  const [a, b] = [input('a'), input('b')];
  const both = {
    dynamic_variables: {
      ...(a.body['dynamic_variables'] as object),
      ...(b.body['dynamic_variables'] as object),
    },
  };
  assert.deepEqual(echo(stored(a.body, both), [a, b]), [[], []]);
  assert.deepEqual(echo(stored(a.body, both, both), [a, b]), [[`twice ${placed(1)}`], []]);
});
