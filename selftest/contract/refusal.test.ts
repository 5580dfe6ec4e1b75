import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mayJudgeValue, readRefusal, type Refusal } from '../../contract/refusal/refusal.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const WORKFLOW = '64b7f0c2a1d94e5f60718293';
const RUN = '5eb7cf5a86d9755df3a6c593';

const START = {
  dynamic_variables: { harness_canary_0f: 'canary-0123456789abcdef0123', note: 'command is invalid' },
  runtime_variables: {},
  miscellaneous: { field: 'command', errors: [{ loc: ['body', 'workflow_id'], msg: 'Field required' }] },
  thread_to_node_inputs: { '0': { node_run_inputs: [] } },
  command: 'start',
  workflow_id: WORKFLOW,
};
const PAUSE = { ...START, command: 'pause', workflow_id: null, workflow_run_id: RUN };

function read(status: number, body: unknown, sent: unknown = START): Refusal {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const parsed =
    typeof body === 'string'
      ? ({ kind: 'not-json', reason: 'not JSON' } as const)
      : ({ kind: 'json', value: JSON.parse(text) as unknown } as const);
  return readRefusal(operation, JSON.stringify(sent), responseWith({ status, text, body: parsed }));
}

type Row = readonly [
  what: string,
  status: number,
  body: unknown,
  field: string | null,
  place: Refusal['place'],
];

/** Error bodies as frameworks, validators and gateways write them. */
const WRITTEN: readonly Row[] = readFileSync(new URL('refusals.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): Row => {
    const [head = '', body = ''] = line.split(' :: ');
    const [place = '', field = '', status = '', ...what] = head.split(' ');
    return [
      what.join(' '),
      Number(status),
      JSON.parse(body.replaceAll('{sent}', () => JSON.stringify(START))) as unknown,
      field === '-' ? null : field,
      place === 'structured' || place === 'message' ? place : null,
    ];
  });

const pythonOf = (value: unknown): string =>
  JSON.stringify(value).replaceAll('"', "'").replaceAll(':', ': ').replaceAll('null', 'None');

/** Refusals that name a field and do not judge it: a scope, a state, an echo. */
const NOT_JUDGED: readonly Row[] = [
  [
    'limit, with the workflow as its scope',
    400,
    { detail: `max_concurrent_runs reached for workflow_id ${WORKFLOW}: 1 run is active` },
    null,
    null,
  ],
  [
    'limit, in words',
    422,
    { message: `Concurrency limit of 1 exceeded for workflow_id ${WORKFLOW}` },
    null,
    null,
  ],
  [
    'limit, of another workflow',
    400,
    { detail: 'The quota of workflow_id 64b7f0c2a1d94e5f607182aa is used up' },
    null,
    null,
  ],
  [
    'state, with the command',
    400,
    { detail: "The command pause can't be executed: the run is completed" },
    null,
    null,
  ],
  [
    'state, command in quotes',
    400,
    { detail: "Command 'pause' is not allowed for a run with status 'completed'" },
    null,
    null,
  ],
  [
    'state, of the run',
    400,
    { detail: `Cannot pause: status of workflow_run_id ${RUN} is waiting_for_user_input` },
    null,
    null,
  ],
  [
    'context beside a message',
    400,
    { message: 'Conflict', workflow_run_id: RUN, command: 'pause', status: 'completed' },
    null,
    null,
  ],
  [
    'context of another run',
    400,
    {
      error: 'A run is active',
      workflow_id: '64b7f0c2a1d94e5f607182aa',
      workflow_run_id: '64b7f0c2a1d94e5f607182ab',
    },
    null,
    null,
  ],
  [
    'the whole body under input',
    400,
    { message: 'Bad Request', error: 'No patient_name in workflow input', input: PAUSE },
    null,
    null,
  ],
  ['the body under a name of its own', 400, { message: 'Bad Request', seen: PAUSE }, null, null],
  ['the body as text', 400, { message: `Rejected: ${JSON.stringify(PAUSE)}` }, null, null],
  [
    'the body with other key order and spacing',
    400,
    { message: `Rejected: ${JSON.stringify(Object.fromEntries(Object.entries(PAUSE).reverse()), null, 2)}` },
    null,
    null,
  ],
  ['the body in plain text', 400, `Could not process ${JSON.stringify(PAUSE)}`, null, null],
  [
    'the body HTML-escaped',
    400,
    `<pre>Could not process ${JSON.stringify(PAUSE).replaceAll('"', '&quot;')}</pre>`,
    null,
    null,
  ],
  [
    'the body HTML-escaped by numbers',
    400,
    `<p>Request was: ${JSON.stringify(PAUSE).replaceAll('"', '&#34;').replaceAll('{', '&#x7b;')}</p>`,
    null,
    null,
  ],
  [
    'the body percent-escaped',
    400,
    { error: `payload=${encodeURIComponent(JSON.stringify(PAUSE))}` },
    null,
    null,
  ],
  ['the body escaped twice', 400, { error: `body: ${JSON.stringify(JSON.stringify(PAUSE))}` }, null, null],
  ['the body cut off', 400, { error: `Could not read: ${JSON.stringify(PAUSE).slice(0, -20)}` }, null, null],
  ['the body as Python prints it', 400, { error: `Unexpected state for ${pythonOf(PAUSE)}` }, null, null],
  [
    'the body as Ruby prints it',
    400,
    { error: `unprocessable {"command"=>"pause", "workflow_run_id"=>"${RUN}", "dynamic_variables"=>{}}` },
    null,
    null,
  ],
  [
    'the body as Java prints it',
    400,
    { error: `Rejected RunRequest[command=pause, workflowRunId=${RUN}, dynamicVariables={}]` },
    null,
    null,
  ],
  ['the body as a form', 400, { error: `Rejected command=pause&workflow_run_id=${RUN}` }, null, null],
  [
    'a value of ours that reads like a reason',
    400,
    { error: 'Rejected', hint: 'command is invalid' },
    null,
    null,
  ],
  [
    'a value of ours that looks like a structure',
    400,
    { error: 'Rejected', got: START.miscellaneous },
    null,
    null,
  ],
  [
    'a list of what the command may be, elsewhere',
    400,
    { error: 'No template', allowed: { commands: ['start', 'data'] } },
    null,
    null,
  ],
];

for (const [what, status, body, field, place] of WRITTEN)
  test(`reads a refusal: ${what}`, () => {
    const refusal = read(status, body);
    assert.deepEqual([refusal.field, refusal.place], [field, place], refusal.group);
  });

for (const [what, status, body, field, place] of NOT_JUDGED)
  test(`a field that is only named is not the reason: ${what}`, () => {
    const refusal = read(status, body, PAUSE);
    assert.deepEqual([refusal.field, refusal.place], [field, place], refusal.group);
  });

test('the table of written bodies holds what it should', () => {
  assert.ok(WRITTEN.length >= 60);
  assert.ok(WRITTEN.every(([what, status]) => what !== '' && status >= 400));
});

test('a place that goes deeper than a field says so: the workflow wants a variable', () => {
  const inside = (body: unknown): readonly string[] => read(422, body).inside;
  assert.deepEqual(
    inside({ detail: [{ loc: ['body', 'dynamic_variables', 'patient_name'], msg: 'Field required' }] }),
    ['patient_name'],
  );
  assert.deepEqual(inside({ errors: { 'dynamic_variables.patient_name': ['The field is required.'] } }), [
    'patient_name',
  ]);
  assert.deepEqual(inside({ dynamic_variables: { patient_name: ['This field is required.'] } }), [
    'patient_name',
  ]);
  assert.deepEqual(inside({ detail: [{ loc: ['body', 'dynamic_variables'], msg: 'Field required' }] }), []);
});

test('all fields that a list names are told', () => {
  const loc = (name: string): unknown => ({ loc: ['body', name], msg: 'Field required', type: 'missing' });
  const refusal = read(422, {
    detail: [loc('miscellaneous'), loc('dynamic_variables'), loc('miscellaneous')],
  });
  assert.deepEqual(refusal.fields, ['miscellaneous', 'dynamic_variables']);
});

test('statuses of callers, runs, limits and transport never judge a value', () => {
  for (const status of [
    401, 403, 404, 405, 408, 409, 411, 413, 421, 423, 425, 429, 431, 500, 502, 503, 504, 200, 307,
  ])
    assert.equal(mayJudgeValue(status), false, String(status));
  for (const status of [400, 415, 422]) assert.equal(mayJudgeValue(status), true, String(status));
  assert.equal(read(409, { detail: [{ loc: ['body', 'command'], msg: 'no' }] }).judgesValue, false);
});

test('refusals of one cause are one group, whatever run, time and number they name', () => {
  const groupOf = (body: unknown, sent: unknown): string => read(400, body, sent).group;
  const other = {
    ...PAUSE,
    workflow_run_id: '64b7f0c2a1d94e5f607182ab',
    dynamic_variables: { x: 'canary-ffffffffffffffffffff' },
  };
  const said = (sent: Readonly<Record<string, unknown>>, n: number): unknown => ({
    error: `Run ${String(sent['workflow_run_id'])} has ${n} open turns since 2026-11-27T0${n}:00:00Z`,
    input: sent,
    request_id: `3f2504e0-4f89-41d3-9a0c-0305e82c330${n}`,
    timestamp: `2026-11-27T0${n}:00:00Z`,
  });
  assert.equal(groupOf(said(PAUSE, 1), PAUSE), groupOf(said(other, 2), other));
  assert.notEqual(
    groupOf({ error: 'dynamic_variables is required' }, PAUSE),
    groupOf({ error: 'miscellaneous is required' }, PAUSE),
  );
  assert.notEqual(read(400, { error: 'no' }).group, read(422, { error: 'no' }).group);
});

test('a hostile body is read in time and never throws', () => {
  let deep: unknown = 'bottom';
  for (let i = 0; i < 2000; i += 1) deep = { errors: [deep] };
  for (const body of [
    deep,
    '{'.repeat(50_000),
    '[('.repeat(20_000),
    `${'a '.repeat(50_000)}command`,
    `command ${'('.repeat(30_000)}`,
  ]) {
    const began = process.cpuUsage().user;
    read(400, body);
    assert.ok(process.cpuUsage().user - began < 2_000_000);
  }
});
