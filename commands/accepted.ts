import { relative, resolve } from 'node:path';
import { ACCEPTED_FILE, AcceptedFileError, readAccepted } from '../result/accepted-file.ts';
import { markAccepted, type AcceptedDrift } from '../result/acceptance.ts';
import { causesOf } from '../result/causes.ts';
import { driftCountsOf } from '../result/accepted.ts';
import type { ContractResult } from '../result/contract-result.ts';
import type { RunResult } from '../result/result.ts';
import type { Parsed } from '../options/option.ts';
import { readEnvironment, type Environment } from '../target/settings.ts';
import { nightsWithout } from '../history/observed.ts';
import type { NightRecord } from '../history/night.ts';
import { expiryNotes, targetNotes, unmatchedNotes } from './acceptance-notes.ts';

/** Where accepted drift is kept: the file that `HARNESS_ACCEPTED_FILE` names, or the committed one. */
export function acceptedPathOf(environment: Environment): string {
  const path = resolve(readEnvironment(environment)['HARNESS_ACCEPTED_FILE'] ?? ACCEPTED_FILE);
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** What was accepted, or the sentence that says what is wrong with its file. */
export function readAcceptedDrift(environment: Environment): Parsed<readonly AcceptedDrift[]> {
  try {
    return { ok: true, value: readAccepted(acceptedPathOf(environment)) };
  } catch (error) {
    if (error instanceof AcceptedFileError) return { ok: false, issues: [error.message] };
    throw error;
  }
}

/** The contract part with all that is accepted marked, and drift counted apart. */
export function withAccepted(
  contract: ContractResult,
  accepted: readonly AcceptedDrift[],
  startedAt: Date,
  target: string,
): ContractResult {
  const findings = markAccepted(contract.findings, accepted, startedAt, target);
  return { ...contract, findings, drift: driftCountsOf(causesOf(findings)) };
}

/** What the acceptances came to: which matched nothing, are another target's, have expired or will soon. */
export function withAcceptanceNotes(
  contract: ContractResult,
  accepted: readonly AcceptedDrift[],
  { startedAt, target, nights }: { startedAt: Date; target: string; nights: readonly NightRecord[] },
): ContractResult {
  const isWhole = contract.selection === null && contract.inconclusive === null;
  const missed = (entry: AcceptedDrift): number =>
    nightsWithout(nights, entry.fingerprint, entry.accepted_at);
  const changes = (contract.shape_comparison?.changes ?? []).map(({ fingerprint }) => ({
    fingerprint,
    severity: 'drift' as const,
  }));
  const notes = [
    ...(isWhole ? unmatchedNotes([...contract.findings, ...changes], accepted, target, missed) : []),
    ...expiryNotes(accepted, target, startedAt),
    ...targetNotes(accepted, target),
  ];
  return notes.length === 0 ? contract : { ...contract, acceptance_notes: notes };
}

/** The name of a target in the accepted file. */
export function targetName({
  is_sandbox: isSandbox,
  base_url: url,
}: Pick<RunResult['target'], 'is_sandbox' | 'base_url'>): string {
  return isSandbox ? 'the embedded sandbox' : url;
}
