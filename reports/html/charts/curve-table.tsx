import type { VNode } from 'preact';
import { usAsMs } from '../../format.ts';
import type { Distribution } from '../../result.ts';
import { Head, Scroll, Table } from '../parts.tsx';

/** Most points of a curve that are drawn or listed. */
export const POINTS_MAX = 400;

interface CurveTableProps {
  readonly response: Distribution;
  readonly service: Distribution;
  readonly name: string;
}

/** The points of both percentile curves. */
export function CurveTable({ response, service, name }: CurveTableProps): VNode {
  const served = new Map(service.curve);
  return (
    <details>
      <summary>The points as a table</summary>
      <Scroll label={`Latency by percentile of ${name}, table`}>
        <Table>
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
              return (
                <tr>
                  <th scope="row" class="n">
                    {(quantile * 100).toLocaleString('en-US', { maximumFractionDigits: 4 })}
                  </th>
                  <td class="n">{usAsMs(us)}</td>
                  <td class="n">{other === undefined ? '—' : usAsMs(other)}</td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
