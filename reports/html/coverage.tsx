import type { VNode } from 'preact';
import { count, counted, more } from '../../result/format.ts';
import type { Coverage, CoverageRow } from '../../result/contract-result.ts';
import { NOT_SEEN, OUTCOMES } from '../../result/wording.ts';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';

const ROWS_MAX = 200;

/** How often each command, field and status was exercised. */
export function CoverageTables({ coverage }: { readonly coverage: Coverage }): VNode {
  return (
    <Folded id="coverage" title="Coverage" digest={digestOf(coverage)}>
      <div class="columns">
        <Rows title="Commands" rows={coverage.commands} />
        <Rows title="Request fields" rows={coverage.request_fields} />
        <Rows title="Statuses" rows={coverage.statuses} />
      </div>
      <NotJudged what="Rules" rows={coverage.checks} />
      <NotJudged what="Request constraints" rows={coverage.constraints ?? []} />
      <details>
        <summary>{titleOf('Response fields', coverage.response_fields)}</summary>
        <Rows title="Response fields" rows={coverage.response_fields} />
      </details>
    </Folded>
  );
}

/** What no response was held against: hollow, and never to be taken for a pass. */
function NotJudged({
  what,
  rows,
}: {
  readonly what: string;
  readonly rows: readonly CoverageRow[];
}): VNode | null {
  const names = rows.filter(({ exercised }) => exercised === 0).map(({ name }) => name);
  if (names.length === 0) return null;
  return (
    <p>
      {what} not judged: <code>{names.slice(0, ROWS_MAX).join(', ')}</code>
      {names.length > ROWS_MAX ? ` and ${more(names.length - ROWS_MAX)}` : ''}.
    </p>
  );
}

function Rows({ title, rows }: { readonly title: string; readonly rows: readonly CoverageRow[] }): VNode {
  const shown = rows.slice(0, ROWS_MAX);
  const tellsAccepted = rows.some(({ accepted }) => accepted !== undefined);
  if (rows.length === 0) return <p class="muted">{title}: none seen.</p>;
  return (
    <Scroll label={title}>
      <Table>
        <caption>{titleOf(title, rows)}</caption>
        <thead>
          <tr>
            <Head>Name</Head>
            <Head isNumber>Exercised</Head>
            {tellsAccepted ? <Head isNumber>Accepted</Head> : null}
            <Head isNumber>Failed</Head>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr>
              <th scope="row">
                <code>{row.name === '' ? 'the whole body' : row.name}</code>
              </th>
              <td class="n">{row.exercised === 0 ? <Marked mark={NOT_SEEN} /> : count(row.exercised)}</td>
              {tellsAccepted ? (
                <td class="n">
                  {row.accepted === 0 ? <Marked mark={NOT_SEEN} /> : count(row.accepted ?? 0)}
                </td>
              ) : null}
              <td class="n">{failedOf(row)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {rows.length > shown.length ? <p>{more(rows.length - shown.length)} in result.json.</p> : null}
    </Scroll>
  );
}

function titleOf(title: string, rows: readonly CoverageRow[]): string {
  const seen = rows.filter((row) => row.exercised > 0).length;
  const failed = rows.filter((row) => row.failed > 0).length;
  return `${title}: ${count(seen)} of ${count(rows.length)} seen${failed === 0 ? '' : `, ${count(failed)} failed`}`;
}

function failedOf(row: CoverageRow): VNode | string {
  if (row.failed > 0) return <Marked mark={OUTCOMES.failed}>{count(row.failed)}</Marked>;
  return row.exercised === 0 ? '' : '0';
}

/** What was never judged, in a few words. */
function digestOf({ checks, constraints = [], response_fields: fields }: Coverage): string {
  const unseen = (rows: readonly CoverageRow[]): number =>
    rows.filter(({ exercised }) => exercised === 0).length;
  return `not judged: ${counted(unseen(checks), 'rule')}, ${counted(unseen(constraints), 'request constraint')}, ${counted(unseen(fields), 'response field')}`;
}
