import type { Operation } from '../../openapi/registry.ts';
import type { RunLedger } from '../../target/run-ledger.ts';
import type { Target } from '../../target/target.ts';

/** What a load run needs from outside. */
export interface LoadContext {
  readonly operation: Operation;
  readonly target: Target;
  readonly runs: RunLedger;
  /** Aborted on Ctrl-C: the load stops, the books are closed, and runs are stopped for at most ten seconds. */
  readonly signal: AbortSignal;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** A line that the next one replaces. */
  readonly progress: (text: string) => void;
  /** Where the raw histograms are written, as `<scenario>-<step>.hgrm.json`. */
  readonly outDir: string;
}
