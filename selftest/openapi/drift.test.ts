import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ACCEPTED_FILE, AcceptedFileError, readAccepted, writeAccepted } from '../../result/accepted-file.ts';
import { isDay, markAccepted, type AcceptedDrift } from '../../result/acceptance.ts';
import { finding } from '../reports/contract-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'accepted-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function entry(number: number, one: Partial<AcceptedDrift> = {}): AcceptedDrift {
  return {
    fingerprint: finding(number).fingerprint,
    check: 'undocumented-fields',
    what: `At /extra_${number}: a field that the description does not name.`,
    schema_path: '#/components/schemas/WorkflowRunAnswer',
    reason: 'announced for May',
    accepted_at: '2026-11-25',
    expires_at: '2027-02-23',
    run: '20261125-010000Z-4f2a1c',
    target: 'https://api.example.test',
    ...one,
  };
}

/** As an old file has it. */
function withoutTarget(one: AcceptedDrift): AcceptedDrift {
  return Object.fromEntries(
    Object.entries(one).filter(([name]) => name !== 'target'),
  ) as unknown as AcceptedDrift;
}

const TARGET = 'https://api.example.test';

describe('accepted drift', () => {
  const rows: readonly (readonly [at: string, expires: string, state: 'accepted' | 'expired'])[] = [
    ['2026-11-25T00:00:00.000Z', '2027-02-23', 'accepted'],
    ['2027-02-23T23:59:59.999Z', '2027-02-23', 'accepted'],
    ['2027-02-24T00:00:00.000Z', '2027-02-23', 'expired'],
    ['2026-12-31T23:30:00.000-02:00', '2026-12-31', 'expired'],
    ['2027-01-01T00:30:00.000+02:00', '2026-12-31', 'accepted'],
  ];
  for (const [at, expires, state] of rows) {
    test(`until ${expires} is ${state} at ${at}: days are in UTC, and the last one counts`, () => {
      const [marked] = markAccepted(
        [finding(4, 'drift')],
        [entry(4, { expires_at: expires })],
        new Date(at),
        TARGET,
      );
      assert.deepEqual(marked, {
        ...finding(4, 'drift'),
        acceptance: {
          state,
          reason: 'announced for May',
          accepted_at: '2026-11-25',
          expires_at: expires,
        },
      });
    });
  }

  test('marks drift alone, drops nothing, and leaves severities and order as they were', () => {
    const findings = [
      finding(1),
      finding(2, 'warning'),
      finding(3, 'drift'),
      finding(4, 'drift'),
      finding(3, 'drift'),
    ];
    const accepted = [1, 2, 3].map((number) => entry(number));
    const marked = markAccepted(findings, accepted, new Date('2026-12-01T00:00:00Z'), TARGET);
    assert.deepEqual(
      marked.map(({ fingerprint, severity, acceptance }) => [fingerprint, severity, acceptance?.state]),
      findings.map(({ fingerprint, severity }) => [
        fingerprint,
        severity,
        fingerprint === finding(3).fingerprint ? 'accepted' : undefined,
      ]),
    );
  });
});

test('a day is one that the calendar has', () => {
  for (const day of ['2026-11-25', '2028-02-29']) assert.ok(isDay(day), day);
  for (const day of [
    '2026-02-29',
    '2026-13-01',
    '26-11-25',
    '2026-11-25T00:00:00Z',
    '25.11.2026',
    'soon',
    '',
  ])
    assert.ok(!isDay(day), day);
});

describe('the file of accepted drift', () => {
  test('as committed is one that can be read', () => {
    assert.ok(Array.isArray(readAccepted(ACCEPTED_FILE)));
  });

  test('holds nothing when it is not there', () => {
    assert.deepEqual(readAccepted(join(folder, 'none.json')), []);
  });

  test('reads back what was written, in one order whatever came first, and leaves nothing unfinished', () => {
    const path = join(folder, 'new', 'drift.json');
    const entries = [
      entry(2),
      entry(1),
      entry(9, { check: 'known-values' }),
      entry(3, { schema_path: '#/a' }),
    ];
    writeAccepted(path, entries);
    const text = readFileSync(path, 'utf8');
    writeAccepted(path, entries.toReversed());
    assert.equal(readFileSync(path, 'utf8'), text);
    assert.deepEqual(readAccepted(path), [entries[2], entries[3], entries[1], entries[0]]);
    assert.deepEqual(readdirSync(join(folder, 'new')), ['drift.json']);
  });

  const list = (...accepted: readonly unknown[]): string => JSON.stringify({ accepted_version: 1, accepted });
  const without = (name: string): unknown =>
    Object.fromEntries(Object.entries(entry(1)).filter(([key]) => key !== name));
  const broken: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    ['that is no JSON', '{', /it is not JSON/],
    ['with the marks of a merge conflict', '<<<<<<< ours\n{}', /it is not JSON/],
    ['that is a list', '[]', /no "accepted_version" 1 with a list "accepted"/],
    ['of another version', '{"accepted_version":2,"accepted":[]}', /no "accepted_version" 1/],
    ['whose entry is no object', list(entry(1), 'x'), /\/accepted\/1 is not an object but string/],
    ['without a reason', list(without('reason')), /\/accepted\/0\/reason is missing/],
    ['with a blank reason', list(entry(1, { reason: ' ' })), /\/accepted\/0\/reason is missing, empty/],
    ['without an end', list(without('expires_at')), /\/accepted\/0\/expires_at is missing/],
    [
      'with a day that does not exist',
      list(entry(1, { expires_at: '2026-02-30' })),
      /expires_at is not a day/,
    ],
    ['with a fingerprint that is none', list(entry(1, { fingerprint: '*' })), /fingerprint is not twelve/],
    ['with a fingerprint twice', list(entry(1), entry(1)), /has the fingerprint [0-9a-f]{12} twice/],
    ['with a blank target', list(entry(1, { target: ' ' })), /\/accepted\/0\/target is missing, empty/],
    [
      'with a failure without target',
      list({ ...(without('target') as object), severity: 'failure', by: 'Ann', commands: [] }),
      /\/accepted\/0\/target is missing/,
    ],
    [
      'with commands, which only a failure has',
      list({ ...entry(1), commands: [] }),
      /unknown field "commands"/,
    ],
    [
      'with another severity than failure',
      list({ ...entry(1), severity: 'warning', by: 'Ann', commands: [] }),
      /\/accepted\/0\/severity is not "failure"/,
    ],
    [
      'with commands that are no list',
      list({ ...entry(1), severity: 'failure', by: 'Ann', commands: 'start' }),
      /\/accepted\/0\/commands is not a list of commands/,
    ],
    ['with an unknown field', list({ ...entry(1), until: '2026-12-01' }), /unknown field "until"/],
  ];
  for (const [title, text, message] of broken) {
    test(`${title} is refused in one sentence that names the file`, () => {
      const path = join(folder, 'broken.json');
      writeFileSync(path, text);
      assert.throws(
        () => readAccepted(path),
        (error) =>
          error instanceof AcceptedFileError &&
          message.test(error.message) &&
          error.message.startsWith(path) &&
          !error.message.includes('\n'),
      );
    });
  }

  test('in a place that can be neither read nor written is refused in a sentence', () => {
    assert.throws(() => readAccepted(folder), {
      name: 'AcceptedFileError',
      message: /can't be read: EISDIR/,
    });
    assert.throws(
      () => {
        writeAccepted('/dev/null/drift.json', []);
      },
      { name: 'AcceptedFileError', message: /can't be written: / },
    );
  });
});

describe('accepted failures', () => {
  const known = entry(1, { severity: 'failure', by: 'Ann', commands: ['data', 'start'] });
  const failed = (command: string | null): ReturnType<typeof finding> => finding(1, 'failure', { command });
  const stateOf = (
    commands: readonly (string | null)[],
    over: Partial<AcceptedDrift> = {},
    target = TARGET,
    at = '2026-12-01T00:00:00Z',
  ): readonly (string | undefined)[] => [
    ...new Set(
      markAccepted(commands.map(failed), [{ ...known, ...over }], new Date(at), target).map(
        ({ acceptance }) => acceptance?.state,
      ),
    ),
  ];

  test('hold for their target, their commands and until their day', () => {
    assert.deepEqual(stateOf(['data']), ['accepted']);
    assert.deepEqual(stateOf(['start', 'data', null]), ['accepted']);
    assert.deepEqual(stateOf(['start', 'stop']), ['widened']);
    assert.deepEqual(stateOf(['data'], {}, TARGET, '2027-02-24T00:00:00Z'), ['expired']);
    assert.deepEqual(stateOf(['data'], {}, 'https://other.example.test'), [undefined]);
  });

  test('are no accepted drift, and drift is no accepted failure', () => {
    const at = new Date('2026-12-01T00:00:00Z');
    const states = (found: ReturnType<typeof finding>, one: AcceptedDrift): string | undefined =>
      markAccepted([found], [one], at, TARGET)[0]?.acceptance?.state;
    assert.equal(states(finding(1, 'drift'), known), undefined);
    assert.equal(states(finding(1), entry(1)), undefined);
    assert.equal(states(finding(1, 'warning'), known), undefined);
  });
});

describe('what is accepted for one target', () => {
  const DAY = new Date('2026-12-01T00:00:00Z');
  const OTHER = 'https://other.example.test';
  const old = withoutTarget(entry(1));
  const reasonOf = (accepted: readonly AcceptedDrift[], target = TARGET): string | undefined =>
    markAccepted([finding(1, 'drift')], accepted, DAY, target)[0]?.acceptance?.reason;

  test('holds there alone, drift as failures; two targets have it each for its own reason', () => {
    assert.equal(reasonOf([entry(1)]), 'announced for May');
    assert.equal(reasonOf([entry(1)], OTHER), undefined);
    const both = [entry(1), entry(1, { target: OTHER, reason: 'of the other' })];
    assert.deepEqual(
      [reasonOf(both), reasonOf(both, OTHER), reasonOf(both.toReversed(), OTHER)],
      ['announced for May', 'of the other', 'of the other'],
    );
  });

  test('holds anywhere where an old file names no target, but what names one goes before it', () => {
    const any = { ...old, reason: 'old' };
    assert.equal(reasonOf([any], OTHER), 'old');
    for (const accepted of [
      [any, entry(1)],
      [entry(1), any],
    ]) {
      assert.equal(reasonOf(accepted), 'announced for May');
      assert.equal(reasonOf(accepted, OTHER), 'old');
    }
  });

  test('is read back with its target, and without one where an old file has none', () => {
    const path = join(folder, 'targets.json');
    const entries = [old, entry(1), entry(1, { target: OTHER })];
    writeAccepted(path, entries);
    assert.deepEqual(readAccepted(path), entries);
  });
});
