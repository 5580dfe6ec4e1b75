/** What was sent to two deployments in turn. Types only; times in microseconds. */

import type { Inconclusive } from './exchange.ts';
import type { HeaderCounts } from './version-headers.ts';

export type Side = 'A' | 'B';

/** One block of load on one deployment. */
export interface LiveBlock {
  /** Sorted response times in microseconds; what was never answered is `Infinity`. */
  readonly latenciesUs: readonly number[];
  readonly sent: number;
  readonly ok: number;
  /** What of ours shaped its figures; null where nothing did. */
  readonly ours: string | null;
}

/** Two blocks with the same load, sent one after the other. */
export interface LivePair {
  readonly a: LiveBlock;
  readonly b: LiveBlock;
}

/** All that was sent. */
export interface LiveBlocks {
  /** A against A, before the comparison. */
  readonly noise: readonly LivePair[];
  readonly pairs: readonly LivePair[];
  /** Why it ended before its time, and on which side; null where it did not. */
  readonly ended: { readonly side: Side; readonly why: Inconclusive } | null;
  readonly interrupted: boolean;
  /** What either side told of its version. */
  readonly headers: { readonly a: HeaderCounts; readonly b: HeaderCounts };
}
