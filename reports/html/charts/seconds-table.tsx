import type { VNode } from 'preact';
import { count, usAsMs } from '../../../result/format.ts';
import { Head, Scroll, Table } from '../parts.tsx';
import { round } from './axis.tsx';
import type { TimeSegment } from './time-line.ts';

/** The numbers behind the drawing over time. */
export function SecondsTable({
  stretches,
  name,
  xOf,
}: {
  readonly stretches: readonly TimeSegment[];
  readonly name: string;
  readonly xOf: (second: number) => number;
}): VNode {
  const shown = (us: number | null): string => (us === null ? '—' : usAsMs(us));
  return (
    <details>
      <summary>The time line as a table</summary>
      <Scroll label={`Over time of ${name}, table`}>
        <Table kind="numbers">
          <thead>
            <tr>
              {['Second', 'Sent', 'OK', 'Failed', 'Throttled', 'p50, ms', 'p99, ms', 'max, ms'].map(
                (label) => (
                  <Head isNumber>{label}</Head>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {stretches.map((one) => (
              <tr data-x={round(xOf(one.second + one.seconds / 2))}>
                <th scope="row">{one.second}</th>
                {[one.sent, one.ok, one.failed, one.throttled].map((number) => (
                  <td>{count(number)}</td>
                ))}
                {[one.p50_us, one.p99_us, one.max_us].map((us) => (
                  <td>{shown(us)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
