import type { VNode } from 'preact';
import { count, usAsMs } from '../../result/format.ts';
import type { Distribution, LoadStep } from '../../result/load-result.ts';
import { Head, Scroll, Small, Table } from './parts.tsx';
import { PERCENTILES, percentileTexts, type Percentile } from './percentiles.ts';

/** How long the requests of each step took: response time and service time. */
export function LatencyTable({
  steps,
  name,
}: {
  readonly steps: readonly LoadStep[];
  readonly name: string;
}): VNode {
  return (
    <div class="stack">
      <Scroll label={`Latency of ${name}`}>
        <Table>
          <caption>Latency in milliseconds, 95 % interval below each percentile</caption>
          <thead>
            <tr>
              <Head>Step</Head>
              <Head>Time</Head>
              <Head isNumber>Samples</Head>
              {PERCENTILES.map(({ label }) => (
                <Head isNumber>{label}</Head>
              ))}
              <Head isNumber>max</Head>
              <Head isNumber>mean</Head>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <>
                <Row
                  label={step.name}
                  what="Response time"
                  small="from the intended send"
                  times={step.latency_us}
                />
                <Row label={null} what="Service time" small="from the actual send" times={step.service_us} />
              </>
            ))}
          </tbody>
        </Table>
      </Scroll>
      <p class="muted small">
        “—”: the sample can’t carry this percentile, and how many samples it takes. “≥”: unanswered requests
        reach it, so it is a lower bound.
      </p>
    </div>
  );
}

interface RowProps {
  readonly label: string | null;
  readonly what: string;
  readonly small: string;
  readonly times: Distribution;
}

function Row({ label, what, small, times }: RowProps): VNode {
  return (
    <tr>
      {label === null ? null : (
        <th scope="rowgroup" rowSpan={2}>
          {label}
        </th>
      )}
      <td class="label">
        {what}
        <Small>{small}</Small>
      </td>
      <td class="n">
        {count(times.count)}
        {times.censored === 0 ? null : <Small>{`${count(times.censored)} unanswered`}</Small>}
      </td>
      <PercentileCells times={times} shown={PERCENTILES} />
      <td class="n">
        {times.max === null ? '—' : `${times.at_least.includes('max') ? '≥ ' : ''}${usAsMs(times.max)}`}
      </td>
      <td class="n">
        {times.mean === null ? '—' : `${times.censored > 0 ? '≥ ' : ''}${usAsMs(times.mean)}`}
      </td>
    </tr>
  );
}

/** A cell for each percentile, with its interval below. */
export function PercentileCells({
  times,
  shown,
}: {
  readonly times: Distribution;
  readonly shown: readonly Percentile[];
}): VNode {
  return (
    <>
      {shown.map((percentile) => {
        const [value, below] = percentileTexts(times, percentile);
        return (
          <td class={times[percentile.key] === null ? 'n void' : 'n'}>
            {value}
            <Small>{below}</Small>
          </td>
        );
      })}
    </>
  );
}
