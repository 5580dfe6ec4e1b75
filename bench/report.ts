/**
 * The report at its largest (1,000 findings, 10 scenarios) beside Playwright's own HTML report of as many tests, and
 * beside pages on disk that are named (`--page "NAME=PATH"`, again for each; `--times N`): size, time to render, and time
 * in a real browser without network until a click is answered and until one has its effect. Prints one table.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { renderHtml } from '../reports/html/page.tsx';
import type { RunResult } from '../result/result.ts';
import { launchBrowser } from '../selftest/browser.ts';
import { filesBelow } from '../selftest/files.ts';
import { contract, finding, outcome } from '../selftest/reports/contract-fixtures.ts';
import { NO_GO, result } from '../selftest/reports/fixtures.ts';
import { load, scenario, step } from '../selftest/reports/load-fixtures.ts';
import { bench, count, pageOnDisk, type NamedPage } from './options.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FINDINGS = 1000;
const SCENARIOS = 10;

const { page: PAGES, times: TIMES } = bench('report', 'The report at its largest beside other HTML reports.')
  .option('--page <name=path>', 'another page on disk (repeatable)', pageOnDisk, [])
  .option('--times <n>', 'how often each page is opened', count, 7)
  .parse()
  .opts<{ page: readonly NamedPage[]; times: number }>();

const LARGEST = result({
  contract: contract(
    Array.from({ length: FINDINGS }, (_, at) => finding(at, at % 3 === 0 ? 'warning' : 'failure')),
    Array.from({ length: FINDINGS * 3 }, (_, at) => outcome(at, at < FINDINGS ? 'failed' : 'passed')),
  ),
  load: load({
    scenarios: Array.from({ length: SCENARIOS }, (_, at) =>
      scenario({ name: `scenario-${at}`, steps: [step({ name: 'start', seconds: 120, failed: 40 })] }),
    ),
  }),
});

interface Row {
  readonly what: string;
  readonly files: number;
  readonly bytes: number;
  readonly renderMs: number | null;
  readonly paintMs: number;
  readonly loadMs: number;
  readonly responseMs: number;
  readonly clickMs: number | null;
}

/** The middle of several measurements. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function renderTime(one: RunResult): number {
  return median(
    Array.from({ length: TIMES }, () => {
      const began = performance.now();
      renderHtml(one);
      return performance.now() - began;
    }),
  );
}

type Seen = Pick<Row, 'paintMs' | 'loadMs' | 'responseMs' | 'clickMs'>;

/** What a click of the page has an effect on, and a wait until it has. */
type Click = (page: Page) => Promise<void>;

/** Opens a page afresh each time; times count from the request for it. A page without a click of its own has no such time. */
async function seen(browser: Browser, path: string, click: Click | null): Promise<Seen> {
  const times: (readonly [paintMs: number, loadMs: number, responseMs: number])[] = [];
  const clicks: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    times.push(await afresh(browser, path, timesOf));
    if (click === null) continue;
    clicks.push(
      await afresh(browser, path, async (page, began) => {
        await click(page);
        return performance.now() - began;
      }),
    );
  }
  return {
    paintMs: median(times.map(([paintMs]) => paintMs)),
    loadMs: median(times.map(([, loadMs]) => loadMs)),
    responseMs: median(times.map(([, , responseMs]) => responseMs)),
    clickMs: click === null ? null : median(clicks),
  };
}

async function afresh<T>(
  browser: Browser,
  path: string,
  measure: (page: Page, began: number) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true });
  try {
    const page = await context.newPage();
    await page.addInitScript(
      `window.answered = new Promise((done) => addEventListener('click', () => requestAnimationFrame(() => setTimeout(done)), { capture: true, once: true }))`,
    );
    const began = performance.now();
    await page.goto(pathToFileURL(path).href);
    return await measure(page, began);
  } finally {
    await context.close();
  }
}

/** A click beside the text, which any page can be given: until it was handled and the next frame drawn. */
async function timesOf(page: Page, began: number): Promise<readonly [number, number, number]> {
  await page.mouse.click(3, 450);
  await page.evaluate('answered');
  const responseMs = performance.now() - began;
  await page.evaluate(`new Promise((done) => new PerformanceObserver((list) => {
    if (list.getEntriesByName('first-contentful-paint').length > 0) done();
  }).observe({ type: 'paint', buffered: true }))`);
  const [paintMs, loadMs] = await page.evaluate<[number, number]>(
    '[performance.getEntriesByName("first-contentful-paint")[0].startTime, performance.getEntriesByType("navigation")[0].loadEventEnd]',
  );
  return [paintMs, loadMs, responseMs];
}

async function ours(browser: Browser, what: string, one: RunResult, folder: string): Promise<Row> {
  const path = join(folder, 'ours.html');
  writeFileSync(path, renderHtml(one));
  const times = await seen(browser, path, async (page) => {
    await page.locator('#theme').click(); // a search by role would walk the whole page, and be measured with it
    await page.locator('#theme', { hasText: 'Light scheme' }).waitFor();
  });
  return { what, files: 1, bytes: statSync(path).size, renderMs: renderTime(one), ...times };
}

/** Tests that hold as much as a finding does: a request, a response and a curl line as attachments. */
const SPEC = `import { test } from '@playwright/test';
const exchange = ${JSON.stringify(finding(1).exchange)};
for (let at = 0; at < ${FINDINGS}; at += 1) {
  test('accepts dynamic_variables with a value of each JSON type ' + at, async ({}, info) => {
    info.annotations.push({ type: 'rule', description: 'A successful response matches the documented schema.' });
    await info.attach('request', { body: JSON.stringify(exchange.request), contentType: 'application/json' });
    await info.attach('answer', { body: JSON.stringify(exchange.response), contentType: 'application/json' });
    await info.attach('curl', { body: ${JSON.stringify(finding(1).curl)}, contentType: 'text/plain' });
  });
}
`;

async function playwrights(browser: Browser, folder: string): Promise<Row> {
  mkdirSync(join(folder, 'peer'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'peer', 'many.spec.ts'), SPEC);
  writeFileSync(
    join(folder, 'playwright.config.ts'),
    `export default { testDir: 'peer', workers: 2, reporter: [['html', { open: 'never', outputFolder: 'html' }]] };\n`,
  );
  await run(join(ROOT, 'node_modules', '.bin', 'playwright'), ['test'], {
    cwd: folder,
    timeout: 240_000,
    maxBuffer: 64e6,
  });
  const files = filesBelow(join(folder, 'html'));
  const times = await seen(browser, join(folder, 'html', 'index.html'), async (page) => {
    await page.getByText('many.spec.ts').click();
    await page.getByText('each JSON type 0').first().waitFor();
  });
  return {
    what: `Playwright's HTML report, ${FINDINGS} tests`,
    files: files.length,
    bytes: files.reduce((sum, path) => sum + readFileSync(path).length, 0),
    renderMs: null,
    ...times,
  };
}

/** A page on disk: with the files of its folder, or alone where it is a single one. */
async function named(browser: Browser, { what, path }: NamedPage): Promise<Row> {
  const files = path.endsWith('index.html') ? filesBelow(dirname(path)) : [path];
  return {
    what,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    renderMs: null,
    ...(await seen(browser, path, null)),
  };
}

async function inTurn<T, R>(all: readonly T[], make: (one: T) => Promise<R>): Promise<readonly R[]> {
  const made: R[] = [];
  for (const one of all) made.push(await make(one));
  return made;
}

function print(rows: readonly Row[]): void {
  const ms = (value: number | null): string => (value === null ? '—' : `${Math.round(value)} ms`);
  const lines = rows.map(({ what, files, bytes, renderMs, paintMs, loadMs, responseMs, clickMs }) =>
    [
      what,
      String(files),
      `${(bytes / 1024).toFixed(0)} KiB`,
      ms(renderMs),
      ms(paintMs),
      ms(loadMs),
      ms(responseMs),
      ms(clickMs),
    ].join(' | '),
  );
  const head = [
    'page',
    'files',
    'size',
    'rendered in',
    'first paint',
    'loaded',
    'click answered',
    'first click done',
  ];
  process.stdout.write(
    [
      '',
      `| ${head.join(' | ')} |`,
      `| ${head.map(() => '---').join(' | ')} |`,
      ...lines.map((line) => `| ${line} |`),
      '',
    ].join('\n'),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'report-bench-'));
const browser = await launchBrowser();
try {
  print([
    await ours(browser, 'this report, a usual night with findings', NO_GO, folder),
    await ours(browser, `this report, ${FINDINGS} findings and ${SCENARIOS} scenarios`, LARGEST, folder),
    await playwrights(browser, folder),
    ...(await inTurn(PAGES, (page) => named(browser, page))),
  ]);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
