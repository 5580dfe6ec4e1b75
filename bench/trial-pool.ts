import { fork, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Told, Trial } from './trial.ts';

/** Conducts trials in so many warm processes until all are done or the time is up. */
export async function conductAll(
  trials: readonly Trial[],
  limits: { readonly jobs: number; readonly until: number },
  done: (told: Told) => void,
): Promise<void> {
  const queue = [...trials];
  await Promise.all(Array.from({ length: limits.jobs }, () => work(queue, limits.until, done)));
}

function work(queue: Trial[], until: number, done: (told: Told) => void): Promise<void> {
  const child: ChildProcess = fork(fileURLToPath(new URL('trial-worker.ts', import.meta.url)));
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const trial = Date.now() < until ? queue.shift() : undefined;
      if (trial === undefined) child.disconnect();
      else child.send(trial);
    };
    child.on('message', (told: Told) => {
      done(told);
      next();
    });
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error('a worker of the bench failed'));
    });
    next();
  });
}

/** Rows in a file, one JSON line each, so that a run that was cut goes on where it stopped; none without a path. */
export interface Notebook<Row> {
  readonly rows: readonly Row[];
  note(row: Row): void;
}

/** Opens a notebook, with the rows that an earlier run has left. */
export function openNotebook<Row>(path: string | undefined): Notebook<Row> {
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
  return {
    rows,
    note(row) {
      rows.push(row);
      if (path !== undefined) appendFileSync(path, `${JSON.stringify(row)}\n`);
    },
  };
}
