import { severityOf } from '../checks/violation.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { constraintsOf } from '../budget/coverage.ts';
import { WHERE_DATED_CHECKS } from '../checks/creation-clock.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type {
  CaseOutcome,
  ContractResult,
  Coverage,
  CoverageRow,
  Finding,
  MatrixCell,
} from '../../result/contract-result.ts';
import type { ObservedCommand } from '../../result/shape.ts';
import { VersionHeaders, type HeaderCounts } from '../../result/version-headers.ts';
import { ShapeCounter } from './observed-shape.ts';
import { assumptionsOf } from './assumptions.ts';
import { responseFieldRows } from './response-fields.ts';
import type { TestRecord } from './recorder.ts';

/** The rules that a check holds responses against; an assumption is only observed. */
export function checksOf(operation: Operation): readonly string[] {
  return operation.rules.filter(({ evidence }) => evidence.level !== 'assumed').map(({ id }) => id);
}

/** What one contract run has left behind. */
export interface RecordedRun {
  readonly records: readonly TestRecord[];
  /** Tests that left no record: they did not run, or this tool failed in them. */
  readonly unrecorded: readonly CaseOutcome[];
  readonly inconclusive: Inconclusive | null;
  readonly strict: boolean;
  readonly selection: string | null;
  /** The commands that the run was narrowed to; null for all. */
  readonly commands: readonly string[] | null;
  /** True when a key of another team was given. */
  readonly hasOtherKey: boolean;
  readonly durationMs: number;
}

/** Folds the records of all tests into the contract part of the result. Pure. */
export function toContractResult(operation: Operation, gathered: RecordedRun): ContractResult {
  const outcomes = [...gathered.records.map((record) => record.outcome), ...gathered.unrecorded];
  const count = (outcome: CaseOutcome['outcome']): number =>
    outcomes.filter((one) => one.outcome === outcome).length;
  return {
    inconclusive: gathered.inconclusive,
    strict: gathered.strict,
    selection: gathered.selection,
    ...(gathered.commands === null ? {} : { commands: gathered.commands }),
    ...limitOf(gathered.records),
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
    shape: shapeOf(operation, gathered.records),
    version_headers: headersOf(gathered.records),
    coverage: coverageOf(operation, gathered),
    assumptions: assumptionsOf(operation, gathered.records),
  };
}

/** What the responses had; a call may carry what is no command of the description, which has no shape. */
function shapeOf(operation: Operation, records: readonly TestRecord[]): readonly ObservedCommand[] {
  const counter = new ShapeCounter();
  for (const { shape = [] } of records) counter.merge(shape);
  return counter
    .result()
    .filter(({ command }) => operation.commands.includes(command))
    .map((one) =>
      one.refused_with === undefined ? one : { ...one, places: one.places.filter(isUsual(one)) },
    );
}

/** What a refusal has now and then depends on what was refused, and is not kept. */
function isUsual({ responses }: ObservedCommand): (place: { readonly seen: number }) => boolean {
  return ({ seen }) => seen * 2 >= responses;
}

function headersOf(records: readonly TestRecord[]): HeaderCounts {
  const counter = new VersionHeaders();
  for (const { headers = {} } of records) counter.merge(headers);
  return counter.counts();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function limitOf(records: readonly TestRecord[]): Pick<ContractResult, 'runs_at_a_time'> {
  const limit = records.findLast((record) => record.limit !== null)?.limit ?? null;
  return limit === null ? {} : { runs_at_a_time: limit };
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

function coverageOf(operation: Operation, gathered: RecordedRun): Coverage {
  const { records } = gathered;
  const failures = records
    .flatMap((record) => record.findings)
    .filter((finding) => finding.severity === 'failure');
  const exercised = records.flatMap((record) => record.exercised);
  const excused = new Set(records.flatMap((record) => record.excused));
  const failed = (isOf: (finding: Finding) => boolean): number => failures.filter(isOf).length;
  const times = (
    counts: (record: TestRecord) => readonly (readonly [string, number])[],
    name: string,
  ): number => sum(records.flatMap(counts).flatMap(([of, count]) => (of === name ? [count] : [])));
  return {
    commands: operation.commands.map((name) => ({
      name,
      exercised: sum(
        exercised.flatMap(([command, check, count]) =>
          command === name && check === 'answer-presence' ? [count] : [],
        ),
      ),
      failed: failed((finding) => finding.command === name),
      accepted: times((record) => record.accepted, name),
    })),
    request_fields: operation.requestFields.map(({ name }) => requestFieldRow(name, records)),
    response_fields: operation.responseFields.map(({ pattern: name }) => ({
      name,
      exercised: records.filter((record) => record.responseFields.includes(name)).length,
      failed: failed((finding) => finding.response_path?.replace(/\/\d+(?=\/|$)/g, '/[]') === name),
    })),
    statuses: statusesSeen(records).map((name) => ({
      name,
      exercised: times((record) => record.statuses, name),
      failed: 0,
    })),
    checks: checksOf(operation).map((name) => ({
      name,
      exercised: sum(exercised.flatMap(([, check, count]) => (check === name ? [count] : []))),
      failed: failed((finding) => finding.check === name),
      required: isRequired(operation, name, gathered),
    })),
    constraints: constraintsToJudge(operation).map((name) => ({
      name,
      exercised: times((record) => record.constraints, name),
      failed: failed((finding) => finding.schema_path === name),
      required: !excused.has(name),
    })),
    matrix: matrixOf(operation, records),
    answer_fields: responseFieldRows(
      operation,
      records.flatMap((record) => record.fieldCounts),
    ),
  };
}

function requestFieldRow(name: string, records: readonly TestRecord[]): CoverageRow {
  const outcomes = records
    .filter((record) => record.requestField === name)
    .map((record) => record.outcome.outcome);
  return {
    name,
    exercised: outcomes.filter((outcome) => ['passed', 'warned', 'failed'].includes(outcome)).length,
    failed: outcomes.filter((outcome) => outcome === 'failed').length,
  };
}

function statusesSeen(records: readonly TestRecord[]): readonly string[] {
  return [...new Set(records.flatMap((record) => record.statuses.map(([status]) => status)))].sort();
}

/** A GO needs each documented or entailed rule judged, where the target offers what that takes. */
function isRequired(operation: Operation, rule: string, { hasOtherKey }: RecordedRun): boolean {
  if (severityOf(operation.rule(rule).evidence) !== 'failure') return false;
  const isOffered = WHERE_DATED_CHECKS.every((one) => one !== rule); // a target need not name its time
  return isOffered && (rule !== 'team-isolation' || hasOtherKey);
}

/** The constraints of the request that cases keep or break. */
function constraintsToJudge(operation: Operation): readonly string[] {
  const cases = deriveCases(operation).filter(({ intent, group }) => {
    return intent !== 'characterise' && ['positive', 'negative'].includes(group);
  });
  return [...new Set(cases.flatMap((one) => constraintsOf(operation, one)))];
}

/** Responses are counted, not findings: a second response of the same test with the same cause is no new finding. */
function matrixOf(operation: Operation, records: readonly TestRecord[]): readonly MatrixCell[] {
  const exercised = records.flatMap((record) => record.exercised);
  const against = records.flatMap((record) => record.against);
  return operation.commands.flatMap((command) =>
    checksOf(operation).map((check) => {
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
