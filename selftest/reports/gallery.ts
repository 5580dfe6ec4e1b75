import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readResult } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';
import { judgeRun } from '../../result/verdict.ts';
import { writeReports } from '../../reports/write.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { runCli, sandboxHere, targeting, type Start } from '../whole/cli.ts';
import { hostileResponse, startBetween, throttlingResponse, type Between } from './between.ts';
import { MANY_FAULTS } from './many-faults.ts';

/** Where the gallery stays after the tests, to be looked at. */
export const GALLERY = fileURLToPath(new URL('../../test-results/gallery', import.meta.url));

/** Each situation by the name of its folder, with what its verdict must be. */
export const PIECES = {
  'all-green': 'GO',
  'one-cause': 'NO-GO',
  'forty-causes': 'NO-GO',
  'load-only': 'GO',
  'contract-only': 'GO',
  'environment-down': 'INCONCLUSIVE',
  throttled: 'INCONCLUSIVE',
  'saturated-generator': 'INCONCLUSIVE',
  'hostile-strings': 'NO-GO',
  empty: 'INCONCLUSIVE',
} as const satisfies Readonly<Record<string, RunResult['verdict']>>;

export type PieceName = keyof typeof PIECES;

/** The folder of reports, and the sandbox that the one cause was found in, still to be asked. */
export interface Gallery {
  readonly sandbox: Sandbox;
  resultOf(name: PieceName): RunResult;
  pageOf(name: PieceName): string;
  close(): Promise<void>;
}

const FAULT = 'number-command-accepted';

/** Builds the gallery from real runs of the command line against sandboxes, two at a time. */
export async function buildGallery(): Promise<Gallery> {
  rmSync(GALLERY, { recursive: true, force: true });
  mkdirSync(GALLERY, { recursive: true });
  const sandbox = await sandboxHere([FAULT]);
  const plain = await sandboxHere();
  const hostile = await startBetween(plain.url, hostileResponse);
  const throttling = await startBetween(plain.url, throttlingResponse);
  const close = (): Promise<void> => closeAll([hostile, throttling], [sandbox, plain]);
  try {
    await fill(sandbox, plain, hostile, throttling);
  } catch (error) {
    await close(); // what still listens would keep the tests from ending
    throw error;
  }
  return { sandbox, resultOf, pageOf: (name) => join(GALLERY, name, 'index.html'), close };
}

/** Makes the runs of all pieces, into their folders. */
async function fill(sandbox: Sandbox, plain: Sandbox, hostile: Between, throttling: Between): Promise<void> {
  const down = await closedPort();
  const at = (url: string): Record<string, string> => targeting({ url, workflowId: plain.workflowId });
  const limit = ['--threshold', 'latency_ms_p95 < 250'];
  const paced = ['--duration', '4s', '--warmup', '0s'];
  await twoAtATime([
    run('forty-causes', ['contract', ...MANY_FAULTS.flatMap((fault) => ['--fault', fault])]),
    run('contract-only', ['contract']),
    run('hostile-strings', ['contract', '--only', 'positive'], at(hostile.url)),
    run('one-cause', ['contract', '--only', 'negative/command'], targeting(sandbox)),
    run('environment-down', ['start'], { ...at(down), HARNESS_TIMEOUT: '1s' }),
    run('empty', ['contract'], {}, interrupted),
  ]);
  await measured(
    run('load-only', [
      ...['load', 'start', 'start-resume', '--rate', '40', '--duration', '3s', '--warmup', '500ms'],
      ...['--latency', 'exp:8ms', '--threshold', 'latency_ms_p50 < 1000', '--threshold', 'error_rate < 10%'],
    ]),
  );
  await twoAtATime([
    run('throttled', ['load', 'start', '--rate', '60', ...paced, ...limit], at(throttling.url)),
    run('saturated-generator', [
      'load',
      'start',
      '--rate',
      '6000',
      '--duration',
      '2s',
      '--warmup',
      '0s',
      ...limit,
    ]),
  ]);
  await composeGreen();
}

/** One run of the command line into its folder; a problem with its options is a bug of the gallery. */
function run(
  name: PieceName,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  whileRunning: Start['whileRunning'] = () => Promise.resolve(),
): () => Promise<void> {
  return async () => {
    const all = [...args, '--seed', '1', '--out', join(GALLERY, name)];
    const ran = await runCli({ args: all, env, whileRunning });
    assert.ok(
      [0, 1, 3, 130].includes(ran.code),
      `${name} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`,
    );
  };
}

/** Interrupts a run as soon as it has said its plan, before it has asked anything. */
async function interrupted(child: ChildProcess, said: () => string): Promise<void> {
  while (!said().includes('caps:') && child.exitCode === null) await sleep(20);
  child.kill('SIGINT');
}

const MEASURED_MAX = 4;

/** Runs alone, and again where the machine was too busy to measure anything: that is no matter of the report. */
async function measured(load: () => Promise<void>): Promise<void> {
  for (let time = 0; time < MEASURED_MAX; time += 1) {
    await load();
    if (resultOf('load-only').verdict === PIECES['load-only']) return;
  }
}

async function twoAtATime(runs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...runs];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  await Promise.all([worker(), worker()]);
}

/** A whole green night takes over a minute, because its load is slow by design: it is put together from its two parts. */
async function composeGreen(): Promise<void> {
  const contract = resultOf('contract-only');
  const load = resultOf('load-only').load;
  const judged = { contract: contract.contract, load, interrupted: false };
  mkdirSync(join(GALLERY, 'all-green'));
  await writeReports(
    {
      ...contract,
      run: { ...contract.run, id: 'all-green', command: 'npm start -- --seed 1' },
      load,
      ...judgeRun(judged),
    },
    join(GALLERY, 'all-green'),
  );
}

function resultOf(name: PieceName): RunResult {
  return readResult(join(GALLERY, name, 'result.json'));
}

/** A loopback address at which nothing listens. */
function closedPort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(`http://127.0.0.1:${port}`);
      });
    });
  });
}

async function closeAll(between: readonly Between[], sandboxes: readonly Sandbox[]): Promise<void> {
  for (const one of between) one.close();
  for (const one of sandboxes) await one.close();
}
