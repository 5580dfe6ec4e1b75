import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { issueIn } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';
import { DOWN, NO_GO } from './fixtures.ts';
import { SIZES, startPages, unfold, type Pages } from './open-page.ts';

let pages: Pages;
before(async () => {
  pages = await startPages();
});
after(() => pages.close());

describe('the matrix of command × response schema', () => {
  const rows = `[...document.querySelectorAll('table.tree tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\\s+/g, ' ').trim()))`;

  test('has a row for each documented field, and links what failed to its cause', async () => {
    await pages.open(NO_GO, { viewport: SIZES.wide }, async ({ page }) => {
      await unfold(page);
      const cells = await page.evaluate<string[][]>(rows);
      const fields = NO_GO.contract?.coverage.answer_fields ?? [];
      assert.equal(cells.length, fields.length);
      assert.deepEqual(cells[0]?.[0], 'the whole body');
      assert.deepEqual(cells.at(-1), ['[] each item', ...Array<string>(5).fill('○ not seen')]);
      const wanted = fields.flatMap(({ commands }) => commands.filter(({ failed }) => failed > 0));
      assert.ok(wanted.length > 0);
      const links = await page.evaluate<string[]>(
        `[...document.querySelectorAll('table.tree a')].map((one) => one.hash)`,
      );
      for (const { cause } of wanted) assert.ok(links.includes(`#finding-${cause ?? ''}`));
      assert.equal(cells.flat().filter((text) => text.includes('failed of')).length, wanted.length);
    });
  });

  test('is left out of the page of an older result, which has no such counts', async () => {
    const older = JSON.parse(
      JSON.stringify(NO_GO, (key, value: unknown) => (key === 'answer_fields' ? undefined : value)),
    ) as RunResult;
    assert.equal(issueIn(older), null);
    await pages.open(older, {}, async ({ page }) => {
      assert.equal(await page.locator('#answer-fields').count(), 0);
      assert.equal(await page.locator('#constraints').count(), 1);
    });
  });

  test('is left out where nothing was judged: its cells would all be empty', async () => {
    await pages.open(DOWN, {}, async ({ page }) => {
      assert.equal(await page.locator('#answer-fields').count(), 0);
      assert.ok((await page.evaluate<number>('document.documentElement.scrollHeight')) < 2000);
    });
  });
});
