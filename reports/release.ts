import { isAcceptedFailure } from '../result/accepted.ts';
import { oneLine } from './readable.ts';
import type { ContractResult, CoverageRow } from '../result/contract-result.ts';
import type { LoadResult, ThresholdOutcome } from '../result/load-result.ts';
import type { RunResult } from '../result/result.ts';
import { loadFailuresOf } from '../result/load-failures.ts';
import { exitCodeOf } from '../result/verdict.ts';
import { narrowedTo } from '../result/wording.ts';

/** A file and its SHA-256, in lower-case hexadecimal. */
export interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

/** What is known of a release besides its result. */
export interface ReleaseFacts {
  /** What the run has written: the subjects of the statement. */
  readonly artefacts: readonly HashedFile[];
  /** What decided how it was judged: profile, description, accepted failures. */
  readonly configuration: readonly HashedFile[];
  /** The commit of this tool, and whether its files were changed since; null where that is not known. */
  readonly commit: { readonly id: string; readonly modified: boolean } | null;
  /** The page of the job; null where there is none. */
  readonly url: string | null;
}

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';

/**
 * Renders a run as an in-toto Statement v1 with the predicate test-result v0.1. The predicate's own fields say what its
 * specification asks for; what else a release gate needs to know is in the extension `workflowRunsHarness`.
 */
export function renderRelease(result: RunResult, facts: ReleaseFacts): string {
  const tests = testsOf(result);
  const statement = {
    _type: STATEMENT_TYPE,
    subject: facts.artefacts.map(described),
    predicateType: PREDICATE_TYPE,
    predicate: {
      result: outcomeOf(result, tests),
      configuration: [...facts.configuration.map(described), ...toolOf(result, facts)],
      ...(facts.url === null ? {} : { url: facts.url }),
      passedTests: tests.passed,
      warnedTests: tests.warned,
      failedTests: tests.failed,
      workflowRunsHarness: extensionOf(result, facts),
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function described({ name, sha256 }: HashedFile): object {
  return { name, digest: { sha256 } };
}

function toolOf({ tool }: RunResult, { commit }: ReleaseFacts): readonly object[] {
  if (commit === null) return [];
  const { id, modified } = commit;
  return [{ name: tool.name, digest: { gitCommit: id }, annotations: { version: tool.version, modified } }];
}

interface Tests {
  readonly passed: readonly string[];
  readonly warned: readonly string[];
  readonly failed: readonly string[];
}

/**
 * The predicate knows three results. PASSED is a GO that needs no reading. WARNED is a GO with something that a reader has to
 * weigh: a warning, an accepted failure, a claim that was narrowed. FAILED is everything else: a verifier asks whether the
 * tests passed, and what could not be judged did not; `verdict` in the extension tells NO-GO and INCONCLUSIVE apart.
 */
function outcomeOf({ verdict, contract }: RunResult, { warned }: Tests): 'PASSED' | 'WARNED' | 'FAILED' {
  if (verdict !== 'GO') return 'FAILED';
  return warned.length > 0 || (contract?.selection ?? null) !== null ? 'WARNED' : 'PASSED';
}

/** Each test in at most one list, in the worst that it belongs to; what was skipped or could not be judged is in none. */
function testsOf({ contract, load }: RunResult): Tests {
  const [cases, scenarios] = [casesOf(contract), thresholdsOf(load)];
  const failed = new Set([...cases.failed, ...scenarios.failed]);
  const warned = new Set([...cases.warned, ...scenarios.warned].filter((name) => !failed.has(name)));
  const passed = new Set(
    [...cases.passed, ...scenarios.passed].filter((name) => !failed.has(name) && !warned.has(name)),
  );
  return { passed: [...passed], warned: [...warned], failed: [...failed] };
}

/** A case that failed by accepted failures alone is one with a warning, as the verdict does not rest on it. */
function casesOf(contract: ContractResult | null): Tests {
  const failing = new Set<string>();
  const warning = new Set<string>();
  for (const finding of contract?.findings ?? []) {
    if (finding.severity === 'failure' && !isAcceptedFailure(finding)) failing.add(finding.case_id);
    else if (finding.severity !== 'drift') warning.add(finding.case_id);
  }
  const outcomes = contract?.outcomes ?? [];
  const said = (wanted: string): readonly string[] =>
    outcomes.filter(({ outcome }) => outcome === wanted).map(({ id }) => id);
  for (const id of said('failed')) if (!warning.has(id)) failing.add(id);
  for (const id of said('warned')) warning.add(id);
  return {
    failed: [...failing],
    warned: [...warning],
    passed: said('passed'),
  };
}

function thresholdsOf(load: LoadResult | null): Tests {
  const named = (wanted: ThresholdOutcome['outcome']): readonly string[] =>
    (load?.scenarios ?? []).flatMap(({ name, inconclusive, thresholds }) =>
      thresholds
        .filter(({ outcome }) => outcome === wanted && inconclusive === null)
        .map((one) => thresholdName(name, one)),
    );
  const broken = named('broken');
  // What failed under load without a threshold that says so: responses that break the contract, a scenario that can't begin.
  const others = loadFailuresOf(load)
    .filter(({ scenario }) => !broken.some((name) => name.startsWith(`load/${scenario}/`)))
    .map(({ scenario }) => `load/${scenario}`);
  return { passed: named('met'), warned: [], failed: [...broken, ...new Set(others)] };
}

function thresholdName(scenario: string, { step, expression }: ThresholdOutcome): string {
  return `load/${scenario}/${step}/${expression}`;
}

function extensionOf(result: RunResult, { commit }: ReleaseFacts): object {
  const {
    verdict,
    reasons,
    mover,
    next_steps: steps = [],
    run,
    target,
    tool,
    spend,
    contract,
    load,
  } = result;
  return {
    verdict,
    exit_code: exitCodeOf(result),
    reasons: reasons.map(oneLine),
    mover,
    next_steps: steps,
    not_judged: notJudged(result),
    accepted_failures: acceptedFailures(contract),
    strict: contract?.strict ?? null,
    comparison: result.release ?? null,
    revision: target.revision ?? null,
    capacity: capacityOf(load),
    target,
    run: {
      id: run.id,
      started_at: run.started_at,
      ended_at: run.ended_at,
      seed: run.seed,
      command: run.command,
      interrupted: run.interrupted,
    },
    tool: { ...tool, commit: commit?.id ?? null, modified: commit?.modified ?? null },
    spend: {
      workflow_runs_started: spend.workflow_runs_started,
      left_running: spend.ended_by.left_running,
      unknown_starts: spend.unknown_starts ?? 0,
    },
  };
}

/** Everything that this release does not rest on, by name. */
function notJudged({ contract, load }: RunResult): object {
  const unseen = (rows: readonly CoverageRow[] = []): readonly string[] =>
    rows.filter(({ exercised }) => exercised === 0).map(({ name }) => name);
  const cases = (outcome: string): readonly object[] =>
    (contract?.outcomes ?? [])
      .filter((one) => one.outcome === outcome)
      .map(({ id, reason }) => ({ id, reason: reason === null ? null : oneLine(reason) }));
  const coverage = contract?.coverage;
  const scenarios = load?.scenarios ?? [];
  return {
    parts: [...(contract === null ? ['contract'] : []), ...(load === null ? ['load'] : [])],
    narrowed_to: contract === null ? null : narrowedTo(contract),
    commands_not_accepted: (coverage?.commands ?? [])
      .filter(({ accepted }) => accepted === 0)
      .map(({ name }) => name),
    rules: unseen(coverage?.checks),
    constraints: unseen(coverage?.constraints),
    response_fields: unseen(coverage?.response_fields),
    skipped_cases: cases('skipped'),
    inconclusive_cases: cases('inconclusive'),
    thresholds: scenarios.flatMap(({ name, inconclusive, thresholds }) =>
      thresholds
        .filter(({ outcome }) => outcome === 'inconclusive' || inconclusive !== null)
        .map((one) => thresholdName(name, one)),
    ),
    scenarios: scenarios.flatMap(({ name, inconclusive }) =>
      inconclusive === null
        ? []
        : [{ name, cause: inconclusive.cause, sentence: oneLine(inconclusive.sentence) }],
    ),
  };
}

/** Known failures that the verdict does not rest on: each cause once, with who accepted it, why, and until which day. */
function acceptedFailures(contract: ContractResult | null): readonly object[] {
  const causes = new Map(
    (contract?.findings ?? []).filter(isAcceptedFailure).map((one) => [one.fingerprint, one]),
  );
  return [...causes.values()].map(({ fingerprint, check, title, acceptance }) => ({
    fingerprint,
    check,
    title: oneLine(title),
    owner: acceptance?.by ?? null,
    reason: acceptance?.reason ?? null,
    accepted_at: acceptance?.accepted_at ?? null,
    expires_at: acceptance?.expires_at ?? null,
  }));
}

function capacityOf(load: LoadResult | null): object | null {
  const capacity = (load?.scenarios ?? []).find((scenario) => scenario.capacity !== undefined)?.capacity;
  if (capacity === undefined) return null;
  const { command, objectives, rate_per_second: rate, broken_at_per_second: broken, sentence } = capacity;
  return { command, objectives, rate_per_second: rate, broken_at_per_second: broken, sentence };
}
