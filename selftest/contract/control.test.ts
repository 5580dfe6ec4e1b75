import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeControl } from '../../contract/checks/control.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { answer } from './answers.ts';

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
    ['200', result(answer()), 'accepted'],
    ['201', result(answer({ status: 201 })), 'accepted'],
    ['200 of a login page', result(answer({ ...page })), 'not-an-api'],
    [
      '200 of plain words',
      result(answer({ ...page, headers: [['content-type', 'text/plain']], text: 'It works' })),
      'not-an-api',
    ],
    ['302 with a page', result(answer({ ...page, status: 302 })), 'not-an-api'],
    ['500 with a page', result(answer({ ...page, status: 500 })), 'failed'],
    [
      '200 with JSON cut off, without a type',
      result(answer({ ...page, headers: [], text: '{"workflow_run":' })),
      'accepted',
    ],
    [
      '200 with JSON labelled text/html',
      result(answer({ headers: [['content-type', 'text/html']] })),
      'accepted',
    ],
    ['409', result(answer({ status: 409, ...text('{"message":"busy"}') })), 'run-input-refused'],
    [
      '200 in a coding that nobody asked for',
      result(answer({ text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'unreadable-response',
    ],
    [
      '400 in such a coding',
      result(answer({ status: 400, text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'unreadable-response',
    ],
    [
      '401 in such a coding',
      result(answer({ status: 401, text: '', body: { kind: 'unreadable', coding: 'zstd', bytes: 9 } })),
      'key-refused',
    ],
    ['503', result(answer({ status: 503 })), 'environment-down'],
    ['504', result(answer({ status: 504 })), 'environment-down'],
    ['401', result(answer({ status: 401 })), 'key-refused'],
    ['403', result(answer({ status: 403 })), 'key-refused'],
    ['404', result(answer({ status: 404 })), 'operation-not-deployed'],
    ['405', result(answer({ status: 405 })), 'operation-not-deployed'],
    ['429', result(answer({ status: 429 })), 'throttled'],
    ['502', result(answer({ status: 502 })), 'environment-down'],
    [
      '400 for its own reason',
      result(answer({ status: 400, ...text('{"message":"Found 0 threads in workflow input"}') })),
      'run-input-refused',
    ],
    [
      '422 that names command',
      result(answer({ status: 422, ...text('{"detail":[{"loc":["body","command"]}]}') })),
      'failed',
    ],
    [
      '422 that names a map',
      result(answer({ status: 422, ...text('{"detail":[{"loc":["body","miscellaneous"]}]}') })),
      'failed',
    ],
    ['302', result(answer({ status: 302 })), 'failed'],
    ['500', result(answer({ status: 500 })), 'failed'],
    ['no answer', result(null, { kind: 'refused', message: 'ECONNREFUSED' }), 'environment-down'],
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
