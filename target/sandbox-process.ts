import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The embedded sandbox as a process of its own: it shares no event loop with what measures it. */
export interface EmbeddedSandbox {
  readonly url: string;
  readonly key: string;
  readonly workflowId: string;
  stop(): Promise<void>;
}

/** What to start the sandbox with, as its own command line takes it. */
export interface SandboxChoice {
  readonly faults: readonly string[];
  readonly profile: string | null;
  readonly latency: string | null;
}

/** The sandbox refused its options; its sentences are the message. */
export class SandboxRefusal extends Error {}

const PROGRAM = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
const START_LIMIT_MS = 20_000;

/**
 * Starts the sandbox on a free loopback port. It ends with this process, even when that is killed: its standard
 * input closes then.
 * @throws SandboxRefusal when it does not take its options, Error when it does not start in time.
 */
export async function startEmbeddedSandbox(choice: SandboxChoice): Promise<EmbeddedSandbox> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const options = [
    ...choice.faults.flatMap((fault) => ['--fault', fault]),
    ...(choice.profile === null ? [] : ['--profile', choice.profile]),
    ...(choice.latency === null ? [] : ['--latency', choice.latency]),
  ];
  const child = spawn(process.execPath, ['--import', loader, PROGRAM, '--json', '--port', '0', ...options], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const greeting = await firstLine(child);
  const {
    url,
    key,
    workflow_id: workflowId,
  } = JSON.parse(greeting) as { url: string; key: string; workflow_id: string };
  return { url, key, workflowId, stop: () => stop(child) };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function firstLine(child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the embedded sandbox did not start within ${START_LIMIT_MS} ms`));
    }, START_LIMIT_MS);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(0, 8192)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const end = out.indexOf('\n');
      if (end === -1) return;
      clearTimeout(limit);
      resolve(out.slice(0, end));
    });
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(
        code === 2
          ? new SandboxRefusal(err.trim())
          : new Error(`the embedded sandbox ended with code ${String(code)}: ${err.trim()}`),
      );
    });
  });
}

function stop(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 3000);
    child.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    child.stdin.end();
  });
}
