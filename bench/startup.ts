/**
 * How long one waits for the programs to start: help, one case asked again, the contract tests against a sandbox on loopback
 * that is up already, and the first line of each. With `--beside DIR` another checkout is timed in turn with this one, so
 * that a busy machine slows both. Prints one table.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_LATENCY } from '../sandbox/latency.ts';
import { startSandbox } from '../sandbox/server.ts';
import { bench, count } from './options.ts';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const KEY = 'bench-startup-key';
const WORKFLOW = '5eb7cf5a86d9755df3a6c593';

const { times: TIMES, beside } = bench('startup', 'The time until one knows.')
  .option('--times <n>', 'how often each is started', count, 5)
  .option('--beside <dir>', 'another checkout, timed in turn')
  .parse()
  .opts<{ times: number; beside?: string }>();

interface Timed {
  readonly firstLineMs: number | null;
  readonly wholeMs: number;
}

const ROWS: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['node alone', ['-e', '0']],
  ['node with the TypeScript loader', ['--import', 'tsx', '-e', '0']],
  ['--help', ['--import', 'tsx', 'cli.ts', '--help']],
  ['contract --help', ['--import', 'tsx', 'cli.ts', 'contract', '--help']],
  ['contract --plan', ['--import', 'tsx', 'cli.ts', 'contract', '--plan']],
  [
    'contract --replay of one case',
    [
      '--import',
      'tsx',
      'cli.ts',
      'contract',
      '--replay',
      'negative/workflow_id/length-23',
      '--out',
      'OUT',
      '--history',
      'OUT-history',
    ],
  ],
  ['contract, the whole suite', ['--import', 'tsx', 'cli.ts', 'contract', '--out', 'OUT']],
];

function timed(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const began = performance.now();
  let firstLineMs: number | null = null;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () => {
    firstLineMs = performance.now() - began;
  });
  child.stdout.resume();
  return new Promise((resolve) => {
    child.once('close', () => {
      resolve({ firstLineMs, wholeMs: performance.now() - began });
    });
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function cell(all: readonly Timed[]): string {
  const lines = all.flatMap(({ firstLineMs }) => firstLineMs ?? []);
  const first = lines.length === 0 ? '' : ` (first line ${Math.round(median(lines))})`;
  return `${Math.round(median(all.map(({ wholeMs }) => wholeMs)))} ms${first}`;
}

const out = mkdtempSync(join(tmpdir(), 'startup-'));
const sandbox = await startSandbox({
  port: 0,
  key: KEY,
  workflowId: WORKFLOW,
  faults: [],
  profile: 'default',
  latency: NO_LATENCY,
  seed: 1,
});
const env = {
  HARNESS_ENV_FILE: 'none',
  INTERACTLY_BASE_URL: sandbox.url,
  INTERACTLY_API_KEY: KEY,
  INTERACTLY_WORKFLOW_ID: WORKFLOW,
};
try {
  const checkouts = [HERE, ...(beside === undefined ? [] : [beside])];
  process.stdout.write(
    `\n| started | ${checkouts.map((_, at) => (at === 0 ? 'this checkout' : 'the other')).join(' | ')} |\n`,
  );
  process.stdout.write(`| --- | ${checkouts.map(() => '---').join(' | ')} |\n`);
  for (const [what, args] of ROWS) {
    const seen = checkouts.map((): Timed[] => []);
    for (let time = 0; time < TIMES; time += 1)
      for (const [at, cwd] of checkouts.entries()) {
        const places = args.map((word) =>
          word === 'OUT' ? join(out, String(at), `${what.length}-${time}`) : word,
        );
        // An older checkout keeps no history; this one keeps it beside its results.
        const own =
          at === 0 && args.includes('OUT') ? [...places, '--history', join(out, 'history')] : places;
        seen[at]?.push(await timed(cwd, own, env));
      }
    process.stdout.write(`| ${what} | ${seen.map(cell).join(' | ')} |\n`);
  }
} finally {
  await sandbox.close();
  rmSync(out, { recursive: true, force: true });
}
