import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { acceptShape, acceptedShape, shapePathOf, withShape } from '../../commands/shape.ts';
import { UsageError } from '../../commands/usage-error.ts';
import { placesOfRefusal, placesSeen, ShapeCounter } from '../../contract/run/observed-shape.ts';
import { assessShape, type Known } from '../../drift/assess.ts';
import { compareShapes } from '../../drift/compare-shapes.ts';
import { isGone, isUsuallyThere } from '../../drift/often-enough.ts';
import { parseShapeFile, renderShapeFile } from '../../drift/shape-file.ts';
import { loadOperation } from '../../openapi/registry.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import type { LiveSchema, ObservedCommand, ObservedShape } from '../../result/shape.ts';
import { breakingChanges, shapeFailures, shapeNotes } from '../../result/shape-verdict.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { randomFrom } from '../../bench/nights.ts';

const folder = mkdtempSync(join(tmpdir(), 'shape-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const ABSENT: LiveSchema = { state: 'absent', why: 'the target serves none (404)' };
const operation = loadOperation();
const fields = new Map(operation.responseFields.map((field) => [field.pattern, field]));
const describes = (place: string): boolean => fields.has(place);

/** A shape of one command: each place with how often it was seen and its types. */
function shape(
  responses: number,
  places: Readonly<Record<string, readonly [seen: number, ...types: string[]]>>,
  live: LiveSchema = ABSENT,
): ObservedShape {
  const list = Object.entries(places).map(([place, [seen, ...types]]) => ({ place, seen, types }));
  return { commands: [{ command: 'start', responses, places: list }], live_schema: live };
}

function contract(seen: ObservedShape, strict = false): ContractResult {
  const empty = { total: 1, passed: 1, failed: 0, warned: 0, skipped: 0, inconclusive: 0 };
  return {
    strict,
    cases: empty,
    findings: [],
    shape: seen.commands,
    live_schema: seen.live_schema,
  } as unknown as ContractResult;
}

test('a place counts as usually there by the exact bound: 59 of 59, 92 of 93', () => {
  const rows: readonly (readonly [seen: number, responses: number, is: boolean])[] = [
    [58, 58, false],
    [59, 59, true],
    [91, 92, false],
    [92, 93, true],
    [93, 93, true],
    [0, 0, false],
    [900, 1000, false],
    [970, 1000, true],
  ];
  for (const [seen, responses, is] of rows)
    assert.equal(isUsuallyThere(seen, responses), is, `${seen} of ${responses}`);
  const before = { seen: 59, responses: 59 };
  assert.equal(isGone(before, { seen: 0, responses: 3 }), true);
  assert.equal(isGone(before, { seen: 0, responses: 2 }), false, 'two responses are too few');
  assert.equal(isGone(before, { seen: 1, responses: 100 }), false);
});

suite('shapes of responses', () => {
  const before = shape(60, { '/a': [60, 'string'], '/b': [60, 'null', 'string'], '/c': [30, 'integer'] });
  const rows: readonly (readonly [what: string, now: ObservedShape, expected: readonly string[]])[] = [
    ['the same', before, []],
    ['gone', shape(3, { '/b': [3, 'null'] }), ['/a field-removed breaking']],
    ['gone, in too few responses', shape(2, { '/b': [2, 'null'] }), []],
    ['another type', shape(1, { '/a': [1, 'integer'], '/b': [1, 'null'] }), ['/a type breaking']],
    ['null in place of a value', shape(1, { '/a': [1, 'null'], '/b': [1, 'string'] }), []],
    ['a fraction where whole numbers were', shape(1, { '/a': [1, 'string'], '/c': [1, 'number'] }), []],
    [
      'a new field, by its uppermost place',
      shape(1, { '/a': [1, 'string'], '/d': [1, 'object'], '/d/e': [1, 'string'] }),
      ['/d field-added additive'],
    ],
    [
      'what the description knows, met for the first time',
      shape(1, { '/a': [1, 'string'], '/workflow_run': [1, 'object'] }),
      [],
    ],
  ];
  for (const [what, now, expected] of rows)
    test(what, () => {
      const known = { shape: before, standing: 'accepted', source: 'a shape' } as const;
      const { changes } = assessShape(now, { known: [known], describes, served: operation.served });
      const kinds = compareShapes(before.commands, now.commands, describes);
      assert.deepEqual(
        changes.map((change, i) => `${change.place} ${kinds[i]?.kind ?? ''} ${change.class}`),
        expected,
      );
    });

  test('a new value of a small set is additive', () => {
    const of = (values: readonly string[]): ObservedCommand[] => [
      { command: 'start', responses: 9, places: [{ place: '/s', seen: 9, types: ['string'], values }] },
    ];
    const found = compareShapes(of(['running']), of(['queued', 'running']), describes);
    assert.deepEqual(
      found.map(({ kind, new: next }) => [kind, next]),
      [['values', 'queued']],
    );
  });
});

test('the same revision with other values is no difference, over 50 seeds', async () => {
  const sandbox = await startSandbox({
    port: 0,
    key: 'ik-shape-0123456789',
    workflowId: 'a'.repeat(24),
    faults: [],
    profile: 'revision-1-old',
    latency: { kind: 'constant', ms: 0 },
    seed: 1,
  });
  const call = async (body?: unknown): Promise<unknown> => {
    const path = `${sandbox.url}${operation.path}${body === undefined ? '/schema' : ''}`;
    const response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  try {
    const shapes: ObservedShape[] = [];
    for (let seed = 0; seed <= 50; seed += 1) shapes.push(await shapeBySeed(call, sandbox.workflowId, seed));
    const [first, ...others] = shapes;
    assert.ok(first !== undefined && (first.commands[0]?.places.length ?? 0) > 15, 'something was compared');
    for (const now of others) {
      const known = { shape: first, standing: 'accepted', source: 'seed 0' } as const;
      const against = { known: [known], describes, served: operation.served };
      const { changes, references } = assessShape(now, against);
      assert.deepEqual(changes, []);
      assert.deepEqual(
        references.map(({ state }) => state),
        ['compared', 'compared', 'compared'],
      );
    }
  } finally {
    await sandbox.close();
  }
});

async function shapeBySeed(
  call: (body?: unknown) => Promise<unknown>,
  workflowId: string,
  seed: number,
): Promise<ObservedShape> {
  const random = randomFrom(seed);
  const word = (): string => random().toString(36).slice(2);
  const counter = new ShapeCounter();
  for (let i = 0; i < 4; i += 1) {
    const variables = Object.fromEntries(Array.from({ length: 1 + (seed % 3) }, () => [word(), word()]));
    const started = (await call({ workflow_id: workflowId, dynamic_variables: variables })) as {
      readonly workflow_run: { readonly _id: string };
    };
    counter.add('start', placesSeen(started, fields));
    const body = {
      command: 'data',
      workflow_run_id: started.workflow_run._id,
      miscellaneous: { n: random() },
    };
    counter.add('data', placesSeen(await call(body), fields));
  }
  return { commands: counter.result(), live_schema: { state: 'read', document: await call() } };
}

test('no value of an input, and none but of small sets, is in a shape', () => {
  const value = {
    workflow_run: {
      _id: 'secret-id-of-a-run',
      workflow_run: {
        status: 'running',
        input_output_pairs: [{ run_input: { dynamic_variables: { token: 'canary-in-a-variable' } } }],
      },
    },
  };
  const counter = new ShapeCounter();
  counter.add('start', placesSeen(value, fields));
  const text = JSON.stringify(counter.result());
  assert.match(text, /"running"/);
  assert.doesNotMatch(text, /canary|secret-id|token/);
});

suite('the shape of refusals', () => {
  const NAMES = operation.requestFields.map(({ name }) => name);
  const objection = { loc: ['body', 'command'], msg: 'wrong', type: 'enum', input: { canary: 'x' } };
  const framework = { detail: [objection] };

  function refused(...bodies: readonly unknown[]): readonly ObservedCommand[] {
    const counter = new ShapeCounter();
    for (const body of bodies) counter.add('data', placesOfRefusal(body, NAMES), 422);
    return counter.result();
  }

  function changes(before: readonly ObservedCommand[], now: readonly ObservedCommand[]): readonly string[] {
    return compareShapes(before, now, describes).map(
      ({ operation: of, place, kind, old, new: next }) => `${of} ${place} ${kind}: ${old}, ${next}`,
    );
  }

  const times = (count: number, body: unknown): readonly unknown[] => Array<unknown>(count).fill(body);

  test('is that of their members and of the items of their lists, without what was sent', () => {
    const places = (body: unknown): readonly string[] =>
      placesOfRefusal(body, NAMES).map(({ place }) => place);
    assert.deepEqual(places(framework), [
      '/detail',
      ...['', '/loc', '/msg', '/type', '/input'].map((member) => `/detail/[]${member}`),
    ]);
    assert.deepEqual(places({ command: ['not one of those'], received: { canary: 1 } }), [
      '/{field}',
      '/received',
      '/{field}/[]',
    ]);
    assert.doesNotMatch(JSON.stringify(refused(framework)), /canary|wrong|body/);
  });

  test('has changed where all refusals say it, and nearly all before said otherwise', () => {
    const before = refused(...times(60, framework));
    assert.deepEqual(changes(before, refused(...times(3, { message: 'wrong', error: null }))), [
      'data, refused with 422 /detail field-removed: there, in none of 3 responses (60 of 60 before)',
      'data, refused with 422 /error field-added: absent, null',
      'data, refused with 422 /message field-added: absent, string',
    ]);
    assert.deepEqual(changes(before, refused(...times(3, { detail: 'wrong' }))), [
      'data, refused with 422 /detail/[] field-removed: there, in none of 3 responses (60 of 60 before)',
      'data, refused with 422 /detail type: array, string',
    ]);
  });

  test('is the same where only some refusals are of another kind', () => {
    const mixed = refused(...times(50, framework), ...times(10, { detail: 'no such run' }));
    for (const now of [
      times(9, { detail: 'no such run' }), // another choice of cases
      [...times(60, framework), { detail: 'a kind that was not met before', code: 7 }],
      times(2, { message: 'wrong' }), // too few
    ])
      assert.deepEqual(changes(mixed, refused(...now)), []);
  });
});

suite('an accepted shape', () => {
  const environment = { HARNESS_ENV_FILE: 'none', HARNESS_ACCEPTED_FILE: join(folder, 'drift.json') };
  const served: LiveSchema = {
    state: 'read',
    document: { run_schema: { type: 'object', properties: { x: { type: 'string' } } } },
  };
  const seen = shape(60, { '/a': [60, 'string'] }, served);
  const result = (target = 'https://api.example'): RunResult =>
    ({
      run: { id: 'run-1' },
      target: { base_url: target, is_sandbox: false },
      contract: contract(seen),
    }) as unknown as RunResult;

  const acceptedHere = (): readonly Known[] => {
    const accepted = acceptedShape('https://api.example', environment);
    return accepted === null ? [] : [accepted.known];
  };

  test('is written down, and a breaking change of it is NO-GO with the cause in one line', () => {
    const [line = ''] = acceptShape(result(), 'first contact', new Date('2026-11-27T00:00:00Z'), environment);
    assert.match(line, /accepted the shape of 1 commands in 60 responses of https:\/\/api\.example/);
    const known = acceptedHere();
    const now = contract(shape(3, { '/b': [3, 'string'] }, served));
    const judged = withShape(now, known);
    assert.equal(breakingChanges(judged).length, 1);
    assert.match(
      shapeFailures(judged).join('|'),
      /^drift: start \/a: there before, now in none of 3 responses .*\.$/,
    );
    assert.equal(acceptedShape('https://other.example', environment), null);
  });

  test('a place that takes no file is one sentence, and nothing is left there', () => {
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'a file');
    assert.throws(
      () => acceptShape(result(), 'r', new Date(), { HARNESS_ACCEPTED_FILE: join(taken, 'drift.json') }),
      (error) => error instanceof UsageError && /taken.*can't be written: /.test(error.issues.join()),
    );
    assert.equal(readFileSync(taken, 'utf8'), 'a file');
  });

  test('what was only observed bars a GO under strict alone', () => {
    const known = { shape: seen, standing: 'observed', source: 'earlier runs' } as const;
    const now = shape(3, { '/b': [3, 'string'] }, served);
    assert.deepEqual(shapeFailures(withShape(contract(now), [known])), []);
    assert.match(shapeNotes(withShape(contract(now), [known])).join('|'), /2 changes that do not bar a GO/);
    assert.equal(shapeFailures(withShape(contract(now, true), [known])).length, 1);
  });

  test('what can not be compared is told, and is no agreement', () => {
    const known = acceptedHere();
    const rows: readonly (readonly [LiveSchema, RegExp])[] = [
      [{ state: 'not-compared', why: 'what came is not JSON' }, /not-compared what came is not JSON/],
      [ABSENT, /not-compared the target serves none \(404\), and it did before/],
      [
        { state: 'read', document: { run_schema: { $ref: 'http://x/y' } } },
        /not-compared The reference http/,
      ],
      [{ state: 'read', document: ['openapi'] }, /not-compared it is not a JSON object/],
    ];
    for (const [live, says] of rows) {
      const judged = withShape(contract(shape(1, { '/a': [1, 'string'] }, live)), known);
      const references = judged.shape_comparison?.references ?? [];
      assert.match(references.map(({ state, why }) => `${state} ${why}`).join('|'), says);
      assert.match(shapeNotes(judged).join('|'), /Not compared with the live schema/);
    }
  });

  test('files that can not be used are told in a sentence, and never overwritten', () => {
    const good = renderShapeFile({ target: 't', accepted_at: '', run: 'r', reason: '', shape: seen });
    assert.equal(typeof parseShapeFile(good, 'f'), 'object');
    const rows: readonly (readonly [text: string, says: RegExp])[] = [
      [good.slice(0, 200), /may have been cut off/],
      [good.replace('"shape_version": 1', '"shape_version": 2'), /later version of this tool/],
      ['[]', /no file of an accepted shape/],
      [good.replace('"commands"', '"command"'), /lacks the commands/],
    ];
    for (const [text, says] of rows) assert.match(JSON.stringify(parseShapeFile(text, 'f')), says);
    const path = shapePathOf('https://cut.example', environment);
    writeFileSync(path, good.slice(0, 100));
    assert.throws(() => acceptShape(result('https://cut.example'), 'r', new Date(), environment), /cut off/);
    assert.equal(readFileSync(path, 'utf8'), good.slice(0, 100));
    writeFileSync(path, good);
    assert.throws(
      () => acceptShape(result('https://cut.example'), 'r', new Date(), environment),
      /holds the shape of t, not of https:\/\/cut\.example/,
    );
  });
});
