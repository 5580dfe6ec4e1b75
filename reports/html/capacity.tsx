import type { VNode } from 'preact';
import { count, duration, rate } from '../../result/format.ts';
import type { Capacity, CapacityProbe, ThresholdOutcome } from '../../result/load-result.ts';
import type { Mark } from '../../result/wording.ts';
import { CapacityChart, probeScale } from './charts/capacity-chart.tsx';
import { round } from './charts/axis.tsx';
import { Fact, Head, Marked, Scroll, Small, Table } from './parts.tsx';
import { PercentileCells } from './latency-table.tsx';
import { PERCENTILES } from './percentiles.ts';

const PROBES_MAX = 60;
const SHOWN = PERCENTILES.filter(({ key }) => key === 'p50' || key === 'p95' || key === 'p99');

const PROBED: Readonly<Record<CapacityProbe['outcome'], Mark>> = {
  kept: { tone: 'good', icon: '✓', word: 'kept' },
  broken: { tone: 'bad', icon: '✗', word: 'broken' },
  inconclusive: { tone: 'warn', icon: '?', word: 'inconclusive' },
};

interface CapacityProps {
  readonly capacity: Capacity;
  readonly thresholds: readonly ThresholdOutcome[];
  readonly name: string;
  readonly id: string;
}

/** What a capacity search found: the rate in a sentence, the curve, and each rate that was tried. */
export function CapacityView({ capacity, thresholds, name, id }: CapacityProps): VNode {
  return (
    <div class="stack">
      <p>
        <strong>{capacity.sentence}</strong>
      </p>
      <CapacityChart
        capacity={capacity}
        thresholds={thresholds}
        id={`${id}-capacity`}
        facts={<Facts capacity={capacity} />}
      >
        <ProbeTable capacity={capacity} name={name} />
      </CapacityChart>
    </div>
  );
}

function Facts({ capacity }: { readonly capacity: Capacity }): VNode {
  return (
    <dl class="facts">
      <Fact name="Capacity" value={perSecond(capacity.rate_per_second, 'no rate was confirmed')} />
      <Fact name="Broken at" value={perSecond(capacity.broken_at_per_second, 'no rate that was tried')} />
      <Fact name="Knee" value={perSecond(capacity.knee_per_second, 'not seen')} />
      <Fact name="Collapse" value={perSecond(capacity.collapse_per_second, 'not seen')} />
      <Fact name="Objectives" value={capacity.objectives.join(', ')} />
    </dl>
  );
}

function perSecond(value: number | null, otherwise: string): string {
  return value === null ? otherwise : `${rate(value)}/s`;
}

function ProbeTable({ capacity, name }: { readonly capacity: Capacity; readonly name: string }): VNode {
  const shown = capacity.probes.slice(0, PROBES_MAX);
  const x = probeScale(capacity);
  return (
    <>
      <Scroll label={`Rates tried in ${name}`}>
        <Table>
          <caption>Rates tried, in this order; response time in milliseconds, 95 % interval below</caption>
          <thead>
            <tr>
              <Head>Rate</Head>
              <Head>Outcome</Head>
              <Head isNumber>Good responses</Head>
              <Head isNumber>Sent</Head>
              <Head isNumber>Not OK</Head>
              {SHOWN.map(({ label }) => (
                <Head isNumber>{label}</Head>
              ))}
              <Head>Why</Head>
            </tr>
          </thead>
          <tbody>
            {shown.map((probe) => (
              <Probe probe={probe} x={x(probe.rate_per_second)} />
            ))}
          </tbody>
        </Table>
      </Scroll>
      {capacity.probes.length === shown.length ? null : (
        <p>{count(capacity.probes.length - shown.length)} more in result.json.</p>
      )}
    </>
  );
}

function Probe({ probe, x }: { readonly probe: CapacityProbe; readonly x: number }): VNode {
  const { ledger, latency_us: times } = probe;
  return (
    <tr data-x={round(x)}>
      <th scope="row">
        {rate(probe.rate_per_second)}/s
        <Small>{`${probe.phase}, ${duration(probe.duration_ms)}`}</Small>
      </th>
      <td>
        <Marked mark={PROBED[probe.outcome]} />
      </td>
      <td class="n">{rate(probe.answered_per_second)}/s</td>
      <td class="n">
        {count(ledger.sent)}
        <Small>{ledger.shed === 0 ? '' : `${count(ledger.shed)} shed`}</Small>
      </td>
      <td class={ledger.sent === ledger.ok ? 'n void' : 'n'}>{count(ledger.sent - ledger.ok)}</td>
      <PercentileCells times={times} shown={SHOWN} />
      <td class="long">{probe.sentence}</td>
    </tr>
  );
}
