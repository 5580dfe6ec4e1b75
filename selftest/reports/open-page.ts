import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { renderHtml } from '../../reports/html/page.tsx';
import type { RunResult } from '../../result/result.ts';
import { launchBrowser } from '../browser.ts';

/** The widths at which pages are tried. */
export const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 400, height: 800 } } as const;

/** A page in a browser, with whatever it asked for and complained of. */
export interface Opened {
  readonly page: Page;
  readonly url: string;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

/** Opens a page from its file, or from an address, for as long as it is used. */
export async function openPage<T>(
  browser: Browser,
  place: string,
  options: BrowserContextOptions,
  use: (one: Opened) => Promise<T>,
): Promise<T> {
  const url = /^https?:/.test(place) ? place : pathToFileURL(place).href;
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return await use({ page, url, requests, complaints });
  } finally {
    await context.close();
  }
}

/** A browser and a folder for pages of results. */
export interface Pages {
  readonly browser: Browser;
  /** Renders a result into a file and opens that, for as long as it is used. */
  open<T>(result: RunResult, options: BrowserContextOptions, use: (one: Opened) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Starts a browser for pages of results. */
export async function startPages(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  const browser = await launchBrowser();
  let number = 0;
  return {
    browser,
    async open(result, options, use) {
      const path = join(folder, `${(number += 1)}.html`);
      await writeFile(path, renderHtml(result));
      return openPage(browser, path, options, use);
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** By how many pixels the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Opens everything that is folded, on the whole page or within one part of it. */
export async function unfold(page: Page, within = 'body'): Promise<void> {
  await page.evaluate(`
    for (const one of document.querySelectorAll(${JSON.stringify(`${within} details`)})) one.open = true;
  `);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core objects to on a page as it stands, by all its rules or by some. */
export async function axeFindings(page: Page, rules: readonly string[] = []): Promise<readonly unknown[]> {
  await page.evaluate(AXE);
  const only = rules.length === 0 ? '' : `, runOnly: ${JSON.stringify(rules)}`;
  return page.evaluate<unknown[]>(
    `axe.run({ resultTypes: ["violations"]${only} }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 160), nodes[0].failureSummary]))`,
  );
}
