import { Worker } from 'node:worker_threads';

/** Looks at what the process has used, and ends it when that is too much: the main thread may be in an endless loop. */
const WATCH = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    const limitMs = Atomics.load(workerData, 0);
    if (limitMs > 0 && (user + system) / 1000 > limitMs) process.kill(process.pid, 'SIGKILL');
  }, 100);
`;

/**
 * A limit on the computing time of this process, which does not depend on how busy the machine is.
 * A thread of its own keeps it.
 */
export class CpuLimit {
  readonly #limitMs = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    new Worker(WATCH, { eval: true, execArgv: [], workerData: this.#limitMs }).unref();
  }

  /** Ends the process once it has computed for so long from now on; null for no limit. */
  set(ms: number | null): void {
    Atomics.store(this.#limitMs, 0, ms === null ? 0 : Math.ceil(cpuMs() + ms));
  }
}

/** What this process has computed so far, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
