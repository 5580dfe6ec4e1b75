import { paced, sleepUntil, type Spread } from './paced.ts';
import type { SetupClient } from './setup-client.ts';

const PARALLEL_MAX = 8;
const UNANSWERED_MAX = 3;
/** How long an API that does not answer is waited for, and how the waits between two tries grow. */
const PATIENCE: Patience = { wholeMs: 30_000, firstMs: 500, longestMs: 8000 };
const INTERRUPTED_MS_MAX = 10_000;

/** How the stops after a scenario are sent. */
export interface Cleanup {
  /** The rate of the scenario; null in the closed model. */
  readonly ratePerSecond: number | null;
  /** Ctrl-C, before or meanwhile: from then on it takes at most ten seconds; what is left stays open in the ledger. */
  readonly interruption: AbortSignal;
}

/** How long an API that is coming back is waited for. */
export interface Patience {
  readonly wholeMs: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Stops runs at the scenario's own rate, eight at a time. When three stops in a row are not answered, the API may be
 * coming back: one is tried again, ever more rarely, for half a minute. What could not be stopped stays open in the
 * ledger and is listed at the end.
 * @param hurryMs how long it may take after Ctrl-C; given by self-tests.
 */
export async function stopRuns(
  side: Pick<SetupClient, 'stop'>,
  runIds: readonly string[],
  { ratePerSecond, interruption }: Cleanup,
  hurryMs = INTERRUPTED_MS_MAX,
  patience = PATIENCE,
): Promise<void> {
  const left = new Set(runIds);
  let unanswered = 0;
  const isVain = (): boolean => unanswered >= UNANSWERED_MAX;
  const isOver = (): boolean => isVain() || interruption.aborted;
  const stop = async (runId: string): Promise<void> => {
    left.delete(runId);
    const isSilent = (await side.stop(runId)) === 'unanswered';
    unanswered = isSilent ? unanswered + 1 : 0;
    if (isSilent) left.add(runId);
  };
  const usual = { ratePerSecond, parallel: PARALLEL_MAX };
  const stopping = (async () => {
    await paced(runIds, usual, isOver, stop);
    const isBack = async (): Promise<boolean> => {
      const [first] = left;
      if (first !== undefined) await stop(first);
      return unanswered === 0;
    };
    while (left.size > 0 && !interruption.aborted && (await waitFor(isBack, patience, interruption)))
      await paced([...left], usual, isOver, stop);
  })();
  await untilAborted(stopping, interruption);
  if (!interruption.aborted) return;
  unanswered = 0;
  const endMs = performance.now() + hurryMs;
  const spread = hurried(left.size, ratePerSecond, hurryMs);
  const rest = paced([...left], spread, () => isVain() || performance.now() >= endMs, stop);
  await Promise.race([Promise.all([stopping, rest]), sleep(hurryMs)]);
}

/** Tries again and again, with growing pauses, until something is back; false when it did not come in time. */
async function waitFor(
  isBack: () => Promise<boolean>,
  { wholeMs, firstMs, longestMs }: Patience,
  interruption: AbortSignal,
): Promise<boolean> {
  const endMs = performance.now() + wholeMs;
  const isOver = (): boolean => interruption.aborted || performance.now() >= endMs;
  for (let waitMs = firstMs; !isOver(); waitMs = Math.min(longestMs, waitMs * 2)) {
    await sleepUntil(Math.min(endMs, performance.now() + waitMs), () => interruption.aborted);
    if (!interruption.aborted && (await isBack())) return true;
  }
  return false;
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
