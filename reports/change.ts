import { causesOf, type Cause } from './causes.ts';
import type { RunResult, SinceLast } from './result.ts';

/** The causes of a run set against those of the last one, as the result tells it. */
export interface Change {
  readonly last: SinceLast;
  /** Causes that the last run had not. */
  readonly appeared: readonly Cause[];
  /** Causes that it had too. */
  readonly stayed: readonly Cause[];
}

/** What changed since the last run, or null where none is known. */
export function changeOf({ contract, since_last: last }: RunResult): Change | null {
  if (last === undefined) return null;
  const causes = causesOf(contract?.findings ?? []);
  const fresh = new Set(last.appeared);
  return {
    last,
    appeared: causes.filter(({ fingerprint }) => fresh.has(fingerprint)),
    stayed: causes.filter(({ fingerprint }) => !fresh.has(fingerprint)),
  };
}

/** What to say where no earlier run is known: no claim that anything is new. */
export const NO_EARLIER = 'No earlier run of this target with the same parts is known.';

/** False for a run without contract tests, and for one that found nothing to ask: that it saw nothing new says nothing. */
export function isCompared({ contract }: RunResult): boolean {
  return contract !== null && (contract.inconclusive === null || contract.findings.length > 0);
}
