/** What GET of a run shows, held against what the responses to its commands showed. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readBack, type ReadBackResult } from '../../contract/checks/read-back.ts';
import { viewOf, type RunView } from '../../contract/checks/run-history.ts';
import { severityOf } from '../../contract/checks/violation.ts';
import { loadOperation, parseOperation } from '../../openapi/registry.ts';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { valueAt } from '../../result/json.ts';

const operation = loadOperation();
const INPUT = { dynamic_variables: { name: 'Ann', n: 1 }, miscellaneous: {}, command: 'start' };
const LATER = { dynamic_variables: { name: 'Bob' }, command: 'data' };

function view(document: object = {}, inner: object = {}): RunView {
  const state = {
    workflow_id: 'w1',
    logical_id: 'l1',
    status: 'waiting_for_user_input',
    input_output_pairs: [{ run_input: INPUT }, { run_input: LATER }],
    ...inner,
  };
  return viewOf(
    {
      workflow_run: {
        _id: 'r1',
        created_at: '2026-01-01T00:00:00.250Z',
        updated_at: '2026-01-01T00:00:05.500Z',
        created_by: 'u1',
        team_id: 't1',
        ...document,
        workflow_run: state,
      },
    },
    '',
  );
}

const pairs = (...inputs: readonly unknown[]): object => ({
  input_output_pairs: inputs.map((run_input) => ({ run_input })),
});
const differing = (told: RunView, read: RunView): readonly string[] =>
  readBack(operation, told, read).differences.map(
    ({ violation, mayLag }) => `${violation.kind}${mayLag ? ' (may lag)' : ''}`,
  );

suite('what GET may show', () => {
  const rows: readonly (readonly [what: string, read: RunView, told?: RunView])[] = [
    ['the same', view()],
    ['fewer fields', viewOf({ workflow_run: { _id: 'r1', workflow_run: { status: 'running' } } }, '')],
    ['owners as null', view({ created_by: null, team_id: null })],
    [
      'times cut to seconds',
      view({ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:05Z' }),
    ],
    ['times of another zone', view({ created_at: '2026-01-01T05:30:00.250+05:30' })],
    ['no pairs', view({}, pairs())],
    ['pairs as null', view({}, { input_output_pairs: null })],
    ['the latest pair alone', view({}, pairs(LATER))],
    ['the latest pair first', view({}, pairs(LATER, INPUT))],
    ['inputs without what is empty', view({}, pairs({ ...INPUT, miscellaneous: undefined }, LATER))],
    ['inputs with more fields', view({}, pairs({ ...INPUT, secret_variables: null }, LATER))],
    ['a pair before its input', view({}, pairs(INPUT, null))],
    ['a run that moved on', view({ updated_at: '2026-01-01T00:00:09Z' }, { status: 'completed' })],
    ['a run that moved on, without touching its time', view({}, { status: 'completed' })],
    [
      'a run at work again',
      view({ updated_at: '2026-01-01T00:00:09Z' }, { status: 'running', ...pairs(INPUT, LATER, LATER) }),
    ],
    ['an unknown status of its own', view({}, { status: 'queued' })],
    ['one terminal status for another', view({}, { status: 'completed' }), view({}, { status: 'cancelled' })],
  ];
  for (const [what, read, told = view()] of rows)
    test(what, () => {
      assert.deepEqual(differing(told, read), []);
    });
});

suite('what GET may not show', () => {
  const rows: readonly (readonly [what: string, read: RunView, expected: string, told?: RunView])[] = [
    ['another run', view({ _id: 'r2', created_by: 'u2' }), 'other-run'],
    ['another owner', view({ created_by: 'u2' }), 'changed/workflow_run/created_by'],
    ['another creation', view({ created_at: '2026-01-01T00:00:09Z' }), 'changed/workflow_run/created_at'],
    [
      'another value of an input',
      view({}, pairs({ dynamic_variables: { name: 'ANN' } }, LATER)),
      'other-input',
    ],
    ['a number as text', view({}, pairs({ dynamic_variables: { n: '1' } }, LATER)), 'other-input'],
    ['no latest pair', view({}, pairs(INPUT)), 'older-pairs (may lag)'],
    ['an older time', view({ updated_at: '2026-01-01T00:00:01Z' }), 'older (may lag)'],
    ['a stopped run that waits', view(), 'status-went-back (may lag)', view({}, { status: 'cancelled' })],
  ];
  for (const [what, read, expected, told = view()] of rows)
    test(what, () => {
      assert.deepEqual(differing(told, read), [expected]);
      const [found] = readBack(operation, told, read).differences;
      assert.equal(found?.violation.check, 'read-back');
      assert.equal(found.violation.severity, 'warning', 'it is known of a neighbouring page alone');
    });
});

test('what GET shows as the responses do is told, and a list of one pair says nothing of longer ones', () => {
  const alike = (told: RunView, read: RunView): ReadBackResult['alike'] =>
    readBack(operation, told, read).alike;
  assert.ok(alike(view(), view()).includes('/workflow_run/workflow_run/input_output_pairs'));
  assert.ok(alike(view(), view()).includes('/workflow_run/created_by'));
  const one = view({ created_by: null }, pairs(INPUT));
  assert.deepEqual(
    alike(one, one).filter((place) => /pairs|created_by/.test(place)),
    [],
  );
});

test('the operations beside the one under test are related, and a description without one is refused', () => {
  const { related } = operation;
  assert.deepEqual(
    Object.values(related).map(({ method, path, evidence }) => [method, path('ID'), severityOf(evidence)]),
    [
      ['GET', operation.path, 'warning'],
      ['GET', `${operation.path}/ID`, 'warning'],
      ['DELETE', `${operation.path}/ID`, 'warning'],
      ['GET', `${operation.path}/schema`, 'warning'],
    ],
  );
  const edited = (edit: (paths: Record<string, Record<string, object>>) => void): (() => unknown) => {
    const document = parse(
      readFileSync(new URL('../../openapi/workflow-runs.yaml', import.meta.url), 'utf8'),
    ) as unknown;
    edit(valueAt(document, ['paths']) as Record<string, Record<string, object>>);
    return () => parseOperation(document);
  };
  const one = `${operation.path}/{workflow_run_id}`;
  assert.throws(
    edited((paths) => delete paths[one]?.['delete']),
    /no operation "deleteWorkflowRun" with x-evidence of the level related/,
  );
  assert.throws(
    edited((paths) =>
      Object.assign(paths[one]?.['get'] ?? {}, { 'x-evidence': { level: 'documented', source: 'x' } }),
    ),
    /exactly one operation whose x-evidence is not related/,
  );
  assert.throws(
    edited((paths) =>
      Object.assign(paths[`${operation.path}/schema`]?.['get'] ?? {}, {
        'x-describes': { run_schema: 'Nobody' },
      }),
    ),
    /x-describes names the schema Nobody/,
  );
});
