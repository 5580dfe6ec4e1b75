import type { VNode } from 'preact';
import { inUnit, percent } from '../../result/format.ts';
import type { ThresholdOutcome } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
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
  const hasReasons = thresholds.some(({ outcome }) => outcome !== 'met');
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
            <Head isNumber>Margin</Head>
            {hasReasons ? <Head>Why</Head> : null}
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
              <td class="n">{marginOf(one)}</td>
              {hasReasons ? <td class="long">{one.outcome === 'met' ? '' : one.sentence}</td> : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </Scroll>
  );
}

/** How far the observed value lies from the limit. */
function marginOf({ observed, limit, unit }: ThresholdOutcome): string {
  if (observed === null) return '—';
  if (observed === limit) return 'at the limit';
  const side = observed < limit ? 'below' : 'above';
  const apart = Math.abs(observed - limit);
  return limit === 0 ? `${inUnit(apart, unit)} ${side}` : `${percent(apart / Math.abs(limit))} ${side}`;
}

function intervalOf({ interval, unit }: ThresholdOutcome): string {
  if (interval === null || interval[0] === interval[1]) return '';
  const [low, high] = interval;
  return high === null
    ? `from ${inUnit(low, unit)}, no upper end`
    : `${inUnit(low, unit)} – ${inUnit(high, unit)}`;
}
