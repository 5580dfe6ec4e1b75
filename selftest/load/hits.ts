import type { StepStatsFrame } from '../../load/metrics/step-stats.ts';
import { NO_SHARES, type Hit } from '../../load/metrics/hit.ts';

/** A request that nothing of ours delayed. */
export const PUNCTUAL = {
  shares: NO_SHARES,
  lagMs: 0,
  parts: null,
  isDisturbed: false,
  mayHaveEnded: false,
} as const satisfies Partial<Hit>;

/** A book that begins with the process clock and has no limits. */
export const FRAME = {
  startMs: 0,
  longestMs: 1000,
  limits: [],
  rowSeconds: 1,
} as const satisfies StepStatsFrame;
