/**
 * What the history survives and what it costs: writers that are killed at random moments, several at a time into one directory, and
 * then how many records are lost, half written or refused; the time to read a thousand nights, to judge them and to render
 * their page. `--kills N`, `--nights N`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHistory, writeNight } from '../history/files.ts';
import type { NightRecord } from '../history/night.ts';
import { viewOf } from '../history/view.ts';
import { seededRandom } from '../load/arrivals/random.ts';
import { renderHtml } from '../reports/html/page.tsx';
import { GO } from '../selftest/reports/fixtures.ts';
import { nights } from '../selftest/history/situations.ts';
import { amount, bench } from './options.ts';
import { inOrder, table } from './truth.ts';

const AT_A_TIME = 4;
const LIVES_MS_MAX = 120;
const READS = 5;
/** Makes a record of 15 KB of one of 4 KB. */
const LARGER_PLACES = 220;

const { kills, nights: count } = bench('history', 'What the history survives, and what it costs.')
  .option('--kills <n>', 'how many writers are killed', amount, 500)
  .option('--nights <n>', 'how many nights are read and rendered', amount, 1000)
  .parse()
  .opts<{ kills: number; nights: number }>();
const folder = mkdtempSync(join(tmpdir(), 'bench-history-'));
const random = seededRandom(18);

/** The program of a writer as one file, so that starting it five hundred times costs little. */
async function bundled(): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('tsx'));
  const { build } = require('esbuild') as {
    readonly build: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
  };
  const outfile = join(folder, 'writer.mjs');
  const entry = fileURLToPath(new URL('history-writer.ts', import.meta.url));
  const banner = {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  };
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    banner,
    logLevel: 'error',
  });
  return outfile;
}

interface Trial {
  /** The ids that the writer said it had written. */
  readonly said: readonly string[];
  readonly isRefused: boolean;
}

/** One writer from its start to its death, at a random moment after it has begun. */
function trial(program: string, dir: string, name: string, example: string): Promise<Trial> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, dir, name, example], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      timer ??= setTimeout(() => child.kill('SIGKILL'), random() * LIVES_MS_MAX);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ said: text.split('\n').slice(0, -1), isRefused: code !== null });
    });
  });
}

async function killed(): Promise<string> {
  const program = await bundled();
  const dir = join(folder, 'killed');
  const example = join(folder, 'example.json');
  writeFileSync(example, JSON.stringify(nights(1)[0]));
  const trials: Trial[] = [];
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < kills) {
      started += 1;
      trials.push(await trial(program, dir, `writer-${started}`, example));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const { kept, setAside } = readHistory(dir);
  const there = new Set(kept.map(({ night }) => night.id));
  const said = trials.flatMap((one) => one.said);
  const abandoned = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('.part'),
  );
  return table(
    ['killed', 'records said to be written', 'lost', 'half written', 'runs refused', 'unnamed left over'],
    [
      [
        trials.length,
        said.length,
        said.filter((id) => !there.has(id)).length,
        setAside.length,
        trials.filter(({ isRefused }) => isRefused).length,
        abandoned.length,
      ].map(String),
    ],
  );
}

function medianMs(work: () => unknown): number {
  const times = Array.from({ length: READS }, () => {
    const beganMs = performance.now();
    work();
    return performance.now() - beganMs;
  });
  return inOrder(times)[READS >> 1] ?? NaN;
}

/** The same night with what responses had, as a whole suite leaves it. */
function larger(night: NightRecord): NightRecord {
  const places = Array.from(
    { length: LARGER_PLACES },
    (_, n) => [18, `/field_${n}/of_some_length`, 55, 'null|string'] as const,
  );
  const shape = [{ command: 'data', responses: 55, places }];
  return night.contract === null ? night : { ...night, contract: { ...night.contract, packed_shape: shape } };
}

function costs(name: string, change: (night: NightRecord) => NightRecord): readonly string[] {
  const dir = join(folder, name);
  const paths = nights(count).map((night) => writeNight(dir, change(night)));
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0) / count;
  const readMs = medianMs(() => readHistory(dir));
  const records = readHistory(dir).kept.map(({ night }) => night);
  const judgeMs = medianMs(() => viewOf(records, new Map()));
  const history = viewOf(records, new Map());
  if (history === null) throw new Error('There is no history to render.');
  const renderMs = medianMs(() => renderHtml({ ...GO, history }));
  const page = Buffer.byteLength(renderHtml({ ...GO, history }));
  return [count, bytes / 1000, readMs, judgeMs, renderMs, page / 1000].map((one) =>
    String(Number(one.toFixed(one < 10 ? 1 : 0))),
  );
}

process.stdout.write(`${await killed()}\n`);
process.stdout.write(
  table(
    ['nights', 'KB each', 'read, ms', 'judge, ms', 'render, ms', 'page, KB'],
    [costs('nights', (night) => night), costs('larger', larger)],
  ),
);
rmSync(folder, { recursive: true });
