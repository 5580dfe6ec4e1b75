import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { checkAcceptedResponse } from '../../contract/checks/accepted-response.ts';
import { checkAnyResponse } from '../../contract/checks/any-response.ts';
import { judgeIntent } from '../../contract/checks/expectation.ts';
import { severityOf } from '../../contract/checks/violation.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { fingerprintOf } from '../../contract/checks/finding.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();

const checksIn = (violations: readonly { readonly check: string }[]): readonly string[] =>
  violations.map((violation) => violation.check);

test('a conforming response meets no violation', () => {
  assert.deepEqual(checkAcceptedResponse(operation, responseWith()), []);
  assert.deepEqual(checkAnyResponse(operation, responseWith()), []);
  assert.deepEqual(
    checkAcceptedResponse(
      operation,
      responseWith({ headers: [['content-type', 'application/json; charset=utf-8']] }),
    ),
    [],
  );
});

test('each way an accepted response can be wrong is named by its own check', () => {
  const state = { ...operation.examples.response.workflow_run.workflow_run, status: 'idle' };
  const run = operation.examples.response.workflow_run;
  const table: readonly (readonly [string, ApiResponse, string, string])[] = [
    ['201', responseWith({ status: 201 }), 'status-code-conformance', 'failure'],
    ['no content type', responseWith({ headers: [] }), 'content-type-conformance', 'failure'],
    [
      'html content type',
      responseWith({ headers: [['content-type', 'text/html']] }),
      'content-type-conformance',
      'failure',
    ],
    ['bytes that are not UTF-8', responseWith({ misencoded: true }), 'content-type-conformance', 'failure'],
    [
      'no body',
      responseWith({ text: '', body: { kind: 'empty' } }),
      'response-schema-conformance',
      'failure',
    ],
    [
      'no JSON',
      responseWith({ text: '{', body: { kind: 'not-json', reason: 'not JSON' } }),
      'response-schema-conformance',
      'failure',
    ],
    [
      'a wrong type',
      responseWith({ json: { workflow_run: { ...run, team_id: 1 } } }),
      'response-schema-conformance',
      'failure',
    ],
    [
      'null where neighbours allow it',
      responseWith({ json: { workflow_run: { ...run, team_id: null } } }),
      'response-schema-conformance',
      'warning',
    ],
    [
      'a time without zone',
      responseWith({ json: { workflow_run: { ...run, created_at: '2024-01-01T00:00:00' } } }),
      'timestamp-zone',
      'warning',
    ],
    [
      'a field that nobody named',
      responseWith({ json: { workflow_run: { ...run, extra: 1 } } }),
      'undocumented-fields',
      'drift',
    ],
    [
      'a status that nobody named',
      responseWith({ json: { workflow_run: { ...run, workflow_run: state } } }),
      'known-values',
      'drift',
    ],
  ];
  for (const [what, given, check, severity] of table) {
    const found = checkAcceptedResponse(operation, given);
    assert.deepEqual(
      found.map((one) => [one.check, one.severity]),
      [[check, severity]],
      what,
    );
  }
});

test('each unknown status is a drift of its own, whatever run it is seen in; a field is one by its place', () => {
  const run = operation.examples.response.workflow_run;
  const printOf = (json: unknown): readonly string[] =>
    checkAcceptedResponse(operation, responseWith({ json })).map(fingerprintOf);
  const withStatus = (status: string): readonly string[] =>
    printOf({ workflow_run: { ...run, workflow_run: { ...run.workflow_run, status } } });
  assert.equal(new Set(['idle', 'idle', 'IDLE', 'lost'].flatMap(withStatus)).size, 3);
  assert.deepEqual(withStatus('running'), []);
  const [extra = ''] = printOf({ workflow_run: { ...run, extra: 1 } });
  assert.deepEqual(printOf({ workflow_run: { ...run, extra: 'other' } }), [extra]);
  assert.notDeepEqual(printOf({ workflow_run: { ...run, other: 1 } }), [extra]);
});

test('an error with the status of a success is misleading', () => {
  const checks = (json: unknown): readonly string[] =>
    checksIn(checkAcceptedResponse(operation, responseWith({ json })));
  assert.ok(checks({ error: 'no' }).includes('misleading-success'));
  assert.ok(checks({ detail: 'no' }).includes('misleading-success'));
  assert.ok(!checks({}).includes('misleading-success'));
  assert.ok(!checks({ ...operation.examples.response, message: 'ok' }).includes('misleading-success'));
});

test('free maps and items of unknown type are never searched for undocumented fields', () => {
  const run = structuredClone(operation.examples.response) as unknown as {
    workflow_run: {
      workflow_run: {
        input_output_pairs: { run_input: Record<string, unknown>; run_output: Record<string, unknown> }[];
      };
    };
  };
  const [pair] = run.workflow_run.workflow_run.input_output_pairs;
  assert.ok(pair !== undefined);
  pair.run_input['dynamic_variables'] = { anything: { deep: 1 } };
  pair.run_output['events'] = [{ type: 'new' }];
  assert.deepEqual(checkAcceptedResponse(operation, responseWith({ json: run })), []);
});

/** A response with a content type, and a body that is no JSON when one is given. */
function labelled(status: number, type: string, broken?: string): ApiResponse {
  const headers = [['content-type', type]] as const;
  if (broken === undefined) return responseWith({ status, headers });
  return responseWith({ status, headers, text: broken, body: { kind: 'not-json', reason: 'not JSON' } });
}

test('what any response can do wrong is named', () => {
  const table: readonly (readonly [ApiResponse, readonly string[]])[] = [
    [responseWith({ status: 500 }), ['server-error-absence']],
    [responseWith({ status: 501 }), ['server-error-absence']],
    [responseWith({ status: 503 }), []],
    [responseWith({ secretsSeenIn: ['body'] }), ['key-echo']],
    [responseWith({ status: 401 }), ['www-authenticate-conformance']],
    [responseWith({ status: 401, headers: [['www-authenticate', 'Bearer']] }), []],
    [responseWith({ status: 405 }), ['allow-header-conformance']],
    [responseWith({ status: 405, headers: [['allow', 'GET']] }), ['allow-header-conformance']],
    [responseWith({ status: 405, headers: [['allow', 'GET, post']] }), []],
    [
      responseWith({ text: '{"detail":"Traceback (most recent call last):\\n File"}' }),
      ['internals-exposure'],
    ],
    [responseWith({ text: '{"detail":"x\\n    at run (/srv/app/main.js:10:5)"}' }), ['internals-exposure']],
    [
      responseWith({ text: '{"detail":"at com.vendor.api.Handler.run(Handler.java:12)"}' }),
      ['internals-exposure'],
    ],
    [responseWith({ text: '{"detail":"pymongo.errors.DuplicateKeyError"}' }), ['internals-exposure']],
    [labelled(200, 'application/json; charset=iso-8859-1'), ['body-header-agreement']],
    [labelled(200, 'application/json; charset="UTF-8"'), []],
    [labelled(422, 'application/json', '<h1>No</h1>'), ['body-header-agreement']],
    [labelled(422, 'application/problem+json', '{"detail":'), ['body-header-agreement']],
    [labelled(422, 'text/html', '<h1>No</h1>'), []],
    [{ ...labelled(422, 'application/json'), misencoded: true }, ['body-header-agreement']],
    [responseWith({ text: '{"detail":"the error is at line 4 of your file main.py"}' }), []],
  ];
  for (const [given, checks] of table) assert.deepEqual(checksIn(checkAnyResponse(operation, given)), checks);
});

test('a response is judged by what its case wanted', () => {
  const cases = deriveCases(operation);
  const caseOf = (id: string): (typeof cases)[number] => {
    const found = cases.find((one) => one.id === id);
    assert.ok(found !== undefined, id);
    return found;
  };
  const text = (body: string): Partial<ApiResponse> => ({
    text: body,
    body: { kind: 'json', value: JSON.parse(body) as unknown },
  });
  const table: readonly (readonly [string, ApiResponse, readonly string[], boolean])[] = [
    ['negative/workflow_id/length-23', responseWith({ status: 422 }), [], false],
    ['negative/workflow_id/length-23', responseWith({ status: 400 }), [], false],
    [
      'negative/workflow_id/length-23',
      responseWith({ status: 404 }),
      ['negative-data-rejection warning'],
      false,
    ],
    [
      'negative/workflow_id/length-23',
      responseWith({ status: 200 }),
      ['negative-data-rejection failure'],
      false,
    ],
    ['negative/workflow_id/length-23', responseWith({ status: 401, text: 'Not authenticated' }), [], true],
    ['negative/workflow_id/length-23', responseWith({ status: 429 }), [], true],
    ['negative/workflow_id/length-23', responseWith({ status: 307 }), [], true],
    ['positive/workflow_run_id/null', responseWith(), [], false],
    [
      'positive/workflow_run_id/null',
      responseWith({ status: 422, ...text('{"detail":[{"loc":["body","workflow_run_id"]}]}') }),
      ['positive-data-acceptance failure'],
      false,
    ],
    [
      'positive/workflow_run_id/null',
      responseWith({ status: 400, ...text('{"message":"Found 0 threads in workflow input"}') }),
      [],
      true,
    ],
    ['authentication/none', responseWith({ status: 401 }), [], false],
    ['authentication/none', responseWith({ status: 403 }), [], false],
    ['authentication/none', responseWith({ status: 422 }), ['ignored-auth warning'], false],
    ['authentication/none', responseWith({ status: 200 }), ['ignored-auth failure'], false],
    ['protocol/put', responseWith({ status: 405 }), [], false],
    ['protocol/put', responseWith({ status: 404 }), ['allow-header-conformance warning'], false],
    ['protocol/put', responseWith({ status: 200 }), ['unsupported-method failure'], false],
    ['body/truncated', responseWith({ status: 200 }), ['malformed-body-rejection failure'], false],
    ['open-question/unknown-run/data', responseWith({ status: 200 }), ['run-addressing failure'], false],
    ['open-question/unknown-workflow', responseWith({ status: 200 }), [], false],
  ];
  for (const [id, given, violations, isInconclusive] of table) {
    const judged = judgeIntent(operation, caseOf(id), null, given);
    assert.deepEqual(
      judged.violations.map((one) => `${one.check} ${one.severity}`),
      violations,
      `${id} ${given.status}`,
    );
    assert.equal(judged.inconclusive !== null, isInconclusive, `${id} ${given.status}`);
  }
  assert.equal(
    judgeIntent(operation, caseOf('open-question/unknown-workflow'), null, responseWith({ status: 404 }))
      .observation?.confirmed,
    true,
  );
  assert.equal(
    judgeIntent(operation, caseOf('open-question/unknown-workflow'), null, responseWith({ status: 400 }))
      .observation?.confirmed,
    false,
  );
});

test('the weight of a broken rule follows from its evidence alone', () => {
  const levels = ['documented', 'entailed', 'standard', 'related', 'assumed'] as const;
  assert.deepEqual(
    levels.map((level) => severityOf({ level, source: '' })),
    ['failure', 'failure', 'warning', 'warning', 'drift'],
  );
});

test('a fingerprint follows the cause, not the words', () => {
  const [one] = checkAcceptedResponse(
    operation,
    responseWith({ json: { workflow_run: { ...operation.examples.response.workflow_run, team_id: 1 } } }),
  );
  const [two] = checkAcceptedResponse(
    operation,
    responseWith({ json: { workflow_run: { ...operation.examples.response.workflow_run, team_id: [] } } }),
  );
  const [other] = checkAcceptedResponse(
    operation,
    responseWith({ json: { workflow_run: { ...operation.examples.response.workflow_run, created_by: 1 } } }),
  );
  assert.ok(one !== undefined && two !== undefined && other !== undefined);
  assert.notEqual(one.title, two.title);
  assert.equal(fingerprintOf(one), fingerprintOf(two));
  assert.notEqual(fingerprintOf(one), fingerprintOf(other));
});
