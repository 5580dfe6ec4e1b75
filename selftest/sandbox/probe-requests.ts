import { KEY, PATH, WORKFLOW, type TestRequest } from './client.ts';

const start = { command: 'start', workflow_id: WORKFLOW };
const NO_TEXT = '\ufdd0';
const FIELDS = ['dynamic_variables', 'runtime_variables', 'miscellaneous', 'thread_to_node_inputs'];

/** A body as bytes: a mark in it stands for a byte that UTF-8 has not. */
function bytes(text: string): Buffer {
  const [before = '', ...after] = text.split(NO_TEXT);
  return Buffer.concat([
    Buffer.from(before),
    ...after.flatMap((part) => [Buffer.from([0xff]), Buffer.from(part)]),
  ]);
}

const EDGES = ['"\\ud800"', `"a${NO_TEXT}"`, 'NaN', '1e400', `${'['.repeat(300)}${']'.repeat(300)}`];

/** Single requests that only a few faults answer otherwise. */
export const REQUEST_QUESTIONS: readonly (readonly [title: string, request: TestRequest])[] = [
  ...FIELDS.flatMap((field) =>
    ['', 0, false].map(
      (value) => [`${field} ${JSON.stringify(value)}`, { body: { ...start, [field]: value } }] as const,
    ),
  ),
  ['workflow_id as an operator', { body: { workflow_id: { $ne: null } } }],
  ['access_token in the query', { path: `${PATH}?access_token=${KEY}`, authorization: null, body: start }],
  ['access_token in the body', { authorization: null, body: { ...start, access_token: KEY } }],
  [
    'access_token in a form',
    {
      authorization: null,
      contentType: 'application/x-www-form-urlencoded',
      raw: `access_token=${KEY}&command=start&workflow_id=${WORKFLOW}`,
    },
  ],
  ...EDGES.flatMap((json, i) =>
    [
      `{"workflow_id":"${WORKFLOW}","miscellaneous":{"a":${json}}}`,
      `{"command":${json}}`,
      `{"workflow_id":${json}}`,
      `{"command":"data","workflow_run_id":${json}}`,
      ...(i < 2 ? [`{"workflow_id":"${WORKFLOW}","miscellaneous":{${json}:1}}`] : []),
    ].map((raw) => [`edge ${raw.slice(0, 120)}`, { raw: bytes(raw) }] as const),
  ),
  ['a body in chunks', { headers: { 'transfer-encoding': 'chunked' }, body: start }],
  ['a call that accepts anything', { headers: { accept: '*/*' }, body: start }],
  ['a charset', { contentType: 'application/json; charset=utf-8', body: start }],
  ['a call that takes gzip', { headers: { 'accept-encoding': 'gzip' }, body: start }],
  ['a call that takes br', { headers: { 'accept-encoding': 'gzip, deflate, br' }, body: start }],
];

/** What stands in place of the id of a run, and in place of the key, in a command to it. */
export function runQuestions(id: string): readonly (readonly [title: string, request: TestRequest])[] {
  return ['data', 'pause', 'resume', 'stop'].flatMap((command) =>
    [{ $ne: null }, { $oid: id }, `${id}a`, ...(command === 'pause' ? [id] : [])].map(
      (value) =>
        [
          `${command} to ${JSON.stringify(value).replace(id, 'ID')}`,
          { body: { command, workflow_run_id: value } },
        ] as const,
    ),
  );
}
