import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KnownRule } from '../drift/compare-rules.ts';
import { parseObserved, renderObserved, type ObservedRule } from '../drift/observed-file.ts';
import { dayOf } from '../result/acceptance.ts';
import type { Assumption, ContractResult } from '../result/contract-result.ts';
import { counted } from '../result/format.ts';
import { replaceFile } from '../result/replace-file.ts';
import type { RunResult } from '../result/result.ts';
import { readEnvironment, type Environment } from '../target/settings.ts';
import { acceptedPathOf, targetName } from './accepted.ts';
import { UsageError } from './usage-error.ts';

/** Where the observed rules of an environment are kept: beside the accepted drift. */
export function observedPathOf(environment: Environment): string {
  return join(dirname(acceptedPathOf(environment)), 'observed.json');
}

/** The rules that were accepted, of whatever environment; none without a file. @throws UsageError for a file that can't be used. */
export function readObserved(environment: Environment): readonly ObservedRule[] {
  const path = observedPathOf(environment);
  if (!existsSync(path)) return [];
  const rules = parseObserved(textOf(path), path);
  if (typeof rules === 'string') throw new UsageError([rules]);
  return rules;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError([`${path} can't be read: ${(error as Error).message}.`]);
  }
}

/** The accepted rules of a target, as what a run is held against. */
export function acceptedRules(target: string, rules: readonly ObservedRule[]): readonly KnownRule[] {
  return rules
    .filter((rule) => rule.target === target)
    .map(({ id, run, accepted_at: day }) => ({
      id,
      standing: 'accepted',
      source: `accepted on ${day} from the run ${run}`,
    }));
}

/** The ledger with the rules marked that somebody accepted for the target. */
export function withObserved(
  contract: ContractResult,
  target: string,
  rules: readonly ObservedRule[],
): ContractResult {
  const own = new Map(rules.filter((rule) => rule.target === target).map((rule) => [rule.id, rule]));
  const assumptions = contract.assumptions.map((row): Assumption => {
    const rule = own.get(row.id);
    return rule === undefined ? row : { ...row, accepted: { run: rule.run, accepted_at: rule.accepted_at } };
  });
  return { ...contract, assumptions };
}

/**
 * `npm run accept -- RUN --observe`: writes the rules that a run has confirmed down as observed at its environment. What is
 * there stays as it is.
 * @throws UsageError before anything is written.
 */
export function acceptObserved(result: RunResult, now: Date, environment: Environment): readonly string[] {
  const target = targetName(result.target);
  const path = observedPathOf(environment);
  const before = readObserved(environment);
  const refusal = otherEnvironment(result, before, path, environment);
  if (refusal !== null) throw new UsageError([refusal]);
  const ledger = result.contract?.assumptions ?? [];
  const confirmed = ledger.filter(
    ({ state, is_drift: isDrift }) => state === 'confirmed' && isDrift !== true,
  );
  if (confirmed.length === 0)
    throw new UsageError([`The run ${result.run.id} has confirmed no rule, so there is nothing to observe.`]);
  const known = new Set(before.map(({ id }) => id));
  const fresh = confirmed.filter(({ id }) => !known.has(id));
  const entries = fresh.map(({ id, text }): ObservedRule => ({
    id,
    text,
    evidence: 'observed',
    target,
    run: result.run.id,
    accepted_at: dayOf(now),
  }));
  if (entries.length > 0) write(path, [...before, ...entries]);
  const refuted = ledger.filter(({ id, state }) => state === 'refuted' && known.has(id));
  return [
    ...entries.map(({ id, text }) => `observed: ${id} (${text.replace(/\.$/, '')})`),
    ...refuted.map(
      ({ id }) =>
        `still accepted, though this run refuted it: ${id}; take it back with npm run accept -- --remove ${id}`,
    ),
    `${counted(entries.length, 'rule')} observed at ${target}, ${confirmed.length - entries.length} accepted before and left as they were, in ${path}${entries.length === 0 ? '' : '; commit it, so that the next run knows'}.`,
  ];
}

/** Rules of one environment say nothing of another, and least of all those of the sandbox of a real one. */
function otherEnvironment(
  { target, run }: RunResult,
  before: readonly ObservedRule[],
  path: string,
  environment: Environment,
): string | null {
  const name = targetName(target);
  const configured = readEnvironment(environment)['INTERACTLY_BASE_URL'] ?? '';
  if (target.is_sandbox && configured !== '')
    return `The run ${run.id} asked the embedded sandbox, and INTERACTLY_BASE_URL names ${configured}; give a run against that environment.`;
  const other = before.find((rule) => rule.target !== name)?.target;
  if (other === undefined) return null;
  return `${path} holds what was observed at ${other}, and this run asked ${name}; one file is for one environment, so name a file in another folder with HARNESS_ACCEPTED_FILE.`;
}

/** Takes rules back. @returns a line for each. */
export function removeObserved(ids: readonly string[], environment: Environment): readonly string[] {
  const before = readObserved(environment);
  const gone = before.filter(({ id }) => ids.includes(id));
  if (gone.length === 0) return [];
  write(
    observedPathOf(environment),
    before.filter((rule) => !gone.includes(rule)),
  );
  return gone.map(({ id, target }) => `no longer observed at ${target}: ${id}`);
}

/** What is accepted, a line for each rule. */
export function listObserved(environment: Environment): readonly string[] {
  return readObserved(environment).map(
    ({ id, text, target, run, accepted_at: day }) =>
      `${id} observed at ${target}: ${text} (run ${run}, since ${day})`,
  );
}

function write(path: string, rules: readonly ObservedRule[]): void {
  try {
    replaceFile(path, renderObserved(rules));
  } catch (error) {
    throw new UsageError([`${path} can't be written: ${(error as Error).message}.`]);
  }
}
