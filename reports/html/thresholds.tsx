import type { VNode } from 'preact';
import { inUnit } from '../format.ts';
import type { ThresholdOutcome } from '../result.ts';
import { THRESHOLDS } from '../words.ts';
import { Head, Marked, Scroll, Small, Table } from './parts.tsx';

/** The limits that were stated before the run, what was observed, and how each came out. */
export function ThresholdTable({
  thresholds,
  name,
}: {
  readonly thresholds: readonly ThresholdOutcome[];
  readonly name: string;
}): VNode {
  if (thresholds.length === 0) return <p class="muted">No threshold was set.</p>;
  return (
    <Scroll label={`Thresholds of ${name}`}>
      <Table>
        <caption>Thresholds</caption>
        <thead>
          <tr>
            <Head>Outcome</Head>
            <Head>Threshold</Head>
            <Head>Step</Head>
            <Head isNumber>Observed, 95 % interval</Head>
            <Head isNumber>Limit</Head>
            <Head>In words</Head>
          </tr>
        </thead>
        <tbody>
          {thresholds.map((one) => (
            <tr>
              <td>
                <Marked mark={THRESHOLDS[one.outcome]} />
              </td>
              <th scope="row">
                <code>{one.expression}</code>
              </th>
              <td>{one.step}</td>
              <td class="n">
                {one.observed === null ? '—' : inUnit(one.observed, one.unit)}
                <Small>{intervalOf(one)}</Small>
              </td>
              <td class="n">{inUnit(one.limit, one.unit)}</td>
              <td class="long">{one.sentence}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Scroll>
  );
}

function intervalOf({ interval, unit }: ThresholdOutcome): string {
  if (interval === null || interval[0] === interval[1]) return '';
  const [low, high] = interval;
  return high === null
    ? `from ${inUnit(low, unit)}, no upper end`
    : `${inUnit(low, unit)} – ${inUnit(high, unit)}`;
}
