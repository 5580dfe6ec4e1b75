/** `npm run history`, and the record that a run leaves. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { readHistory, writeNight } from '../../history/files.ts';
import { readLabels } from '../../history/labels.ts';
import { callCli } from '../whole/called.ts';
import { removeOutputs, type Ran } from '../whole/cli.ts';
import { dayAt, onDay } from './nights.ts';

const dir = mkdtempSync(join(tmpdir(), 'history-command-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
  removeOutputs();
});

function history(folder: string, words: readonly string[] = [], clock?: string): Promise<Ran> {
  const args = ['history', ...words, '--history', folder];
  return callCli({ args, ...(clock === undefined ? {} : { at: clock }) });
}

test('a run leaves its record, the next one tells what is new from it, and the same runs are taken in from their folders', async () => {
  const folder = join(dir, 'runs');
  const run = (...more: readonly string[]): Promise<Ran> =>
    callCli({
      args: ['contract', '--seed', '1', '--only', 'negative/command', ...more, '--history', folder],
    });
  const first = await run();
  assert.doesNotMatch(first.stdout, /since the last run/);
  const second = await run('--fault', 'number-command-accepted');
  assert.equal(second.code, 1, second.stdout);
  assert.match(second.stdout, /^since the last run \(GO, .*\): [1-9]\d* new, 0 gone/m);
  const { kept } = readHistory(folder);
  assert.deepEqual(
    kept.map(({ night }) => night.verdict),
    ['GO', 'NO-GO'],
  );
  const imported = join(dir, 'imported');
  const ran = await history(imported, ['--import', first.outDir, second.outDir]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(
    readHistory(imported).kept.map(({ night }) => night),
    kept.map(({ night }) => night),
  );
  const again = await history(imported, ['--import', first.outDir, join(dir, 'nowhere')]);
  assert.match(again.stdout, /^passed over: [^\n]*nowhere: it does not exist$/m);
  assert.equal(readHistory(imported).kept.length, 2, 'the same run twice is one record');
});

test('a history that is a file is refused with one sentence before anything is sent', async () => {
  const file = join(dir, 'a-file');
  writeFileSync(file, '');
  const ran = await callCli({ args: ['contract', '--only', 'control', '--history', file] });
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /^--history is [^\n]*a-file, which is not a directory; [^\n]*\n$/);
  assert.deepEqual(readdirSync(ran.outDir), []);
  const below = await callCli({
    args: ['contract', '--only', 'control', '--history', join(file, 'below')],
  });
  assert.equal(below.code, 2);
  assert.match(below.stderr, /^--history is [^\n]*below, which can't be written; [^\n]*\n$/);
});

test('a run whose clock has jumped back stands in its place, and takes a newer or broken record for none', async () => {
  const folder = join(dir, 'jumped');
  const later = [onDay(4), onDay(5, { ended_at: dayAt(4) })];
  for (const night of later) writeNight(folder, night);
  const newer = join(folder, '2026', '09', 'newer.json');
  writeFileSync(newer, '{"history_version": 99}');
  const ran = await callCli({
    args: ['contract', '--only', 'control', '--history', folder],
    at: dayAt(1),
  });
  assert.match(ran.stdout, /^history: 2026\/09\/newer\.json is set aside, [^\n]*newer than/m);
  const nights = readHistory(folder).kept.map(({ night }) => night);
  assert.deepEqual(nights.slice(1), later);
  assert.equal(nights[0]?.started_at.slice(0, 10), dayAt(1).slice(0, 10));
  assert.equal(readFileSync(newer, 'utf8'), '{"history_version": 99}');
  assert.equal((await history(folder, [], dayAt(5, 5))).code, 0);
});

describe('the nights', () => {
  const folder = join(dir, 'nights');
  for (const day of [1, 2, 5]) writeNight(folder, onDay(day));
  writeFileSync(join(folder, '2026', '09', 'broken.json'), '{');

  test('are shown with what is missing and what is set aside, and given as JSON', async () => {
    const ran = await history(folder, [], dayAt(5, 5));
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^The newest judged night, GO, ended [23]\.\d hours ago/);
    assert.match(ran.stdout, /night-2\n {2}… 2 nights missing\n/);
    assert.match(ran.stdout, /^set aside: 2026\/09\/broken\.json: /m);
    const json = JSON.parse((await history(folder, ['--json'], dayAt(5, 5))).stdout) as {
      readonly series: readonly { readonly nights: readonly unknown[]; readonly gaps: readonly unknown[] }[];
    };
    assert.deepEqual([json.series[0]?.nights.length, json.series[0]?.gaps.length], [3, 1]);
  });

  test('that are too old end a check with 3, which is told first', async () => {
    const fresh = await history(folder, ['--check'], dayAt(6, 5));
    assert.equal(fresh.code, 0, fresh.stdout);
    const stale = await history(folder, ['--check'], dayAt(8, 5));
    assert.equal(stale.code, 3);
    assert.match(
      stale.stdout,
      /^The newest judged night, GO, ended 7[45]\.\d hours ago .*; it may be 36 hours at most\./,
    );
    assert.equal((await history(join(dir, 'none'), ['--check'])).code, 3);
  });

  test('can be labelled, by day and by id; what is no label is refused with every issue', async () => {
    const ran = await history(folder, ['label', '2026-09-03', 'false', 'a backup ran']);
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal((await history(folder, ['label', 'night-2', 'real', 'no, it was build 4711'])).code, 0);
    assert.deepEqual(
      [...readLabels(folder).labels].map(([night, { label }]) => [night, label]),
      [['night-2', 'real']],
    );
    const wrong = await history(folder, ['label', '2026-10-30', 'perhaps', ' ']);
    assert.equal(wrong.code, 2);
    assert.equal(wrong.stderr.trim().split('\n').length, 3);
  });
});

test('pruning keeps the latest nights, the last GO, the last release and what was labelled', async () => {
  const folder = join(dir, 'many');
  for (let day = 0; day < 140; day += 1)
    writeNight(folder, onDay(day, { verdict: day < 6 ? 'GO' : 'NO-GO' }));
  await history(folder, ['label', 'night-2', 'false', 'the network']);
  const ran = await history(folder, ['--prune']);
  assert.match(ran.stdout, /^12 records deleted, 128 kept/);
  const left = readHistory(folder).kept.map(({ night }) => night.id);
  assert.deepEqual(left.slice(0, 3), ['night-2', 'night-5', 'night-14']);
});
