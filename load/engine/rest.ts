import type { LoadContext } from './context.ts';
import { sleepUntil } from './paced.ts';

const REST_MS_MAX = 60_000;

/**
 * Waits out what the target asked for by Retry-After in the scenario before, so that the next one does not begin
 * with requests that were not wanted yet. It waits a minute at most, and no longer once the run is interrupted.
 * @param untilEpochMs when the target will take requests again; null when it did not ask.
 */
export async function restUntil(
  untilEpochMs: number | null,
  next: string,
  { say, signal }: LoadContext,
): Promise<void> {
  const waitMs = Math.min(REST_MS_MAX, (untilEpochMs ?? 0) - Date.now());
  if (waitMs <= 0) return;
  say(`${next}: waiting ${(waitMs / 1000).toFixed(1)} s, as the target asked for by Retry-After`);
  await sleepUntil(performance.now() + waitMs, () => signal.aborted);
}
