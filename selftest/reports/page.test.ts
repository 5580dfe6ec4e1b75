import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import type { BrowserContextOptions } from '@playwright/test';
import { renderJunit } from '../../reports/junit.ts';
import type { RunResult } from '../../result/result.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { EMPTY, GO, MANY, NO_GO, result, SITUATIONS, TOO_FEW } from './fixtures.ts';
import { HOSTILE, hostile, huge } from './hostile.ts';
import { axeFindings, overflowOf, SIZES, startPages, unfold, type Pages } from './open-page.ts';

let pages: Pages;
before(async () => {
  pages = await startPages();
});
after(() => pages.close());

const HUGE = huge(NO_GO);

describe('a page in a browser', { concurrency: 3 }, () => {
  const results = { ...SITUATIONS, MANY, HOSTILE: hostile(NO_GO), HUGE };
  for (const [name, result] of Object.entries(results)) {
    test(`${name} asks for nothing, complains of nothing and never scrolls sideways`, async () => {
      await pages.open(result, { viewport: SIZES.wide }, async ({ page, url, requests, complaints }) => {
        await unfold(page);
        for (const viewport of Object.values(SIZES)) {
          await page.setViewportSize(viewport);
          assert.equal(await overflowOf(page), 0);
        }
        assert.deepEqual(
          requests.filter((one) => !one.startsWith('data:')),
          [url],
        );
        assert.deepEqual(complaints, []);
      });
    });
  }

  test('is refused the network by its own policy', async () => {
    await pages.open(GO, {}, async ({ page }) => {
      const refused = await page.evaluate(
        `new Promise((done) => {
          document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
          const image = new Image();
          image.src = 'https://evil.example.test/x.png';
          document.body.append(image);
        })`,
      );
      assert.equal(refused, 'img-src');
    });
  });
});

describe('hostile strings', () => {
  test('stay text, whichever field they stand in', async () => {
    for (let turn = 0; turn < HOSTILE.length; turn += 1) {
      await pages.open(hostile(NO_GO, turn), {}, async ({ page, complaints }) => {
        const seen = await page.evaluate(
          '[document.scripts.length, document.querySelectorAll("img, injected, b, [onload], [onerror], [onmouseover]").length, document.styleSheets.length, typeof window.hurt]',
        );
        assert.deepEqual(seen, [1, 0, 1, 'undefined']);
        assert.deepEqual(complaints, []);
        const text = await page.evaluate<string>('document.documentElement.textContent');

        assert.doesNotMatch(text, /[\0\u001B\u202A-\u202E]/);
      });
    }
  });

  test('never give two elements one id', async () => {
    await pages.open(hostile(NO_GO), {}, async ({ page }) => {
      const ids = await page.evaluate<string[]>(
        '[...document.querySelectorAll("[id]")].map((one) => one.id)',
      );
      assert.equal(new Set(ids).size, ids.length);
    });
  });
});

describe('accessibility', { concurrency: 3 }, () => {
  const light: BrowserContextOptions = { viewport: SIZES.wide, colorScheme: 'light' };
  const dark: BrowserContextOptions = { viewport: SIZES.wide, colorScheme: 'dark' };
  const narrow: BrowserContextOptions = { viewport: SIZES.narrow, colorScheme: 'light' };
  const rows: readonly (readonly [title: string, result: RunResult, options: BrowserContextOptions])[] = [
    ['NO-GO, light', NO_GO, light],
    ['NO-GO, dark', NO_GO, dark],
    ['NO-GO, at 400 px', NO_GO, narrow],
    ['GO, light', GO, light],
    ['INCONCLUSIVE, dark', TOO_FEW, dark],
    ['nothing at all, at 400 px', EMPTY, narrow],
  ];
  for (const [title, result, options] of rows) {
    test(`axe finds nothing in ${title}`, async () => {
      await pages.open(result, options, async ({ page }) => {
        await unfold(page);
        assert.deepEqual(await axeFindings(page), []);
      });
    });
  }
});

describe('without JavaScript', () => {
  test('verdict, tables and charts are there, and nothing that would not work', async () => {
    await pages.open(NO_GO, { javaScriptEnabled: false, viewport: SIZES.wide }, async ({ page }) => {
      assert.ok(await page.getByRole('heading', { name: 'NO-GO' }).isVisible());
      const chart = page.getByRole('img', { name: /Latency by percentile of start/ }).first();
      await chart.scrollIntoViewIfNeeded();
      assert.ok(await chart.isVisible());
      assert.ok(await page.getByText('Requests: intended = sent + shed').isVisible());
      assert.equal(await page.locator('button:visible').count(), 0);
    });
  });
});

describe('with JavaScript', () => {
  test('the copy button copies the curl line as it stands', async () => {
    await pages.open(NO_GO, { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page }) => {
      await page.locator('.cause > details > summary').first().click();
      await page.getByRole('button', { name: 'Copy the curl line' }).first().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), NO_GO.contract?.findings[0]?.curl);
    });
  });

  test('the scheme can be switched', async () => {
    await pages.open(GO, { colorScheme: 'light' }, async ({ page }) => {
      const paper = 'getComputedStyle(document.body).backgroundColor';
      const light = await page.evaluate(paper);
      await page.getByRole('button', { name: 'Dark scheme' }).click();
      assert.notEqual(await page.evaluate(paper), light);
      assert.ok(await page.getByRole('button', { name: 'Light scheme' }).isVisible());
    });
  });

  test('the values under the pointer are read from the table behind the chart', async () => {
    await pages.open(NO_GO, { viewport: SIZES.wide }, async ({ page, complaints }) => {
      const chart = page.locator('figure[id$="-seconds"] svg.chart').first();
      await chart.scrollIntoViewIfNeeded();
      await chart.hover();
      const [head = '', ...values] = (await page.locator('#tip').innerText()).split('\n');
      assert.match(head, /^Second \d+$/);
      assert.ok(values.includes('Sent: 50'), values.join());
      assert.deepEqual(complaints, []);
    });
  });

  test('causes can be filtered', async () => {
    await pages.open(MANY, { viewport: SIZES.wide }, async ({ page }) => {
      const all = await page.locator('.cause:visible').count();
      await page.getByLabel('Filter the causes').fill('yesterday (7)');
      assert.equal(await page.locator('.cause:visible').count(), 1);
      await page.getByLabel('Filter the causes').fill('');
      assert.ok((await page.locator('.cause:visible').count()) >= all);
    });
  });

  test('the filter finds what a cause is about, and a case by its whole id, not every cause that met such a case', async () => {
    const others = [1, 2, 3, 4, 5].flatMap((n) => [
      finding(n),
      finding(n, 'failure', { case_id: `authentication/none/${n}`, case_title: 'a call without a key' }),
    ]);
    const open = finding(6, 'failure', {
      check: 'ignored-auth',
      title: 'A call without a key is accepted (200).',
    });
    const page = result({ contract: contract([open, ...others], [outcome(1, 'failed')]) });
    await pages.open(page, { viewport: SIZES.wide }, async ({ page: shown }) => {
      const filtered = async (words: string): Promise<readonly string[]> => {
        await shown.getByLabel('Filter the causes').fill(words);
        return shown.locator('.cause:visible').evaluateAll((ones) => ones.map(({ id }) => id));
      };
      assert.deepEqual(await filtered('auth'), [`finding-${open.fingerprint}`]);
      assert.deepEqual(await filtered('authentication/none/3'), [`finding-${others[4]?.fingerprint ?? ''}`]);
    });
  });

  test('nothing moves for those who asked for less motion', async () => {
    await pages.open(GO, { reducedMotion: 'reduce' }, async ({ page }) => {
      assert.equal(await page.evaluate('getComputedStyle(document.documentElement).scrollBehavior'), 'auto');
    });
  });

  test('each link within the page leads somewhere', async () => {
    await pages.open(NO_GO, {}, async ({ page }) => {
      const dead = await page.evaluate(
        '[...document.querySelectorAll("a[href^=\'#\']")].map((one) => one.hash.slice(1)).filter((id) => document.getElementById(id) === null)',
      );
      assert.deepEqual(dead, []);
    });
  });
});

describe('junit.xml', () => {
  const READ = `(text) => {
    const xml = new DOMParser().parseFromString(text, 'application/xml');
    const all = (name) => [...xml.getElementsByTagName(name)];
    return {
      issues: all('parsererror').length,
      names: all('testcase').map((one) => one.getAttribute('classname') + ' / ' + one.getAttribute('name')),
      suites: all('testsuite').map((one) => one.getAttribute('name')),
      counts: [
        ...['tests', 'failures', 'errors'].map((name) => Number(xml.documentElement.getAttribute(name))),
        all('testsuite').reduce((sum, one) => sum + Number(one.getAttribute('skipped')), 0),
      ],
      found: ['testcase', 'failure', 'error', 'skipped'].map((name) => all(name).length),
      verdict: all('testcase').filter((one) => one.getAttribute('classname') === 'verdict').map((one) => one.children[0].tagName + ': ' + one.children[0].textContent),
    };
  }`;

  interface Junit {
    readonly issues: number;
    readonly names: readonly string[];
    readonly suites: readonly string[];
    readonly counts: readonly number[];
    readonly found: readonly number[];
    readonly verdict: readonly string[];
  }

  async function parsed(result: RunResult): Promise<Junit> {
    const page = await pages.browser.newPage();
    try {
      return await page.evaluate<Junit>(`(${READ})(${JSON.stringify(renderJunit(result))})`);
    } finally {
      await page.close();
    }
  }

  for (const [name, result] of Object.entries({
    ...SITUATIONS,
    MANY,
    HOSTILE: hostile(NO_GO),
    HUGE,
  })) {
    test(`of ${name} is well-formed, adds up, and names each case once`, async () => {
      const junit = await parsed(result);
      assert.equal(junit.issues, 0);
      assert.deepEqual(junit.counts, junit.found);
      assert.equal(new Set(junit.names).size, junit.names.length);
      for (const named of [...junit.names, ...junit.suites]) assert.doesNotMatch(named, /\.|:\/\//);
    });
  }

  test('fails its verdict on NO-GO, is in error on INCONCLUSIVE, which no reader shows as green, passes it on GO', async () => {
    assert.match((await parsed(NO_GO)).verdict[0] ?? '', /^failure: NO-GO\. Action: API owners/);
    assert.match((await parsed(TOO_FEW)).verdict[0] ?? '', /^error: INCONCLUSIVE\./);
    assert.match((await parsed(GO)).verdict[0] ?? '', /^system-out: GO\./);
  });
});
