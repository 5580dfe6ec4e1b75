import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY_BYTES_MAX } from '../../sandbox/call.ts';
import { KEY, PATH, UNKNOWN_ID, WORKFLOW, at, json, withSandbox, type TestRequest } from './client.ts';

interface Row {
  readonly title: string;
  readonly request: TestRequest;
  readonly status: number;
  /** Fields that the objections name, or the refusal's words. */
  readonly says?: readonly string[] | string;
  readonly headers?: Readonly<Record<string, string>>;
}

const start = { command: 'start', workflow_id: WORKFLOW };

function fields(title: string, body: unknown, ...says: readonly string[]): Row {
  return { title, request: { body }, status: 422, says };
}

const ROWS: readonly Row[] = [
  { title: 'an unknown path', request: { path: '/elsewhere' }, status: 404, says: 'Not Found' },
  {
    title: 'a trailing slash',
    request: { path: `${PATH}/`, body: start },
    status: 307,
    headers: { location: PATH },
  },
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    title: method,
    request: { method, body: start },
    status: 405,
    headers: { allow: 'POST' },
  })),
  ...[
    { title: 'no key', authorization: null, says: 'Not authenticated' },
    { title: 'an empty key', authorization: 'Bearer ', says: 'Invalid authentication credentials' },
    { title: 'a wrong key', authorization: 'Bearer wrong', says: 'Invalid API key' },
    { title: "a key's beginning", authorization: `Bearer ${KEY.slice(0, -1)}`, says: 'Invalid API key' },
    { title: 'a longer key', authorization: `Bearer ${KEY}x`, says: 'Invalid API key' },
    { title: 'a key in other case', authorization: `Bearer ${KEY.toUpperCase()}`, says: 'Invalid API key' },
    { title: 'another scheme', authorization: `Basic ${KEY}`, says: 'Invalid authentication credentials' },
    { title: 'a bare key', authorization: KEY, says: 'Invalid authentication credentials' },
  ].map(({ title, authorization, says }) => ({
    title,
    request: { authorization, raw: '{' },
    status: 401,
    headers: { 'www-authenticate': 'Bearer' },
    ...(title === 'an empty key' ? {} : { says }),
  })),
  { title: 'an empty body', request: { raw: '' }, status: 422 },
  { title: 'no body at all', request: { contentType: null }, status: 422 },
  { title: 'JSON cut short', request: { raw: '{"command":' }, status: 422 },
  { title: 'a byte order mark', request: { raw: `\ufeff${JSON.stringify(start)}` }, status: 422 },
  {
    title: 'bytes that are not UTF-8',
    request: { raw: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
    status: 422,
  },
  {
    title: 'a nesting without end',
    request: { raw: '{"miscellaneous":' + '['.repeat(500_000) },
    status: 422,
  },
  ...['[]', '"start"', '1', 'null', 'true'].map((raw) => ({
    title: `the body ${raw}`,
    request: { raw },
    status: 422,
    says: ['body'],
  })),
  ...['text/plain', 'application/x-www-form-urlencoded', 'json', 'application/jsonp', null].map(
    (contentType) => ({
      title: `the content type ${String(contentType)}`,
      request: { contentType, body: start },
      status: 422,
    }),
  ),
  { title: 'a body over the limit', request: { raw: ' '.repeat(BODY_BYTES_MAX + 1) }, status: 413 },
  ...['dynamic_variables', 'runtime_variables', 'miscellaneous', 'thread_to_node_inputs'].flatMap((field) =>
    [[], 'text', 1, true, null].map((value) =>
      fields(`${field} ${JSON.stringify(value)}`, { ...start, [field]: value }, field),
    ),
  ),
  ...['START', 'begin', '', ' start', 1, null, [], {}, '__proto__', 'toString'].map((command) =>
    fields(`command ${JSON.stringify(command)}`, { ...start, command }, 'command'),
  ),
  ...['workflow_id', 'workflow_run_id'].flatMap((field) =>
    [
      '',
      'a',
      'a'.repeat(23),
      'a'.repeat(25),
      '😀'.repeat(23),
      '😀'.repeat(25),
      'a'.repeat(100_000),
      5,
      true,
      [],
      {},
    ].map((value) =>
      fields(`${field} ${JSON.stringify(value).slice(0, 30)}`, { ...start, [field]: value }, field),
    ),
  ),
  fields(
    'three issues',
    { command: 'x', workflow_id: 1, miscellaneous: [] },
    'miscellaneous',
    'command',
    'workflow_id',
  ),
  {
    title: 'an unknown workflow',
    request: { body: { workflow_id: UNKNOWN_ID } },
    status: 404,
    says: 'Workflow not found',
  },
  {
    title: 'a workflow of 24 emoji',
    request: { body: { workflow_id: '😀'.repeat(24) } },
    status: 404,
    says: 'Workflow not found',
  },
  { title: 'a start without workflow', request: { body: {} }, status: 400 },
  { title: 'a start of workflow null', request: { body: { workflow_id: null } }, status: 400 },
  {
    title: 'a start of an unknown run',
    request: { body: { ...start, workflow_run_id: UNKNOWN_ID } },
    status: 404,
    says: 'Workflow run not found',
  },
  ...['data', 'resume', 'pause', 'stop'].flatMap((command) => [
    { title: `${command} without a run`, request: { body: { command, workflow_id: WORKFLOW } }, status: 400 },
    { title: `${command} of run null`, request: { body: { command, workflow_run_id: null } }, status: 400 },
    {
      title: `${command} of an unknown run`,
      request: { body: { command, workflow_run_id: UNKNOWN_ID } },
      status: 404,
      says: 'Workflow run not found',
    },
  ]),
  { title: 'reading an unknown run', request: { method: 'GET', path: `${PATH}/${UNKNOWN_ID}` }, status: 404 },
  {
    title: 'reading without a key',
    request: { method: 'GET', path: `${PATH}/${UNKNOWN_ID}`, authorization: null },
    status: 401,
  },
];

test('each refusal has its status, its words and its headers, and starts nothing', async () => {
  await withSandbox({}, async ({ send, sandbox }) => {
    for (const row of ROWS) {
      const told = await send(row.request);
      assert.equal(told.status, row.status, row.title);
      for (const [name, value] of Object.entries(row.headers ?? {}))
        assert.equal(told.headers[name], value, row.title);
      if (told.bytes.length > 0)
        assert.match(String(told.headers['content-type']), /^application\/json/, row.title);
      if (row.says !== undefined) assert.deepEqual(said(json(told)), row.says, row.title);
    }
    assert.deepEqual(sandbox.stats().runs, {});
    assert.equal(sandbox.stats().requests, ROWS.length);
  });
});

test('what the page allows is accepted', async () => {
  await withSandbox({}, async ({ send }) => {
    const rows: readonly TestRequest[] = [
      { body: { workflow_id: WORKFLOW } },
      { body: { ...start, workflow_run_id: null, unknown_field: 1 } },
      { body: start, contentType: 'application/json; charset=utf-8' },
      { body: start, contentType: 'application/merge-patch+json' },
      { body: start, authorization: `bearer ${KEY}` },
      { body: start, path: `${PATH}?trace=1` },
      { raw: `{"workflow_id":"${WORKFLOW}","miscellaneous":{"deep":${'['.repeat(900)}${']'.repeat(900)}}}` },
    ];
    for (const row of rows) assert.equal((await send(row)).status, 200, JSON.stringify(row).slice(0, 200));
  });
});

function said(payload: unknown): unknown {
  const detail = at(payload, 'detail');
  return Array.isArray(detail)
    ? detail.map((violation) => (at(violation, 'loc') as readonly string[]).at(-1))
    : detail;
}
