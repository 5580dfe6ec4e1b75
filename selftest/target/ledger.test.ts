import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openRunLedger } from '../../target/run-ledger.ts';
import { fullDisk } from '../full-disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'ledger-'));
test.after(() => {
  rmSync(dir, { recursive: true, force: true });
});
const run = promisify(execFile);

test('no more runs are reserved than the cap allows, and a release gives one back', () => {
  const ledger = openRunLedger(join(dir, 'a'), 2);
  assert.deepEqual([ledger.reserve(1), ledger.reserve(1), ledger.reserve(1)], [true, true, false]);
  ledger.release(1);
  assert.deepEqual([ledger.reserve(2), ledger.reserve(1), ledger.reserve(1)], [false, true, false]);
  ledger.close();
});

test('without a cap everything is reserved, and nothing is forgotten', () => {
  const ledger = openRunLedger(join(dir, 'b'), null);
  assert.ok(ledger.reserve(1_000_000));
  ledger.started('r1');
  ledger.started('r2');
  ledger.started('r1');
  ledger.started('r3');
  ledger.ended('r1', 'stopped');
  ledger.ended('r3', 'completed');
  ledger.ended('unknown', 'stopped');
  assert.deepEqual(ledger.open(), ['r2']);
  assert.deepEqual(ledger.spend(), {
    workflow_runs_started: 3,
    cap: null,
    ended_by: { stopped: 1, completed: 1, left_running: 1 },
    unknown_starts: 1_000_000 - 3,
    left_running_ids: ['r2'],
    tokens: null,
  });
  ledger.close();
});

test('two ledgers on one file see the same, in the order of the file', () => {
  const one = openRunLedger(join(dir, 'c'), 3);
  const two = openRunLedger(join(dir, 'c'), 3);
  assert.deepEqual(
    [one.reserve(2), two.reserve(2), two.reserve(1), one.reserve(1)],
    [true, false, true, false],
  );
  two.started('r9');
  assert.deepEqual(one.open(), ['r9']);
  one.close();
  two.close();
});

test('four processes together reserve exactly the cap', async () => {
  const path = join(dir, 'd');
  const ledger = new URL('../../target/run-ledger.ts', import.meta.url).href;
  const script = `import { openRunLedger } from ${JSON.stringify(ledger)}; const l = openRunLedger(${JSON.stringify(path)}, 50); let n = 0; for (let i = 0; i < 40; i += 1) if (l.reserve(1)) n += 1; process.stdout.write(String(n));`;
  const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
  const granted = await Promise.all(
    Array.from({ length: 4 }, () =>
      run(process.execPath, ['--import', tsx, '--input-type=module', '-e', script]),
    ),
  );
  assert.equal(
    granted.reduce((sum, { stdout }) => sum + Number(stdout), 0),
    50,
  );
});

test('a ledger that was cut off in the middle of a line keeps what it knew, and goes on in a line of its own', () => {
  const rows: readonly (readonly [cut: string, open: readonly string[], unknown: number])[] = [
    ['{"kind":"started","run":"r2"', ['r1', 'r2'], 0],
    ['{"kind":"started","run":"r', ['r1'], 1],
    ['{"kind":"sto', ['r1'], 1],
    ['\0\0\0', ['r1'], 1],
  ];
  for (const [cut, open, unknown] of rows) {
    const path = join(dir, `cut-${cut.length}`);
    const before = openRunLedger(path, null);
    before.reserve(2);
    before.started('r1', 'lifecycle/all');
    before.close();
    appendFileSync(path, cut);
    const after = openRunLedger(path, null);
    assert.deepEqual(
      [after.open(), after.unknownStarts(), after.startedBy('r1')],
      [open, unknown, 'lifecycle/all'],
    );
    after.ended('r1', 'stopped');
    after.close();
    const last = openRunLedger(path, null);
    assert.deepEqual(last.open(), open.slice(1), cut);
    last.close();
  }
});

test('a full disk ends the starts, and what was started stays known until it is stopped', () => {
  const path = join(dir, 'full');
  const ledger = openRunLedger(path, null);
  assert.ok(ledger.reserve(1));
  ledger.started('r1');
  const undo = fullDisk();
  try {
    assert.throws(() => ledger.reserve(1), /full can't be written: the disk is full\.$/);
    ledger.started('r2');
    ledger.ended('r1', 'stopped');
    assert.deepEqual(ledger.open(), ['r2']);
  } finally {
    undo();
  }
  ledger.ended('r2', 'stopped');
  assert.deepEqual([ledger.open(), ledger.spend().ended_by.stopped], [[], 2]);
  assert.throws(() => ledger.reserve(1), /the disk is full/);
  ledger.close();
  const later = openRunLedger(path, null);
  assert.deepEqual(later.open(), ['r1']); // its end was not taken: a sweep looks at it once more
  later.close();
});

test('a file of which no line is one of a ledger is no empty ledger', () => {
  writeFileSync(join(dir, 'none'), 'no ledger\n');
  assert.throws(() => openRunLedger(join(dir, 'none'), null).open(), /no line of it/);
});

test('a start without a response is told once, and most runs at a time are known', () => {
  const ledger = openRunLedger(join(dir, 'told'), null);
  ledger.reserve(4);
  for (const run of ['r1', 'r2']) ledger.started(run);
  ledger.ended('r1', 'stopped');
  ledger.started('r3');
  assert.deepEqual([ledger.mostOpen(), ledger.unknownStarts()], [2, 1]);
  ledger.toldUnknown();
  ledger.toldUnknown();
  assert.deepEqual([ledger.unknownStarts(), ledger.spend().unknown_starts], [0, 1]);
  ledger.close();
});
