import type { VNode } from 'preact';
import { count, more } from '../../result/format.ts';
import type { Assumption } from '../../result/contract-result.ts';
import { ASSUMPTIONS } from '../../result/wording.ts';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';

const ROWS_MAX = 200;

/** What is believed without a document to stand on, and what was observed of it. */
export function AssumptionTable({ assumptions }: { readonly assumptions: readonly Assumption[] }): VNode {
  const shown = assumptions.slice(0, ROWS_MAX);
  const rest = assumptions.length - shown.length;
  return (
    <Folded id="assumptions" title="Assumptions" digest={digestOf(assumptions)}>
      <p class="muted">
        Nobody promised these; they are observed and compared, and never fail a run by themselves.
      </p>
      {shown.length === 0 ? (
        <p>No assumption was held against the answers.</p>
      ) : (
        <Scroll label="Assumptions">
          <Table>
            <thead>
              <tr>
                <Head>State</Head>
                <Head>Assumption</Head>
                <Head>Observed</Head>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr>
                  <td>
                    <Marked mark={ASSUMPTIONS[one.state]} />
                  </td>
                  <td class="long">
                    {one.text} <code class="muted">{one.id}</code>
                  </td>
                  <td class="long">{one.observed ?? <span class="void">nothing to look at</span>}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </Scroll>
      )}
      {rest === 0 ? null : <p>{more(rest)} in result.json.</p>}
    </Folded>
  );
}

/** How many of the assumptions were confirmed, and how many refuted. */
function digestOf(assumptions: readonly Assumption[]): string {
  const of = (state: Assumption['state']): string =>
    count(assumptions.filter((one) => one.state === state).length);
  return `${of('confirmed')} confirmed, ${of('refuted')} refuted, ${of('not_seen')} not seen`;
}
