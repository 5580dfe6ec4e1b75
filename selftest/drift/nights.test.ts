/** What earlier runs have seen, as what a run is held against: shapes and rules over nights, and what was accepted of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { NOTHING_ACCEPTED, readBaseline, withKnown } from '../../commands/known.ts';
import { acceptObserved, listObserved, observedPathOf, removeObserved } from '../../commands/observed.ts';
import { targetRevision } from '../../commands/target-revision.ts';
import { UsageError } from '../../commands/usage-error.ts';
import { compareShapes } from '../../drift/compare-shapes.ts';
import { parseObserved, renderObserved, type ObservedRule } from '../../drift/observed-file.ts';
import { acceptedOver, shapeOver } from '../../drift/over-nights.ts';
import type { NightRecord } from '../../history/night.ts';
import { parseNight } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import type { Assumption, AssumptionState, ContractResult } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import type { ObservedCommand } from '../../result/shape.ts';
import { breakingChanges, shapeFailures, shapeNotes } from '../../result/shape-verdict.ts';
import { judgeRun } from '../../result/verdict.ts';
import { contract } from '../reports/contract-fixtures.ts';
import { result } from '../reports/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'observed-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const TARGET = 'https://api.example';
type Seen = Readonly<Record<string, number>>;

/** One night of `start`: in how many of its responses each place was. */
function night(responses: number, places: Seen): readonly ObservedCommand[] {
  const list = Object.entries(places).map(([place, seen]) => ({ place, seen, types: ['string'] }));
  return [{ command: 'start', responses, places: list }];
}

function times<T>(count: number, of: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => of(n));
}

suite('a shape over nights', () => {
  const gone = (nights: readonly (readonly ObservedCommand[])[], now: readonly ObservedCommand[]): unknown =>
    compareShapes(shapeOver(nights, now).commands, now, () => false).map(({ place, kind, new: next }) => [
      place,
      kind,
      next,
    ]);
  const now = night(3, { '/a': 3 });

  test('counts over nights make what no single night could say: 59 of 59', () => {
    const both = { '/a': 20, '/b': 20 };
    assert.deepEqual(
      gone(
        times(2, () => night(20, both)),
        now,
      ),
      [],
      '40 of 40 are too few',
    );
    assert.deepEqual(
      gone(
        times(3, () => night(20, both)),
        now,
      ),
      [['/b', 'field-removed', 'in none of 3 responses (60 of 60 before)']],
    );
    assert.deepEqual(
      gone(
        times(3, () => night(20, both)),
        night(2, { '/a': 2 }),
      ),
      [],
      'two are too few',
    );
  });

  test('what has gone stays gone, however many nights lack it, until it leaves the shape with a line', () => {
    const seen = times(3, () => night(20, { '/a': 20, '/b': 20, '/b/c': 20 }));
    const lacking = (count: number): readonly (readonly ObservedCommand[])[] => [
      ...seen,
      ...times(count, () => night(20, { '/a': 20 })),
    ];
    assert.equal((gone(lacking(58), now) as readonly unknown[]).length, 1);
    assert.deepEqual(shapeOver(lacking(58), now).notes, []);
    assert.deepEqual(gone(lacking(59), now), []);
    assert.deepEqual(shapeOver(lacking(59), now).notes, [
      '/b of start was not seen on 60 nights and has left the observed shape.',
    ]);
    assert.deepEqual(shapeOver(lacking(60), now).notes, [], 'it is said once');
  });

  test('a field that came later counts from its first night, and one seen now and then is never gone', () => {
    const late = [
      ...times(40, () => night(20, { '/a': 20 })),
      ...times(3, () => night(20, { '/a': 20, '/b': 20 })),
    ];
    assert.equal((gone(late, now) as readonly unknown[]).length, 1);
    assert.deepEqual(
      gone(
        times(40, () => night(20, { '/a': 20, '/b': 10 })),
        now,
      ),
      [],
    );
  });

  test('a place that is there once is told as seen once', () => {
    const once = night(3, { '/a': 3, '/b': 1 });
    assert.deepEqual(gone([night(20, { '/a': 20 })], once), [['/b', 'field-added', 'string, seen once']]);
  });

  test('an accepted shape keeps its places, and nights add to its counts', () => {
    const accepted = night(20, { '/a': 20, '/b': 20 });
    const nights = times(2, () => night(20, { '/a': 20, '/b': 20, '/new': 20 }));
    const { commands } = acceptedOver(accepted, nights, now);
    assert.deepEqual(
      commands[0]?.places.map(({ place, seen, of }) => [place, seen, of]),
      [
        ['/a', 60, 60],
        ['/b', 60, 60],
      ],
    );
  });
});

const LEDGER: readonly Assumption[] = (
  [
    ['unknown-run-status', 'confirmed'],
    ['two-keys', 'confirmed'],
    ['large-body', 'refuted'],
    ['known-values', 'confirmed'],
    ['edge-values', 'not_seen'],
  ] as const
).map(([id, state]) => ({
  id,
  text: `The rule ${id}.`,
  state,
  observed: 'seen: 404',
  ...(id === 'known-values' ? { is_drift: true } : {}),
}));

function run(ledger = LEDGER, shape: readonly ObservedCommand[] = [], target = TARGET): RunResult {
  const own: ContractResult = { ...contract([], []), assumptions: ledger, shape };
  return result({
    contract: own,
    target: { base_url: target, is_sandbox: target === 'sandbox', sandbox_faults: [] },
  });
}

/** So many earlier nights with the same result, a day apart. */
function nights(count: number, of: RunResult, from = '2026-09-01'): readonly NightRecord[] {
  return times(count, (n) => {
    const at = new Date(Date.parse(from) + n * 86_400_000).toISOString();
    const record = recordOf({ ...of, run: { ...of.run, id: `night-${n}`, started_at: at, ended_at: at } });
    assert.ok(record !== null);
    const read = parseNight(JSON.stringify(record));
    assert.ok(!('why' in read), JSON.stringify(read));
    return read;
  });
}

function held(
  now: RunResult,
  before: readonly NightRecord[],
  baseline = NOTHING_ACCEPTED,
  strict = false,
): ContractResult {
  assert.ok(now.contract !== null);
  const startedAt = new Date('2026-11-27T00:00:00Z');
  const reference = { target: TARGET, baseline, accepted: [], nights: before, startedAt };
  return withKnown({ ...now.contract, strict }, reference);
}

function withState(id: string, state: AssumptionState): readonly Assumption[] {
  return LEDGER.map((row) => (row.id === id ? { ...row, state } : row));
}

let places = 0;
function environment(): Record<string, string> {
  return {
    HARNESS_ENV_FILE: 'none',
    HARNESS_ACCEPTED_FILE: join(folder, String((places += 1)), 'drift.json'),
  };
}

test('whether the served schemas are those of the last night is told by a hash, where nobody accepted any', () => {
  const shape = [{ command: 'start', responses: 9, places: [{ place: '/a', seen: 9, types: ['string'] }] }];
  const serving = (document: unknown): RunResult => {
    const base = run(LEDGER, shape);
    assert.ok(base.contract !== null);
    const own: ContractResult = { ...base.contract, live_schema: { state: 'read', document } };
    return { ...base, target: { ...base.target, revision: targetRevision(null, own, null) }, contract: own };
  };
  const schemas = { run_schema: { type: 'object', properties: { a: { type: 'string' }, b: {} } } };
  const reordered = { run_schema: { properties: { b: {}, a: { type: 'string' } }, type: 'object' } };
  const told = (now: RunResult, before: readonly NightRecord[]): string => {
    const rows = held(now, before).shape_comparison?.references ?? [];
    const row = rows.find(({ reference }) => reference === 'live-schema');
    return `${row?.state ?? ''}: ${row?.why ?? ''}`;
  };
  const before = nights(2, serving(schemas));
  assert.match(
    told(serving(reordered), before),
    /^compared: they are those of the run of 2026-09-02, by their hash$/,
  );
  assert.match(
    told(serving({ run_schema: { type: 'object' } }), before),
    /^not-compared: they are other ones than/,
  );
  assert.match(told(serving(schemas), nights(2, run(LEDGER, shape))), /^skipped: /);
});

test('a clock that jumped is told in a sentence, and what it dated is kept', () => {
  const shape = [{ command: 'start', responses: 9, places: [{ place: '/a', seen: 9, types: ['string'] }] }];
  const now = run(LEDGER, shape);
  const notesOf = (from: string, acceptedAt: string): readonly string[] => {
    const live = { state: 'absent', why: 'none' } as const;
    const known = {
      shape: { commands: shape, live_schema: live },
      standing: 'accepted',
      source: 's',
    } as const;
    const baseline = { shape: { known, acceptedAt }, rules: [] };
    return held(now, nights(2, now, from), baseline).shape_comparison?.notes ?? [];
  };
  assert.deepEqual(notesOf('2026-11-20', '2026-11-01T00:00:00.000Z'), []);
  const [accepted = '', dated = ''] = notesOf('2031-01-01', '2030-01-01T12:00:00.000Z');
  assert.match(
    accepted,
    /^The accepted shape is dated 2030-01-01T12:00:00Z, after the start of this run: a clock/,
  );
  assert.match(
    dated,
    /^2 earlier runs in the history dated after .*, up to 2031-01-02T00:00:00Z: a clock has jumped/,
  );
});

suite('the ledger over runs', () => {
  test('each row counts the runs with each state, this one among them', () => {
    const rows = held(run(), nights(4, run())).assumptions;
    assert.deepEqual(
      rows.map(({ id, over_runs: runs }) => [id, runs?.confirmed, runs?.refuted, runs?.not_seen]),
      [
        ['unknown-run-status', 5, 0, 0],
        ['two-keys', 5, 0, 0],
        ['large-body', 0, 5, 0],
        ['known-values', 5, 0, 0],
        ['edge-values', 0, 0, 5],
      ],
    );
    const other = nights(4, run(LEDGER, [], 'https://other.example'));
    assert.equal(
      held(run(), other).assumptions[0]?.over_runs?.confirmed,
      1,
      'another target is another ledger',
    );
  });

  test('a rule that held on three nights and is refuted is told, and bars a GO under strict alone', () => {
    const refuted = run(withState('two-keys', 'refuted'));
    assert.deepEqual(held(refuted, nights(2, run())).shape_comparison?.changes ?? [], []);
    const judged = held(refuted, nights(3, run()));
    assert.deepEqual(shapeFailures(judged), []);
    assert.match(
      shapeNotes(judged).join('|'),
      /rule two-keys: held \(confirmed on 3 nights, refuted on none\)/,
    );
    assert.equal(shapeFailures(held(refuted, nights(3, run()), NOTHING_ACCEPTED, true)).length, 1);
    const mixed = [...nights(3, run()), ...nights(1, refuted, '2026-10-01')];
    assert.deepEqual(held(refuted, mixed).shape_comparison?.changes ?? [], [], 'it was refuted before');
  });
});

suite('accept --observe', () => {
  const DAY = new Date('2026-11-27T10:00:00Z');

  test('writes what was confirmed, sorted, with run and day; refuted later it is NO-GO in one line', () => {
    const env = environment();
    const lines = acceptObserved(run(), DAY, env);
    assert.match(lines.at(-1) ?? '', /^2 rules observed at https:\/\/api\.example, 0 accepted before/);
    const kept = JSON.parse(readFileSync(observedPathOf(env), 'utf8')) as {
      readonly rules: readonly ObservedRule[];
    };
    assert.deepEqual(
      kept.rules.map(({ id, evidence, target, accepted_at: day }) => [id, evidence, target, day]),
      [
        ['two-keys', 'observed', TARGET, '2026-11-27'],
        ['unknown-run-status', 'observed', TARGET, '2026-11-27'],
      ],
    );
    const baseline = readBaseline(TARGET, env);
    const judged = held(run(withState('two-keys', 'refuted')), [], baseline);
    assert.equal(breakingChanges(judged).length, 1);
    const verdict = judgeRun({ contract: judged, load: null, interrupted: false });
    assert.equal(verdict.verdict, 'NO-GO');
    assert.match(
      verdict.reasons.join('|'),
      /drift: rule two-keys: held \(accepted on 2026-11-27 from the run [^)]*\) before, now refuted \(seen: 404\): The rule two-keys\./,
    );
    const good = held(run(), [], baseline);
    assert.deepEqual(breakingChanges(good), []);
    assert.equal(good.assumptions.find(({ id }) => id === 'two-keys')?.accepted?.accepted_at, '2026-11-27');
    const references = good.shape_comparison?.references ?? [];
    assert.deepEqual(
      references.filter(({ reference }) => reference === 'rules').map(({ state }) => state),
      ['compared'],
    );
  });

  test('what is there stays as it is, and a rule is taken back by its name', () => {
    const env = environment();
    acceptObserved(run(), DAY, env);
    const before = readFileSync(observedPathOf(env), 'utf8');
    const again = acceptObserved(run(withState('two-keys', 'refuted')), new Date('2026-12-01'), env);
    assert.equal(readFileSync(observedPathOf(env), 'utf8'), before);
    assert.match(again.join('|'), /still accepted, though this run refuted it: two-keys.*0 rules observed/);
    assert.equal(listObserved(env).length, 2);
    assert.deepEqual(removeObserved(['two-keys', 'nothing'], env), [
      'no longer observed at https://api.example: two-keys',
    ]);
    assert.equal(listObserved(env).length, 1);
  });

  test('what can not be observed is one sentence, and nothing is written', () => {
    const rows: readonly (readonly [what: RunResult, more: Record<string, string>, says: RegExp])[] = [
      [
        run(LEDGER, [], 'sandbox'),
        { INTERACTLY_BASE_URL: TARGET },
        /asked the embedded sandbox, and INTERACTLY_BASE_URL names https:\/\/api\.example/,
      ],
      [run([]), {}, /has confirmed no rule/],
    ];
    for (const [what, more, says] of rows) {
      const env = { ...environment(), ...more };
      assert.throws(
        () => acceptObserved(what, DAY, env),
        (error) => error instanceof UsageError && error.issues.length === 1 && says.test(error.issues.join()),
      );
      assert.throws(() => readFileSync(observedPathOf(env)));
    }
    const env = environment();
    acceptObserved(run(), DAY, env);
    const kept = readFileSync(observedPathOf(env), 'utf8');
    for (const other of [run(LEDGER, [], 'https://other.example'), run(LEDGER, [], 'sandbox')])
      assert.throws(
        () => acceptObserved(other, DAY, env),
        /observed at https:\/\/api\.example, and this run asked/,
      );
    assert.equal(readFileSync(observedPathOf(env), 'utf8'), kept);
  });

  test('files that can not be used are told in a sentence, and never overwritten', () => {
    const rule = {
      text: 't',
      evidence: 'observed',
      target: 'a',
      run: 'r',
      accepted_at: '2026-11-27',
    } as const;
    const good = renderObserved([{ id: 'x', ...rule }]);
    assert.equal(typeof parseObserved(good, 'f'), 'object');
    const rows: readonly (readonly [text: string, says: RegExp])[] = [
      [good.slice(0, 60), /may have been cut off/],
      ['', /may have been cut off/],
      [good.replace('"observed_version": 1', '"observed_version": 2'), /later version of this tool/],
      ['[]', /is not a file of observed rules/],
      [good.replace('"run"', '"ran"'), /\/rules\/0 lacks one of/],
      [
        renderObserved([
          { id: 'x', ...rule },
          { id: 'y', ...rule, target: 'b' },
        ]),
        /rules of 2 environments \(a, b\); one file is for one environment/,
      ],
      [
        renderObserved([
          { id: 'x', ...rule },
          { id: 'x', ...rule },
        ]),
        /holds the rule x twice/,
      ],
    ];
    for (const [text, says] of rows) {
      assert.match(JSON.stringify(parseObserved(text, 'f')), says);
      const env = environment();
      acceptObserved(run(), DAY, env);
      writeFileSync(observedPathOf(env), text);
      assert.throws(() => acceptObserved(run(), DAY, env), UsageError);
      assert.throws(() => readBaseline(TARGET, env), UsageError);
      assert.equal(readFileSync(observedPathOf(env), 'utf8'), text);
    }
  });
});
