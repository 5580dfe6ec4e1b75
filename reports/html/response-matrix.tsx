import type { VNode } from 'preact';
import { count, counted } from '../../result/format.ts';
import type { ResponseFieldRow, Coverage } from '../../result/contract-result.ts';
import { NOT_SEEN } from '../../result/wording.ts';
import { CountCell } from './count-cell.tsx';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';
import { within } from './within.ts';

const ROWS_MAX = 200;
const BYTES_MAX = 40_000;

interface MatrixProps {
  readonly coverage: Coverage;
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
}

/** Command × response schema: in how many accepted responses each documented field was, and in how many it broke. */
export function ResponseMatrix({ coverage, linked }: MatrixProps): VNode | null {
  const all = coverage.answer_fields ?? [];
  if (all.length === 0) return null;
  const commands = coverage.commands.map(({ name }) => name);
  const rows = within(all, ROWS_MAX, BYTES_MAX, ({ field }) => [field, field]);
  return (
    <Folded id="answer-fields" title="Response fields by command" digest={digest(all)}>
      <p class="muted">
        In how many accepted responses to each command a field of the documented response was, or was missed,
        and in how many it broke its schema. <Marked mark={NOT_SEEN} /> is no pass: no response had it.
      </p>
      {all.every((row) => row.commands.length === 0) ? (
        <p>{`No accepted response was looked at, so none of the ${counted(all.length - 1, 'documented field')} was seen.`}</p>
      ) : (
        <>
          <p>{digest(all)}</p>
          <Scroll label="Response fields by command">
            <Table kind="matrix tree">
              <thead>
                <tr>
                  <Head>Field</Head>
                  {commands.map((command) => (
                    <Head isNumber>{command}</Head>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row row={row} commands={commands} linked={linked} />
                ))}
              </tbody>
            </Table>
          </Scroll>
        </>
      )}
      {all.length === rows.length ? null : (
        <p>{counted(all.length - rows.length, 'more field')} in result.json.</p>
      )}
    </Folded>
  );
}

/** How many fields were seen by any command, and how many have something against them. */
function digest(rows: readonly ResponseFieldRow[]): string {
  const fields = rows.filter(({ field }) => field !== '');
  const having = (what: 'exercised' | 'failed' | 'warned'): number =>
    fields.filter(({ commands }) => commands.some((cell) => cell[what] > 0)).length;
  const against = (['failed', 'warned'] as const)
    .filter((what) => having(what) > 0)
    .map((what) => `, ${count(having(what))} ${what}`);
  return `${count(having('exercised'))} of ${counted(fields.length, 'field')} seen${against.join('')}.`;
}

interface RowProps {
  readonly row: ResponseFieldRow;
  readonly commands: readonly string[];
  readonly linked: ReadonlyMap<string, string>;
}

function Row({ row, commands, linked }: RowProps): VNode {
  return (
    <tr>
      <th scope="row" align="left" class="plain" title={row.field === '' ? undefined : row.field}>
        <FieldName field={row.field} />
      </th>
      {commands.map((command) => {
        const cell = row.commands.find((one) => one.command === command) ?? null;
        return (
          <CountCell
            counts={cell}
            aim={cell?.cause === undefined ? null : (linked.get(cell.cause) ?? null)}
          />
        );
      })}
    </tr>
  );
}

/** The last step of a field's path, indented by what it lies in; blanks indent where the style sheet is refused too. */
function FieldName({ field }: { readonly field: string }): VNode {
  const steps = field.split('/').slice(1);
  const name = steps.at(-1);
  if (name === undefined) return <>the whole body</>;
  return (
    <span class="step">
      <i aria-hidden="true">{'\u00A0'.repeat(4 * (steps.length - 1))}</i>
      <code>
        {name.split(/(?<=_)/).map((part) => (
          <>
            {part}
            <wbr />
          </>
        ))}
      </code>
      {name === '[]' ? <span class="muted"> each item</span> : null}
    </span>
  );
}
