import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { count, usAsMs } from '../../../result/format.ts';
import type { LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { Head, Scroll, Table } from '../parts.tsx';
import { PERCENTILES, type Percentile } from '../percentiles.ts';
import { COLOUR, Drawing, HorizontalAxis, round, tickText, WIDTH, type Box } from './axis.tsx';
import { Figure } from './figure.tsx';
import { Legend } from './legend.tsx';

const ROW = 40;
const TOP = 12;
const LEFT = 64;

interface WaitingProps {
  readonly step: LoadStep;
  /** Thresholds on times of this step. */
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
}

interface Bar {
  readonly percentile: Percentile;
  readonly serviceUs: number | null;
  readonly responseUs: number | null;
}

/** Response against service time, percentile by percentile: what waiting for a connection adds. */
export function WaitingChart({ step, limits, id }: WaitingProps): VNode | null {
  const bars = PERCENTILES.map((percentile) => ({
    percentile,
    serviceUs: step.service_us[percentile.key],
    responseUs: step.latency_us[percentile.key],
  }));
  if (bars.every(({ responseUs }) => responseUs === null)) return null;
  return (
    <Figure id={id} title="What waiting adds">
      <Legend
        keys={[
          { label: 'service time', colour: COLOUR.bar, kind: 'bar' },
          { label: 'added by waiting for the send', colour: COLOUR.orange, kind: 'bar' },
          ...(nearLimits(limits, bars).length === 0
            ? []
            : [{ label: 'limit', colour: COLOUR.bad, kind: 'line', dash: '2 3' } as const]),
        ]}
      />
      <Scroll label={`What waiting adds in ${step.name}, chart`}>
        <Plot step={step} bars={bars} limits={nearLimits(limits, bars)} id={id} />
      </Scroll>
      <WaitingTable bars={bars} name={step.name} />
    </Figure>
  );
}

/** Limits that would not press the bars flat. */
function nearLimits(limits: readonly ThresholdOutcome[], bars: readonly Bar[]): readonly ThresholdOutcome[] {
  const high = Math.max(...bars.map(({ responseUs }) => responseUs ?? 0)) / 1000;
  return limits.filter(({ limit }) => limit <= high * 3);
}

interface PlotProps extends WaitingProps {
  readonly bars: readonly Bar[];
}

function Plot({ step, bars, limits, id }: PlotProps): VNode {
  const box: Box = { left: LEFT, right: WIDTH - 24, top: TOP, bottom: TOP + bars.length * ROW };
  const values = bars.flatMap(({ serviceUs, responseUs }) => [serviceUs ?? 0, responseUs ?? 0]);
  const high = Math.max(0.001, ...values.map((us) => us / 1000), ...limits.map(({ limit }) => limit));
  const x = scaleLinear([0, high], [box.left, box.right]).nice(5);
  return (
    <Drawing
      id={id}
      title={`What waiting adds in ${step.name}`}
      description={bars.map(describe).join('; ')}
      height={box.bottom + 48}
    >
      {bars.map((bar, at) => (
        <BarView bar={bar} middle={middleOf(at)} x={x} box={box} />
      ))}
      {limits.map(({ limit }) => (
        <path
          d={`M${round(x(limit))},${box.top}V${box.bottom}`}
          stroke={COLOUR.bad}
          stroke-width={1.5}
          stroke-dasharray="2 3"
          fill="none"
        />
      ))}
      {bars.map((bar, at) =>
        isCarried(bar) ? null : (
          <text
            x={box.left + 8}
            y={middleOf(at) + 4}
            font-size={12}
            fill={COLOUR.text}
            stroke={COLOUR.paper}
            stroke-width={4}
            paint-order="stroke"
          >
            {`takes ${count(bar.percentile.samplesNeeded)} samples`}
          </text>
        ),
      )}
      <HorizontalAxis
        box={box}
        ticks={x.ticks(5).map((tick) => [x(tick), tickText(tick)])}
        label="Time, ms"
      />
    </Drawing>
  );
}

function isCarried({ serviceUs, responseUs }: Bar): boolean {
  return serviceUs !== null && responseUs !== null;
}

/** Where the middle of a bar lies. */
function middleOf(at: number): number {
  return TOP + at * ROW + ROW / 2;
}

interface BarProps {
  readonly bar: Bar;
  readonly middle: number;
  readonly x: (ms: number) => number;
  readonly box: Box;
}

function BarView({ bar: { percentile, serviceUs, responseUs }, middle, x, box }: BarProps): VNode {
  const top = middle - ROW / 2;
  const rect = (fromUs: number, toUs: number, fill: string): VNode => (
    <rect
      x={round(x(fromUs / 1000))}
      y={top + 8}
      width={round(Math.max(0, x(toUs / 1000) - x(fromUs / 1000)))}
      height={ROW - 16}
      fill={fill}
    />
  );
  return (
    <g>
      <text x={box.left - 8} y={middle + 4} font-size={12} text-anchor="end" fill={COLOUR.text}>
        {percentile.label}
      </text>
      {responseUs === null || serviceUs === null ? (
        <>
          <rect
            x={box.left}
            y={top + 8}
            width={box.right - box.left}
            height={ROW - 16}
            fill={COLOUR.bar}
            fill-opacity={0.2}
          />
        </>
      ) : (
        <>
          {rect(0, Math.min(serviceUs, responseUs), COLOUR.bar)}
          {rect(serviceUs, responseUs, COLOUR.orange)}
        </>
      )}
    </g>
  );
}

function describe({ percentile, serviceUs, responseUs }: Bar): string {
  if (responseUs === null || serviceUs === null) return `${percentile.label} is not carried by the sample`;
  return `${percentile.label}: response ${usAsMs(responseUs)} ms, service ${usAsMs(serviceUs)} ms`;
}

function WaitingTable({ bars, name }: { readonly bars: readonly Bar[]; readonly name: string }): VNode {
  const shown = (us: number | null): string => (us === null ? '—' : usAsMs(us));
  return (
    <details>
      <summary>The bars as a table</summary>
      <Scroll label={`What waiting adds in ${name}, table`}>
        <Table kind="numbers">
          <thead>
            <tr>
              <Head isNumber>Percentile</Head>
              <Head isNumber>Service, ms</Head>
              <Head isNumber>Response, ms</Head>
              <Head isNumber>Added, ms</Head>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ percentile, serviceUs, responseUs }, at) => (
              <tr data-y={middleOf(at)}>
                <th scope="row">{percentile.label}</th>
                <td>{shown(serviceUs)}</td>
                <td>{shown(responseUs)}</td>
                <td>
                  {serviceUs === null || responseUs === null
                    ? '—'
                    : usAsMs(Math.max(0, responseUs - serviceUs))}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
