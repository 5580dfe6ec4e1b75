import type { VNode } from 'preact';
import { usAsMs } from '../../../result/format.ts';
import type { Distribution } from '../../../result/load-result.ts';
import { Head, Scroll, Small, Table } from '../parts.tsx';
import { round } from './axis.tsx';

/** Most points of a curve that are drawn or listed. */
export const POINTS_MAX = 400;

interface CurveTableProps {
  readonly response: Distribution;
  readonly service: Distribution;
  readonly name: string;
  /** Where a quantile stands in the drawing; the script finds the row under the pointer by it. */
  readonly xOf: (quantile: number) => number;
  /** The last quantile that the sample carries; null when all are. */
  readonly carried: number | null;
}

/** The points of both percentile curves. */
export function CurveTable({ response, service, name, xOf, carried }: CurveTableProps): VNode {
  const served = new Map(service.curve);
  return (
    <details>
      <summary>The points as a table</summary>
      <Scroll label={`Latency by percentile of ${name}, table`}>
        <Table kind="numbers">
          <thead>
            <tr>
              <Head isNumber>Percentile</Head>
              <Head isNumber>Response, ms</Head>
              <Head isNumber>Service, ms</Head>
            </tr>
          </thead>
          <tbody>
            {response.curve.slice(0, POINTS_MAX).map(([quantile, us]) => {
              const other = served.get(quantile);
              const isBeyond = carried !== null && quantile > carried;
              return (
                <tr data-x={round(xOf(quantile))} class={isBeyond ? 'void' : undefined}>
                  <th scope="row">
                    {`p${(quantile * 100).toLocaleString('en-US', { maximumFractionDigits: 4 })}`}
                    {isBeyond ? <Small>beyond the sample</Small> : null}
                  </th>
                  <td>{usAsMs(us)}</td>
                  <td>{other === undefined ? '—' : usAsMs(other)}</td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
