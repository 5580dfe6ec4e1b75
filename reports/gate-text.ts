/** A release held against an earlier run, in the words of the page and of the summary. */
import { count, percent } from '../result/format.ts';
import type { ReleaseComparison, ReleaseRow } from '../result/release-comparison.ts';
import type { Mark } from '../result/wording.ts';

const WEIGHT: Readonly<Record<ReleaseRow['outcome'], number>> = { broken: 0, unknown: 1, kept: 2 };

/** What a row of the policy came to. */
export const GATE_OUTCOMES: Readonly<Record<ReleaseRow['outcome'], Mark>> = {
  kept: { tone: 'good', icon: '✓', word: 'kept' },
  broken: { tone: 'bad', icon: '✗', word: 'broken' },
  unknown: { tone: 'warn', icon: '?', word: 'unknown' },
};

/** A row of the policy as it is shown. */
export interface GateRow {
  readonly name: string;
  /** Why there is no figure; empty where there is one, or none is due. */
  readonly why: string;
  /** The loss as the policy counts it, above zero where something is worse; null where it was not measured. */
  readonly loss: { readonly estimate: string; readonly interval: string } | null;
  readonly allowed: string | null;
  readonly outcome: ReleaseRow['outcome'];
}

/** The rows that have something to show, what is not kept in front. */
export function gateRows({ rows }: ReleaseComparison): readonly GateRow[] {
  return rows
    .filter((row) => !isSettled(row))
    .toSorted((a, b) => WEIGHT[a.outcome] - WEIGHT[b.outcome])
    .map((row) => ({
      name: row.name,
      why: row.loss === null && row.outcome !== 'kept' ? row.sentence.replace(/^[^:]*: /, '') : '',
      loss: row.loss === null ? null : lossOf(row, row.loss),
      allowed: row.limit === null ? null : share(row, row.limit),
      outcome: row.outcome,
    }));
}

/** The count of rows by what came of them: `5 of 6 kept, 1 broken`. */
export function gateCounts({ rows }: ReleaseComparison): string {
  const of = (outcome: ReleaseRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  const [broken, unknown] = [of('broken'), of('unknown')];
  return [
    `${count(of('kept'))} of ${count(rows.length)} kept`,
    ...(broken === 0 ? [] : [`${count(broken)} broken`]),
    ...(unknown === 0 ? [] : [`${count(unknown)} unknown`]),
  ].join(', ');
}

/** What was required and evaluated, and has no figure. */
export function settledNames({ rows }: ReleaseComparison): readonly string[] {
  return rows.filter(isSettled).map(({ kind, name }) => (kind === 'part' ? name : 'nothing accepted'));
}

function isSettled({ kind, outcome }: ReleaseRow): boolean {
  return kind !== 'metric' && outcome === 'kept';
}

function lossOf(row: ReleaseRow, [loss, low, high]: NonNullable<ReleaseRow['loss']>): GateRow['loss'] {
  return { estimate: share(row, loss), interval: `${signed(low)} to ${signed(high)}` };
}

/** Of errors the share of all requests, so in points; of all else a share of what it was. */
function share({ name }: ReleaseRow, value: number): string {
  return name.startsWith('error_rate') ? `${signed(value)} points` : `${signed(value)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${percent(Math.abs(value)).replace(/ %$/, '')}`;
}
