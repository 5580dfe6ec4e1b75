/** The figures that stand on the page of a load, and the bars of its time line, beside the server's own log of the same run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rankOf } from '../../load/metrics/quantile.ts';
import { startServer, type Logged } from '../load/servers.ts';
import { CANARY_KEY, removeOutputs, runCli } from './cli.ts';

after(removeOutputs);

const RATE = 60;
const SECONDS = 6;
const COUNT = RATE * SECONDS;

type Row = Readonly<Record<string, string>>;

/** The rows of a table of the page as texts by column; what stands small below a figure follows a bar. */
function rowsOf(page: string, first: string, column: string): readonly Row[] {
  for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) {
    const lines = [...table.matchAll(/<tr.*?<\/tr>/gs)].map(([line]) =>
      [...line.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
        cell.replace(/(<[^>]+>)+/g, '|').replace(/^\||\|$/g, ''),
      ),
    );
    const [head = [], ...body] = lines;
    if (head[0] !== first || !head.includes(column)) continue;
    return body.map((cells) => {
      const missing = head.length - cells.length; // a heading that spans rows stands in the first of them alone
      return Object.fromEntries(head.map((name, at) => [name, cells[at - missing] ?? '']));
    });
  }
  throw new Error(`The page has no table with ${first} and ${column}.`);
}

const numberIn = (text: string | undefined): number => Number.parseFloat((text ?? '').replaceAll(',', ''));

/** The heights of the bars of a colour in the time line, by second. */
function barsOf(page: string, colour: string): readonly number[] {
  const drawing = [...page.matchAll(/<svg[^>]*-seconds-title.*?<\/svg>/gs)][0]?.[0] ?? '';
  const [, path = ''] = new RegExp(`<path d="([^"]*)" fill="var\\(--${colour},[^"]*"/?>`).exec(drawing) ?? [];
  assert.notEqual(path, '', `the time line has bars in ${colour}`);
  const heights = Array.from({ length: SECONDS }, () => 0);
  for (const [, x, y] of path.matchAll(/M([\d.]+),312V([\d.]+)/g))
    heights[Math.floor(((Number(x) - 56) / (544 - 56)) * SECONDS)] = 312 - Number(y);
  return heights;
}

/** What each second of the load came to: by the log, whose order is that of the schedule but for neighbours. */
function secondsOf(log: readonly Logged[], is: (one: Logged) => boolean): readonly number[] {
  return Array.from(
    { length: SECONDS },
    (_, at) => log.slice(at * RATE, (at + 1) * RATE).filter((one) => is(one)).length,
  );
}

test('counts, times, statuses and the time line of the page are those of the server’s log', async () => {
  const throttle = { after: 80, count: 9, retryAfterS: 0 };
  const server = await startServer({ delayMs: 40, dropEvery: 37, throttle });
  const ran = await runCli({
    args: ['load', 'start', `--rate=${RATE}`, `--duration=${SECONDS}s`, '--warmup=0', '--connections=30'],
    env: {
      INTERACTLY_BASE_URL: `http://127.0.0.1:${server.port}`,
      INTERACTLY_API_KEY: CANARY_KEY,
      INTERACTLY_WORKFLOW_ID: 'c'.repeat(24),
    },
  });
  const { log: all } = await server.stats();
  await server.close();
  const log = all.filter(({ command }) => command === 'start');
  const page = readFileSync(join(ran.outDir, 'index.html'), 'utf8');
  const with200 = log.filter(({ status }) => status === 200);
  const with429 = log.filter(({ status }) => status === 429);
  const [lost, good] = [log.filter(({ status }) => status === null).length, with200.length];

  const [requests = {}] = rowsOf(page, 'Step', 'Transport error');
  const counts = ['Intended', 'Shed', 'Sent', 'OK', 'Invalid', 'Transport error', 'Timeout', 'Unfinished'];
  assert.deepEqual(
    counts.map((name) => numberIn(requests[name])),
    [COUNT, 0, log.length, good, 0, lost, 0, 0],
  );
  assert.match(
    requests['HTTP error'] ?? '',
    new RegExp(`^${with429.length}\\|+429 × ${with429.length}\\|*$`),
  );
  assert.equal(log.length, COUNT);
  assert.ok(lost > 0 && with429.length === 9);
  // The rate of the page is that of the sends; arrivals stand for them, but for what the first and the last were late.
  const { sendsMs, latestMs } = spanOf(log);
  const rate = ((log.length - 1) / sendsMs) * 1000;
  const slack = (rate * latestMs) / sendsMs + 0.5;
  assert.ok(
    Math.abs(numberIn(requests['Achieved']) - rate) <= slack,
    `${requests['Achieved']}, by the log ${rate}`,
  );

  const failures = rowsOf(page, 'Count', 'Cause').map((row) => [numberIn(row['Count']), row['Cause']]);
  assert.ok(failures.some(([count, cause]) => count === 9 && String(cause).includes('429')));
  assert.equal(
    failures.reduce((sum, [count]) => sum + Number(count), 0),
    COUNT - good,
  );

  compareTimes(page, log, with200);
  compareSeconds(page, log);
  compareTimeLine(page, Math.min(...with200.map(({ arrivedMs, endedMs }) => (endedMs ?? NaN) - arrivedMs)));
});

/** From the first arrival to the last, and how late the latest of all was by the schedule. */
function spanOf(log: readonly Logged[]): { readonly sendsMs: number; readonly latestMs: number } {
  const lateMs = log.map(({ arrivedMs }, n) => arrivedMs - (n * 1000) / RATE);
  const sendsMs = (log.at(-1)?.arrivedMs ?? 0) - (log[0]?.arrivedMs ?? 0);
  return { sendsMs, latestMs: Math.max(...lateMs) - Math.min(...lateMs) };
}

/** A time of the page is that of the log, and what lies between the two processes: at most what was read late, and 3 ms. */
function compareTimes(page: string, log: readonly Logged[], good: readonly Logged[]): void {
  const [response = {}, service = {}] = rowsOf(page, 'Step', 'p99.9');
  const parts = rowsOf(page, 'Part', 'p99');
  const readLate = parts.find(({ Part }) => Part?.startsWith('of it read late') === true);
  const written = parts.find(({ Part }) => Part?.startsWith('Written') === true);
  const between = 3 + numberIn(readLate?.['max']) + numberIn(written?.['max']);
  const lateMs = log.map(({ arrivedMs }, n) => arrivedMs - (n * 1000) / RATE);
  const originMs = Math.min(...lateMs);
  const serviceMs = ({ arrivedMs, endedMs }: Logged): number => (endedMs ?? NaN) - arrivedMs;
  const waits = log.flatMap((one, n) =>
    one.status === 200 ? [(lateMs[n] ?? NaN) - originMs + serviceMs(one)] : [],
  );
  for (const [what, row, times] of [
    ['response', response, waits],
    ['service', service, good.map(serviceMs)],
  ] as const) {
    const sorted = times.toSorted((a, b) => a - b);
    assert.equal(numberIn(row['Samples']), sorted.length);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
      ['max', 1],
    ] as const) {
      const truth = sorted[rankOf(share, sorted.length) - 1] ?? NaN;
      const shown = numberIn(row[name]);
      // Neighbours that change places on the way seem to have been due one arrival earlier or later: seen in the tail alone.
      const swapped = share <= 0.9 ? 5 : 1000 / RATE;
      assert.ok(
        shown >= truth - swapped && shown <= truth + between + swapped,
        `${what} ${name} ${shown}, by the log ${truth}`,
      );
    }
  }
}

/** The time line's times are those of its requests: none outside of them, and the longest of the step in one of its rows. */
function compareTimeLine(page: string, fastestMs: number): void {
  const [response = {}] = rowsOf(page, 'Step', 'p99.9');
  const slowestMs = numberIn(response['max']);
  const rows = rowsOf(page, 'Second', 'Throttled');
  for (const row of rows) {
    const [p50, max] = [numberIn(row['p50, ms']), numberIn(row['max, ms'])];
    assert.ok(
      fastestMs - 3 <= p50 && p50 <= max && max <= slowestMs * 1.01,
      `${p50} and ${max} ms in a second`,
    );
  }
  const longest = Math.max(...rows.map((row) => numberIn(row['max, ms'])));
  assert.ok(longest >= slowestMs * 0.99, `${longest} ms in the time line, ${slowestMs} ms in the table`);
}

/** Neighbours may arrive in another order than they were due: at either edge of a second one or two may be the next one's. */
function compareSeconds(page: string, log: readonly Logged[]): void {
  const rows = rowsOf(page, 'Second', 'Throttled');
  const columns: readonly (readonly [name: string, colour: string | null, is: (one: Logged) => boolean])[] = [
    ['Sent', 'bar', () => true],
    ['OK', null, ({ status }) => status === 200],
    ['Failed', 'bad', ({ status }) => status !== 200],
    ['Throttled', 'warn', ({ status }) => status === 429],
  ];
  const most = Math.max(...rows.map((row) => numberIn(row['Sent'])));
  const perPixel = most / Math.max(...barsOf(page, 'bar'));
  for (const [name, colour, is] of columns) {
    const shown = rows.map((row) => numberIn(row[name]));
    const truth = secondsOf(log, is);
    assert.equal(shown.length, truth.length);
    assert.equal(
      shown.reduce((sum, n) => sum + n, 0),
      truth.reduce((sum, n) => sum + n, 0),
      name,
    );
    for (const [at, n] of shown.entries())
      assert.ok(
        Math.abs(n - (truth[at] ?? NaN)) <= 2,
        `${name} in second ${at}: ${n}, by the log ${truth[at]}`,
      );
    if (colour === null) continue;
    for (const [at, height] of barsOf(page, colour).entries())
      assert.ok(
        Math.abs(height * perPixel - (shown[at] ?? NaN)) < 0.6,
        `the bar of ${name} in second ${at}: ${height * perPixel}, ${shown[at]} in the table`,
      );
  }
}
