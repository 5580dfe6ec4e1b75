import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NO_LATENCY } from '../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../sandbox/server.ts';

/** The version that is compared. */
export const VERSION = 'schemathesis==4.32.5';
export const KEY = 'bench-key-AbCdEf0123456789';
export const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
const LIMIT_MS = 120_000;

/** What one run under Schemathesis came to. */
export interface Theirs {
  readonly name: string;
  readonly fault: string | null;
  readonly profile: string;
  readonly seed: number;
  readonly violations: readonly string[];
  readonly requests: number;
  readonly runs: number;
  readonly seconds: number;
}

/** How Schemathesis is called. */
export interface How {
  readonly program: string;
  readonly description: string;
  /** Examples for each operation; its own default without. */
  readonly examples: string | undefined;
}

/** The program, installed into a virtual environment of its own when it is not there yet. */
export function installed(): string {
  const venv = join(tmpdir(), 'harness-bench-schemathesis');
  const program = join(venv, 'bin', 'st');
  if (existsSync(program)) return program;
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', VERSION], { stdio: 'inherit' });
  return program;
}

/** The description with an example that the sandbox accepts: Schemathesis has no other way to learn a workflow's id. */
export function descriptionFor(dir: string): string {
  const text = readFileSync(new URL('../openapi/workflow-runs.yaml', import.meta.url), 'utf8');
  const path = join(dir, 'description.yaml');
  const before = `workflow_run_id: ${WORKFLOW}\n                  thread`;
  if (!text.includes(before)) throw new Error("the page's example is not where it was");
  writeFileSync(path, text.replace(before, 'workflow_run_id: null\n                  thread'));
  return path;
}

/** A conforming sandbox in this process, or one with faults. */
export function sandboxWith(faults: readonly string[], profile: string): Promise<Sandbox> {
  const options = { port: 0, key: KEY, workflowId: WORKFLOW, latency: NO_LATENCY, seed: 1 };
  return startSandbox({ ...options, faults, profile });
}

function schemathesis(how: How, url: string, seed: number): Promise<string> {
  const args = ['run', how.description, '--url', url, '-H', `Authorization: Bearer ${KEY}`];
  const options = ['--checks', 'all', '--seed', String(seed), '--request-timeout', '2', '--no-color'];
  const examples = how.examples === undefined ? [] : ['--max-examples', how.examples];
  return new Promise((resolve) => {
    execFile(
      how.program,
      [...args, ...options, '--continue-on-failure', ...examples],
      { cwd: dirname(how.description), timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout) => {
        resolve(stdout);
      },
    );
  });
}

/** Each kind of failure with the status of the response that shows it, as the report has them one after the other. */
function violationsIn(report: string): readonly string[] {
  const found = new Set<string>();
  let kinds: string[] = [];
  for (const line of report.split('\n')) {
    const kind = /^- ((?:ST\d+ )?.+)$/.exec(line)?.[1];
    const status = /^\[(\d{3})\]/.exec(line)?.[1];
    if (/^\d+\. Test Case ID/.test(line)) kinds = [];
    if (kind !== undefined) {
      kinds.push(kind);
      found.add(kind);
    }
    if (status !== undefined) for (const one of kinds) found.add(`${one} (${status})`);
  }
  return [...found];
}

/** One run under Schemathesis, from the start of its process to its end. */
export async function theirs(
  how: How,
  what: Omit<Theirs, 'violations' | 'requests' | 'runs' | 'seconds'>,
): Promise<Theirs> {
  const sandbox = await sandboxWith(what.fault === null ? [] : [what.fault], what.profile);
  const began = performance.now();
  try {
    const violations = violationsIn(await schemathesis(how, sandbox.url, what.seed));
    const { requests, runs } = sandbox.stats();
    const started = Object.values(runs).reduce((sum, count) => sum + count, 0);
    return {
      ...what,
      violations: violations,
      requests,
      runs: started,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await sandbox.close();
  }
}
