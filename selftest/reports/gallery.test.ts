import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { after, before, describe } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { renderDigest } from '../../reports/digest.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { renderRuns } from '../../reports/html/runs-page.tsx';
import { readRuns } from '../../reports/runs.ts';
import { writeRunsIndex } from '../../reports/write.ts';
import { launchBrowser } from '../browser.ts';
import { findCurl } from '../curl.ts';
import { CANARY_KEY, removeOutputs } from '../whole/cli.ts';
import { buildGallery, GALLERY, PIECES, type Gallery, type PieceName } from './gallery.ts';
import { axeFindings, openPage, overflowOf, SIZES, unfold } from './open-page.ts';

const run = promisify(execFile);
const NAMES = Object.keys(PIECES) as PieceName[];

let browser: Browser;
let gallery: Gallery;
const toClose: (() => Promise<void>)[] = [];

before(async () => {
  gallery = await buildGallery();
  toClose.push(() => gallery.close());
  browser = await launchBrowser();
  toClose.push(() => browser.close());
});
after(async () => {
  for (const close of toClose) await close();
  removeOutputs();
});

describe('the gallery of real runs', { concurrency: 3 }, () => {
  for (const name of NAMES) {
    test(`${name} is ${PIECES[name]}, and its page is what its result renders to`, () => {
      const result = gallery.resultOf(name);
      assert.equal(result.verdict, PIECES[name], result.reasons.join('\n'));
      const page = readFileSync(gallery.pageOf(name), 'utf8');
      assert.equal(page, renderHtml(result));
      assert.ok(Buffer.byteLength(page) < 1024 * 1024);
      assert.ok(!page.includes(CANARY_KEY));
      const digest = readFileSync(gallery.pageOf(name).replace('index.html', 'digest.json'), 'utf8');
      assert.equal(digest, renderDigest(result));
      assert.ok(Buffer.byteLength(digest) <= 8192);
    });

    test(`${name} asks for nothing, complains of nothing and never scrolls sideways`, async () => {
      await openPage(
        browser,
        gallery.pageOf(name),
        { viewport: SIZES.wide },
        async ({ page, url, requests, complaints }) => {
          await unfold(page);
          for (const width of [400, 700, 1280, 2560]) {
            await page.setViewportSize({ width, height: 900 });
            assert.equal(await overflowOf(page), 0, `at ${width} px`);
          }
          assert.deepEqual(
            requests.filter((one) => !one.startsWith('data:')),
            [url],
          );
          assert.deepEqual(complaints, []);
        },
      );
    });

    test(`axe finds nothing in ${name}: in light, in dark, at 400 px`, async () => {
      const options = { viewport: SIZES.wide, colorScheme: 'light' } as const;
      await openPage(browser, gallery.pageOf(name), options, async ({ page }) => {
        if (name !== 'forty-causes') await unfold(page); // its two hundred exchanges are all built alike
        assert.deepEqual(await axeFindings(page), []);
        await page.emulateMedia({ colorScheme: 'dark' }); // it differs in colours alone
        assert.deepEqual(await axeFindings(page, ['color-contrast']), [], 'in dark');
        await page.emulateMedia({ colorScheme: 'light' });
        await page.setViewportSize(SIZES.narrow);
        assert.deepEqual(await axeFindings(page), [], 'at 400 px');
      });
    });
  }

  test('forty causes are grouped, and those left out are counted', () => {
    const { contract } = gallery.resultOf('forty-causes');
    assert.ok(new Set(contract?.findings.map(({ fingerprint }) => fingerprint)).size >= 40);
    assert.match(readFileSync(gallery.pageOf('forty-causes'), 'utf8'), /more, all in result\.json/);
  });

  test('hostile responses of a real server stay text', async () => {
    const text = readFileSync(gallery.pageOf('hostile-strings').replace('index.html', 'result.json'), 'utf8');
    for (const part of ['<script>window.hurt=1</script>', '\u202E', '🇬🇧'])
      assert.ok(text.includes(part), part);
    const comment = readFileSync(
      gallery.pageOf('hostile-strings').replace('index.html', 'comment.md'),
      'utf8',
    );
    assert.doesNotMatch(comment, /@|https?:|<script|<img|\u202E/);
    await openPage(browser, gallery.pageOf('hostile-strings'), {}, async ({ page }) => {
      const seen = await page.evaluate(
        '[document.scripts.length, document.querySelectorAll("img, injected, [onload], [onerror], [onmouseover]").length, typeof window.hurt]',
      );
      assert.deepEqual(seen, [1, 0, 'undefined']);
      assert.doesNotMatch(
        await page.evaluate<string>('document.documentElement.textContent'),
        /[\u202A-\u202E\u2066-\u2069]/,
      );
    });
  });

  test('an index over them names each run and links to its page', async () => {
    const runs = readRuns(GALLERY);
    assert.equal(runs.rows.length, NAMES.length);
    assert.equal(renderRuns(runs), renderRuns(readRuns(GALLERY)));
    const path = await writeRunsIndex(runs, GALLERY);
    await openPage(browser, path, { viewport: SIZES.wide }, async ({ page, complaints }) => {
      assert.equal(await page.locator('table a[href$="index.html"]').count(), NAMES.length);
      assert.deepEqual(await axeFindings(page), []);
      assert.equal(await overflowOf(page), 0);
      const hidden =
        '(() => { const box = document.querySelector("#runs .scroll"); return box.scrollWidth - box.clientWidth; })()';
      assert.equal(await page.evaluate(hidden), 0, 'the links to the files are in sight');
      await page.locator('a[href*="one-cause/index.html"]').click();
      assert.match(page.url(), /one-cause\/index\.html$/);
      assert.deepEqual(complaints, []);
    });
  });
});

/** Presses a key until the focus is where it is wanted. */
async function pressUntil(page: Page, key: string, wanted: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await page.keyboard.press(key);
    if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(wanted)})`)) return;
  }
  assert.fail(`${key} never led to ${wanted}`);
}

describe('by keyboard alone', () => {
  test('one goes from the verdict to a curl line, copies it, and back; the line repeats the finding', async () => {
    await findCurl();
    const [finding] = gallery.resultOf('one-cause').contract?.findings ?? [];
    assert.ok(finding !== undefined);
    const copied = await openPage(
      browser,
      gallery.pageOf('one-cause'),
      { viewport: SIZES.wide, permissions: ['clipboard-read', 'clipboard-write'] },
      async ({ page }) => {
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter'); // the skip link
        assert.equal(await page.evaluate('document.activeElement.id'), 'verdict');
        await pressUntil(page, 'Tab', '.verdict a[href^="#finding-"]');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate('location.hash'), `#finding-${finding.fingerprint}`);
        await pressUntil(page, 'Tab', `#finding-${finding.fingerprint} button[data-copies$="-curl"]`);
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        await pressUntil(page, 'Shift+Tab', `#finding-${finding.fingerprint} a[href="#verdict"]`);
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate('document.activeElement.id'), 'verdict');
        return page.evaluate<string>('navigator.clipboard.readText()');
      },
    );
    assert.equal(copied, finding.curl);
    const env = { PATH: process.env['PATH'], INTERACTLY_API_KEY: CANARY_KEY };
    const { stdout } = await run('sh', ['-c', copied], { env, timeout: 20_000 });
    assert.equal(Number(/^HTTP\/[\d.]+ (\d{3})/.exec(stdout)?.[1]), finding.exchange?.response?.status);
    assert.match(stdout, /"workflow_run"/);
  });
});

/** What Jenkins serves archived files under unless it is told otherwise. */
const JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self'";

describe('under the default policy of Jenkins, without script and style', () => {
  let server: Server;
  before(async () => {
    server = createServer((request, response) => {
      const name = NAMES.find((one) => request.url === `/${one}`);
      if (name === undefined) return response.writeHead(404).end();
      return response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': JENKINS })
        .end(readFileSync(gallery.pageOf(name)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  for (const name of ['all-green', 'one-cause', 'throttled'] as const) {
    test(`${name} is complete and legible`, async () => {
      const { port } = server.address() as AddressInfo;
      await openPage(
        browser,
        `http://127.0.0.1:${port}/${name}`,
        { viewport: SIZES.wide },
        async ({ page }) => {
          assert.equal(
            await page.evaluate('getComputedStyle(document.querySelector(".verdict")).display'),
            'block',
          );
          assert.ok(await page.getByRole('heading', { name: PIECES[name], exact: true }).isVisible());
          assert.equal(await page.locator('button:visible, input:visible').count(), 0);
          const hidden = await page.evaluate<string[]>(
            '[...document.querySelectorAll("main :is(h2, h3, h4, table, svg, pre)")].filter((one) => one.closest("details:not([open])") === null && one.getClientRects().length === 0).map((one) => one.outerHTML.slice(0, 80))',
          );
          assert.deepEqual(hidden, []);
          assert.equal(await overflowOf(page), 0);
        },
      );
    });
  }
});
