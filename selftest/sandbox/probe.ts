import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../sandbox/hooks.ts';
import { REQUEST_QUESTIONS, runQuestions } from './probe-requests.ts';
import {
  KEY,
  OTHER_KEY,
  PATH,
  UNKNOWN_ID,
  WORKFLOW,
  at,
  pairsOf,
  type TestRequest,
  type Client,
  type TestResponse,
} from './client.ts';

/** Asks a fixed script of requests and writes down all that a caller could see, ids and times made comparable. */
export async function probe(client: Client): Promise<readonly string[]> {
  const names = new Map<string, string>();
  const runs = new Map<string, string>();
  const seen: string[] = [];
  for (const { title, request, saves } of script(runs)) {
    const told = await client.send(request());
    if (saves !== undefined) runs.set(saves, String(parsed(told, 'workflow_run', '_id')));
    seen.push(
      `${title}: ${told.status} ${told.failure} ${headersOf(told)} ${order(told)} ${comparable(told, names)}`,
    );
    // A server that is silent once is told from the others already.
    if (told.failure === 'timeout') return seen;
  }
  return [
    ...seen,
    `at the same time: ${await together(client, runs.get('C') ?? UNKNOWN_ID)}`,
    `data beside a command: ${await beside(client)}`,
    `after a rest: ${await rested(client)}`,
  ];
}

interface Step {
  readonly title: string;
  readonly request: () => TestRequest;
  readonly saves?: string;
}

const RICH =
  '{"text":"  Padded MiXeD ","emoji":"😀é","yes":true,"none":null,"list":[1,"b",{"c":null}],"big":9007199254740991,"half":0.1,"__proto__":{"x":1},' +
  '"hard":["e\\u0301","\\u0001","a\\r\\nb","<b>","{{x}}[[y]]","\\u202e","007","",1e308,0.123456789],' +
  '"keys":{"":1,"a.b":2,"$set":3,"__proto__":{"y":1},"Key":4,"none":[],"_id":5," padded ":6,"e\\u0301":7},' +
  '"taken":["2026-01-02T03:04:05+05:30","no","550E8400-E29B-41D4-A716-446655440000","4111111111111111","a\\u0000b",{"$numberLong":"5"},{"0":"a","1":"b"}],' +
  '"lists":[[1],[2,[3]],1,1]}';
const VAST: JsonObject = {
  long: 'x'.repeat(33_000),
  deep: Array.from({ length: 20 }).reduce<unknown>((inner) => ({ down: inner }), 'bottom'),
  list: Array.from({ length: 150 }, (_, index) => index),
  ['k'.repeat(300)]: { ['k'.repeat(300)]: 1 },
  wide: Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`key_${index}`, index])),
};
const maps = (): string =>
  `"dynamic_variables":${RICH},"runtime_variables":${RICH},"miscellaneous":${RICH},"thread_to_node_inputs":${RICH}`;
const start = { command: 'start', workflow_id: WORKFLOW };
const FIELDS = ['dynamic_variables', 'runtime_variables', 'miscellaneous', 'thread_to_node_inputs'];

function script(runs: ReadonlyMap<string, string>): readonly Step[] {
  const on = (run: string, command: string, more: object = {}): Step => ({
    title: `${command} ${run}`,
    request: () => ({ body: { command, workflow_run_id: runs.get(run) ?? null, ...more } }),
  });
  return [
    {
      title: 'start A',
      saves: 'A',
      request: () => ({ raw: `{"command":"start","workflow_id":"${WORKFLOW}",${maps()}}` }),
    },
    {
      title: 'start B',
      saves: 'B',
      request: () => ({
        body: { ...start, workflow_run_id: null, dynamic_variables: { plain: 'b', second: 'c' } },
      }),
    },
    { title: 'start C', saves: 'C', request: () => ({ body: { workflow_id: WORKFLOW } }) },
    stepOf('start with empty maps', {
      body: { ...start, ...Object.fromEntries(FIELDS.map((field) => [field, {}])) },
    }),
    stepOf('start with vast variables', { body: { ...start, dynamic_variables: VAST } }),
    ...['data', 'data', 'data', 'data', 'pause'].map((command) => on('C', command)),
    ...FIELDS.map((field) => on('C', 'data', { [field]: 7 })),
    on('C', 'resume'),
    on('A', 'data', {
      workflow_id: null,
      thread_to_node_inputs: { '0': { node_run_inputs: [{ type: 'llm' }] } },
    }),
    on('B', 'data', { runtime_variables: { seat: '12A' }, dynamic_variables: { plain: 'other' } }),
    on('A', 'pause'),
    on('A', 'data'),
    on('A', 'resume', { workflow_id: WORKFLOW }),
    on('A', 'stop'),
    on('A', 'resume'),
    on('B', 'stop', { workflow_id: UNKNOWN_ID }),
    ...['data', 'resume', 'pause', 'stop'].map((command) =>
      stepOf(command, { body: { command, workflow_run_id: UNKNOWN_ID } }),
    ),
    ...REFUSED,
    { title: 'start D', saves: 'D', request: () => ({ body: start }) },
    ...['resume', 'pause', 'pause', 'stop'].map((command) => on('D', command)),
    on('C', 'start'),
    ...['data', 'pause', 'stop'].map((command) => keyless(on('C', command))),
    on('C', 'pause'),
    on('C', 'resume', { miscellaneous: [] }),
    on('C', 'resume'),
    ...['pause', 'stop'].map((command) => on('C', command, { miscellaneous: [] })),
    stepOf('data to an unknown run of the workflow', {
      body: { command: 'data', workflow_id: WORKFLOW, workflow_run_id: UNKNOWN_ID },
    }),
    { title: 'start E', saves: 'E', request: () => ({ body: start }) },
    ...['data', 'pause', 'stop'].map((command) => withKey('wrong', on('E', command))),
    ...runQuestions('').map(([title], i) => ({
      title,
      request: () => runQuestions(runs.get('E') ?? UNKNOWN_ID)[i]?.[1] ?? {},
    })),
    ...REQUEST_QUESTIONS.map(([title, request]) => stepOf(title, request)),
    on('A', 'data'),
    { title: 'start F', saves: 'F', request: () => ({ body: start }) },
    ...Array.from({ length: 33 }, (_, turn) => on('F', 'data', { miscellaneous: { turn } })),
    ...['data', 'pause'].map((command) => withKey(OTHER_KEY, on('F', command))),
    withKey(OTHER_KEY, on('F', 'start', { workflow_id: WORKFLOW })),
    on('F', 'pause'),
    ...['resume', 'stop'].map((command) => withKey(OTHER_KEY, on('F', command))),
    {
      title: 'start G',
      saves: 'G',
      request: () => ({ body: { ...start, dynamic_variables: { plain: 'g' } } }),
    },
    on('G', 'stop'),
    {
      title: 'get G',
      request: () => ({ method: 'GET', path: `${PATH}/${runs.get('G') ?? ''}`, body: null }),
    },
  ];
}

const MALFORMED = [
  '',
  '{',
  '{}{}',
  '{"command":"start",}',
  '{"command":"sta',
  "{'command':'start'}",
  '{command: "start"}',
  '/* start */ {}',
  '{"miscellaneous":{"x":NaN}}',
  'command=start',
  '[]',
  '1',
  'null',
  '"x"',
];
const COMMANDS = [
  'begin',
  'START',
  'Start',
  ' start',
  '',
  'continue',
  'start,data',
  's\u0442art',
  'null',
  null,
  1,
  true,
  ['start'],
  { start: 1 },
];

const REFUSED: readonly Step[] = [
  ...['PUT', 'PATCH', 'DELETE', 'GET'].map((method) => stepOf(method, { method, body: start })),
  ...[
    null,
    'Bearer ',
    'Bearer wrong',
    `Basic ${KEY}`,
    KEY,
    `Bearer ${KEY.slice(0, -1)}`,
    `Bearer ${KEY}x`,
    `Bearer ${KEY.toLowerCase()}`,
    `Bearer x${KEY}`,
    `Bearer ${KEY.slice(1)}`,
    '',
  ].map((authorization) => stepOf(`key ${String(authorization)}`, { authorization, body: start })),
  stepOf('key in the query', { path: `${PATH}?api_key=${KEY}`, authorization: null, body: start }),
  stepOf('key in a cookie', { headers: { cookie: `key=${KEY}` }, authorization: null, body: start }),
  ...MALFORMED.map((raw) => stepOf(`body ${raw}`, { raw })),
  ...FIELDS.flatMap((field) => [[], [['a', 1]], null, 'text', 1, true].map((value) => invalid(field, value))),
  ...Array.from({ length: 9 }, (_, index) =>
    stepOf(`invalid miscellaneous ${index}`, { body: { ...start, miscellaneous: [] } }),
  ),
  ...COMMANDS.map((value) => invalid('command', value)),
  ...['workflow_id', 'workflow_run_id'].flatMap((field) =>
    ['', 'a', 'a'.repeat(25), '🎉'.repeat(12), 5, true, [], {}].map((value) => invalid(field, value)),
  ),
  stepOf('no workflow', { body: {} }),
  stepOf('unknown workflow', { body: { workflow_id: UNKNOWN_ID } }),
];

function keyless({ title, request }: Step): Step {
  return { title: `keyless ${title}`, request: () => ({ ...request(), authorization: null }) };
}

function withKey(key: string, { title, request }: Step): Step {
  return {
    title: `${title} with the key ${key}`,
    request: () => ({ ...request(), authorization: `Bearer ${key}` }),
  };
}

function stepOf(title: string, request: TestRequest): Step {
  return { title, request: () => request };
}

function invalid(field: string, value: unknown): Step {
  return stepOf(`${field} ${JSON.stringify(value)}`, { body: { ...start, [field]: value } });
}

/** What calls of the same moment come to: their statuses, the inputs that are kept, and how many runs are begun. */
async function together({ send }: Client, run: string): Promise<string> {
  const data = (turn: number): object => ({
    command: 'data',
    workflow_run_id: run,
    dynamic_variables: { turn },
  });
  const told = await Promise.all([send({ body: data(1) }), send({ body: data(2) })]);
  const kept = pairsOf(await send({ method: 'GET', path: `${PATH}/${run}` })).map((pair) =>
    at(pair, 'run_input', 'dynamic_variables', 'turn'),
  );
  const begun = await Promise.all([send({ body: start }), send({ body: start })]);
  const ids = new Set(begun.map((one) => parsed(one, 'workflow_run', '_id')));
  return `${told.map((one) => one.status).join(' ')} ${JSON.stringify(kept.toSorted())} ${ids.size}`;
}

const LATER_MS = 10;

/** Statuses of data that comes while pause or stop is on its way, which are done at once. */
async function beside({ send }: Client): Promise<string> {
  const statuses = ['pause', 'stop'].map(async (command) => {
    const workflow_run_id = parsed(await send({ body: start }), 'workflow_run', '_id');
    const given = send({ body: { command, workflow_run_id } });
    await sleep(LATER_MS);
    const told = await send({ body: { command: 'data', workflow_run_id } });
    await given;
    return told.status;
  });
  return (await Promise.all(statuses)).join(' ');
}

/** Longer than any time after which a fault of the sandbox sets in. */
const REST_MS = 90;

/** What runs are like that nobody has touched for a while: one that waits, one that is paused, one that was stopped. */
async function rested({ send }: Client): Promise<string> {
  const ids: unknown[] = [];
  for (const command of ['data', 'pause', 'stop']) {
    const workflow_run_id = parsed(await send({ body: start }), 'workflow_run', '_id');
    await send({ body: { command, workflow_run_id } });
    ids.push(workflow_run_id);
  }
  await sleep(REST_MS);
  const told = await Promise.all(ids.map((id) => send({ method: 'GET', path: `${PATH}/${String(id)}` })));
  return told
    .map((one) => `${one.status} ${String(parsed(one, 'workflow_run', 'workflow_run', 'status'))}`)
    .join(', ');
}

function comparable(told: TestResponse, names: Map<string, string>): string {
  const text = told.bytes.toString('latin1');
  return text
    .replace(/"timestamp":[\d.]+/g, '"timestamp":0')
    .replace(
      /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{24}\b|\d{4}-\d\d-\d\d[Tt ][\d:.,]+/g,
      (found) => {
        const name = names.get(found) ?? `<${names.size + 1}>`;
        names.set(found, name);
        const [, separator, fraction] = /^[\d-]{10}([Tt ])[\d:]+([.,]?)/.exec(found) ?? [];
        return separator === undefined ? name : `${name} ${separator} ${fraction ?? ''}`;
      },
    );
}

function headersOf({ headers }: TestResponse): string {
  const plain = Object.entries(headers).filter(([name]) => !UNSTEADY.has(name));
  return JSON.stringify(Object.fromEntries(plain.toSorted(([one], [other]) => (one < other ? -1 : 1))));
}

const UNSTEADY = new Set(['date', 'x-request-id', 'content-length', 'connection', 'keep-alive']);

/** Where updated_at stands to created_at, and how far; times themselves differ from run to run. */
function order(told: TestResponse): string {
  const [created, updated] = ['created_at', 'updated_at'].map((name) =>
    String(parsed(told, 'workflow_run', name)),
  );
  if (created === undefined || updated === undefined) return '';
  const apartMs = Date.parse(updated) - Date.parse(created);
  const aheadHours = Math.round((Date.parse(created) - Date.now()) / 3_600_000);
  return `${created <= updated ? 'in order' : 'out of order'} ${Math.round(apartMs / 60_000)} min, ${aheadHours} h ahead`;
}

function parsed(told: TestResponse, ...names: readonly string[]): unknown {
  try {
    return at(JSON.parse(told.bytes.toString()) as unknown, ...names);
  } catch {
    return undefined;
  }
}
