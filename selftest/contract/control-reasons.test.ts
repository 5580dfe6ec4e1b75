/** What the control makes of one ordinary start: the very reason, and what to check. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeControl, silence } from '../../contract/checks/control.ts';
import { isGatewayPage } from '../../api/response.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();

function result(given: ApiResponse | null, failure: CallResult['evidence']['failure'] = null): CallResult {
  const response =
    given === null
      ? null
      : { status: given.status, headers: given.headers, body: given.text, body_bytes: given.text.length };
  const request = {
    method: 'POST',
    path: operation.path,
    credential: { kind: 'valid' },
    headers: [],
    body: '{}',
  } as const;
  const evidence = { method: 'POST', url: 'http://127.0.0.1/', headers: [], body: '{}', body_bytes: 2 };
  return { request, response: given, evidence: { request: evidence, response, failure, duration_ms: 1 } };
}

const saying = (status: number, value: unknown): ApiResponse =>
  responseWith({ status, text: JSON.stringify(value), body: { kind: 'json', value } });

/** The judgement in short: its cause with its sentence, or its violations. */
function said(given: ApiResponse | null, failure?: CallResult['evidence']['failure']): string {
  const judged = judgeControl(operation, result(given, failure));
  switch (judged.kind) {
    case 'accepted':
      return 'accepted';
    case 'inconclusive':
      return `${judged.inconclusive.cause}: ${judged.inconclusive.sentence}`;
    case 'failed':
      return [
        'failed',
        ...judged.violations.map(({ check, kind, title }) => `${check} ${kind}: ${title}`),
      ].join(' ');
  }
}

test('any success that can be read is an acceptance', () => {
  for (const status of [200, 201, 299]) assert.equal(said(responseWith({ status })), 'accepted');
  const promised = 'failed status-code-conformance control: An ordinary start was answered with';
  for (const status of [199, 300, 302])
    assert.equal(said(responseWith({ status })), `${promised} ${status}; the page promises 200.`);
  const unreadable = { text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } } as const;
  assert.match(said(responseWith(unreadable)), /^unreadable-response: .* with 200 in the coding zstd,/);
});

test('what stands before the API is named, with what to check', () => {
  const text = ' ({"error":"no"})';
  const rows: readonly (readonly [status: number, right: string])[] = [
    [
      401,
      `key-refused: The target refused the key with 401${text}: check INTERACTLY_API_KEY and INTERACTLY_HEADERS.`,
    ],
    [
      403,
      `key-refused: The target refused the key with 403${text}: check INTERACTLY_API_KEY and INTERACTLY_HEADERS.`,
    ],
    [
      404,
      `operation-not-deployed: The target answered an ordinary start with 404${text}: the operation is not deployed there, or INTERACTLY_WORKFLOW_ID is unknown to it.`,
    ],
    [
      405,
      `operation-not-deployed: The target answered an ordinary start with 405${text}: the operation is not deployed there, or INTERACTLY_WORKFLOW_ID is unknown to it.`,
    ],
    [429, `throttled: The target throttled the first calls with 429${text}.`],
    [502, `environment-down: The environment answered 502${text}.`],
    [503, `environment-down: The environment answered 503${text}.`],
    [504, `environment-down: The environment answered 504${text}.`],
    [500, 'failed'],
    [501, 'failed'],
    [599, 'failed'],
  ];
  for (const [status, right] of rows) assert.equal(said(saying(status, { error: 'no' })), right);
  assert.equal(
    said(responseWith({ status: 503, text: '', body: { kind: 'empty' } })),
    'environment-down: The environment answered 503.',
  );
  const long = said(saying(503, { error: `a\n  b ${'x'.repeat(300)}` }));
  assert.equal(long.length, 'environment-down: The environment answered 503 ().'.length + 200);
});

test('a refusal of an ordinary start is the API’s only where a place made for it names a value that the page allows', () => {
  const input = (status: number, text: string): string =>
    `run-input-refused: The target refused an ordinary start with ${status} (${text}): give the input that the workflow needs in INTERACTLY_RUN_INPUT.`;
  const placed = (...loc: readonly string[]): unknown => ({ detail: [{ loc: ['body', ...loc] }] });
  const of = (status: number, value: unknown): readonly [string, string] => [
    said(saying(status, value)),
    JSON.stringify(value),
  ];
  const failed = (rule: string, status: number, field: string): string =>
    `failed ${rule} control/${field}: An ordinary start was refused with ${status}, which names ${field}, though the page allows its value.`;
  assert.equal(of(422, placed('command'))[0], failed('command-acceptance', 422, 'command'));
  assert.equal(of(400, placed('miscellaneous'))[0], failed('positive-data-acceptance', 400, 'miscellaneous'));
  assert.equal(of(499, placed('miscellaneous'))[0], failed('positive-data-acceptance', 499, 'miscellaneous'));
  for (const [status, value] of [
    [422, placed('dynamic_variables', 'name')],
    [422, { message: 'command is required' }],
    [422, { message: 'no threads' }],
    [409, placed('command')],
    [409, placed('workflow_id')],
  ] as const) {
    const [message, text] = of(status, value);
    assert.equal(message, input(status, text));
  }
  assert.match(
    of(422, placed('workflow_id'))[0],
    /^run-input-refused: The target refused the configured workflow with 422 .*: check INTERACTLY_WORKFLOW_ID\.$/,
  );
  assert.equal(
    of(422, { message: 'workflow_id is invalid' })[0],
    input(422, '{"message":"workflow_id is invalid"}'),
  );
});

test('silence names what failed, and whether it was the certificate', () => {
  assert.equal(
    said(null, { kind: 'refused', message: 'ECONNREFUSED' }),
    'environment-down: The target gave no response (ECONNREFUSED).',
  );
  assert.equal(said(null), 'environment-down: The target gave no response (no response).');
  assert.deepEqual(silence(result(null, { kind: 'tls', message: 'SELF_SIGNED' })), {
    cause: 'tls-not-verified',
    sentence: "The target's TLS certificate could not be verified, so the key was not sent (SELF_SIGNED).",
  });
});

test('a page that is neither JSON nor meant as JSON comes from a gateway, unless it is a crash', () => {
  const page = (status: number, text: string, type?: string): ApiResponse => ({
    ...responseWith({ status, text, body: { kind: 'not-json', reason: '' } }),
    headers: type === undefined ? [] : [['content-type', type]],
  });
  const rows: readonly (readonly [given: ApiResponse, is: boolean])[] = [
    [page(200, '<html>', 'text/html'), true],
    [page(499, 'It works'), true],
    [page(500, '<html>', 'text/html'), false],
    [page(200, '{"a":', 'text/html'), false],
    [page(200, '  [1,'), false],
    [page(200, '<html>', 'application/problem+JSON'), false],
    [responseWith({ headers: [['content-type', 'text/html']] }), false],
  ];
  for (const [given, is] of rows) assert.equal(isGatewayPage(given), is, given.text);
  assert.match(
    said(page(302, '<html>')),
    /^not-an-api: The target answered 302 with something else than JSON/,
  );
});

test('without a response the proxy, the certificate or the target is named', () => {
  const causeOf = (kind: NonNullable<CallResult['evidence']['failure']>['kind']): string =>
    silence(result(null, { kind, message: 'as it was said' })).cause;
  assert.deepEqual((['proxy', 'tls', 'network', 'timeout'] as const).map(causeOf), [
    'proxy-failed',
    'tls-not-verified',
    'environment-down',
    'environment-down',
  ]);
});
