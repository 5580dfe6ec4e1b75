import { relative, resolve } from 'node:path';
import { ACCEPTED_FILE, AcceptedFileError, readAccepted } from '../result/accepted-file.ts';
import { markAccepted, type AcceptedDrift } from '../result/acceptance.ts';
import { causesOf } from '../result/causes.ts';
import { driftCountsOf } from '../result/accepted.ts';
import type { ContractResult } from '../result/contract-result.ts';
import type { RunResult } from '../result/result.ts';
import type { Parsed } from '../options/option.ts';
import { readEnvironment, type Environment } from '../target/settings.ts';
import { targetNotes, unmatchedNotes } from './acceptance-notes.ts';

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

/** The contract part with all that is accepted marked, drift counted apart, and what the acceptances came to. */
export function withAccepted(
  contract: ContractResult,
  accepted: readonly AcceptedDrift[],
  startedAt: Date,
  target: string,
): ContractResult {
  const findings = markAccepted(contract.findings, accepted, startedAt, target);
  const isWhole = contract.selection === null && contract.inconclusive === null;
  const notes = [
    ...(isWhole ? unmatchedNotes(findings, accepted, target) : []),
    ...targetNotes(accepted, target),
  ];
  return {
    ...contract,
    findings,
    drift: driftCountsOf(causesOf(findings)),
    ...(notes.length === 0 ? {} : { acceptance_notes: notes }),
  };
}

/** The name of a target in the accepted file. */
export function targetName({
  is_sandbox: isSandbox,
  base_url: url,
}: Pick<RunResult['target'], 'is_sandbox' | 'base_url'>): string {
  return isSandbox ? 'the embedded sandbox' : url;
}
