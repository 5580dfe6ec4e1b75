import { paced, type Spread } from './paced.ts';
import type { Side } from './side.ts';

const PARALLEL_MAX = 8;
const UNANSWERED_MAX = 3;
const INTERRUPTED_MS_MAX = 10_000;

/** How the stops after a scenario are sent. */
export interface Cleanup {
  /** The rate of the scenario; null in the closed model. */
  readonly ratePerSecond: number | null;
  /** Ctrl-C, before or meanwhile: from then on it takes at most ten seconds; what is left stays open in the ledger. */
  readonly interruption: AbortSignal;
}

/**
 * Stops runs at the scenario's own rate, eight at a time. Gives up after three stops in a row without an answer:
 * what could not be stopped stays open in the ledger and is listed at the end.
 * @param hurryMs how long it may take after Ctrl-C; given by self-tests.
 */
export async function stopRuns(
  side: Pick<Side, 'stop'>,
  runIds: readonly string[],
  { ratePerSecond, interruption }: Cleanup,
  hurryMs = INTERRUPTED_MS_MAX,
): Promise<void> {
  const left = new Set(runIds);
  let unanswered = 0;
  const isVain = (): boolean => unanswered >= UNANSWERED_MAX;
  const stop = async (runId: string): Promise<void> => {
    left.delete(runId);
    unanswered = (await side.stop(runId)) === 'unanswered' ? unanswered + 1 : 0;
  };
  const usual = { ratePerSecond, parallel: PARALLEL_MAX };
  const stopping = paced(runIds, usual, () => isVain() || interruption.aborted, stop);
  await untilAborted(stopping, interruption);
  if (!interruption.aborted) return;
  const endMs = performance.now() + hurryMs;
  const spread = hurried(left.size, ratePerSecond, hurryMs);
  const rest = paced([...left], spread, () => isVain() || performance.now() >= endMs, stop);
  await Promise.race([Promise.all([stopping, rest]), sleep(hurryMs)]);
}

/** In a hurry the pace is as high as it must be for all stops to fit into four fifths of the time. */
function hurried(count: number, ratePerSecond: number | null, hurryMs: number): Spread {
  const needed = count / ((0.8 * hurryMs) / 1000);
  const rate = ratePerSecond === null ? null : Math.max(ratePerSecond, needed);
  return { ratePerSecond: rate, parallel: PARALLEL_MAX };
}

/** Waits for some work, or no longer than until it is to be cut short. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let tell: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (tell = resolve));
  signal.addEventListener('abort', tell);
  if (signal.aborted) tell();
  await Promise.race([work, aborted]);
  signal.removeEventListener('abort', tell);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
