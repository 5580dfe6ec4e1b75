import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../../result/result.ts';
import { NO_LATENCY, type Latency } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../../sandbox/server.ts';
import { filesBelow } from '../files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A key that no text holds by chance; it is looked for in everything that a run leaves behind. */
export const CANARY_KEY = 'ik-live-canary-Zq7Zq7Zq7Zq7';

/** Where one invocation wrote. */
export interface Written {
  readonly outDir: string;
  /** The saved result. */
  result(): RunResult;
  /** The files below the output directory in which a text stands. */
  filesWith(text: string): readonly string[];
}

/** What one invocation said, wrote and ended with. */
export interface Ran extends Written {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How an invocation is started. */
export interface Start {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets the process once it runs, to interrupt it. */
  readonly whileRunning?: (child: ChildProcess, said: () => string) => Promise<void>;
}

const made: string[] = [];

const RUNS = ['start', 'nightly', 'release', 'contract', 'load', 'merge'];
/** The commands that have an output directory. */
const WRITES = [...RUNS, 'report'];

/** Removes the output directories of this test file. */
export function removeOutputs(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** Runs the command line interface as a process of its own, without the configuration of this machine. */
export async function runCli({ args, env = {}, whileRunning }: Start): Promise<Ran> {
  const { words, written } = placed(args);
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...words], {
    cwd: ROOT,
    env: environmentWith(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = new Promise<number>((resolve) =>
    child.once('close', (code) => {
      resolve(code ?? -1);
    }),
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), 240_000);
  await whileRunning?.(child, () => stdout);
  const code = await closed;
  clearTimeout(limit);
  return {
    code,
    stdout,
    stderr,
    ...written,
  };
}

/** The words of a command with a new output directory, and with a history of its own: what another test did is not new. */
export function placed(args: readonly string[]): {
  readonly words: readonly string[];
  readonly written: Written;
} {
  const outDir = mkdtempSync(join(tmpdir(), 'whole-'));
  made.push(outDir);
  const kept = takesHistory(args) ? ['--history', join(outDir, 'the-history')] : [];
  const out = args.includes('--out') || !WRITES.includes(args[0] ?? '') ? [] : ['--out', outDir];
  return {
    words: [...args, ...out, ...kept],
    written: {
      outDir,
      result: () => JSON.parse(readFileSync(join(outDir, 'result.json'), 'utf8')) as RunResult,
      filesWith: (text) => filesBelow(outDir).filter((path) => readFileSync(path).includes(text)),
    },
  };
}

/** What an invocation finds in its environment: nothing of the configuration of this machine. */
export function environmentWith(env: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(INTERACTLY_|HARNESS_|NODE_|GITHUB_|CI$)/.test(name),
  );
  // A twentieth of the patience: a server that loses inputs would be waited for by each of these runs.
  const usual = { HARNESS_ENV_FILE: 'none', HARNESS_PATIENCE: '1500ms', SANDBOX_KEY: CANARY_KEY };
  return { ...Object.fromEntries(clean), ...usual, ...env };
}

function takesHistory(args: readonly string[]): boolean {
  const [command = ''] = args;
  return RUNS.includes(command) && !args.includes('--history') && !args.includes('--help');
}

/** An environment in which processes begin at a moment of our choice; their clocks go on from there. */
export function clockAt(iso: string): Record<string, string> {
  const script = `
    const Real = Date;
    const ahead = Math.round(Real.parse(${JSON.stringify(iso)}) - Real.now() + performance.now());
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length === 0) super(Real.now() + ahead); else super(...given); }
      static now() { return Real.now() + ahead; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

/** A sandbox in this process, whose own counts can be asked, with the canary as its key. */
export function sandboxHere(faults: readonly string[] = [], latency: Latency = NO_LATENCY): Promise<Sandbox> {
  return startSandbox({
    port: 0,
    key: CANARY_KEY,
    workflowId: '5eb7cf5a86d9755df3a6c593',
    faults,
    profile: 'default',
    latency,
    seed: 1,
  });
}

/** The configuration that makes a sandbox the target. */
export function targeting(sandbox: Pick<Sandbox, 'url' | 'workflowId'>): Record<string, string> {
  return {
    INTERACTLY_BASE_URL: sandbox.url,
    INTERACTLY_API_KEY: CANARY_KEY,
    INTERACTLY_WORKFLOW_ID: sandbox.workflowId,
  };
}
