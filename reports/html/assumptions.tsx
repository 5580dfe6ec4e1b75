import type { VNode } from 'preact';
import { count, more } from '../../result/format.ts';
import type { Assumption } from '../../result/contract-result.ts';
import { ASSUMPTIONS } from '../../result/wording.ts';
import { ExchangeView } from './exchange.tsx';
import { Folded, Head, Marked, Scroll, Small, Table } from './parts.tsx';

const ROWS_MAX = 200;

/** What is believed without a document to stand on, and what was observed of it. */
export function AssumptionTable({ assumptions }: { readonly assumptions: readonly Assumption[] }): VNode {
  const shown = assumptions.slice(0, ROWS_MAX);
  const rest = assumptions.length - shown.length;
  return (
    <Folded id="assumptions" title="Assumptions" digest={digestOf(assumptions)}>
      <p class="muted">
        Nobody promised these; they are observed and compared, and never fail a run by themselves. To hold
        this environment to what was confirmed: <code>npm run accept -- RUN --observe</code>
      </p>
      {shown.length === 0 ? (
        <p>No assumption was held against the responses.</p>
      ) : (
        <Scroll label="Assumptions">
          <Table>
            <thead>
              <tr>
                <Head>State</Head>
                <Head>Assumption</Head>
                <Head>Observed</Head>
                <Head>Over runs</Head>
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
                    {one.evidence === undefined ? null : (
                      <Small>{`${one.evidence.level}: ${one.evidence.source}`}</Small>
                    )}
                  </td>
                  <td class="long">
                    {one.observed ?? <span class="void">nothing to look at</span>}
                    {one.exchange === undefined || one.exchange === null ? null : (
                      <ExchangeView exchange={one.exchange} />
                    )}
                  </td>
                  <td>
                    {runsText(one)}
                    {one.accepted === undefined ? null : (
                      <Small>{`accepted on ${one.accepted.accepted_at} from ${one.accepted.run}: refuted, it is NO-GO`}</Small>
                    )}
                  </td>
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

/** How often it was seen over the runs that the history has, or in this run alone. */
function runsText({ over_runs: runs, counts }: Assumption): string {
  if (runs === undefined)
    return counts === undefined ? '' : `${count(counts.confirmed)} for, ${count(counts.refuted)} against`;
  return `${count(runs.confirmed)} confirmed, ${count(runs.refuted)} refuted, ${count(runs.not_seen)} not seen`;
}

/** How many of the assumptions were confirmed, and how many refuted. */
function digestOf(assumptions: readonly Assumption[]): string {
  const of = (state: Assumption['state']): string =>
    count(assumptions.filter((one) => one.state === state).length);
  return `${of('confirmed')} confirmed, ${of('refuted')} refuted, ${of('not_seen')} not seen`;
}
