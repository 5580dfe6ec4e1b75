import { ACCEPTED_ANSWER_CHECKS } from '../contract/checks/accepted-answer.ts';
import { ANY_ANSWER_CHECKS } from '../contract/checks/any-answer.ts';
import { WHERE_DATED_CHECKS } from '../contract/checks/creation-clock.ts';
import { RUN_HISTORY_CHECKS } from '../contract/checks/run-history.ts';
import type { Operation } from '../openapi/registry.ts';
import type { Inconclusive } from '../reports/exchange.ts';
import type {
  Assumption,
  CaseOutcome,
  ContractResult,
  Coverage,
  CoverageRow,
  Finding,
  MatrixCell,
} from '../reports/contract-result.ts';
import { answerFieldRows } from './answer-fields.ts';
import type { TestRecord } from './record.ts';

/** The checks that judge an answer by the intent of its case. Names are the rules' ids. */
const CASE_CHECKS = [
  'positive-data-acceptance',
  'negative-data-rejection',
  'malformed-body-rejection',
  'json-number-conformance',
  'body-framing',
  'content-type-parameters',
  'ignored-auth',
  'unsupported-method',
  'run-addressing',
];

/** Every check of a contract run; one that looked at nothing leaves the run inconclusive. */
export const ALL_CHECKS: readonly string[] = [
  'answer-presence',
  ...ANY_ANSWER_CHECKS,
  ...ACCEPTED_ANSWER_CHECKS,
  ...CASE_CHECKS,
  ...RUN_HISTORY_CHECKS,
  ...WHERE_DATED_CHECKS,
];

/** True for a check of what a target may offer and need not: where it does not, nothing is missing. */
function isOffered(check: string): boolean {
  return WHERE_DATED_CHECKS.some((one) => one === check);
}

/** What one contract run has left behind. */
export interface Gathered {
  readonly records: readonly TestRecord[];
  /** Tests that left no record: they did not run, or this tool failed in them. */
  readonly unrecorded: readonly CaseOutcome[];
  readonly inconclusive: Inconclusive | null;
  readonly strict: boolean;
  readonly selection: string | null;
  readonly durationMs: number;
}

/** Folds the records of all tests into the contract part of the result. Pure. */
export function toContractResult(operation: Operation, gathered: Gathered): ContractResult {
  const outcomes = [...gathered.records.map((record) => record.outcome), ...gathered.unrecorded];
  const count = (outcome: CaseOutcome['outcome']): number =>
    outcomes.filter((one) => one.outcome === outcome).length;
  return {
    inconclusive: gathered.inconclusive,
    strict: gathered.strict,
    selection: gathered.selection,
    requests_sent: sum(gathered.records.map((record) => record.requests)),
    duration_ms: Math.round(gathered.durationMs),
    cases: {
      total: outcomes.length,
      passed: count('passed'),
      failed: count('failed'),
      warned: count('warned'),
      skipped: count('skipped'),
      inconclusive: count('inconclusive'),
    },
    outcomes,
    findings: numbered(gathered.records.flatMap((record) => record.findings)),
    coverage: coverageOf(operation, gathered.records),
    assumptions: assumptionsOf(operation, gathered.records),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

const WEIGHT: Readonly<Record<Finding['severity'], number>> = { failure: 0, warning: 1, drift: 2 };

/** Failures first; each finding's id is its fingerprint and a counter. */
function numbered(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, number>();
  return findings
    .toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])
    .map((finding) => {
      const number = (seen.get(finding.fingerprint) ?? 0) + 1;
      seen.set(finding.fingerprint, number);
      return { ...finding, id: `${finding.fingerprint}-${number}` };
    });
}

function coverageOf(operation: Operation, records: readonly TestRecord[]): Coverage {
  const findings = records.flatMap((record) => record.findings);
  const failures = findings.filter((finding) => finding.severity === 'failure');
  const exercised = records.flatMap((record) => record.exercised);
  const rows = (
    names: readonly string[],
    times: (name: string) => number,
    failed: (name: string) => number,
  ): readonly CoverageRow[] => names.map((name) => ({ name, exercised: times(name), failed: failed(name) }));
  const fieldRecords = (name: string): readonly TestRecord[] =>
    records.filter((record) => record.requestField === name);
  const statuses = [
    ...new Set(records.flatMap((record) => record.statuses.map(([status]) => status))),
  ].sort();
  return {
    commands: rows(
      operation.commands,
      (name) =>
        sum(
          exercised
            .filter(([command, check]) => command === name && check === 'answer-presence')
            .map(([, , times]) => times),
        ),
      (name) => failures.filter((finding) => finding.command === name).length,
    ),
    request_fields: rows(
      operation.requestFields.map((field) => field.name),
      (name) =>
        fieldRecords(name).filter((record) => ['passed', 'warned', 'failed'].includes(record.outcome.outcome))
          .length,
      (name) => fieldRecords(name).filter((record) => record.outcome.outcome === 'failed').length,
    ),
    response_fields: rows(
      operation.answerFields.map((field) => field.pattern),
      (name) => records.filter((record) => record.responseFields.includes(name)).length,
      (name) =>
        failures.filter((finding) => finding.response_path?.replace(/\/\d+(?=\/|$)/g, '/[]') === name).length,
    ),
    statuses: rows(
      statuses,
      (name) =>
        sum(
          records.flatMap((record) =>
            record.statuses.filter(([status]) => status === name).map(([, times]) => times),
          ),
        ),
      () => 0,
    ),
    checks: rows(
      ALL_CHECKS,
      (name) => sum(exercised.filter(([, check]) => check === name).map(([, , times]) => times)),
      (name) => failures.filter((finding) => finding.check === name).length,
    ).filter(({ name, exercised: times }) => times > 0 || !isOffered(name)),
    matrix: matrixOf(operation, records),
    answer_fields: answerFieldRows(
      operation,
      records.flatMap((record) => record.answerFields),
    ),
  };
}

/** Answers are counted, not findings: a second answer of the same test with the same cause is no new finding. */
function matrixOf(operation: Operation, records: readonly TestRecord[]): readonly MatrixCell[] {
  const exercised = records.flatMap((record) => record.exercised);
  const against = records.flatMap((record) => record.against);
  return operation.commands.flatMap((command) =>
    ALL_CHECKS.map((check) => {
      const isOwn = ([one, other]: readonly [string, string, ...unknown[]]): boolean =>
        one === command && other === check;
      const own = against.filter(isOwn);
      return {
        command,
        check,
        exercised: sum(exercised.filter(isOwn).map(([, , times]) => times)),
        failed: sum(own.map(([, , failed]) => failed)),
        warned: sum(own.map(([, , , warned]) => warned)),
      };
    }),
  );
}

const OBSERVED_MAX = 4;

/** A rule of the level `assumed` is refuted by one observation against it. */
function assumptionsOf(operation: Operation, records: readonly TestRecord[]): readonly Assumption[] {
  const observations = records.flatMap((record) => record.observations);
  return operation.rules
    .filter((rule) => rule.evidence.level === 'assumed')
    .map((rule) => {
      const own = observations.filter((observation) => observation.rule === rule.id);
      const against = own.filter((observation) => !observation.confirmed);
      const told = (against.length > 0 ? against : own).map((observation) => observation.seen);
      const rest = told.length > OBSERVED_MAX ? [`and ${told.length - OBSERVED_MAX} more`] : [];
      return {
        id: rule.id,
        text: rule.text,
        state: own.length === 0 ? 'not_seen' : against.length > 0 ? 'refuted' : 'confirmed',
        observed: own.length === 0 ? null : [...told.slice(0, OBSERVED_MAX), ...rest].join('; '),
      };
    });
}
