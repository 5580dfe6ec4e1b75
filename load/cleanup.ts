import { paced, type Spread } from './paced.ts';
import type { Side } from './side.ts';

const PARALLEL_MAX = 8;
const UNANSWERED_MAX = 3;
const INTERRUPTED_MS_MAX = 10_000;

/** How the stops after a scenario are sent. */
export interface Cleanup {
  /** The rate of the scenario; null in the closed model. */
  readonly ratePerSecond: number | null;
  /** True after Ctrl-C: then it takes at most ten seconds, and what is left stays open in the ledger. */
  readonly isHurried: boolean;
}

/**
 * Stops runs at the scenario's own rate, eight at a time. Gives up after three stops in a row without an answer:
 * what could not be stopped stays open in the ledger and is listed at the end.
 */
export async function stopRuns(side: Side, runIds: readonly string[], cleanup: Cleanup): Promise<void> {
  const endMs = performance.now() + INTERRUPTED_MS_MAX;
  let unanswered = 0;
  const isOver = (): boolean =>
    unanswered >= UNANSWERED_MAX || (cleanup.isHurried && performance.now() >= endMs);
  const stopping = paced(runIds, spreadOf(runIds.length, cleanup), isOver, async (runId) => {
    const outcome = await side.stop(runId);
    unanswered = outcome === 'unanswered' ? unanswered + 1 : 0;
  });
  await (cleanup.isHurried ? Promise.race([stopping, sleep(INTERRUPTED_MS_MAX)]) : stopping);
}

/** In a hurry the pace is as high as it must be for all stops to fit into eight of the ten seconds. */
function spreadOf(count: number, { ratePerSecond, isHurried }: Cleanup): Spread {
  if (ratePerSecond === null || !isHurried) return { ratePerSecond, parallel: PARALLEL_MAX };
  return { ratePerSecond: Math.max(ratePerSecond, count / 8), parallel: PARALLEL_MAX };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
