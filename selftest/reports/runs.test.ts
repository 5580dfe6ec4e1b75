import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { renderRuns } from '../../reports/html/runs-page.tsx';
import { readRuns } from '../../reports/runs.ts';
import type { SinceLast } from '../../result/result.ts';
import { renderResult } from '../../reports/write.ts';
import { DOWN, GO, NO_GO, TOO_FEW } from './fixtures.ts';

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
    assert.match(page, /<span class="muted">start<\/span> <span class="label">\d/);
    assert.match(page, /2 new since the run before/);
  });

  test('says why a run could not be judged, and no word of failures or news that it could not see', () => {
    const nights = mkdtempSync(join(folder, '.unjudged-'));
    for (const [name, result] of Object.entries({ DOWN, TOO_FEW })) {
      const since: SinceLast = {
        run_id: 'before',
        started_at: result.run.started_at,
        verdict: 'GO',
        appeared: [],
        gone: [],
      };
      mkdirSync(join(nights, name));
      writeFileSync(join(nights, name, 'result.json'), renderResult({ ...result, since_last: since }));
    }
    const text = renderRuns(readRuns(nights));
    assert.doesNotMatch(text, /no failure/);
    assert.equal(text.split('0 new since').length, 2, 'of the one whose contract part was judged');
    assert.ok(text.includes(DOWN.reasons[0] ?? '?'));
    assert.match(text, /can&#39;t carry p99|can't carry p99/);
  });

  test('is the same twice, and empty where there is nothing', () => {
    assert.equal(renderRuns(readRuns(folder)), page);
    assert.match(renderRuns({ rows: [], unreadable: [] }), /There is no run that can be read\./);
  });
});
