import type { ComponentChildren, VNode } from 'preact';
import { more } from '../../result/format.ts';
import { Head, Scroll, Table } from './parts.tsx';

/** One column of a table: its heading, and what stands in it for a row. */
export interface Column<Row> {
  readonly head: string;
  readonly isNumber?: boolean;
  /** True for the column that names the row. */
  readonly isName?: boolean;
  readonly kind?: string | ((row: Row) => string);
  readonly cell: (row: Row, at: number) => ComponentChildren;
}

interface DataTableProps<Row> {
  /** What the box around it is called for those who can't see it. */
  readonly label: string;
  readonly caption?: string;
  readonly kind?: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Most rows that are shown; the others are counted. */
  readonly rowsMax?: number;
  readonly idOf?: (row: Row) => string | undefined;
}

/** A table of data that scrolls within its own box; each cell knows the heading of its column for narrow screens. */
export function DataTable<Row>(props: DataTableProps<Row>): VNode {
  const { label, caption, kind, columns, rows, rowsMax = 400, idOf = () => undefined } = props;
  const shown = rows.slice(0, rowsMax);
  return (
    <>
      <Scroll label={label}>
        <Table {...(kind === undefined ? {} : { kind })}>
          {caption === undefined ? null : <caption>{caption}</caption>}
          <thead>
            <tr>
              {columns.map(({ head, isNumber = false }) => (
                <Head isNumber={isNumber}>{head}</Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, at) => (
              <tr id={idOf(row)}>
                {columns.map((column) => (
                  <Cell column={column} row={row} at={at} />
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
      {rows.length > shown.length ? <p>{more(rows.length - shown.length)} in result.json.</p> : null}
    </>
  );
}

interface CellProps<Row> {
  readonly column: Column<Row>;
  readonly row: Row;
  readonly at: number;
}

function Cell<Row>({ column, row, at }: CellProps<Row>): VNode {
  const { head, isNumber = false, isName = false, kind = '', cell } = column;
  const own = typeof kind === 'string' ? kind : kind(row);
  const classes = [isNumber ? 'n' : '', own].filter((one) => one !== '').join(' ') || undefined;
  if (isName)
    return (
      <th scope="row" class={classes} data-head={head}>
        {cell(row, at)}
      </th>
    );
  return (
    <td class={classes} data-head={head}>
      {cell(row, at)}
    </td>
  );
}
