import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { contract, exchange, finding } from './contract-fixtures.ts';
import { GO, MANY, result } from './fixtures.ts';
import { SIZES, startPages, type Pages } from './open-page.ts';

let pages: Pages;
before(async () => {
  pages = await startPages();
});
after(() => pages.close());

describe('a page of a thousand findings', () => {
  const LAST = `[...document.querySelectorAll('.cause, section.scenario, figure[id]')].map(({ id }) => id)`;

  /** How far below the upper edge of the window an element stands. */
  const topOf = (id: string): string =>
    `document.getElementById(${JSON.stringify(id)}).getBoundingClientRect().top`;

  for (const javaScriptEnabled of [true, false])
    for (const viewport of Object.values(SIZES))
      test(`takes a link to its aim, ${javaScriptEnabled ? 'with' : 'without'} script, at ${viewport.width} px`, async () => {
        await pages.open(MANY, { viewport, javaScriptEnabled }, async ({ page, url }) => {
          const ids = await page.evaluate<string[]>(LAST);
          const aims = [2, 150, ids.length - 4].map((at) => ids[at] ?? '');
          for (const id of aims) {
            await page.evaluate(`location.hash = ${JSON.stringify(id)}`);
            await page.waitForTimeout(100);
            const jumped = await page.evaluate<number>(topOf(id));
            assert.ok(Math.abs(jumped - 64) < 4, `${id} is at ${jumped}`);
            const other = await page.context().newPage();
            await other.goto(`${url}#${id}`);
            await other.waitForTimeout(100);
            const fresh = await other.evaluate<number>(topOf(id));
            assert.ok(Math.abs(fresh - 64) < 4, `${id}, opened afresh, is at ${fresh}`);
            await other.close();
          }
        });
      });

  test('is found in by the browser’s own search, and comes whole to paper', async () => {
    await pages.open(MANY, { viewport: SIZES.wide }, async ({ page }) => {
      const title = await page.locator('.cause h4').last().textContent();
      const found = `(() => {
        while (window.find(${JSON.stringify(title)})) {
          const card = getSelection().anchorNode.parentElement.closest('.cause');
          if (card !== null) return card.id; // the verdict and the table of causes have it too
        }
        return null;
      })()`;
      const last = await page.evaluate<string>(`[...document.querySelectorAll('.cause')].at(-1).id`);
      assert.equal(await page.evaluate(found), last);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const ink = `getComputedStyle(document.querySelector('.causes tbody th')).color`;
      assert.equal(await page.evaluate(ink), 'rgb(0, 0, 0)');
    });
  });
});

describe('what waits until somebody comes', () => {
  test('a long response shows its offending place once it is unfolded', async () => {
    const body = JSON.stringify({ filler: Array.from({ length: 60 }, (_, at) => at), at: 'yesterday' });
    const one = finding(1, 'failure', { exchange: exchange(200, body), response_path: '/at' });
    const others = Array.from({ length: 4 }, (_, at) => ({ ...one, fingerprint: `00000000000${at}` }));
    await pages.open(
      result({ contract: contract(others, []) }),
      { viewport: SIZES.wide },
      async ({ page }) => {
        const tops = `[...document.querySelectorAll('pre:has(mark)')].map((box) => box.scrollTop > 0)`;
        assert.deepEqual(
          await page.evaluate(tops),
          others.map(() => false),
        );
        for (const one of await page.locator('.cause > details > summary').all()) await one.click();
        await page.evaluate(`new Promise((done) => {
        const look = () => (${tops}.every((isSeen) => isSeen) ? done() : setTimeout(look, 10));
        look();
      })`);
      },
    );
  });

  test('a time tells the local one under the pointer', async () => {
    await pages.open(GO, { timezoneId: 'Asia/Tokyo' }, async ({ page }) => {
      const time = page.locator('time').first();
      await time.hover();
      assert.match((await time.getAttribute('title')) ?? '', /^Here: .*10:00/);
    });
  });
});
