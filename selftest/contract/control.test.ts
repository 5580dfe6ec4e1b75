import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeControl } from '../../contract/checks/control.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();

function result(given: ApiResponse | null, failure: CallResult['evidence']['failure'] = null): CallResult {
  const request = {
    method: 'POST',
    path: operation.path,
    credential: { kind: 'valid' },
    headers: [],
    body: '{}',
  } as const;
  const response =
    given === null
      ? null
      : { status: given.status, headers: given.headers, body: given.text, body_bytes: given.text.length };
  return {
    request,
    response: given,
    evidence: {
      request: { method: 'POST', url: 'http://127.0.0.1/', headers: [], body: '{}', body_bytes: 2 },
      response,
      failure,
      duration_ms: 1,
    },
  };
}

test('the control tells the API from everything that stands before it', () => {
  const page = {
    headers: [['content-type', 'text/html']] as const,
    text: '<html>',
    body: { kind: 'not-json', reason: '' } as const,
  };
  const text = (body: string): Partial<ApiResponse> => ({
    text: body,
    body: { kind: 'json', value: JSON.parse(body) as unknown },
  });
  const table: readonly (readonly [string, CallResult, string])[] = [
    ['200', result(responseWith()), 'accepted'],
    ['201', result(responseWith({ status: 201 })), 'accepted'],
    ['200 of a login page', result(responseWith({ ...page })), 'not-an-api'],
    [
      '200 of plain words',
      result(responseWith({ ...page, headers: [['content-type', 'text/plain']], text: 'It works' })),
      'not-an-api',
    ],
    ['302 with a page', result(responseWith({ ...page, status: 302 })), 'not-an-api'],
    ['500 with a page', result(responseWith({ ...page, status: 500 })), 'failed'],
    [
      '200 with JSON cut off, without a type',
      result(responseWith({ ...page, headers: [], text: '{"workflow_run":' })),
      'accepted',
    ],
    [
      '200 with JSON labelled text/html',
      result(responseWith({ headers: [['content-type', 'text/html']] })),
      'accepted',
    ],
    ['409', result(responseWith({ status: 409, ...text('{"message":"busy"}') })), 'run-input-refused'],
    [
      '200 in a coding that nobody asked for',
      result(responseWith({ text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'unreadable-response',
    ],
    [
      '400 in such a coding',
      result(responseWith({ status: 400, text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'unreadable-response',
    ],
    [
      '401 in such a coding',
      result(responseWith({ status: 401, text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'key-refused',
    ],
    ['503', result(responseWith({ status: 503 })), 'environment-down'],
    ['504', result(responseWith({ status: 504 })), 'environment-down'],
    ['401', result(responseWith({ status: 401 })), 'key-refused'],
    ['403', result(responseWith({ status: 403 })), 'key-refused'],
    ['404', result(responseWith({ status: 404 })), 'operation-not-deployed'],
    ['405', result(responseWith({ status: 405 })), 'operation-not-deployed'],
    ['429', result(responseWith({ status: 429 })), 'throttled'],
    ['502', result(responseWith({ status: 502 })), 'environment-down'],
    [
      '400 for its own reason',
      result(responseWith({ status: 400, ...text('{"message":"Found 0 threads in workflow input"}') })),
      'run-input-refused',
    ],
    [
      '422 that names command',
      result(responseWith({ status: 422, ...text('{"detail":[{"loc":["body","command"]}]}') })),
      'failed',
    ],
    [
      '422 that names a map',
      result(responseWith({ status: 422, ...text('{"detail":[{"loc":["body","miscellaneous"]}]}') })),
      'failed',
    ],
    ['302', result(responseWith({ status: 302 })), 'failed'],
    ['500', result(responseWith({ status: 500 })), 'failed'],
    ['no response', result(null, { kind: 'refused', message: 'ECONNREFUSED' }), 'environment-down'],
    [
      'a certificate that does not verify',
      result(null, { kind: 'tls', message: 'SELF_SIGNED' }),
      'tls-not-verified',
    ],
  ];
  for (const [what, given, outcome] of table) {
    const judged = judgeControl(operation, given);
    assert.equal(judged.kind === 'inconclusive' ? judged.inconclusive.cause : judged.kind, outcome, what);
  }
});
