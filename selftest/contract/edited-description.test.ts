import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { looksAt } from '../../contract/checks/response-fields.ts';
import { checkAcceptedResponse } from '../../contract/checks/accepted-response.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { RUN_COMMANDS } from '../../contract/commands.ts';
import { brokenBodies } from '../../contract/cases/negative.ts';
import { keeping } from '../../contract/cases/arbitraries.ts';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { flowsOf } from '../../contract/budget/flows.ts';
import { requestOf } from '../../contract/cases/case-request.ts';
import { type Subject } from '../../api/request.ts';
import { bodyText } from '../../api/request-body.ts';
import { valueAt } from '../../result/json.ts';
import { guarded } from '../../commands/guarded.ts';
import { DescriptionError, loadOperation, parseOperation, readOperation } from '../../openapi/registry.ts';
import { placesOf } from '../../openapi/places.ts';
import { compileSchemas } from '../../openapi/schemas.ts';
import { toContractResult } from '../../contract/run/coverage.ts';

const subject: Subject = {
  workflowId: 'a'.repeat(24),
  runInput: { dynamic_variables: { name: 'Ann' } },
  liveRunId: 'b'.repeat(24),
};
const canary = { key: 'harness_canary', value: 'canary-1' };

test('the walks give every command of the description but start to a run', () => {
  const commands = loadOperation().commands.filter((command) => command !== 'start');
  assert.deepEqual([...RUN_COMMANDS].sort(), [...commands].sort());
});

test('what an edit of the description adds is asked without an edit of the code', () => {
  const document = parse(
    readFileSync(new URL('../../openapi/workflow-runs.yaml', import.meta.url), 'utf8'),
  ) as unknown;
  const evidence = { level: 'documented', source: 'a later page' };
  const request = valueAt(document, ['components', 'schemas', 'WorkflowRunRequest', 'properties']) as Record<
    string,
    Record<string, unknown>
  >;
  (request['command']?.['enum'] as string[]).push('rewind');
  request['version_number'] = { type: 'integer', minimum: 0, 'x-evidence': evidence };
  Object.assign(request['workflow_id'] ?? {}, { pattern: '^[0-9a-f]{24}$' });
  Object.assign(request['miscellaneous'] ?? {}, {
    properties: {
      tone: { type: 'string', enum: ['calm', 'brisk'], 'x-evidence': evidence },
      turns: {
        type: 'array',
        items: { type: 'integer', maximum: 9, 'x-evidence': evidence },
        'x-evidence': evidence,
      },
    },
  });
  const state = valueAt(document, ['components', 'schemas', 'WorkflowRunState', 'properties']) as Record<
    string,
    unknown
  >;
  state['termination_source'] = { type: 'string', 'x-evidence': evidence };
  const edited = parseOperation(document);
  const cases = deriveCases(edited);
  const ids = cases.map((one) => one.id);
  for (const id of [
    'negative/version_number/type-string',
    'negative/version_number/below-minimum/live',
    'negative/version_number/fraction',
    'positive/version_number/minimum',
    'positive/version_number/absent',
    'negative/workflow_id/pattern',
    'negative/miscellaneous/tone/enum-upper-case',
    'negative/miscellaneous/turns/type-string/live',
    'negative/miscellaneous/turns/0/above-maximum',
    'open-question/unknown-run/rewind',
  ]) {
    assert.ok(ids.includes(id), id);
  }
  for (const one of cases.filter(
    (testCase) =>
      /version_number|workflow_id\/pattern|tone|turns/.test(testCase.id) && testCase.group === 'negative',
  )) {
    const violations = edited.checkRequest(
      JSON.parse(bodyText(requestOf(edited, one, subject, canary)?.body ?? 'null')),
    );
    assert.deepEqual(
      [...new Set(violations.map((violation) => violation.instancePath.split('/')[1]))],
      [one.field],
      one.id,
    );
  }
  assert.ok(flowsOf(edited).some((flow) => flow.id === 'command/rewind'));
  const result = toContractResult(edited, {
    records: [],
    unrecorded: [],
    inconclusive: null,
    strict: false,
    selection: null,
    commands: null,
    hasOtherKey: false,
    durationMs: 0,
  });
  assert.ok(result.coverage.matrix.some((cell) => cell.command === 'rewind'));
  assert.ok(result.coverage.request_fields.some((row) => row.name === 'version_number'));
  assert.ok(result.coverage.response_fields.some((row) => row.name.endsWith('/termination_source')));
  const added = '/workflow_run/workflow_run/termination_source';
  assert.deepEqual(
    result.coverage.answer_fields?.filter((row) => row.field === added),
    [{ field: added, commands: [] }],
  );
  const wrong = { workflow_run: { _id: 'x'.repeat(24), workflow_run: { termination_source: 7 } } };
  assert.equal(edited.checkResponseBody(wrong)[0]?.instancePath, added);
  const response: ApiResponse = {
    status: 200,
    headers: [['content-type', 'application/json']],
    text: JSON.stringify(wrong),
    body: { kind: 'json', value: wrong },
    misencoded: false,
    secretsSeenIn: [],
  };
  const looks = looksAt(edited, response, checkAcceptedResponse(edited, response), false);
  assert.deepEqual(
    looks.filter((look) => look.severity !== null).map((look) => [look.field, look.severity]),
    [[added, 'failure']],
  );
});

test('a request construct that no case would test is refused in one sentence', () => {
  const text = readFileSync(new URL('../../openapi/workflow-runs.yaml', import.meta.url), 'utf8');
  for (const [from, to, says] of [
    [
      '          enum: [start',
      '          minItems: 1\n          enum: [start',
      /"minItems".*no cases are derived/,
    ],
    ['paths:', 'paths: [', /can't be used: .*line/],
    ['#/components/schemas/Comment', '#/components/schemas/Comments', /can't be used: .*Comments/],
  ] as const) {
    assert.ok(text.includes(from));
    assert.throws(
      () => readOperation(text.replace(from, to)),
      (error) =>
        error instanceof DescriptionError && says.test(error.message) && !error.message.includes('\n'),
      to,
    );
  }
});

test('a description that can not be used ends every command with exit code 2', async () => {
  const before = process.exitCode;
  await guarded(() => Promise.reject(new DescriptionError('The description has no object at paths.')));
  const ended = process.exitCode;
  process.exitCode = before;
  assert.equal(ended, 2);
});

test('a construct from which no value can be derived is named', () => {
  assert.throws(
    () => keeping({ type: 'array', items: {} }),
    (error) => error instanceof DescriptionError && error.message.includes('array'),
  );
});

test('what has to be refused of an operation with a body of its own follows from its schema', () => {
  const evidence = { level: 'related', source: 'a neighbouring page' };
  const Note = {
    type: 'object',
    required: ['content'],
    properties: { content: { type: 'string', minLength: 1, maxLength: 5, 'x-evidence': evidence } },
  };
  const bodies = brokenBodies(placesOf({ Note }, 'Note'), { content: 'words' });
  const check = compileSchemas({ Note }).check('Note');
  for (const { title, constraint, body } of bodies)
    assert.deepEqual(
      check(body).map(({ schemaPath }) => schemaPath),
      [constraint],
      title,
    );
  const titles = bodies.map(({ title }) => title);
  for (const what of ['absent', 'as null', 'as an array', 'of 0 characters', 'of 6 characters'])
    assert.ok(titles.includes(`content ${what}`), what);
  assert.equal(new Set(bodies.map(({ body }) => JSON.stringify(body))).size, bodies.length);
});
