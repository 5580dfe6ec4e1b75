import { deriveCases } from '../cases/catalogue.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { CaseOutcome, ContractResult } from '../../result/contract-result.ts';
import { outlineOf } from './outline.ts';
import { THROTTLED } from './request-budget.ts';
import { toContractResult } from './coverage.ts';
import type { Control } from './session.ts';
import { selectionOf, type ContractPlan } from './plan.ts';
import type { ItemResult } from './record-file.ts';
import type { TestRecord } from './recorder.ts';

/** How a contract run ended. */
export interface RunEnd {
  readonly control: Control | null;
  readonly conducted: readonly ItemResult[];
  readonly interrupted: boolean;
  /** What failed in this tool outside of any item; the first line of each. */
  readonly toolErrors: readonly string[];
  readonly durationMs: number;
}

/** Makes the result of a contract run of what was kept; what the suite has and was not kept did not run. Pure. */
export function collectResult(operation: Operation, plan: ContractPlan, ending: RunEnd): ContractResult {
  const { control, conducted } = ending;
  const records = attributeOnce(
    operation,
    conducted.flatMap((one) => one.records),
  );
  const failures = conducted.filter((one) => one.toolFailure !== null);
  const seen = new Set(conducted.map((one) => one.about.id));
  const missing = outlineOf(operation, plan).filter(({ id }) => !seen.has(id));
  const unrecorded: CaseOutcome[] = [
    ...failures.map((one) =>
      outcomeOf(one.about, 'inconclusive', `this tool failed: ${one.toolFailure ?? ''}`),
    ),
    ...missing.map((about) => outcomeOf(about, 'skipped', 'it did not run')),
  ];
  return toContractResult(operation, {
    records: control === null ? records : [control.record, ...records],
    unrecorded,
    inconclusive:
      inconclusiveOf(ending, [...failures.map((one) => one.toolFailure ?? ''), ...ending.toolErrors]) ??
      throttledOf(records) ??
      keptOutOf(records),
    strict: plan.strict,
    selection: selectionOf(plan),
    commands: plan.commands,
    hasOtherKey: plan.hasOtherKey === true,
    durationMs: ending.durationMs,
  });
}

/** What a value breaks alone is told by its own case: of the one that brought it along it says nothing more. */
function attributeOnce(operation: Operation, records: readonly TestRecord[]): readonly TestRecord[] {
  const carries = new Map(deriveCases(operation).map((one) => [one.id, one.carries]));
  const broken = new Set(
    records.flatMap(({ outcome, findings }) => findings.map(({ check }) => `${outcome.id} ${check}`)),
  );
  return records.map((record) => {
    const carried = carries.get(record.outcome.id) ?? [];
    if (carried.length === 0) return record;
    const tellers = (check: string): readonly string[] =>
      carried.filter((id) => broken.has(`${id} ${check}`));
    const findings = record.findings.filter(({ check }) => tellers(check).length === 0);
    const isTold = findings.some(({ severity }) => severity === 'failure');
    if (record.outcome.outcome !== 'failed' || isTold) return { ...record, findings };
    // It has failed; whoever looks for the finding is sent to where it stands.
    const told = [...new Set(record.findings.flatMap(({ check }) => tellers(check)))];
    const reason = `what it broke is told by ${told.slice(0, TELLERS_MAX).join(', ')}, which asks the same alone`;
    return { ...record, findings, outcome: { ...record.outcome, reason } };
  });
}

const TELLERS_MAX = 4;

function outcomeOf(about: ItemResult['about'], outcome: CaseOutcome['outcome'], reason: string): CaseOutcome {
  const { id, title, group, command } = about;
  return { id, title, group, command, outcome, reason, duration_ms: 0 };
}

/** A target that throttles for good has left most cases unasked, whatever the others came to. */
function throttledOf(records: readonly TestRecord[]): Inconclusive | null {
  const unsent = records.filter(({ outcome }) => outcome.reason === THROTTLED).length;
  const message = `The contract tests were given up, ${unsent} cases were not asked: ${THROTTLED}.`;
  return unsent === 0 ? null : { cause: 'throttled', sentence: message };
}

/** Above this share of the cases asked that something before the API has answered, the others say too little of it. */
const KEPT_OUT_SHARE = 0.1;
/** So few are single cases, however little was sent. */
const KEPT_OUT_FEW = 2;

/**
 * A gateway that fails half of the calls, a filter that refuses what is wrong, a lock-out after wrong keys: each answers
 * in place of the API. Single cases may go that way; many leave the run without a verdict, whatever passed.
 */
function keptOutOf(records: readonly TestRecord[]): Inconclusive | null {
  const keptOut = records.filter(
    ({ outcome, statuses }) =>
      outcome.outcome === 'inconclusive' && statuses.some(([status]) => status in KEPT_OUT_BY),
  );
  const sent = records.filter(({ outcome }) => outcome.outcome !== 'skipped').length;
  if (keptOut.length <= Math.max(KEPT_OUT_FEW, sent * KEPT_OUT_SHARE)) return null;
  const seen = keptOut.flatMap(({ statuses }) => statuses.map(([status]) => status));
  const names = Object.keys(KEPT_OUT_BY).filter((status) => seen.includes(status));
  const most = names.toSorted((a, b) => timesOf(seen, b) - timesOf(seen, a))[0] ?? '503';
  return {
    cause: KEPT_OUT_BY[most] ?? 'environment-down',
    sentence: `${keptOut.length} of ${sent} cases could not be judged: they were answered with ${names.join(', ')}, which says nothing of what they ask. Something before the API may answer in its place: a gateway, a filter, a lock-out after the wrong keys that were tried.`,
  };
}

/** The statuses that may come from what stands before an API, and what each makes inconclusive. */
const KEPT_OUT_BY: Readonly<Record<string, Inconclusive['cause']>> = {
  401: 'key-refused',
  403: 'key-refused',
  429: 'throttled',
  502: 'environment-down',
  503: 'environment-down',
  504: 'environment-down',
};

function timesOf(seen: readonly string[], status: string): number {
  return seen.filter((one) => one === status).length;
}

function inconclusiveOf(ending: RunEnd, errors: readonly string[]): Inconclusive | null {
  if (ending.control !== null && ending.control.inconclusive !== null) return ending.control.inconclusive;
  if (ending.interrupted) return { cause: 'interrupted', sentence: 'The contract tests were interrupted.' };
  const [error] = errors;
  return error === undefined
    ? null
    : { cause: 'harness-error', sentence: `This tool failed in a test: ${error}` };
}
