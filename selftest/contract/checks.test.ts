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
import { answer } from './answers.ts';

const operation = loadOperation();

const checksIn = (violations: readonly { readonly check: string }[]): readonly string[] =>
  violations.map((violation) => violation.check);

test('a conforming answer meets no objection', () => {
  assert.deepEqual(checkAcceptedResponse(operation, answer()), []);
  assert.deepEqual(checkAnyResponse(operation, answer()), []);
  assert.deepEqual(
    checkAcceptedResponse(
      operation,
      answer({ headers: [['content-type', 'application/json; charset=utf-8']] }),
    ),
    [],
  );
});

test('each way an accepted answer can be wrong is named by its own check', () => {
  const state = { ...operation.examples.response.workflow_run.workflow_run, status: 'idle' };
  const run = operation.examples.response.workflow_run;
  const table: readonly (readonly [string, ApiResponse, string, string])[] = [
    ['201', answer({ status: 201 }), 'status-code-conformance', 'failure'],
    ['no content type', answer({ headers: [] }), 'content-type-conformance', 'failure'],
    [
      'html content type',
      answer({ headers: [['content-type', 'text/html']] }),
      'content-type-conformance',
      'failure',
    ],
    ['bytes that are not UTF-8', answer({ misencoded: true }), 'content-type-conformance', 'failure'],
    ['no body', answer({ text: '', body: { kind: 'empty' } }), 'response-schema-conformance', 'failure'],
    [
      'no JSON',
      answer({ text: '{', body: { kind: 'not-json', reason: 'not JSON' } }),
      'response-schema-conformance',
      'failure',
    ],
    [
      'a wrong type',
      answer({ json: { workflow_run: { ...run, team_id: 1 } } }),
      'response-schema-conformance',
      'failure',
    ],
    [
      'null where neighbours allow it',
      answer({ json: { workflow_run: { ...run, team_id: null } } }),
      'response-schema-conformance',
      'warning',
    ],
    [
      'a time without zone',
      answer({ json: { workflow_run: { ...run, created_at: '2024-01-01T00:00:00' } } }),
      'timestamp-zone',
      'warning',
    ],
    [
      'a field that nobody named',
      answer({ json: { workflow_run: { ...run, extra: 1 } } }),
      'undocumented-fields',
      'drift',
    ],
    [
      'a status that nobody named',
      answer({ json: { workflow_run: { ...run, workflow_run: state } } }),
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
    checkAcceptedResponse(operation, answer({ json })).map(fingerprintOf);
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
    checksIn(checkAcceptedResponse(operation, answer({ json })));
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
  assert.deepEqual(checkAcceptedResponse(operation, answer({ json: run })), []);
});

/** A response with a content type, and a body that is no JSON when one is given. */
function labelled(status: number, type: string, broken?: string): ApiResponse {
  const headers = [['content-type', type]] as const;
  if (broken === undefined) return answer({ status, headers });
  return answer({ status, headers, text: broken, body: { kind: 'not-json', reason: 'not JSON' } });
}

test('what any answer can do wrong is named', () => {
  const table: readonly (readonly [ApiResponse, readonly string[]])[] = [
    [answer({ status: 500 }), ['server-error-absence']],
    [answer({ status: 501 }), ['server-error-absence']],
    [answer({ status: 503 }), []],
    [answer({ secretsSeenIn: ['body'] }), ['key-echo']],
    [answer({ status: 401 }), ['www-authenticate-conformance']],
    [answer({ status: 401, headers: [['www-authenticate', 'Bearer']] }), []],
    [answer({ status: 405 }), ['allow-header-conformance']],
    [answer({ status: 405, headers: [['allow', 'GET']] }), ['allow-header-conformance']],
    [answer({ status: 405, headers: [['allow', 'GET, post']] }), []],
    [answer({ text: '{"detail":"Traceback (most recent call last):\\n File"}' }), ['internals-exposure']],
    [answer({ text: '{"detail":"x\\n    at run (/srv/app/main.js:10:5)"}' }), ['internals-exposure']],
    [answer({ text: '{"detail":"at com.vendor.api.Handler.run(Handler.java:12)"}' }), ['internals-exposure']],
    [answer({ text: '{"detail":"pymongo.errors.DuplicateKeyError"}' }), ['internals-exposure']],
    [labelled(200, 'application/json; charset=iso-8859-1'), ['body-header-agreement']],
    [labelled(200, 'application/json; charset="UTF-8"'), []],
    [labelled(422, 'application/json', '<h1>No</h1>'), ['body-header-agreement']],
    [labelled(422, 'application/problem+json', '{"detail":'), ['body-header-agreement']],
    [labelled(422, 'text/html', '<h1>No</h1>'), []],
    [{ ...labelled(422, 'application/json'), misencoded: true }, ['body-header-agreement']],
    [answer({ text: '{"detail":"the error is at line 4 of your file main.py"}' }), []],
  ];
  for (const [given, checks] of table) assert.deepEqual(checksIn(checkAnyResponse(operation, given)), checks);
});

test('an answer is judged by what its case wanted', () => {
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
    ['negative/workflow_id/length-23', answer({ status: 422 }), [], false],
    ['negative/workflow_id/length-23', answer({ status: 400 }), [], false],
    ['negative/workflow_id/length-23', answer({ status: 404 }), ['negative-data-rejection warning'], false],
    ['negative/workflow_id/length-23', answer({ status: 200 }), ['negative-data-rejection failure'], false],
    ['negative/workflow_id/length-23', answer({ status: 401, text: 'Not authenticated' }), [], true],
    ['negative/workflow_id/length-23', answer({ status: 429 }), [], true],
    ['negative/workflow_id/length-23', answer({ status: 307 }), [], true],
    ['positive/workflow_run_id/null', answer(), [], false],
    [
      'positive/workflow_run_id/null',
      answer({ status: 422, ...text('{"detail":[{"loc":["body","workflow_run_id"]}]}') }),
      ['positive-data-acceptance failure'],
      false,
    ],
    [
      'positive/workflow_run_id/null',
      answer({ status: 400, ...text('{"message":"Found 0 threads in workflow input"}') }),
      [],
      true,
    ],
    ['authentication/none', answer({ status: 401 }), [], false],
    ['authentication/none', answer({ status: 403 }), [], false],
    ['authentication/none', answer({ status: 422 }), ['ignored-auth warning'], false],
    ['authentication/none', answer({ status: 200 }), ['ignored-auth failure'], false],
    ['protocol/put', answer({ status: 405 }), [], false],
    ['protocol/put', answer({ status: 404 }), ['allow-header-conformance warning'], false],
    ['protocol/put', answer({ status: 200 }), ['unsupported-method failure'], false],
    ['body/truncated', answer({ status: 200 }), ['malformed-body-rejection failure'], false],
    ['open-question/unknown-run/data', answer({ status: 200 }), ['run-addressing failure'], false],
    ['open-question/unknown-workflow', answer({ status: 200 }), [], false],
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
    judgeIntent(operation, caseOf('open-question/unknown-workflow'), null, answer({ status: 404 }))
      .observation?.confirmed,
    true,
  );
  assert.equal(
    judgeIntent(operation, caseOf('open-question/unknown-workflow'), null, answer({ status: 400 }))
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
    answer({ json: { workflow_run: { ...operation.examples.response.workflow_run, team_id: 1 } } }),
  );
  const [two] = checkAcceptedResponse(
    operation,
    answer({ json: { workflow_run: { ...operation.examples.response.workflow_run, team_id: [] } } }),
  );
  const [other] = checkAcceptedResponse(
    operation,
    answer({ json: { workflow_run: { ...operation.examples.response.workflow_run, created_by: 1 } } }),
  );
  assert.ok(one !== undefined && two !== undefined && other !== undefined);
  assert.notEqual(one.title, two.title);
  assert.equal(fingerprintOf(one), fingerprintOf(two));
  assert.notEqual(fingerprintOf(one), fingerprintOf(other));
});
