/** The section of the page about the nights before, in each situation. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { viewOf } from '../../history/view.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { renderResult } from '../../reports/write.ts';
import { issueIn } from '../../result/result-file.ts';
import { SITUATIONS } from '../history/situations.ts';
import { GO } from './fixtures.ts';

/** Where the pages stay, to be looked at. */
const PAGES = fileURLToPath(new URL('../../test-results/history', import.meta.url));

const SAYS: Readonly<Record<string, RegExp>> = {
  learning: /Learning, 9 of 14 nights/,
  quiet: /No change in speed was seen\./,
  suspect: /may be [^<]* slower/,
  confirmed: /The service became [^<]* slower/,
  environment:
    /the times of the service rose no more than theirs: the way to the target or this machine changed/,
  recovered: /faster than the nights before/,
  gaps: /2 nights missing before/,
  'new-machine': /a new series begins, because the number of cores was 4 and is 16/,
  'thousand-nights': /1,000 nights of this target; the latest 60/,
};

for (const [name, records] of Object.entries(SITUATIONS)) {
  test(`a page ${name.replace('-', ' ')} says so, stays below 1 MiB and is the same from the saved result`, () => {
    const history = viewOf(records(), new Map());
    assert.ok(history !== null);
    const result = { ...GO, history };
    assert.equal(issueIn(JSON.parse(renderResult(result))), null);
    const page = renderHtml(result);
    mkdirSync(PAGES, { recursive: true });
    writeFileSync(join(PAGES, `${name}.html`), page);
    assert.match(page, /<h2 id="history-title">/);
    assert.match(page, SAYS[name] ?? /^never$/);
    assert.ok(Buffer.byteLength(page) < 1024 * 1024, `${Buffer.byteLength(page)} bytes`);
    const [section = ''] = /<section id="history"[^]*?<\/section>/.exec(page) ?? [];
    assert.doesNotMatch(section, /NaN|Infinity|undefined/);
    assert.equal(renderHtml(JSON.parse(renderResult(result)) as typeof result), page);
  });
}
