import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { driftText } from '../../result/accepted.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { renderRuns } from '../../reports/html/runs-page.tsx';
import { renderJunit } from '../../reports/junit.ts';
import { issueIn } from '../../result/result-file.ts';
import type { Acceptance, Finding } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import { readRuns } from '../../reports/runs.ts';
import { renderSummary } from '../../reports/summary.ts';
import { writeReports } from '../../reports/write.ts';
import { launchBrowser } from '../browser.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { result } from './fixtures.ts';
import { HOSTILE, hostile } from './hostile.ts';
import { axeFindings, openPage, overflowOf, SIZES, unfold, type Opened } from './open-page.ts';

let browser: Browser;
let folder = '';
let pages = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drift-'));
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function opened<T>(
  one: RunResult,
  options: BrowserContextOptions,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const path = join(folder, `${(pages += 1)}.html`);
  await writeFile(path, renderHtml(one));
  return openPage(browser, path, options, use);
}

const EXPECTED: Acceptance = {
  state: 'accepted',
  reason: 'announced for May',
  accepted_at: '2026-11-01',
  expires_at: '2027-01-30',
};

function drift(number: number, what: string, one: Partial<Finding> = {}): Finding {
  return finding(number, 'drift', {
    check: 'undocumented-fields',
    title: `At /workflow_run/${what}: a field that the description does not name.`,
    schema_path: '#/components/schemas/WorkflowRun',
    response_path: `/workflow_run/${what}`,
    ...one,
  });
}

const FINDINGS = [
  drift(1, 'priority', { first_seen: '2026-11-24T01:00:00.000Z' }),
  drift(2, 'owner', { first_seen: '2026-11-19T01:00:00.000Z' }),
  drift(2, 'owner', { first_seen: '2026-11-19T01:00:00.000Z' }),
  drift(3, 'queue', {
    first_seen: '2026-10-01T01:00:00.000Z',
    acceptance: { ...EXPECTED, state: 'expired', expires_at: '2026-11-23' },
  }),
  drift(4, 'region', { first_seen: '2026-10-01T01:00:00.000Z', acceptance: EXPECTED }),
];
const prints = FINDINGS.map(({ fingerprint }) => fingerprint);
const [PRIORITY = '', OWNER = '', , QUEUE = '', REGION = ''] = prints;

/** A night with four kinds of drift: new, known, accepted until yesterday, and accepted. */
const NIGHT = nightWith(FINDINGS);

function nightWith(findings: readonly Finding[], folderOf?: string): RunResult {
  const plain = result({ contract: contract(findings, [outcome(0), outcome(1, 'warned')]) });
  return {
    ...plain,
    run: { ...plain.run, ...(folderOf === undefined ? {} : { folder: folderOf }) },
    since_last: {
      run_id: '20261123T010000Z-91c0',
      started_at: '2026-11-23T01:00:00.000Z',
      verdict: 'GO',
      appeared: [PRIORITY],
      gone: [],
    },
  };
}

const SECTION = 'section[aria-labelledby="drift-title"]';

describe('the drift table', () => {
  test('shows state and command of what is not accepted, and what is accepted folded below', async () => {
    assert.equal(issueIn(NIGHT), null);
    await opened(NIGHT, { viewport: SIZES.wide }, async ({ page, complaints }) => {
      const section = page.locator(SECTION);
      assert.ok(
        await section
          .getByText('4 drift, 1 of them accepted, 1 accepted until a day that has passed', { exact: true })
          .isVisible(),
      );
      const rows = await section
        .getByRole('group', { name: 'Drift', exact: true })
        .locator('tbody tr:first-child')
        .allInnerTexts();
      const cells = rows.map((row) => row.split(/\t/).map((cell) => cell.replace(/\s+/g, ' ').trim()));
      const title = (what: string): string =>
        `At /workflow_run/${what}: a field that the description does not name.`;
      const where = '#/components/schemas/WorkflowRun';
      assert.deepEqual(cells, [
        [title('priority'), where, '1', 'new', PRIORITY],
        [title('owner'), where, '2', 'known since 2026-11-19 01:00:00 UTC', OWNER],
        [
          title('queue'),
          where,
          '1',
          'known since 2026-10-01 01:00:00 UTC accepted until 2026-11-23, expired: announced for May',
          QUEUE,
        ],
      ]);
      const commands = await section.locator('code[id^="accept"]').allInnerTexts();
      const command = 'npm run accept -- reports/runs/20261124T010000Z-4f2a';
      assert.deepEqual(
        commands,
        [PRIORITY, OWNER, QUEUE, '--all'].map((what) => `${command} ${what} --reason 'WHY'`),
      );
      const card = page.locator(`#finding-${REGION}`);
      assert.match((await card.textContent()) ?? '', /Stateaccepted until 2027-01-30: announced for May/);
      const accepted = section.getByText('accepted until 2027-01-30: announced for May');
      assert.ok(!(await accepted.isVisible()));
      await section.getByText('1 accepted', { exact: true }).click();
      assert.ok(await accepted.isVisible());
      assert.equal(await section.locator(`code[id="accept-${REGION}"]`).count(), 0);
      assert.deepEqual(complaints, []);
    });
  });

  test('has a button that copies the command, and is whole without script', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const moved = nightWith(FINDINGS, "/srv/it's here/run");
    const expected = `npm run accept -- '/srv/it'\\''s here/run' ${PRIORITY} --reason 'WHY'`;
    await opened(moved, { permissions }, async ({ page }) => {
      await page.getByRole('button', { name: 'Copy the accept command' }).first().click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), expected);
    });
    await opened(moved, { javaScriptEnabled: false }, async ({ page }) => {
      assert.ok(await page.getByText(expected).isVisible());
      assert.equal(await page.locator('button:visible').count(), 0);
    });
  });

  const states: readonly (readonly [
    title: string,
    findings: readonly Finding[],
    words: RegExp,
    commands: number,
  ])[] = [
    ['none', [finding(1)], /Nothing was seen that the page does not know\./, 0],
    ['one that nobody accepted', [drift(1, 'priority')], /<strong>1 drift<\/strong>/, 1],
    ['two', FINDINGS.slice(0, 2), /<strong>2 drift<\/strong>/, 3],
    ['accepted alone', FINDINGS.slice(4), /<strong>1 drift, 1 of them accepted<\/strong>/, 0],
    [
      'a thousand',
      Array.from({ length: 1000 }, (_, at) => drift(at, `f${at}`)),
      /800 more in result\.json/,
      201,
    ],
  ];
  for (const [title, findings, words, commands] of states) {
    test(`with ${title} says so, and shows ${commands} commands`, () => {
      const page = renderHtml(nightWith(findings));
      assert.match(page, words);
      assert.equal(page.match(/<code id="accept/g)?.length ?? 0, commands);
      assert.equal(page, renderHtml(structuredClone(nightWith(findings))));
      assert.ok(Buffer.byteLength(page) < 1024 * 1024);
    });
  }

  test('of a result from before acceptance claims nothing', () => {
    const old = result({
      contract: contract([drift(1, 'priority'), drift(2, 'owner')], [outcome(0)]),
    });
    assert.equal(issueIn(old), null);
    assert.match(renderHtml(old), /<strong>2 drift<\/strong>/);
    assert.match(renderHtml(old), /no earlier run is known/);
    assert.doesNotMatch(renderSummary(old), /accepted/);
  });

  const looks: readonly (readonly [title: string, options: BrowserContextOptions])[] = [
    ['light', { viewport: SIZES.wide, colorScheme: 'light' }],
    ['dark', { viewport: SIZES.wide, colorScheme: 'dark' }],
    ['at 400 px', { viewport: SIZES.narrow, colorScheme: 'light' }],
  ];
  for (const [title, options] of looks) {
    test(`meets no objection of axe and never scrolls the page sideways, ${title}`, async () => {
      await opened(NIGHT, options, async ({ page }) => {
        await unfold(page);
        assert.deepEqual(await axeFindings(page), []);
        assert.equal(await overflowOf(page), 0);
      });
    });
  }

  test('keeps hostile names and reasons as text, in whatever field they stand', async () => {
    for (let turn = 0; turn < HOSTILE.length; turn += 1) {
      const spoilt = hostile(nightWith(FINDINGS, 'reports/runs/x'), turn);
      const markup = await opened(spoilt, {}, async ({ page, complaints }) => {
        const seen = await page.evaluate(
          '[document.scripts.length, document.querySelectorAll("img, injected, b, [onload], [onerror], [onmouseover]").length, typeof window.hurt]',
        );
        assert.deepEqual([seen, complaints], [[1, 0, 'undefined'], []]);
        return page.locator(SECTION).innerText();
      });
      assert.doesNotMatch(markup, /[\0\u001B\u202A-\u202E]/);
    }
  });
});

describe('beside the table', () => {
  test('the summary, JUnit and the index of runs count what is accepted apart', async () => {
    const counts = '4 drift, 1 of them accepted, 1 accepted until a day that has passed';
    assert.ok(renderSummary(NIGHT).includes(`## Findings by cause\n\n${counts}.\n`));
    assert.match(renderSummary(NIGHT), /does not name\. — accepted until 2027-01-30: announced for May \|/);
    assert.match(renderJunit(NIGHT), /This drift is accepted until 2026-11-23, expired: announced for May/);
    const runs = await mkdtemp(join(folder, 'runs-'));
    const dir = await mkdtemp(join(runs, 'night-'));
    await writeReports(NIGHT, dir);
    assert.ok(renderRuns(readRuns(runs)).includes(`0 warnings, ${counts}`));
  });

  test('counts are said in words', () => {
    assert.equal(driftText({ total: 3, accepted: 2, expired: 0 }), '3 drift, 2 of them accepted');
    assert.equal(driftText({ total: 1, accepted: 0, expired: 0 }), '1 drift');
  });
});
