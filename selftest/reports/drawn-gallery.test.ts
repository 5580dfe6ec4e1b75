/** Pages that no single run makes: nights before, comparisons, releases held against an earlier one. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { after, before, describe } from 'node:test';
import type { Browser, Page } from '@playwright/test';
import { viewOf } from '../../history/view.ts';
import { renderComment } from '../../reports/comment.ts';
import { renderComparison } from '../../reports/html/comparison-page.tsx';
import { renderHtml } from '../../reports/html/page.tsx';
import { renderSummary } from '../../reports/summary.ts';
import { renderResult } from '../../reports/write.ts';
import { issueIn } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';
import { launchBrowser } from '../browser.ts';
import { SITUATIONS } from '../history/situations.ts';
import { COMPARISONS } from './comparison-fixtures.ts';
import { GO } from './fixtures.ts';
import { axeFindings, openPage, overflowOf, SIZES, unfold } from './open-page.ts';
import { RELEASE_GO, RELEASE_NO_GO } from './release-fixtures.ts';

/** Where the pages stay, to be looked at. */
const PAGES = fileURLToPath(new URL('../../test-results/drawn', import.meta.url));

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

let browser: Browser;
before(async () => {
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(PAGES, { recursive: true });
  browser = await launchBrowser();
});
after(() => browser.close());

/** Takes the other sections away: they stand on other pages too, and are looked at there. */
async function keepOnly(page: Page, part: string): Promise<void> {
  await page.evaluate(`
    for (const one of document.querySelectorAll('main > section')) if (!one.matches(${JSON.stringify(part)})) one.remove();
    document.querySelector('footer').remove();
  `);
}

/** Looks at a page in both schemes, at all widths, with one part of it unfolded. */
async function look(name: string, html: string, part = 'main > section'): Promise<void> {
  assert.ok(Buffer.byteLength(html) < 1024 * 1024, `${Buffer.byteLength(html)} bytes`);
  assert.doesNotMatch(html.replaceAll(/<(script|style)[^]*?<\/\1>/g, ''), /NaN|Infinity|undefined/);
  const path = join(PAGES, `${name.replaceAll(' ', '-')}.html`);
  writeFileSync(path, html);
  await openPage(
    browser,
    path,
    { viewport: SIZES.wide, colorScheme: 'light' },
    async ({ page, complaints }) => {
      for (const one of part.split(', ')) await unfold(page, one);
      for (const width of [2560, 400, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await overflowOf(page), 0, `at ${width} px`);
      }
      await keepOnly(page, part);
      assert.deepEqual(await axeFindings(page), []);
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await axeFindings(page, ['color-contrast']), [], 'in dark');
      assert.deepEqual(complaints, []);
    },
  );
}

/** The page of a result, once it is known to be the same from the saved one. */
function pageOf(result: RunResult): string {
  assert.equal(issueIn(JSON.parse(renderResult(result))), null);
  const page = renderHtml(result);
  assert.equal(renderHtml(JSON.parse(renderResult(result)) as RunResult), page);
  return page;
}

describe('the nights before', () => {
  for (const [name, records] of Object.entries(SITUATIONS)) {
    test(`a page ${name.replace('-', ' ')} says so, and is legible in both schemes`, async () => {
      const history = viewOf(records(), new Map());
      assert.ok(history !== null);
      const page = pageOf({ ...GO, history });
      assert.match(page, /<h2 id="history-title">/);
      assert.match(page, SAYS[name] ?? /^never$/);
      await look(name, page, '#verdict, #history');
    });
  }
});

/** What each situation asks somebody to look at. */
const ALARMS: Readonly<Record<string, string>> = {
  suspect: 'suspect',
  confirmed: 'confirmed',
  environment: 'environment',
};

test('what the nights show stands beside a GO: on the page, in the summary and in the comment', () => {
  for (const [name, records] of Object.entries(SITUATIONS)) {
    const history = viewOf(records(), new Map());
    assert.ok(history !== null);
    const result = { ...GO, history };
    const word = ALARMS[name];
    const [firstScreen = ''] = renderHtml(result).split('<h2 id="history-title">');
    assert.equal(firstScreen.includes('<a href="#history">Night after night</a>'), word !== undefined, name);
    for (const text of [renderSummary(result), renderComment(result)]) {
      assert.equal(text.includes('Night after night'), word !== undefined, name);
      if (word !== undefined) assert.match(text, new RegExp(`${word}: .*Speed`));
      assert.equal(text.includes('Action: performance owners.'), word === 'confirmed', name);
      assert.equal(text.includes('No action needed.'), word !== 'confirmed', name);
    }
  }
});

describe('comparisons', () => {
  for (const [name, view] of Object.entries(COMPARISONS))
    test(`${name} are told side by side`, async () => {
      const html = renderComparison(view());
      assert.equal(html, renderComparison(view()));
      assert.match(html, /<section id="outcome"/);
      await look(name, html);
    });
});

describe('a release', () => {
  const cases = { 'release that may ship': RELEASE_GO, 'release that may not': RELEASE_NO_GO };
  for (const [name, result] of Object.entries(cases))
    test(`${name}: what was asked, of which build, against what and what is new stand in front`, async () => {
      const page = pageOf(result);
      const first = /<section id="verdict"[^]*?<\/section>/.exec(page)?.[0] ?? '';
      for (const wanted of [
        result === RELEASE_GO
          ? 'Release gate: 7 of 7 kept'
          : 'Release gate: 5 of 7 kept, 1 broken, 1 unknown',
        'Against run 20261110T010000Z-77aa',
        'build 2.14.0',
        'Objectives of the load: 4 of 4 met',
        'Since the last GO',
        'Left out',
        'revision 2.15.0',
        'x-build-id: 4711-b2',
        ...(result === RELEASE_GO
          ? ['Accepted risks', 'Ada Lovelace, until 2026-12-31']
          : ['+62 %', '+44 to +83']),
      ])
        assert.ok(first.includes(wanted), wanted);
      const summary = renderSummary(result);
      assert.match(summary, /## Release gate: \d of 7 kept/);
      assert.match(
        summary,
        /\| [✗✓] (broken|kept) \| latency\\?_ms\\?_p50 of start \| \+[\d.]+ % \([−+][\d.]+ to \+[\d.]+\) \| \+25 % \|/,
      );
      await look(name, page, '#verdict');
    });

  test('has its first screen on one printed page, and on one screen but for the cost', async () => {
    await openPage(
      browser,
      join(PAGES, 'release-that-may-ship.html'),
      { viewport: SIZES.wide },
      async ({ page }) => {
        const bottom = (selector: string): Promise<number> =>
          page.evaluate<number>(
            `document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().bottom`,
          );
        assert.ok((await bottom('#verdict .since')) < 900);
        assert.ok((await bottom('#verdict .facts > div')) < 920);
        await keepOnly(page, '#verdict');
        const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
        assert.equal(paper.match(/\/Type\s*\/Page\b(?!s)/g)?.length, 1);
      },
    );
  });
});
