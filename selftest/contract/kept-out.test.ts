import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { judgeIntent } from '../../contract/checks/expectation.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { judgeRun } from '../../result/verdict.ts';
import { responseWith } from './responses.ts';
import { gatewayBefore, type GatewayResponse } from './gateway.ts';
import { contractAt, targetAt, withSandbox } from './in-process.ts';

const BROKEN = { status: 503, detail: 'Service Unavailable' };
const BLOCKED = { status: 403, detail: 'Request blocked' };

/** What stands before the API, which calls it answers in its place, and what the run comes to. */
const DOORS: readonly {
  readonly name: string;
  readonly decide: (body: Buffer, ordinal: number) => GatewayResponse | null;
  readonly cause: string | null;
}[] = [
  {
    name: 'a gateway that fails every other call',
    decide: (_body, ordinal) => (ordinal > 3 && ordinal % 2 === 0 ? BROKEN : null),
    cause: 'environment-down',
  },
  {
    name: 'a gateway that fails one call in forty',
    decide: (_body, ordinal) => (ordinal % 40 === 39 ? BROKEN : null),
    cause: null,
  },
  {
    name: 'a lock-out after the wrong keys',
    decide: (_body, ordinal) => (ordinal > 60 ? BLOCKED : null),
    cause: 'key-refused',
  },
  {
    name: 'a filter that knows attacks',
    decide: (body) => (/<script|DROP TABLE/.test(body.toString()) ? BLOCKED : null),
    cause: null,
  },
];

for (const { name, decide, cause } of DOORS) {
  test(`${name} is never blamed on the API, and hides nothing: ${cause ?? 'GO'}`, async () => {
    await withSandbox([], async (sandbox) => {
      const client = await gatewayBefore(sandbox.url, decide);
      try {
        const contract = await contractAt(targetAt(client.url));
        const { verdict } = judgeRun({ contract, load: null, interrupted: false });
        assert.deepEqual(
          contract.findings.filter(({ severity }) => severity === 'failure').map(({ title }) => title),
          [],
        );
        assert.equal(contract.inconclusive?.cause ?? null, cause);
        assert.equal(verdict, cause === null ? 'GO' : 'INCONCLUSIVE');
      } finally {
        client.close();
      }
    });
  });
}

test('a 401 or 403 that names a field of the body refuses the body; any other says nothing of it', () => {
  const operation = loadOperation();
  const testCase = deriveCases(operation).find(({ id }) => id === 'negative/workflow_id/length-23');
  assert.ok(testCase !== undefined);
  const isUndecided = (status: number, text: string): boolean =>
    judgeIntent(
      operation,
      testCase,
      null,
      responseWith({ status, text, body: { kind: 'not-json', reason: '' } }),
    ).inconclusive !== null;
  assert.ok(isUndecided(401, 'Not authenticated'));
  assert.ok(isUndecided(403, '<h1>Request blocked</h1>'));
  assert.ok(!isUndecided(403, '{"error":"workflow_id must have 24 characters"}'));
});
