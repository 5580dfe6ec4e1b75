import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../openapi/registry.ts';
import type { RunLedger } from './run-ledger.ts';
import { openDoor, type Door } from './send.ts';
import type { Target } from './target.ts';

/** How fast runs are stopped, and how long that may take in all. */
export interface SweepLimits {
  /** Null for as fast as the answers come. */
  readonly ratePerSecond: number | null;
  readonly limitMs: number;
}

const TRIES = 2;
/** As many calls in flight as the contract tests have. */
const IN_FLIGHT = 4;

/**
 * Stops every run that the ledger knows as open, four at a time and no faster than the given rate. What is not stopped in time stays
 * open in the ledger, which the report lists. A stop may be sent twice: it starts nothing.
 * @returns how many requests it took.
 */
export async function sweepRuns(
  operation: Operation,
  target: Target,
  runs: RunLedger,
  limits: SweepLimits,
): Promise<number> {
  const open = runs.open();
  if (open.length === 0) return 0;
  let sent = 0;
  const door = openDoor(target);
  const until = Date.now() + limits.limitMs;
  const began = performance.now();
  try {
    const queue = open.entries();
    const lane = async (): Promise<void> => {
      for (const [i, run] of queue) {
        if (Date.now() > until) return;
        const dueMs = limits.ratePerSecond === null ? 0 : began + (i * 1000) / limits.ratePerSecond;
        await sleep(Math.max(0, dueMs - performance.now()));
        const tries = await stopRun(operation, door, runs, run);
        sent += tries; // after the wait: another lane may have counted in the meantime
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  } finally {
    await door.close();
  }
  return sent;
}

async function stopRun(operation: Operation, door: Door, runs: RunLedger, run: string): Promise<number> {
  const { method, path } = operation;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const body = JSON.stringify({ command: 'stop', workflow_run_id: run });
    const { answer } = await door.send({
      method,
      path,
      credential: { kind: 'valid' },
      headers: [['content-type', 'application/json']],
      body,
    });
    const status = answer?.status ?? 0;
    const isAccepted = status >= 200 && status <= 299;
    const hadEnded = [404, 409, 410].includes(status);
    if (isAccepted || hadEnded) {
      runs.ended(run, isAccepted ? 'stopped' : 'completed');
      return attempt + 1;
    }
  }
  return TRIES;
}
