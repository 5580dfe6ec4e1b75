import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coveringRows } from '../../contract/cases/pairwise.ts';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import type { Case } from '../../contract/cases/case.ts';
import { forecast } from '../../contract/budget/costs.ts';
import { flowsOf } from '../../contract/budget/flows.ts';
import { leftOut } from '../../contract/budget/selection.ts';
import { bodyText } from '../../api/request-body.ts';
import { requestOf } from '../../contract/cases/case-request.ts';
import { startBody, type Subject } from '../../api/request.ts';
import { valueAt } from '../../result/json.ts';
import { loadOperation } from '../../openapi/registry.ts';

const operation = loadOperation();
const subject: Subject = {
  workflowId: 'a'.repeat(24),
  runInput: { dynamic_variables: { name: 'Ann' } },
  liveRunId: 'b'.repeat(24),
};
const canary = { key: 'harness_canary', value: 'canary-1' };

function textOf(testCase: Case): string {
  return bodyText(requestOf(operation, testCase, subject, canary)?.body ?? '');
}

function bodyOf(testCase: Case): unknown {
  return JSON.parse(textOf(testCase) || 'null') as unknown;
}

test('ids and titles are unique, and an id names its group', () => {
  const cases = deriveCases(operation);
  assert.equal(new Set(cases.map((one) => one.id)).size, cases.length);
  assert.equal(new Set(cases.map((one) => `${one.group} ${one.title}`)).size, cases.length);
  for (const one of cases) assert.ok(one.id.startsWith(`${one.group}/`), one.id);
});

test('each JSON case keeps or breaks what it says, by the description alone', () => {
  const isJson = (one: Case): boolean =>
    !['raw', 'truncated'].includes(one.mutation.kind) &&
    one.group !== 'authentication' &&
    one.rule !== 'edge-values';
  for (const one of deriveCases(operation).filter(isJson)) {
    if (one.group === 'body' || ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(one.method)) continue;
    const violations = operation.checkRequest(bodyOf(one));
    assert.equal(violations.length > 0, one.group === 'negative', one.id);
    if (one.group !== 'negative') continue;
    const places = new Set(violations.map((violation) => violation.instancePath));
    assert.deepEqual([...places], [`/${one.field ?? ''}`], `${one.id} has one fault only`);
    assert.ok(
      violations.some((violation) => violation.schemaPath === one.constraint),
      one.id,
    );
  }
});

test('each kind of value at the edge of JSON comes in each kind of place where it can', () => {
  const places = new Map(
    deriveCases(operation)
      .filter((one) => one.rule === 'edge-values' || one.rule === 'json-number-conformance')
      .map((one) => [one.id, requestOf(operation, one, subject, canary)?.body ?? '']),
  );
  const table: readonly (readonly [string, RegExp | readonly number[]])[] = [
    ['open-question/edge/surrogate-in-value', /"harness_edge":"a\\ud800b"/],
    ['open-question/edge/surrogate-in-key', /"harness_edge\\ud800":1/],
    ['open-question/edge/surrogate-in-run-id', /"workflow_run_id":"[0-9a-f]{23}\\ud800"/],
    ['open-question/edge/surrogate-in-workflow-id', /"workflow_id":"[0-9a-f]{23}\\ud800"/],
    ['open-question/edge/surrogate-in-command', /"command":"start\\ud800"/],
    ['open-question/edge/no-utf8-in-value', [0x61, 0xff, 0x62]],
    ['open-question/edge/no-utf8-in-key', [0x65, 0xff, 0x22, 0x3a, 0x31]],
    ['open-question/edge/no-utf8-in-run-id', [0x39, 0xff, 0x22]],
    ['open-question/edge/no-utf8-in-command', [0x74, 0xff, 0x22]],
    ['body/not-a-number', /:NaN\b/],
    ['open-question/edge/nan-in-run-id', /"workflow_run_id":NaN\b/],
    ['open-question/edge/nan-in-command', /"command":NaN\b/],
    ['open-question/edge/1e400-in-value', /"harness_edge":1e400\b/],
    ['open-question/edge/1e400-in-run-id', /"workflow_run_id":1e400\b/],
    ['open-question/edge/1e400-in-command', /"command":1e400\b/],
    ['open-question/edge/deep-value', /(\{"down":){500}/],
  ];
  for (const [id, wanted] of table) {
    const body = places.get(id);
    assert.ok(body !== undefined, id);
    if (wanted instanceof RegExp) assert.match(bodyText(body), wanted, id);
    else assert.ok(body instanceof Uint8Array && Buffer.from(body).includes(Buffer.from(wanted)), id);
  }
  assert.equal(places.size, table.length, 'and no more, so that this table is whole');
});

test('every pair of levels of each two fields comes together in a start', () => {
  for (const sizes of [
    [3, 3, 3, 2, 2, 3],
    [2, 2],
    [4, 3, 2],
  ]) {
    const rows = coveringRows(sizes);
    for (const [i, a] of sizes.entries()) {
      for (const [j, b] of sizes.entries()) {
        if (j <= i) continue;
        const pairs = new Set(rows.map((row) => `${row[i] ?? ''} ${row[j] ?? ''}`));
        assert.equal(pairs.size, a * b, `${sizes.join(',')}: ${i} ${j}`);
      }
    }
    assert.ok(rows.length <= 12, `${rows.length} rows`);
  }
});

test('hard values reach the wire as they are written', () => {
  const texts = deriveCases(operation)
    .filter((one) => one.group === 'value')
    .map(textOf);
  assert.equal(
    texts.filter((text) => text.includes('"harness_negative-zero":-0')).length,
    2,
    'alone and with others',
  );
  assert.ok(texts.some((text) => text.includes('"__proto__":{"a":1}')));
  assert.ok(texts.some((text) => text.length > 65_536));
});

test('each documented constraint of each field has a case that breaks it and a case that keeps it', () => {
  const cases = deriveCases(operation);
  for (const field of operation.requestFields) {
    for (const keyword of ['type', 'minLength', 'maxLength', 'enum'].filter((name) => name in field.schema)) {
      assert.ok(
        cases.some((one) => one.intent === 'break' && one.constraint === `${field.pointer}/${keyword}`),
        `${field.name} ${keyword}`,
      );
    }
    assert.ok(
      cases.some((one) => one.intent === 'keep' && one.field === field.name),
      field.name,
    );
  }
});

test('bodies that are no JSON object are none', () => {
  for (const one of deriveCases(operation).filter((testCase) => testCase.group === 'body')) {
    const text = textOf(one);
    const value = ((): unknown => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    })();
    assert.ok(typeof value !== 'object' || value === null || Array.isArray(value), one.id);
  }
});

test("a case that keeps the promise adds to the workflow's own variables", () => {
  const one = deriveCases(operation).find(
    (testCase) => testCase.id === 'positive/dynamic_variables/every-type',
  );
  assert.ok(one !== undefined);
  assert.equal(valueAt(bodyOf(one), ['dynamic_variables', 'name']), 'Ann');
  assert.equal(valueAt(bodyOf(one), ['dynamic_variables', 'harness_whole']), 7);
});

test('a start carries the workflow, its input and the canary', () => {
  assert.deepEqual(startBody(subject, { ...canary, sharedKey: 'harness_latest' }), {
    dynamic_variables: { name: 'Ann', harness_canary: 'canary-1', harness_latest: 'canary-1' },
    runtime_variables: {},
    miscellaneous: {},
    thread_to_node_inputs: {},
    command: 'start',
    workflow_id: 'a'.repeat(24),
  });
});

test('cases of a live run are not asked without one', () => {
  const one = deriveCases(operation).find((testCase) => testCase.base === 'address');
  assert.ok(one !== undefined);
  assert.equal(requestOf(operation, one, { ...subject, liveRunId: null }, canary), null);
});

test('the forecast counts what a selection keeps', () => {
  const all = forecast(operation, () => true);
  assert.equal(all.cases, deriveCases(operation).length + flowsOf(operation).length);
  assert.ok(all.runsExpected <= 60, `the nightly plan fits its budget: ${all.runsExpected}`);
  assert.equal(forecast(operation, (about) => about.id === 'body/null').cases, 2);
});

test('a small budget leaves out what tells least, and never a command, a constraint or the control', () => {
  const within = (runs: number | null): readonly string[] => [
    ...leftOut(operation, { runs, requests: null }, () => true).keys(),
  ];
  assert.deepEqual(within(null), []);
  assert.deepEqual(within(60), [], 'the nightly budget leaves nothing out');
  const out = within(20);
  assert.ok(
    out.length > 0 && out.every((id) => /^(positive|open-question|model|lifecycle\/parallel)/.test(id)),
    out.join(' '),
  );
  for (const command of operation.commands) assert.ok(!out.includes(`command/${command}`));
  assert.ok(!within(1).includes('control/start'));
});
