import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { samplesNeeded } from '../../load/metrics/quantile.ts';
import { duration, ms, percent } from '../../result/format.ts';
import { laidOut } from '../../reports/html/json-layout.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { PERCENTILES } from '../../reports/html/percentiles.ts';
import { visible } from '../../reports/readable.ts';
import { issueIn, readResult, ResultFileError } from '../../result/result-file.ts';
import { renderSummary } from '../../reports/summary.ts';
import { renderResult, writeReports } from '../../reports/write.ts';
import { DOWN, GO, LOAD_ONLY, MANY, NO_GO, SITUATIONS } from './fixtures.ts';
import { hostile, huge } from './hostile.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('the result file', () => {
  for (const [name, result] of Object.entries(SITUATIONS)) {
    test(`${name} validates against the schema`, () => {
      assert.equal(issueIn(result), null);
    });
    test(`${name} is written without any loss`, () => {
      const text = renderResult(result);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(result)));
      assert.doesNotMatch(text, /undefined/);
    });
  }

  test('is read back as it was written, and nothing unfinished stays behind', async () => {
    const written = await writeReports(NO_GO, folder);
    assert.deepEqual(readResult(written.result), JSON.parse(JSON.stringify(NO_GO)));
    assert.deepEqual((await readdir(folder)).sort(), [
      'codequality.json',
      'comment.md',
      'ctrf.json',
      'digest.json',
      'index.html',
      'junit.xml',
      'result.json',
      'summary.md',
    ]);
    assert.equal(await readFile(written.html, 'utf8'), renderHtml(readResult(written.result)));
  });

  test('is the same text whatever order its keys were built in', () => {
    const reversed = Object.fromEntries(Object.entries(GO).reverse()) as unknown as typeof GO;
    assert.equal(renderResult(reversed), renderResult(GO));
  });

  const bad: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    ['that is no JSON', '{', /bad\.json is not JSON: /],
    [
      'of another schema',
      JSON.stringify({ ...GO, schema_version: 2 }),
      /schema_version is 2, this tool reads 1\.$/,
    ],
    [
      'with an unknown verdict',
      JSON.stringify({ ...GO, verdict: 'MAYBE' }),
      /\/verdict must be equal to one of .*\(GO, INCONCLUSIVE, NO-GO|\/verdict must/,
    ],
    ['with a field too many', JSON.stringify({ ...GO, more: 1 }), /additional properties \("more"\)/],
    ['that is no object', '[]', /must be object/],
  ];
  for (const [title, text, message] of bad) {
    test(`${title} is refused in one sentence`, async () => {
      const path = join(folder, 'bad.json');
      await writeFile(path, text);
      assert.throws(
        () => readResult(path),
        (error) =>
          error instanceof ResultFileError && message.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  test('that does not exist is refused in one sentence', () => {
    assert.throws(() => readResult(join(folder, 'none.json')), {
      name: 'ResultFileError',
      message: /there is no such file\.$/,
    });
  });
});

describe('the page', () => {
  for (const [name, result] of Object.entries({ ...SITUATIONS, MANY, HOSTILE: hostile(NO_GO) })) {
    test(`of ${name} is the same twice`, () => {
      assert.equal(renderHtml(result), renderHtml(structuredClone(result)));
    });
  }

  test('is light: under 1 MiB on a usual night, under 3 MiB at the largest', () => {
    assert.ok(Buffer.byteLength(renderHtml(NO_GO)) < 1024 * 1024);
    for (const result of [MANY, huge(NO_GO), huge(MANY, 500)])
      assert.ok(Buffer.byteLength(renderHtml(result)) < 3 * 1024 * 1024);
  });

  test('counts what it leaves out', () => {
    assert.match(renderHtml(MANY), /more causes with 8\d\d findings/);
  });

  test('says what to do about a run that could not be judged, and what may have been started unseen', () => {
    const unseen = { ...DOWN, spend: { ...DOWN.spend, unknown_starts: 2 } };
    const step =
      'See that the target is up and can be reached from here (npm run doctor), then repeat the run.';
    const told = '2 starts may have begun a run whose id no response told';
    for (const text of [renderHtml(unseen), renderSummary(unseen)]) {
      assert.equal(text.split(step).length, 2);
      assert.ok(text.includes(told));
    }
    assert.match(renderHtml(unseen), /0 left running; perhaps 2 more, whose ids were never told/);
    assert.ok(!renderHtml(DOWN).includes('perhaps'));
  });

  test('says how to ask a case again, and that the embedded sandbox is gone', () => {
    const rendered = (isSandbox: boolean): string =>
      renderHtml({ ...NO_GO, target: { ...NO_GO.target, is_sandbox: isSandbox } });
    assert.match(rendered(false), /export INTERACTLY_API_KEY=…/);
    assert.doesNotMatch(rendered(true), /export INTERACTLY_API_KEY/);
    assert.match(rendered(true), /the sandbox of this run is gone/);
    assert.doesNotMatch(renderHtml(GO), /To ask a case again|takes the key from the shell/);
  });

  test('names the build that was asked: what was configured, and what headers say', () => {
    const headers = { 'x-build': '4711', server: 'api/2.3' };
    const revision = { declared: '2026.11-rc2', headers, schema_sha256: null, shape_sha256: null };
    const page = renderHtml({ ...GO, target: { ...GO.target, revision } });
    for (const build of ['revision 2026.11-rc2', 'x-build: 4711', 'server: api/2.3'])
      assert.ok(page.includes(build), build);
    const silent = { ...revision, declared: null, headers: {} };
    assert.ok(!renderHtml({ ...GO, target: { ...GO.target, revision: silent } }).includes('revision '));
  });

  test('says of a part that it was not asked for', () => {
    assert.match(renderHtml(LOAD_ONLY), /Contract tests were not asked for\./);
  });

  test('names as many samples as the load engine demands', () => {
    for (const { quantile, samplesNeeded: named } of PERCENTILES)
      assert.equal(named, samplesNeeded(quantile));
  });
});

describe('the summary', () => {
  test('has the verdict, the reasons and the causes', () => {
    const text = renderSummary(NO_GO);
    assert.match(text, /^# ✗ NO-GO\n/);
    assert.match(text, /\*\*Action: API owners\.\*\*/);
    assert.match(text, /\| ✗ failure \| .*server\\?-error\\?-absence/);
    assert.match(text, /`latency_ms_p95 < 250`/);
  });

  test('stays below 900 KiB', () => {
    for (const result of [MANY, huge(MANY, 500), hostile(MANY)])
      assert.ok(Buffer.byteLength(renderSummary(result)) < 900 * 1024);
  });

  test('leaves out whole sections from the bottom, and names them with their counts', () => {
    const text = renderSummary(MANY, 8000);
    assert.ok(Buffer.byteLength(text) < 8500);
    assert.match(
      text,
      /Left out for size: findings by cause \(1,000\); thresholds \(16\); load steps \(24\); counts of contract cases \(3,000\); the ledger/,
    );
  });

  test('lets no string open a tag, a cell or a fence', () => {
    const text = renderSummary(hostile(NO_GO))
      .replaceAll(/\\./g, '')
      .replaceAll(/(`+)[^\n]*?[^`]\1(?!`)/g, '');
    assert.doesNotMatch(text.replaceAll(/```+sh\n[^]*?\n```+/g, ''), /<(script|img|svg|b)\b/);
    for (const row of text.split('\n').filter((line) => line.startsWith('| ✗ failure')))
      assert.equal(row.split('|').length - 2, 6);
  });
});

describe('words and numbers', () => {
  test('show times with three digits', () => {
    assert.deepEqual([0.12, 5.123, 48.26, 312.5, 12_345].map(ms), ['0.12', '5.12', '48.3', '313', '12,345']);
    assert.deepEqual([840, 12_340, 59_990, 200_000, 3_840_000].map(duration), [
      '840 ms',
      '12.3 s',
      '1 min',
      '3 min 20 s',
      '1 h 4 min',
    ]);
    assert.deepEqual([0, 0.0025, 0.9999].map(percent), ['0 %', '0.25 %', '100 %']);
  });

  test('name characters that cannot be seen', () => {
    assert.equal(visible('a\u202Eb\0c\r\n\td\uD83D'), 'a⟨U+202E⟩b⟨U+0000⟩c⟨U+000D⟩\n\td\uFFFD');
  });

  test('lay out JSON without touching a token', () => {
    assert.equal(
      laidOut('{"a":1e400,"b":[],"c":{"d":"x,{\\"y"}}'),
      '{\n  "a": 1e400,\n  "b": [],\n  "c": {\n    "d": "x,{\\"y"\n  }\n}',
    );
    assert.equal(laidOut('Internal Server Error'), 'Internal Server Error');
    assert.equal(laidOut('{"cut": "off'), '{\n  "cut": "off');
  });
});
