/** The history as files: whole or not there, never taken over, and never a reason for a run to fail. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs, {
  mkdirSync,
  mkdtempSync,
  promises,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { afterEach, beforeEach, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HistoryError, readHistory, writeNight } from '../../history/files.ts';
import { migrated, parseNight } from '../../history/night.ts';
import { filesBelow } from '../files.ts';
import { callCli } from '../whole/called.ts';
import { removeOutputs } from '../whole/cli.ts';
import { onDay, record } from './nights.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'history-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  removeOutputs();
});

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/**
 * Lets a call of the file system fail for everything below a folder, as a full or read-only disk does: writing fails after a
 * first part of the text. Returns what undoes it.
 */
function failing(name: 'openSync' | 'writeSync' | 'fsyncSync', code: string, below = dir): () => void {
  const { openSync, [name]: real } = fs;
  const files = new Set<unknown>();
  const isBelow = (path: unknown): boolean => String(path).startsWith(below);
  fs.openSync = (...given: Parameters<typeof openSync>) => {
    if (name === 'openSync' && isBelow(given[0]) && given[1] !== 'r') throw systemError(code);
    const file = openSync(...given);
    if (isBelow(given[0])) files.add(file);
    return file;
  };
  if (name !== 'openSync')
    fs[name] = ((file: number, ...more: readonly unknown[]): unknown => {
      if (!files.has(file)) return Reflect.apply(real, fs, [file, ...more]);
      if (name === 'writeSync') fs.appendFileSync(file, '{"history_ver');
      throw systemError(code);
    }) as never;
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { openSync, [name]: real });
    syncBuiltinESMExports();
  };
}

const ids = (): readonly string[] => readHistory(dir).kept.map(({ night }) => night.id);

describe('a record', () => {
  test('is one file by year and month, and is read back as it was', () => {
    const night = onDay(3);
    const path = writeNight(dir, night);
    assert.equal(path, join(dir, '2026', '09', '20260904T021700Z-night-3.json'));
    assert.deepEqual(readHistory(dir).kept, [{ path, night }]);
    assert.deepEqual(readHistory(join(dir, 'nowhere')).kept, []);
  });

  test('takes the place of no other: two nights of one id and time are two files, and the same one twice is one', () => {
    const first = writeNight(dir, record());
    const second = writeNight(dir, record({ verdict: 'NO-GO', ended_at: '2026-11-24T01:09:00.000Z' }));
    assert.notEqual(first, second);
    assert.equal(writeNight(dir, record()), first);
    assert.equal(readHistory(dir).kept.length, 2);
    assert.deepEqual(JSON.parse(readFileSync(first, 'utf8')), record());
  });

  test('with an id that is a path stays within the folder', () => {
    const path = writeNight(dir, record({ id: '../../../etc/passwd' }));
    assert.equal(dirname(path), join(dir, '2026', '11'));
    assert.deepEqual(ids(), ['../../../etc/passwd']);
  });

  test('is in its place by its own time when the clock jumped back', () => {
    for (const day of [5, 6, 2]) writeNight(dir, onDay(day));
    assert.deepEqual(ids(), ['night-2', 'night-5', 'night-6']);
  });
});

describe('what is no record', () => {
  const place = (name: string, text: string): void => {
    mkdirSync(join(dir, '2026', '11'), { recursive: true });
    writeFileSync(join(dir, '2026', '11', name), text);
  };

  test('is set aside and named, stays as it is, and takes no other with it', () => {
    writeNight(dir, onDay(1));
    const odd: Readonly<Record<string, string>> = {
      'broken.json': '{"history_version": 1, "id": "x',
      'empty.json': '',
      'newer.json': JSON.stringify({ ...record(), history_version: 2 }),
      'no-version.json': '{"id": "x"}',
      'number.json': '7',
      'half.json': JSON.stringify({ history_version: 1, id: 'x' }),
    };
    for (const [name, text] of Object.entries(odd)) place(name, text);
    place('.20261101T000000Z-torn.json.1-ab.part', '{"his');
    const { kept, setAside } = readHistory(dir);
    assert.deepEqual(
      kept.map(({ night }) => night.id),
      ['night-1'],
    );
    assert.deepEqual(
      setAside.map(({ path }) => path.slice('2026/11/'.length)),
      Object.keys(odd).toSorted(),
    );
    assert.match(
      setAside.find(({ path }) => path.endsWith('newer.json'))?.why ?? '',
      /newer than the 1 that/,
    );
    assert.match(setAside.find(({ path }) => path.endsWith('empty.json'))?.why ?? '', /^it is empty$/);
    for (const [name, text] of Object.entries(odd))
      assert.equal(readFileSync(join(dir, '2026', '11', name), 'utf8'), text);
  });

  test('of an older version is taken through each version between', () => {
    const steps = {
      [-1]: (old: object) => ({ ...old, second: true }),
      [-2]: (old: object) => ({ ...old, first: true }),
    };
    assert.deepEqual(migrated({ id: 'x', history_version: -2 }, -2, steps), {
      id: 'x',
      first: true,
      second: true,
      history_version: 0,
    });
    assert.deepEqual(migrated(record(), 1, {}), record());
  });

  test('a field that a later tool of this version adds does no harm', () => {
    const night = parseNight(JSON.stringify({ ...record(), added_later: { more: true } }));
    assert.deepEqual(night, record());
  });
});

describe('a folder that takes nothing', () => {
  test('is told in one sentence, and nothing is left behind', () => {
    writeFileSync(join(dir, '2026'), 'a file');
    assert.throws(
      () => writeNight(dir, record()),
      (error) =>
        error instanceof HistoryError &&
        /^The history .* can't take this record: a part of its path is not a directory; nothing in it was changed\. [^\n]*--import\.$/.test(
          error.message,
        ),
    );
    assert.deepEqual(readdirSync(dir), ['2026']);
  });

  test('because the disk is full, or is read-only, keeps what it has, and what was half written is gone', () => {
    writeNight(dir, onDay(1));
    const rows = [
      ['writeSync', 'ENOSPC', 'the disk is full'],
      ['writeSync', 'EDQUOT', 'the quota of the disk is used up'],
      ['fsyncSync', 'ENOSPC', 'the disk is full'],
      ['openSync', 'EROFS', 'it is on a read-only file system'],
      ['openSync', 'EACCES', 'this user may not write there'],
    ] as const;
    for (const [call, code, reason] of rows) {
      const undo = failing(call, code);
      try {
        assert.throws(
          () => writeNight(dir, onDay(2)),
          (error) =>
            error instanceof HistoryError &&
            error.message.includes(`can't take this record: ${reason}; nothing in it was changed.`),
          `${call} ${code}`,
        );
      } finally {
        undo();
      }
      assert.deepEqual(ids(), ['night-1']);
      assert.equal(filesBelow(dir).length, 1, `${call} ${code} leaves nothing`);
    }
    writeNight(dir, onDay(2));
    assert.deepEqual(ids(), ['night-1', 'night-2']);
  });

  test('is no reason to lose a run: its verdict stands, its own folder has the record, and a sentence says what to do', async () => {
    const history = join(dir, 'kept');
    writeNight(history, onDay(1));
    const undo = failing('writeSync', 'ENOSPC', history);
    try {
      const ran = await callCli({ args: ['contract', '--only', 'control', '--history', history] });
      assert.match(
        ran.stdout,
        /^The history [^\n]*kept can't take this record: the disk is full; nothing in it was changed\. .*--import\.$/m,
      );
      assert.equal(ran.result().verdict === null, false);
      assert.equal(readHistory(join(ran.outDir, 'history')).kept.length, 1);
      assert.deepEqual(
        readHistory(history).kept.map(({ night }) => night.id),
        ['night-1'],
      );
    } finally {
      undo();
    }
  });

  test('nor does a disk that takes no report: the verdict and its reasons are told, with code 3', async () => {
    const { writeFile } = promises;
    promises.writeFile = (async (path: string, ...more: readonly unknown[]) => {
      if (path.includes('result.json')) throw systemError('ENOSPC');
      await Reflect.apply(writeFile, promises, [path, ...more]);
    }) as typeof writeFile;
    syncBuiltinESMExports();
    try {
      const ran = await callCli({ args: ['contract', '--only', 'control', '--json', '--history', dir] });
      assert.equal(ran.code, 3, ran.stderr);
      assert.match(ran.stderr, /^The report can't be written to [^\n]*: the disk is full\. [^\n]*\n/m);
      assert.doesNotMatch(ran.stderr, /^report: |\n\s+at /m);
      const told = JSON.parse(ran.stdout) as { readonly exit_code: number; readonly verdict: string };
      assert.equal(told.exit_code, 3);
      assert.equal(
        readHistory(dir).kept[0]?.night.verdict,
        told.verdict,
        'the record is kept where there is room',
      );
    } finally {
      promises.writeFile = writeFile;
      syncBuiltinESMExports();
    }
  });
});

test('what a killed run left half written is removed after a day, and a fresh one is left to its writer', () => {
  const folder = join(dir, '2026', '11');
  mkdirSync(folder, { recursive: true });
  const old = join(folder, '.a.json.1-aa.part');
  const fresh = join(folder, '.b.json.2-bb.part');
  for (const path of [old, fresh]) writeFileSync(path, '{');
  utimesSync(old, 1_000_000, 1_000_000);
  writeNight(dir, record());
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    ['.b.json.2-bb.part'],
  );
});

test('writers that are killed at any moment leave whole records or none, and those beside them lose nothing', async () => {
  const program = fileURLToPath(new URL('writer-program.ts', import.meta.url));
  const said: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const writers = [0, 1].map((n) =>
      spawn(process.execPath, ['--import', 'tsx', program, dir, `${round}-${n}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(
      writers.map(
        (writer) =>
          new Promise<void>((resolve) => {
            let text = '';
            writer.stdout.setEncoding('utf8').on('data', (more: string) => {
              text += more;
              // Somewhere between two records, or within one: wherever it is then.
              if (text.split('\n').length > 40) writer.kill('SIGKILL');
            });
            writer.once('close', () => {
              said.push(...text.split('\n').slice(0, -1));
              resolve();
            });
          }),
      ),
    );
  }
  const { kept, setAside } = readHistory(dir);
  assert.deepEqual(setAside, []);
  const found = new Set(kept.map(({ night }) => night.id));
  assert.ok(said.length >= 6 * 40);
  assert.deepEqual(
    said.filter((id) => !found.has(id)),
    [],
  );
  for (const path of filesBelow(dir).filter((one) => one.endsWith('.json')))
    assert.ok(statSync(path).size > 0);
});
