import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { renderRuns } from '../../reports/html/runs-page.tsx';
import { readRuns } from '../../reports/runs.ts';
import { renderResult } from '../../reports/write.ts';
import { GO, NO_GO } from './fixtures.ts';

describe('the index of a folder of runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runs-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const place = (name: string, text: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'result.json'), text);
  };
  place('good', renderResult(GO));
  place('bad', renderResult(NO_GO));
  place('cut-short', renderResult(GO).slice(0, 2000));
  place('of-another-version', JSON.stringify({ ...GO, schema_version: 9 }));
  place('foreign', '{"name":"something else"}');
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, '.hidden'));
  writeFileSync(join(folder, 'notes.txt'), 'not a run');
  const runs = readRuns(folder);
  const page = renderRuns(runs);

  test('tells what it can read, and of the rest why it can not', () => {
    assert.deepEqual(runs.rows.map((row) => row.folder).sort(), ['bad', 'good']);
    assert.deepEqual(
      runs.unreadable.map((one) => one.folder),
      ['cut-short', 'empty', 'foreign', 'of-another-version'],
    );
    assert.match(page, /result\.json is not JSON/);
    assert.match(page, /schema_version is 9, this tool reads 1/);
    assert.match(page, /there is no such file/);
    assert.ok(!page.includes(folder));
  });

  test('has for each run its verdict, causes, key latencies and what is new', () => {
    assert.match(page, /aria-label="NO-GO, 2026-11-24 01:00:00 UTC"/);
    assert.match(page, /server-error-absence: /);
    assert.match(page, /<span class="muted">start<\/span> \d/);
    assert.match(page, /2 new since the run before/);
  });

  test('is the same twice, and empty where there is nothing', () => {
    assert.equal(renderRuns(readRuns(folder)), page);
    assert.match(renderRuns({ rows: [], unreadable: [] }), /There is no run that can be read\./);
  });
});
