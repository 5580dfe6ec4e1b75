import { causesOf, type Cause } from '../result/causes.ts';
import type { RunResult, SinceLast } from '../result/result.ts';

/** The causes of a run set against those of an earlier one, as the result tells it. */
export interface Change {
  readonly last: SinceLast;
  /** Causes that the earlier run had not. */
  readonly appeared: readonly Cause[];
  /** Causes that it had too. */
  readonly stayed: readonly Cause[];
}

/** What changed since the last run, or null where none is known. */
export function changeOf({ contract, since_last: last }: RunResult): Change | null {
  return last === undefined ? null : changeSince(contract, last);
}

/** What changed since the last run that was GO; null where none is known, and where that is the last run. */
export function changeSinceGo({ contract, since_last: last, since_go: go }: RunResult): Change | null {
  return go === undefined || go.run_id === last?.run_id ? null : changeSince(contract, go);
}

/** What changed since the last release; null where none is known, and where that is the last run or the last GO. */
export function changeSinceRelease(result: RunResult): Change | null {
  const { contract, since_last: last, since_go: go, since_release: release } = result;
  if (release === undefined || release.run_id === last?.run_id || release.run_id === go?.run_id) return null;
  return changeSince(contract, release);
}

/** What changed since an earlier run that somebody asks for. */
export interface EarlierChange {
  readonly what: 'run' | 'GO' | 'release';
  readonly change: Change;
}

/** What changed since the runs before the last one that matter: the last GO, and the last release. */
export function earlierChanges(result: RunResult): readonly EarlierChange[] {
  const [go, release] = [changeSinceGo(result), changeSinceRelease(result)];
  return [
    ...(go === null ? [] : [{ what: 'GO' as const, change: go }]),
    ...(release === null ? [] : [{ what: 'release' as const, change: release }]),
  ];
}

/** The same with the last run, what a reader asks first in front: of a release that is what is new since the last GO. */
export function changesInOrder(result: RunResult): readonly EarlierChange[] {
  const last = changeOf(result);
  if (last === null) return [];
  if (!isRelease(result) || result.since_go === undefined)
    return [{ what: 'run', change: last }, ...earlierChanges(result)];
  const go = changeSince(result.contract, result.since_go);
  return [
    { what: 'GO', change: go },
    ...(go.last.run_id === last.last.run_id ? [] : [{ what: 'run' as const, change: last }]),
    ...earlierChanges(result).filter(({ what }) => what !== 'GO'),
  ];
}

/** A run whose verdict says whether something may ship. */
export function isRelease({ run, release }: RunResult): boolean {
  return run.profile?.name === 'release' || release !== undefined;
}

function changeSince(contract: RunResult['contract'], earlier: SinceLast): Change {
  const causes = causesOf(contract?.findings ?? []);
  const fresh = new Set(earlier.appeared);
  return {
    last: earlier,
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
