import type { VNode } from 'preact';
import { constraintRows, type ConstraintRow } from '../constraints.ts';
import { count, counted } from '../../result/format.ts';
import type { CaseOutcome, ContractResult, Finding } from '../../result/contract-result.ts';
import { OUTCOMES } from '../../result/wording.ts';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';
import { within } from './within.ts';

const COLUMNS = ['passed', 'failed', 'warned', 'skipped', 'inconclusive'] as const;
const ROWS_MAX = 120;
const BYTES_MAX = 40_000;

interface ConstraintProps {
  readonly contract: ContractResult;
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
}

/** Request constraint × outcome: how the cases that keep or break each constraint came out. */
export function ConstraintMatrix({ contract, linked }: ConstraintProps): VNode | null {
  const all = constraintRows(contract);
  if (all.length === 0) return null;
  const rows = within(all, ROWS_MAX, BYTES_MAX, ({ subject, constraint }) => [subject, constraint]);
  const aims = aimsOf(contract.findings, linked);
  return (
    <Folded id="constraints" title="Cases by request constraint" digest={counted(all.length, 'constraint')}>
      <p class="muted">How the cases that keep or break each constraint of the request came out.</p>
      <Scroll label="Cases by request constraint">
        <Table kind="matrix">
          <thead>
            <tr>
              <Head>Request field</Head>
              <Head>Constraint</Head>
              {COLUMNS.map((outcome) => (
                <Head isNumber>{outcome}</Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <Row row={row} span={spanAt(rows, at)} aims={aims} />
            ))}
          </tbody>
        </Table>
      </Scroll>
      {all.length === rows.length ? null : (
        <p>{counted(all.length - rows.length, 'more constraint')} in result.json.</p>
      )}
    </Folded>
  );
}

/** Over how many rows the field of a row reaches; 0 where a row above names it. */
function spanAt(rows: readonly ConstraintRow[], at: number): number {
  const { subject } = rows[at] ?? { subject: '' };
  if (rows[at - 1]?.subject === subject) return 0;
  return rows.filter((row) => row.subject === subject).length;
}

interface RowProps {
  readonly row: ConstraintRow;
  readonly span: number;
  readonly aims: ReadonlyMap<string, string>;
}

function Row({ row, span, aims }: RowProps): VNode {
  const aim = row.cases.map((id) => aims.get(id)).find((id) => id !== undefined) ?? null;
  return (
    <tr>
      {span === 0 ? null : (
        <th scope="rowgroup" rowSpan={span}>
          {row.subject}
        </th>
      )}
      <th scope="row" class="plain">
        {row.constraint} <span class="muted">({count(row.total)})</span>
      </th>
      {COLUMNS.map((outcome) => (
        <Cell outcome={outcome} number={row.counts[outcome]} aim={aim} />
      ))}
    </tr>
  );
}

interface CellProps {
  readonly outcome: CaseOutcome['outcome'];
  readonly number: number;
  readonly aim: string | null;
}

function Cell({ outcome, number, aim }: CellProps): VNode {
  if (number === 0) return <td class="void">0</td>;
  const text = <Marked mark={OUTCOMES[outcome]}>{count(number)}</Marked>;
  const isAim = aim !== null && (outcome === 'failed' || outcome === 'warned');
  return <td>{isAim ? <a href={`#${aim}`}>{text}</a> : text}</td>;
}

/** Where the weightiest finding of each case stands on the page. */
function aimsOf(
  findings: readonly Finding[],
  linked: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const aims = new Map<string, string>();
  for (const severity of ['failure', 'warning', 'drift']) {
    for (const { severity: own, case_id: caseId, fingerprint } of findings) {
      const id = linked.get(fingerprint);
      if (own === severity && id !== undefined && !aims.has(caseId)) aims.set(caseId, id);
    }
  }
  return aims;
}
