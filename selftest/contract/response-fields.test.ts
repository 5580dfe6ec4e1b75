import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOperation } from '../../openapi/registry.ts';
import type { ResponseFieldCell, ContractResult } from '../../result/contract-result.ts';
import { MANY_FAULTS } from '../reports/many-faults.ts';
import { startBetween, type Rewrite } from '../reports/between.ts';
import { contractAt, targetAt, withSandbox } from './in-process.ts';

const operation = loadOperation();

/** A contract run against a sandbox whose responses are changed on their way. */
function runAgainst(rewrite: Rewrite): Promise<ContractResult> {
  return withSandbox([], async (sandbox) => {
    const between = await startBetween(sandbox.url, rewrite);
    try {
      return await contractAt(targetAt(between.url));
    } finally {
      between.close();
    }
  });
}

type Place = readonly [field: string, cell: ResponseFieldCell];

function cellsOf(result: ContractResult): readonly Place[] {
  return (result.coverage.answer_fields ?? []).flatMap(({ field, commands }) =>
    commands.map((cell) => [field, cell] as const),
  );
}

function against(result: ContractResult): readonly Place[] {
  return cellsOf(result).filter(([, cell]) => cell.failed > 0 || cell.warned > 0);
}

/** Changes the run's document in accepted responses to one command. */
function inResponsesTo(
  command: string,
  change: (document: Record<string, unknown>) => Record<string, unknown>,
): Rewrite {
  return (response, _nth, requestBody) => {
    if (response.status !== 200 || !requestBody.includes(`"command":"${command}"`)) return response;
    const { workflow_run: document } = JSON.parse(response.body) as { workflow_run: Record<string, unknown> };
    return { ...response, body: JSON.stringify({ workflow_run: change(document) }) };
  };
}

test('a conforming server has no cell against it, and each documented field has a row', async () => {
  const result = await runAgainst((response) => response);
  assert.deepEqual(against(result), []);
  const rows = result.coverage.answer_fields ?? [];
  assert.deepEqual(
    rows.map(({ field }) => field),
    ['', ...operation.responseFields.map(({ pattern }) => pattern)],
  );
  for (const field of ['', '/workflow_run/_id', '/workflow_run/workflow_run/status']) {
    const row = rows.find((one) => one.field === field);
    assert.deepEqual(
      row?.commands.map(({ command }) => command),
      operation.commands,
      field,
    );
    assert.ok(row.commands.every(({ exercised, cause }) => exercised > 0 && cause === undefined));
  }
  // The sandbox never comments a run: nothing seen is no pass.
  const comment = rows.find((row) => row.field === '/workflow_run/workflow_run/comments/[]/content');
  assert.deepEqual(comment?.commands, []);
});

const FAULTS: readonly (readonly [title: string, field: string, rewrite: Rewrite])[] = [
  [
    'of another type',
    '/workflow_run/team_id',
    inResponsesTo('pause', (document) => ({ ...document, team_id: 42 })),
  ],
  [
    'missed although it is required',
    '/workflow_run/_id',
    inResponsesTo('pause', (document) => ({ ...document, _id: undefined })),
  ],
  [
    'broken in an item of a list',
    '/workflow_run/workflow_run/comments/[]',
    inResponsesTo('pause', (document) => ({
      ...document,
      workflow_run: { ...(document['workflow_run'] as object), comments: ['Seen.'] },
    })),
  ],
];

for (const [title, field, rewrite] of FAULTS) {
  test(`a field ${title} in responses to one command fails in exactly that cell`, async () => {
    const result = await runAgainst(rewrite);
    const [only, ...others] = against(result);
    assert.deepEqual(others, []);
    assert.ok(only !== undefined);
    assert.deepEqual([only[0], only[1].command], [field, 'pause']);
    assert.ok(only[1].failed > 0 && only[1].failed === only[1].exercised, JSON.stringify(only));
    const cause = result.findings.find(({ fingerprint }) => fingerprint === only[1].cause);
    assert.deepEqual(
      [cause?.check, cause?.severity, cause?.command],
      ['response-schema-conformance', 'failure', 'pause'],
    );
  });
}

test('what is only known from neighbours warns in its cell, and never fails', async () => {
  const result = await withSandbox(['zoneless-timestamps'], (sandbox) => contractAt(targetAt(sandbox.url)));
  const fields = ['/workflow_run/created_at', '/workflow_run/updated_at'];
  assert.deepEqual(
    against(result).map(([field, { command, failed }]) => [field, command, failed]),
    fields.flatMap((field) => operation.commands.map((command) => [field, command, 0])),
  );
});

test('a body that is no JSON fails as a whole, and tells of no field', async () => {
  const result = await runAgainst((response, _nth, requestBody) =>
    response.status === 200 && requestBody.includes('"command":"pause"')
      ? { ...response, body: '<html>Paused</html>' }
      : response,
  );
  const own = cellsOf(result).filter(([, cell]) => cell.command === 'pause');
  assert.deepEqual(
    own.map(([field, { exercised, failed }]) => [field, exercised === failed]),
    [['', true]],
  );
});

test('command × check counts responses: each command whose responses all break a rule fails as often as it was looked at', async () => {
  const result = await withSandbox(['team-id-number'], (sandbox) => contractAt(targetAt(sandbox.url)));
  const cells = result.coverage.matrix.filter(({ failed, warned }) => failed > 0 || warned > 0);
  assert.deepEqual(
    // What GET shows is known from a neighbouring page alone, so there it only warns.
    cells.map(({ command, check, failed, warned, exercised }) => [
      command,
      check,
      failed + warned === exercised,
    ]),
    operation.commands.map((command) => [command, 'response-schema-conformance', true]),
  );
});

test('no check of a very bad server fails more often than it was looked at', async () => {
  const result = await withSandbox([...MANY_FAULTS], (sandbox) => contractAt(targetAt(sandbox.url)));
  for (const cell of result.coverage.matrix)
    assert.ok(cell.failed + cell.warned <= cell.exercised, JSON.stringify(cell));
});
