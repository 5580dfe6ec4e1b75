import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutate.ts';
import type { Order, Said } from './worker.ts';

/** A mutant and what noticed it; null: no test did. */
export interface Tried {
  readonly mutant: Mutant;
  readonly noticedBy: string | null;
}

/** For tests that wait for something that never comes; computing has a limit of its own in the process. */
const PATIENCE_MS = 20_000;
const READY_MS = 120_000;
/** What a change that never ends may allocate until its process ends. */
const HEAP_MIB = 512;

/** A process that tries changes of one file after the other, and is replaced when one does not end. */
export class Runner {
  readonly #file: string;
  readonly #tests: readonly string[];
  #child: ChildProcess | null = null;
  #limitMs = PATIENCE_MS;

  constructor(file: string, tests: readonly string[]) {
    this.#file = file;
    this.#tests = tests;
  }

  /** Loads the file and its tests. @throws Error when a test fails without any change. */
  async start(): Promise<{ readonly tests: number; readonly ms: number }> {
    this.#child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', `--max-old-space-size=${HEAP_MIB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: environment(),
    });
    const { tests, ms } = this.#readyOrThrow(await this.#send(this.#order(), READY_MS));
    this.#limitMs = PATIENCE_MS + ms * 20;
    return { tests, ms };
  }

  #order(): Order {
    return { kind: 'file', file: this.#file, tests: this.#tests };
  }

  #readyOrThrow(said: Said | string): Extract<Said, { kind: 'ready' }> {
    if (typeof said !== 'string' && said.kind === 'ready' && said.failure === null) return said;
    const why = typeof said === 'string' ? said : JSON.stringify(said);
    throw new Error(`${this.#file}: its tests fail without a change: ${why}`);
  }

  /** Tries one change. */
  async tryOut(mutant: Mutant): Promise<Tried> {
    if (this.#child === null) await this.start();
    const said = await this.#send({ kind: 'mutant', mutant }, this.#limitMs);
    if (typeof said === 'string') {
      this.stop();
      return { mutant, noticedBy: said };
    }
    return { mutant, noticedBy: said.kind === 'tried' ? said.noticedBy : null };
  }

  /** Runs the tests without a change once more. @throws Error when a change has left something behind. */
  async verify(): Promise<void> {
    if (this.#child === null) return;
    this.#readyOrThrow(await this.#send(this.#order(), READY_MS));
  }

  /** Ends the process. */
  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  /** The reply, or in words how it came to none. */
  #send(order: Order, limitMs: number): Promise<Said | string> {
    const child = this.#child;
    if (child === null) return Promise.resolve('there is no process');
    return new Promise((resolve) => {
      const settle = (said: Said | string): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(said);
      };
      const timer = setTimeout(() => {
        settle(`does not end within ${Math.round(limitMs / 1000)} s`);
      }, limitMs);
      child.once('message', settle);
      child.once('exit', (code) => {
        settle(code === null ? 'computes or allocates without end' : `the process ended with ${code}`);
      });
      child.send(order);
    });
  }
}

/** This environment without what configures a target. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(INTERACTLY_|HARNESS_|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), HARNESS_ENV_FILE: 'none' };
}
