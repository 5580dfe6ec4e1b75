import { caseOf } from './case-of.ts';
import { causesOf } from './causes.ts';
import type { CaseOutcome, Finding } from './contract-result.ts';
import type { RunResult, SinceLast, VerdictWord } from './result.ts';

/**
 * The result with what changed since the last run and since when each finding is known. Of the earlier runs only those
 * count that asked the same of the same target and could be judged; without one the result stays as it is.
 */
export function withHistory(result: RunResult, earlier: readonly RunResult[]): RunResult {
  if (result.verdict === null) return result; // one share says nothing that could be new
  const known = earlier
    .filter((one) => isBefore(one, result) && asksTheSame(one, result) && wasJudged(one))
    .toSorted((a, b) => timeOf(b) - timeOf(a));
  const [last] = known;
  if (last === undefined || last.verdict === null) return result;
  const go = known.find(({ verdict }) => verdict === 'GO');
  return {
    ...firstSeen(result, known),
    since_last: sinceLast(result, last, last.verdict),
    ...(go === undefined ? {} : { since_go: sinceLast(result, go, 'GO') }),
  };
}

function timeOf({ run }: RunResult): number {
  return Date.parse(run.started_at);
}

function isBefore(one: RunResult, other: RunResult): boolean {
  return timeOf(one) < timeOf(other);
}

/** The same target, parts, cases and scenarios; the embedded sandbox has another port each time. */
function asksTheSame(one: RunResult, other: RunResult): boolean {
  return JSON.stringify(askedOf(one)) === JSON.stringify(askedOf(other));
}

function askedOf({ target, contract, load }: RunResult): unknown {
  return [
    target.is_sandbox ? 'the embedded sandbox' : target.base_url,
    contract === null ? null : [contract.selection],
    load === null ? null : 'load',
    load !== null && contract === null ? load.scenarios.map(({ name }) => name) : null,
  ];
}

/** A night on which nothing could be judged is no night to compare with. */
function wasJudged({ run, contract, load, verdict }: RunResult): boolean {
  return verdict !== null && !run.interrupted && (contract ?? load)?.inconclusive === null;
}

function sinceLast(result: RunResult, last: RunResult, verdict: VerdictWord): SinceLast {
  const now = fingerprintsOf(result);
  const before = fingerprintsOf(last);
  return {
    run_id: last.run.id,
    started_at: last.run.started_at,
    verdict,
    appeared: [...now].filter((fingerprint) => !before.has(fingerprint)),
    gone: causesOf(last.contract?.findings ?? [])
      .filter(({ fingerprint, findings }) => !now.has(fingerprint) && wereAskedAgain(findings, result, last))
      .map(({ fingerprint, first: { check, title } }) => ({ fingerprint, check, title })),
  };
}

function fingerprintsOf({ contract }: RunResult): ReadonlySet<string> {
  return new Set(causesOf(contract?.findings ?? []).map(({ fingerprint }) => fingerprint));
}

/** A finding is gone only where each case that had it came to a judgement this time. */
function wereAskedAgain(findings: readonly Finding[], result: RunResult, last: RunResult): boolean {
  if (result.run.interrupted || result.contract?.inconclusive !== null) return false;
  const now = outcomesOf(result);
  const before = outcomesOf(last);
  return findings.every(({ case_id: findingCaseId }) => {
    const id = caseOf(findingCaseId, (one) => before.has(one));
    if (id === null) return true; // what is asked beside the cases, like the control
    const outcome = now.get(id);
    if (outcome === undefined) return false;
    return outcome !== 'skipped' && outcome !== 'inconclusive';
  });
}

function outcomesOf({ contract }: RunResult): ReadonlyMap<string, CaseOutcome['outcome']> {
  return new Map((contract?.outcomes ?? []).map(({ id, outcome }) => [id, outcome]));
}

/** Marks each finding with the earliest time that the known runs tell for its fingerprint, or with this run's own. */
function firstSeen(result: RunResult, known: readonly RunResult[]): RunResult {
  if (result.contract === null) return result;
  const since = new Map<string, string>();
  for (const { run, contract } of known) {
    for (const { fingerprint, first_seen: told } of contract?.findings ?? [])
      since.set(fingerprint, earliest(told ?? run.started_at, since.get(fingerprint)));
  }
  const findings = result.contract.findings.map((finding) => ({
    ...finding,
    first_seen: since.get(finding.fingerprint) ?? result.run.started_at,
  }));
  return { ...result, contract: { ...result.contract, findings } };
}

function earliest(one: string, other: string | undefined): string {
  return other === undefined || Date.parse(one) < Date.parse(other) ? one : other;
}
