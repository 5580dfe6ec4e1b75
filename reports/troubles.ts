import { rankedCauses, type RankedCause } from '../result/causes.ts';
import { HARMS, type Harm } from '../result/harm.ts';
import { isAcceptedFailure } from '../result/accepted.ts';
import { loadReplayOf, replayOf } from './replay.ts';
import type { RunResult } from '../result/result.ts';
import { breakingChanges, changeText, CHANGE_CHECK } from '../result/shape-verdict.ts';
import { loadFailuresOf } from '../result/load-failures.ts';
import { unknownsOf } from '../result/verdict.ts';

/** What a reader has to know of, the worst first: what failed, what could not be judged, warnings, drift, what is accepted. */
export type TroubleKind = 'failure' | 'unknown' | 'warning' | 'drift' | 'accepted';

/** One cause, of the contract or of the load, as lists of the worst ones tell it. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** The check, `load NAME`, or why it could not be judged. */
  readonly check: string;
  /** One sentence. */
  readonly title: string;
  readonly fingerprint: string | null;
  /** What it does to callers; null where it is no cause of the contract. */
  readonly harm: Harm | null;
  /** How many findings it has. */
  readonly findings: number;
  /** True when the last run had it not, false when it had, null where that is not known. */
  readonly isNew: boolean | null;
  /** The line that asks it again; null where there is none. */
  readonly replay: string | null;
  /** The case that speaks for it; null under load. */
  readonly caseId: string | null;
  /** The last day of its acceptance; null where there is none that holds. */
  readonly acceptedUntil: string | null;
}

const ORDER: Readonly<Record<TroubleKind, number>> = {
  failure: 0,
  unknown: 1,
  warning: 2,
  drift: 3,
  accepted: 4,
};

/** Everything that a run has against the target, the worst first: by kind, then by harm, then what is new, then by number of findings. */
export function troublesOf(result: RunResult): readonly Trouble[] {
  const all = [
    ...contractTroubles(result),
    ...shapeTroubles(result),
    ...loadTroubles(result),
    ...unknownTroubles(result),
  ];
  return all.toSorted(
    (a, b) =>
      ORDER[a.kind] - ORDER[b.kind] ||
      harmRank(a) - harmRank(b) ||
      Number(b.isNew) - Number(a.isNew) ||
      b.findings - a.findings,
  );
}

/** Changes of the interface: what bars a GO, and what is only told. */
function shapeTroubles({ contract }: RunResult): readonly Trouble[] {
  const failing = breakingChanges(contract);
  return (contract?.shape_comparison?.changes ?? []).map((change) => ({
    kind: failing.includes(change) ? 'failure' : change.class === 'breaking' ? 'warning' : 'drift',
    check: CHANGE_CHECK,
    title: changeText(change),
    harm: null,
    fingerprint: null,
    findings: 1,
    isNew: null,
    replay: null,
    caseId: null,
    acceptedUntil: null,
  }));
}

function harmRank({ harm }: Trouble): number {
  return harm === null ? HARMS.length : HARMS.indexOf(harm);
}

function contractTroubles({ run, contract, since_last: last }: RunResult): readonly Trouble[] {
  const fresh = last === undefined ? null : new Set(last.appeared);
  return rankedCauses(contract?.findings ?? []).map((cause) => {
    const { first, fingerprint, findings } = cause;
    return {
      kind: kindOf(cause),
      check: first.check,
      title: first.title,
      harm: cause.harm,
      fingerprint,
      findings: findings.length,
      isNew: fresh?.has(fingerprint) ?? null,
      replay: replayOf(run, first.case_id, contract?.strict ?? false),
      caseId: first.case_id,
      acceptedUntil: first.acceptance?.state === 'accepted' ? first.acceptance.expires_at : null,
    };
  });
}

function kindOf({ severity, first }: RankedCause): TroubleKind {
  if (isAcceptedFailure(first)) return 'accepted';
  return severity === 'drift' && first.acceptance?.state === 'accepted' ? 'accepted' : severity;
}

/** What stands against nobody where the verdict rests on something else: an incomplete set of shares. */
function loadTroubles({ run, load, verdict }: RunResult): readonly Trouble[] {
  if (verdict !== 'NO-GO') return [];
  return loadFailuresOf(load).map(({ scenario, sentence }) => ({
    ...NO_FINDING,
    kind: 'failure',
    check: `load ${scenario}`,
    title: sentence,
    replay: loadReplayOf(run, scenario),
  }));
}

/** A share of a load has no verdict of its own; its reasons say what it lacks. */
function unknownTroubles({ run, contract, load, share }: RunResult): readonly Trouble[] {
  if (share !== undefined) return [];
  return unknownsOf({ contract, load, interrupted: run.interrupted }).map(({ cause, sentence }) => ({
    ...NO_FINDING,
    kind: 'unknown',
    check: cause,
    title: sentence,
    replay: run.command,
  }));
}

const NO_FINDING = {
  harm: null,
  fingerprint: null,
  findings: 1,
  isNew: null,
  caseId: null,
  acceptedUntil: null,
} as const;

/** How many of each kind there are. */
export function countsOf(troubles: readonly Trouble[]): Readonly<Record<TroubleKind, number>> {
  const number = (kind: TroubleKind): number => troubles.filter((one) => one.kind === kind).length;
  return {
    failure: number('failure'),
    unknown: number('unknown'),
    warning: number('warning'),
    drift: number('drift'),
    accepted: number('accepted'),
  };
}
