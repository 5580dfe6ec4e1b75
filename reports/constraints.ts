import type { CaseOutcome, ContractResult } from '../result/contract-result.ts';

/** The cases that keep or break one constraint of one request field, counted by outcome. */
export interface ConstraintRow {
  /** The request field, or what else of the request the cases are about. */
  readonly subject: string;
  /** What of it: `negative, type`; the group alone where the cases name no kind. */
  readonly constraint: string;
  readonly counts: Readonly<Record<CaseOutcome['outcome'], number>>;
  readonly total: number;
  /** Ids of the cases. */
  readonly cases: readonly string[];
}

const WHOLE = 'the whole request';

/**
 * Counts outcomes by request field and constraint, fields in the order of the coverage. A case names both in its id:
 * `negative/workflow_id/length-23` breaks the length of `workflow_id`.
 */
export function constraintRows(contract: ContractResult): readonly ConstraintRow[] {
  const fields = contract.coverage.request_fields.map(({ name }) => name);
  const rows = new Map<string, { subject: string; constraint: string; outcomes: CaseOutcome[] }>();
  for (const outcome of contract.outcomes) {
    const [, subject = '', what = ''] = outcome.id.split('/');
    const isField = fields.includes(subject);
    const kind = isField && outcome.group === 'negative' ? (what.split('-')[0] ?? '') : '';
    const constraint = kind === '' ? outcome.group : `${outcome.group}, ${kind}`;
    const key = JSON.stringify([isField ? subject : WHOLE, constraint]);
    const row = rows.get(key) ?? { subject: isField ? subject : WHOLE, constraint, outcomes: [] };
    row.outcomes.push(outcome);
    rows.set(key, row);
  }
  return [...rows.values()]
    .sort((a, b) => rankOf(a.subject, fields) - rankOf(b.subject, fields))
    .map(({ subject, constraint, outcomes }) => ({
      subject,
      constraint,
      counts: countsOf(outcomes),
      total: outcomes.length,
      cases: outcomes.map(({ id }) => id),
    }));
}

function rankOf(subject: string, fields: readonly string[]): number {
  const at = fields.indexOf(subject);
  return at === -1 ? fields.length : at;
}

function countsOf(outcomes: readonly CaseOutcome[]): ConstraintRow['counts'] {
  const of = (how: CaseOutcome['outcome']): number =>
    outcomes.filter(({ outcome }) => outcome === how).length;
  return {
    passed: of('passed'),
    failed: of('failed'),
    warned: of('warned'),
    skipped: of('skipped'),
    inconclusive: of('inconclusive'),
  };
}
