import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../result/result.ts';
import { KEY, sandboxWith, theirs, WORKFLOW, type How } from './schemathesis-run.ts';
import { mean } from './schemathesis-tables.ts';
import { conduct } from './trial.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIMIT_MS = 120_000;

/** One run of the command line: the whole process, and the contract part of it as the result tells. */
interface Timed {
  readonly requests: number;
  readonly seconds: number;
  readonly contract: number;
  /** The same agenda in a warm process, without the command line, a runner or a report. */
  readonly inProcess: number;
}

/**
 * Wall time on the conforming server, one after the other. Whole processes are compared with whole processes, as their
 * users start them: ours with its runner, the stopping of all runs and its reports, theirs with its own.
 */
export async function printTimes(how: How, times: number, budgetRequests: number): Promise<void> {
  const usual: Timed[] = [];
  const within: Timed[] = [];
  const other: { readonly requests: number; readonly seconds: number }[] = [];
  for (let seed = 1; seed <= times; seed += 1) {
    other.push(await theirs(how, { name: '', fault: null, profile: 'default', seed }));
    usual.push(await timed(seed, null));
    within.push(await timed(seed, budgetRequests));
  }
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const of = (rows: readonly Timed[], what: keyof Timed): string => mean(rows.map((row) => row[what]));
  print(
    `\n| on the conforming server, mean of ${times} | these tests | within ${budgetRequests} requests | Schemathesis |`,
  );
  print('| --- | --- | --- | --- |');
  print(
    `| seconds, whole process | ${of(usual, 'seconds')} | ${of(within, 'seconds')} | ${mean(other.map((row) => row.seconds))} |`,
  );
  print(
    `| of them the contract tests, with their runner | ${of(usual, 'contract')} | ${of(within, 'contract')} | |`,
  );
  print(`| the same calls in a warm process | ${of(usual, 'inProcess')} | ${of(within, 'inProcess')} | |`);
  print(
    `| requests | ${of(usual, 'requests')} | ${of(within, 'requests')} | ${mean(other.map((row) => row.requests))} |`,
  );
}

async function timed(seed: number, budgetRequests: number | null): Promise<Timed> {
  const sandbox = await sandboxWith([], 'default');
  const out = mkdtempSync(join(tmpdir(), 'bench-times-'));
  const budget = budgetRequests === null ? [] : ['--budget-requests', String(budgetRequests)];
  const options = ['--quiet', '--seed', String(seed), '--out', out, ...budget];
  const environment = {
    ...process.env,
    INTERACTLY_BASE_URL: sandbox.url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    HARNESS_ENV_FILE: 'none',
  };
  const began = performance.now();
  try {
    await new Promise<void>((resolve) => {
      const args = ['--import', 'tsx', 'cli.ts', 'contract', ...options];
      execFile(process.execPath, args, { cwd: ROOT, env: environment, timeout: LIMIT_MS }, () => {
        resolve();
      });
    });
    const seconds = (performance.now() - began) / 1000;
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    const trial = { name: '', row: '', fault: null, profile: 'default', seed, budgetRequests };
    const { ms } = await conduct(trial);
    const { requests_sent: requests = 0, duration_ms = 0 } = result.contract ?? {};
    return { requests, seconds, contract: duration_ms / 1000, inProcess: ms / 1000 };
  } finally {
    await sandbox.close();
    rmSync(out, { recursive: true, force: true });
  }
}
