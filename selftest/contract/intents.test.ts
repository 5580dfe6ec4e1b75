/** What a response says of the case that asked for it: broken, weakly refused, or not to be judged, and in what words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDINARY, type Case } from '../../contract/cases/case.ts';
import {
  judgeIntent,
  refusedFreedom,
  variedFields,
  type Judgement,
} from '../../contract/checks/expectation.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();

function caseOf(over: Partial<Case>): Case {
  return {
    ...ORDINARY,
    id: 'positive/command/x',
    title: 'a case',
    group: 'positive',
    intent: 'keep',
    rule: 'positive-data-acceptance',
    constraint: '#/a/constraint',
    evidence: { level: 'documented', source: 'page' },
    mutation: { kind: 'set', path: ['command'], value: 'x' },
    ...over,
  };
}

const judge = (one: Case, over: Parameters<typeof responseWith>[0], needed?: readonly string[]): Judgement =>
  judgeIntent(operation, one, '{}', responseWith(over), needed);

/** What is held against it, or why it can't be judged. */
function said(one: Case, over: Parameters<typeof responseWith>[0], needed?: readonly string[]): string {
  const { violations: violations, inconclusive } = judge(one, over, needed);
  return (
    inconclusive ??
    violations
      .map(({ check, kind, severity, schemaPath }) => [check, kind, severity, schemaPath].join(' '))
      .join()
  );
}

const refusing = (status: number, json: unknown): Parameters<typeof responseWith>[0] => ({ status, json });
const PLACED = { detail: [{ loc: ['body', 'command'], msg: 'no good' }] };

test('a case that keeps the promise is broken by a refusal that names what it varies, and by nothing less', () => {
  const keep = caseOf({});
  const pointer = operation.requestFields.find(({ name }) => name === 'command')?.pointer ?? '';
  const rows: readonly (readonly [
    over: Parameters<typeof responseWith>[0],
    right: string,
    needed?: readonly string[],
  ])[] = [
    [{ status: 200 }, ''],
    [{ status: 299 }, ''],
    [{ status: 300 }, 'answered 300, which neither accepts nor refuses'],
    [{ status: 199 }, 'answered 199, which neither accepts nor refuses'],
    [{ status: 500 }, 'answered 500, which neither accepts nor refuses'],
    [{ status: 503 }, 'the environment answered 503'],
    [{ status: 429 }, 'the environment answered 429'],
    [refusing(409, { message: 'busy now' }), 'answered 409 ("busy now"), which does not judge a value'],
    [refusing(409, {}), 'answered 409, which does not judge a value'],
    [refusing(422, PLACED), `positive-data-acceptance refused failure ${pointer}`],
    [refusing(499, PLACED), `positive-data-acceptance refused failure ${pointer}`],
    [
      refusing(422, PLACED),
      'answered 422 ("body command no good"), which names no documented value as the reason',
      ['command'],
    ],
    [
      refusing(422, { detail: [{ loc: ['body', 'workflow_id'], msg: 'no good' }] }),
      'answered 422 ("body workflow_id no good"), which names no documented value as the reason',
    ],
    [
      refusing(422, { detail: [{ loc: ['body', 'workflow_id'] }, { loc: ['body', 'command'] }] }),
      `positive-data-acceptance refused failure ${pointer}`,
    ],
    [
      refusing(422, { detail: [{ loc: ['body', 'command', 'deep'], msg: 'no good' }] }),
      'answered 422 ("body command deep no good"), which names no documented value as the reason',
    ],
    // In words alone a field may be named for another reason.
    [
      refusing(422, { message: 'command is wrong' }),
      'answered 422 ("command is wrong"), which names no documented value as the reason',
    ],
  ];
  for (const [over, right, needed] of rows)
    assert.equal(said(keep, over, needed), right, JSON.stringify(over));
  const told = judge(keep, refusing(422, PLACED)).violations[0]?.title;
  assert.equal(told, 'A case is refused (422): it names command, though the page allows it.');
  assert.ok(
    said(keep, refusing(400, { message: 'word '.repeat(60) })).includes(`("${'word '.repeat(24).trim()}`),
  );
  assert.deepEqual(
    [
      judge(keep, refusing(422, { message: 'no' })).refusal?.group,
      judge(keep, refusing(422, PLACED)).refusal,
    ],
    ['422 no', null],
  );
  assert.equal(judge(keep, refusing(409, {})).refusal, null);
});

test('a case that breaks the promise is broken by an acceptance, and a weak refusal is a warning', () => {
  const negative = caseOf({ intent: 'break', group: 'negative', rule: 'negative-data-rejection' });
  const of = (group: Case['group'], rule: string): Case => caseOf({ intent: 'break', group, rule });
  const key = of('authentication', 'ignored-auth');
  const method = of('protocol', 'unsupported-method');
  const at = '#/a/constraint';
  const rows: readonly (readonly [one: Case, over: Parameters<typeof responseWith>[0], right: string])[] = [
    [negative, { status: 200 }, `negative-data-rejection accepted failure ${at}`],
    [negative, { status: 299 }, `negative-data-rejection accepted failure ${at}`],
    [negative, { status: 400 }, ''],
    [negative, { status: 499 }, ''],
    [negative, { status: 500 }, ''],
    [negative, { status: 404 }, `negative-data-rejection weak-refusal warning ${at}`],
    [negative, { status: 408 }, 'answered 408, which neither accepts nor refuses'],
    [negative, { status: 307 }, 'answered 307, which neither accepts nor refuses'],
    [negative, { status: 405 }, 'answered 405, which says nothing of the body'],
    [negative, refusing(401, { message: 'no key' }), 'answered 401, which says nothing of the body'],
    [negative, refusing(403, { message: 'no key' }), 'answered 403, which says nothing of the body'],
    [negative, refusing(403, PLACED), ''],
    [negative, refusing(402, { message: 'no key' }), ''],
    [of('value', 'positive-data-acceptance'), { status: 404 }, ''],
    [of('body', 'malformed-body-rejection'), { status: 404 }, ''],
    [of('open-question', 'run-addressing'), { status: 404 }, ''],
    [of('open-question', 'run-addressing'), { status: 405 }, 'answered 405, which says nothing of the body'],
    [key, { status: 401 }, ''],
    [key, { status: 403 }, ''],
    [key, { status: 404 }, `ignored-auth weak-refusal warning ${at}`],
    [key, { status: 200 }, `ignored-auth accepted failure ${at}`],
    [method, { status: 405 }, ''],
    [method, { status: 404 }, `allow-header-conformance status warning ${at}`],
    [method, { status: 200 }, `unsupported-method accepted failure ${at}`],
  ];
  for (const [one, over, right] of rows)
    assert.equal(said(one, over), right, JSON.stringify([one.group, over]));
  const weak = judge(negative, { status: 404 }).violations[0]?.title;
  assert.equal(weak, 'A case is refused (404): as if the id were well-formed and unknown.');
});

test('what a case asks of an assumption is recorded, whatever its intent', () => {
  const characterisation = { rule: 'unknown-run-status', confirmedBy: [404] };
  for (const intent of ['keep', 'break', 'characterise'] as const) {
    const one = caseOf({ intent, characterisation });
    const seen = (status: number): unknown => judge(one, { status }).observation;
    const right = (status: number): unknown => ({
      rule: 'unknown-run-status',
      confirmed: status === 404,
      seen: `a case: ${status}`,
    });
    assert.deepEqual([seen(404), seen(400), seen(503)], [right(404), right(400), null], intent);
  }
  assert.equal(judge(caseOf({}), {}).observation, null);
  assert.equal(said(caseOf({ intent: 'characterise' }), { status: 500 }), '');
});

test('the fields that a case varies follow from its mutation', () => {
  const of = (mutation: Case['mutation'], field: string | null = null): readonly string[] =>
    variedFields(caseOf({ mutation, field }));
  const variables = [
    { key: 'a', fields: ['x', 'y'], json: '1' },
    { key: 'b', fields: ['y'], json: '1' },
  ];
  const rows: readonly (readonly [Case['mutation'], readonly string[]])[] = [
    [{ kind: 'omit', field: 'a' }, ['a']],
    [{ kind: 'resize', field: 'a', length: 3 }, ['a']],
    [{ kind: 'unknown-id', field: 'workflow_id' }, ['workflow_id']],
    [{ kind: 'wrap', field: 'workflow_id' }, ['workflow_id']],
    [{ kind: 'set', path: ['a', 'b'], value: 1 }, ['a']],
    [{ kind: 'literal', path: ['a', 'b'], json: '1' }, ['a']],
    [{ kind: 'compose', set: { a: 1 }, omit: ['b'] }, ['a', 'b']],
    [{ kind: 'variables', variables }, ['x', 'y']],
    [{ kind: 'none' }, []],
    [{ kind: 'raw', text: '' }, []],
    [{ kind: 'truncated', characters: 1 }, []],
  ];
  for (const [mutation, fields] of rows) assert.deepEqual(of(mutation), fields, mutation.kind);
  assert.deepEqual(of({ kind: 'raw', text: '' }, 'command'), ['command']);
});

test('a refused freedom is one cause for each field, or for the set of fields that only together are refused', () => {
  const one = caseOf({});
  const of = (...fields: readonly string[]): readonly string[] => {
    const { kind, schemaPath } = refusedFreedom(operation, one, fields, 'title');
    return [kind, schemaPath];
  };
  const pointer = operation.requestFields.find(({ name }) => name === 'miscellaneous')?.pointer ?? '';
  assert.deepEqual(of('miscellaneous'), ['refused', pointer]);
  assert.deepEqual(of('nothing'), ['refused', '#/a/constraint']);
  assert.deepEqual(of('miscellaneous', 'command'), ['refused command miscellaneous', '#/a/constraint']);
});
