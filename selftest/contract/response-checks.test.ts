/** What the checks say of single responses, violation by violation: where, how, and how heavily. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAcceptedResponse } from '../../contract/checks/accepted-response.ts';
import { runIdOf, runStatusOf, tokensOf } from '../../api/response.ts';
import { checkAnyResponse } from '../../contract/checks/any-response.ts';
import { checkCreationClock } from '../../contract/checks/creation-clock.ts';
import { violationOf, type Violation } from '../../contract/checks/violation.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const RUN = operation.examples.response.workflow_run;
const ID = 'a'.repeat(24);

/** A violation in short: check, kind, where in the response. */
const short = ({ check, kind, responsePath }: Violation): string =>
  [check, kind, responsePath].filter((part) => part !== null && part !== '').join(' ');
const accepted = (over: Parameters<typeof responseWith>[0]): readonly string[] =>
  checkAcceptedResponse(operation, responseWith(over)).map(short);
const any = (over: Parameters<typeof responseWith>[0]): readonly string[] =>
  checkAnyResponse(operation, responseWith(over)).map(short);
const typed = (type: string): Pick<ApiResponse, 'headers'> => ({ headers: [['content-type', type]] });
const NOT_JSON = { text: '<p>', body: { kind: 'not-json', reason: 'not JSON' } } as const;

test('the status, the type and the body of an accepted response are told apart', () => {
  const empty = { text: '', body: { kind: 'empty' } } as const;
  const rows: readonly (readonly [over: Parameters<typeof responseWith>[0], right: readonly string[]])[] = [
    [{}, []],
    [{ status: 202 }, ['status-code-conformance other-success']],
    // 204 has no body by its nature: its status says it all.
    [{ status: 204, headers: [], ...empty }, ['status-code-conformance other-success']],
    [{ ...empty }, ['response-schema-conformance empty']],
    [
      { status: 202, headers: [], ...NOT_JSON },
      [
        'status-code-conformance other-success',
        'content-type-conformance missing',
        'response-schema-conformance not-json',
      ],
    ],
    [{ text: '?', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } }, []],
    [typed('Application/JSON ; charset=utf-8'), []],
    [typed('application/problem+json'), ['content-type-conformance other-type']],
    [{ misencoded: true }, ['content-type-conformance mis-encoded']],
  ];
  for (const [over, right] of rows) assert.deepEqual(accepted(over), right, JSON.stringify(over));
  const long =
    checkAcceptedResponse(operation, responseWith(typed(`text/${'x'.repeat(200)}`)))[0]?.title ?? '';
  assert.ok(long.includes(`text/${'x'.repeat(75)},`), long);
});

test('a body is held against the schema at each place, and an error dressed as a success is told', () => {
  const rows: readonly (readonly [json: unknown, right: readonly string[]])[] = [
    [{ workflow_run: { ...RUN, team_id: 7 } }, ['response-schema-conformance type /workflow_run/team_id']],
    [[], ['response-schema-conformance type']],
    [
      { error: 'no' },
      [
        'misleading-success error-body /error',
        'response-schema-conformance required',
        'undocumented-fields /error /error',
      ],
    ],
    [
      { message: 'no', detail: 'no' },
      [
        'misleading-success error-body /detail',
        'response-schema-conformance required',
        'undocumented-fields /message /message',
        'undocumented-fields /detail /detail',
      ],
    ],
    [{ workflow_run: RUN, error: null }, ['undocumented-fields /error /error']],
    [
      { workflow_run: { ...RUN, created_at: '2024-01-01T00:00:00' } },
      ['timestamp-zone format /workflow_run/created_at'],
    ],
  ];
  for (const [json, right] of rows) assert.deepEqual(accepted({ json }), right, JSON.stringify(json));
  const titles = checkAcceptedResponse(operation, responseWith({ json: [] })).map(({ title }) => title);
  assert.match(titles.join(), /^The body is an array of 0, not of the type object\./);
  const inner = checkAcceptedResponse(
    operation,
    responseWith({ json: { workflow_run: { ...RUN, team_id: 7 } } }),
  );
  assert.match(inner[0]?.title ?? '', /^\/workflow_run\/team_id is the number 7, not /);
  const zoneless = checkAcceptedResponse(
    operation,
    responseWith({ json: { workflow_run: { ...RUN, created_at: '2024-01-01T00:00:00' } } }),
  );
  assert.match(zoneless[0]?.title ?? '', /, not a time with its zone\./);
});

test('what the description does not name is drift: a field once by its place, a value once by itself', () => {
  const inner = RUN.workflow_run;
  const pair = { run_input: {}, run_output: {}, extra: 1 };
  const json = {
    workflow_run: {
      ...RUN,
      extra: { deep: 1 },
      workflow_run: { ...inner, status: 'x'.repeat(90), input_output_pairs: [pair, pair] },
    },
    other: [1],
  };
  const found = checkAcceptedResponse(operation, responseWith({ json }));
  assert.deepEqual(
    found.map(({ check, responsePath, severity }) => [check, responsePath, severity]),
    [
      ['known-values', '/workflow_run/workflow_run/status', 'drift'],
      ['undocumented-fields', '/workflow_run/workflow_run/input_output_pairs/0/extra', 'drift'],
      ['undocumented-fields', '/workflow_run/extra', 'drift'],
      ['undocumented-fields', '/other', 'drift'],
    ].toSorted((a, b) => order(found, a[1]) - order(found, b[1])),
  );
  const at = (path: string): Violation | undefined => found.find(({ responsePath }) => responsePath === path);
  const value = at('/workflow_run/workflow_run/status');
  assert.ok(value !== undefined);
  assert.ok(value.title.includes(`"${'x'.repeat(60)}"`) && !value.title.includes('x'.repeat(61)));
  assert.equal(value.kind, `unknown-value ${'x'.repeat(90)}`);
  assert.match(value.schemaPath, /status$/);
  assert.equal(at('/other')?.schemaPath, '#/components/schemas/WorkflowRunAnswer');
  assert.match(at('/workflow_run/extra')?.schemaPath ?? '', /WorkflowRunDocument$/);
});

function order(found: readonly Violation[], path: string | undefined): number {
  return found.findIndex(({ responsePath }) => responsePath === path);
}

test('the run, its status and its tokens are read from an accepted response, and from nothing else', () => {
  const of = (id: unknown): ApiResponse => responseWith({ json: { workflow_run: { _id: id } } });
  assert.equal(runIdOf(of(ID)), ID);
  for (const id of [7, null, 'a'.repeat(23), 'a'.repeat(25), Array.from(ID)])
    assert.equal(runIdOf(of(id)), null);
  for (const status of [200, 201, 299]) assert.equal(runIdOf({ ...of(ID), status }), ID);
  for (const status of [199, 300, 409]) assert.equal(runIdOf({ ...of(ID), status }), null);
  assert.equal(runIdOf(responseWith(NOT_JSON)), null);
  const inner = (value: unknown): ApiResponse =>
    responseWith({ json: { workflow_run: { workflow_run: value } } });
  assert.equal(runStatusOf(inner({ status: 'paused' })), 'paused');
  const tokens = (total: unknown): number | null =>
    tokensOf(inner({ llm_token_usage: { total_tokens: total } }));
  assert.deepEqual(
    [tokens(0), tokens(12), tokens(-1), tokens(1.5), tokens('7'), tokens(null)],
    [0, 12, null, null, null, null],
  );
  for (const none of [null, responseWith(NOT_JSON), inner({ status: 7 })]) {
    assert.deepEqual([runIdOf(none), tokensOf(none), runStatusOf(none)], [null, null, null]);
  }
});

test('what any response can do wrong, each by its own rule', () => {
  const headers = (...pairs: readonly (readonly [string, string])[]): Pick<ApiResponse, 'headers'> => ({
    headers: pairs,
  });
  const rows: readonly (readonly [over: Parameters<typeof responseWith>[0], right: readonly string[]])[] = [
    [{ status: 499 }, []],
    [{ status: 500 }, ['server-error-absence server-error']],
    [{ status: 505 }, ['server-error-absence server-error']],
    ...[429, 502, 503, 504].map((status) => [{ status }, []] as const),
    [{ secretsSeenIn: ['body', 'header x-a'] }, ['key-echo in-body', 'key-echo in-header x-a']],
    [{ status: 401 }, ['www-authenticate-conformance missing']],
    [{ status: 401, ...headers(['www-authenticate', 'Bearer']) }, []],
    [{ status: 403 }, []],
    [{ status: 405 }, ['allow-header-conformance allow']],
    [{ status: 405, ...headers(['allow', 'get , post']) }, []],
    [{ status: 405, ...headers(['allow', '']) }, ['allow-header-conformance allow']],
    [{ status: 404 }, []],
    [{ text: '{"a":"Traceback (most recent call last)"}' }, ['internals-exposure python-trace']],
    [{ text: 'at com.example.api.Run(Run.java:7)' }, ['internals-exposure jvm-trace']],
    [{ text: 'MongoServerError and at com.example.api.Run(Run.java:7)' }, ['internals-exposure jvm-trace']],
    [typed('application/json; charset=latin1'), ['body-header-agreement charset']],
    [typed('application/json;charset="us-ascii"'), []],
    [typed('application/json;charset=UTF8'), []],
    [typed('text/html; charset=latin1'), []],
    [{ status: 400, ...typed('application/vnd.x+json'), ...NOT_JSON }, ['body-header-agreement not-json']],
    [{ status: 400, ...typed('application/jsonp'), ...NOT_JSON }, []],
    [{ status: 400, headers: [], ...NOT_JSON }, []],
    [{ status: 400, misencoded: true }, ['body-header-agreement mis-encoded']],
    // Of an accepted response other checks speak.
    [{ status: 299, misencoded: true, ...NOT_JSON }, []],
    [{ status: 200, misencoded: true, ...NOT_JSON }, []],
    [{ status: 300, misencoded: true }, ['body-header-agreement mis-encoded']],
    [{ status: 199, misencoded: true }, ['body-header-agreement mis-encoded']],
  ];
  for (const [over, right] of rows) assert.deepEqual(any(over), right, JSON.stringify(over));
  const title = (over: Parameters<typeof responseWith>[0]): string =>
    checkAnyResponse(operation, responseWith(over))[0]?.title ?? '';
  const body = { detail: [{ 'a/b': 'fine' }, { 'a/b': 'Traceback (most recent call last)\n' }] };
  const [shown] = checkAnyResponse(
    operation,
    responseWith({ text: JSON.stringify(body), body: { kind: 'json', value: body } }),
  );
  assert.equal(shown?.responsePath, '/detail/1/a~1b', 'the text that shows it is named');
  assert.equal(title({ status: 405 }), 'A 405 response came without Allow.');
  assert.equal(
    title({ status: 405, ...headers(['allow', `GET, ${'X'.repeat(100)}`]) }),
    `A 405 response came with Allow: GET, ${'X'.repeat(75)}, which does not name POST.`,
  );
});

test('a creation ahead of its own response is told in minutes', () => {
  const given = responseWith({
    json: { workflow_run: { created_at: '2026-11-27T02:12:20Z' } },
    headers: [['date', 'Fri, 27 Nov 2026 02:00:00 GMT']],
  });
  const nowMs = Date.parse('2026-11-27T02:00:00Z');
  const [ahead] = checkCreationClock(operation, given, nowMs) ?? [];
  assert.equal(ahead?.title, 'created_at is 12 minutes after the Date of its own response.');
  assert.equal(short(ahead), 'creation-clock ahead /workflow_run/created_at');
  assert.equal(checkCreationClock(operation, { ...given, ...NOT_JSON }, nowMs), null);
  assert.equal(checkCreationClock(operation, { ...given, headers: [] }, nowMs), null);
});

test('an objection stands at its rule unless it says more', () => {
  const rule = operation.rule('key-echo');
  const plain = violationOf(rule, 'A title.', { kind: 'a' });
  assert.deepEqual(plain, {
    ...{
      check: 'key-echo',
      severity: 'failure',
      evidence: rule.evidence,
      rule: rule.text,
      title: 'A title.',
    },
    ...{ schemaPath: '#/x-rules/key-echo', responsePath: null, missing: null, kind: 'a' },
  });
  const evidence = { level: 'related', source: 'a page' } as const;
  const at = { kind: 'b', evidence, schemaPath: '#/a', responsePath: '/b', missing: 'c' } as const;
  const { severity, schemaPath, responsePath, missing } = violationOf(rule, '', at);
  assert.deepEqual([severity, schemaPath, responsePath, missing], ['warning', '#/a', '/b', 'c']);
  assert.equal(violationOf(rule, '', { ...at, severity: 'drift' }).severity, 'drift');
});
