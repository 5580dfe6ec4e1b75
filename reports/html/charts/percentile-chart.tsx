import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { count, usAsMs } from '../../../result/format.ts';
import type { Distribution, LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { Scroll } from '../parts.tsx';
import { PERCENTILES } from '../percentiles.ts';
import {
  COLOUR,
  Drawing,
  HorizontalAxis,
  VerticalAxis,
  round,
  timeScale,
  WIDTH,
  type Box,
  type TimeScale,
} from './axis.tsx';
import { CurveTable, POINTS_MAX } from './curve-table.tsx';
import { Figure } from './figure.tsx';
import { Legend, type Key } from './legend.tsx';
import { FarLimits, Limits, near } from './limits.tsx';

const HEIGHT = 336;
const BOX: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: HEIGHT - 48 };

interface ChartProps {
  readonly step: LoadStep;
  /** Thresholds on times of this step; drawn as horizontal lines. */
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
}

/** Latency by percentile on an axis that stretches the tail, 1/(1−q): response and service time, and the limits. */
export function PercentileChart({ step, limits, id }: ChartProps): VNode {
  const { latency_us: response, service_us: service } = step;
  const high = Math.max(0, ...[...response.curve, ...service.curve].map(([, us]) => us / 1000));
  const drawn = near(limits, high);
  return (
    <Figure id={id} title="Latency by percentile">
      {response.curve.length === 0 ? (
        <p class="muted">No request ended, so there is nothing to draw.</p>
      ) : (
        <>
          <Legend keys={keysOf(response, drawn)} />
          <Scroll label={`Latency by percentile of ${step.name}, chart`}>
            <Plot step={step} limits={drawn} id={id} />
          </Scroll>
          <FarLimits limits={limits} drawn={drawn} />
          <CurveTable
            response={response}
            service={service}
            name={step.name}
            xOf={tailScale(response.count)}
            carried={carriedUpTo(response)}
          />
        </>
      )}
    </Figure>
  );
}

function keysOf(response: Distribution, limits: readonly ThresholdOutcome[]): readonly Key[] {
  return [
    { label: 'response time, from the intended send', colour: COLOUR.blue, kind: 'line' },
    { label: 'service time, from the actual send', colour: COLOUR.orange, kind: 'line', dash: '6 4' },
    ...(limits.length === 0
      ? []
      : [{ label: 'limit', colour: COLOUR.bad, kind: 'line', dash: '2 3' } as const]),
    ...(carriedUpTo(response) === null
      ? []
      : [
          {
            label: `beyond what ${count(response.count)} samples carry`,
            colour: COLOUR.bar,
            kind: 'zone',
          } as const,
        ]),
  ];
}

function Plot({ step, limits, id }: ChartProps): VNode {
  const { latency_us: response, service_us: service } = step;
  const xOf = tailScale(response.count);
  const values = [...response.curve, ...service.curve].map(([, us]) => us / 1000);
  const y = timeScale([...values, ...limits.map((one) => one.limit)], BOX);
  const carried = carriedUpTo(response);
  return (
    <Drawing
      id={id}
      title={`Latency by percentile of ${step.name}`}
      description={describe(step)}
      height={HEIGHT}
    >
      {carried === null ? null : (
        <rect
          x={round(xOf(carried))}
          y={BOX.top}
          width={round(BOX.right - xOf(carried))}
          height={BOX.bottom - BOX.top}
          fill={COLOUR.bar}
          fill-opacity={0.25}
        />
      )}
      <VerticalAxis
        box={BOX}
        ticks={y.ticks}
        at={y.at}
        label={`Latency, ms${y.isLog ? ' (logarithmic)' : ''}`}
      />
      <HorizontalAxis
        box={BOX}
        ticks={tailTicks(response.count, xOf)}
        label="Percentile of requests, tail stretched"
      />
      <Curve
        d={(part) => pathOf(service, part, xOf, y)}
        carried={carried}
        colour={COLOUR.orange}
        dash="6 4"
      />
      <Curve d={(part) => pathOf(response, part, xOf, y)} carried={carried} colour={COLOUR.blue} />
      <path d={whiskers(response, xOf, y)} fill="none" stroke={COLOUR.blue} stroke-width={1.2} />
      <Limits limits={limits} box={BOX} y={y} />
    </Drawing>
  );
}

/** The axis 1/(1−q): as far from p90 to p99 as from p0 to p90, up to one of all samples. */
function tailScale(samples: number): (quantile: number) => number {
  const most = Math.max(10, samples);
  const tail = scaleLog([1, most], [BOX.left, BOX.right]);
  return (quantile) => tail(Math.min(1 / (1 - quantile), most));
}

/** The last percentile that the sample carries, where some percentile is beyond it; null where all are carried. */
function carriedUpTo(times: Distribution): number | null {
  if (PERCENTILES.every(({ key }) => times[key] !== null)) return null;
  return PERCENTILES.findLast(({ key }) => times[key] !== null)?.quantile ?? 0;
}

interface CurveProps {
  readonly d: (part: Part) => string;
  readonly carried: number | null;
  readonly colour: string;
  readonly dash?: string;
}

/** Which quantiles of a curve are drawn, both ends included. */
type Part = readonly [from: number, to: number];

/** A curve in its colour as far as the sample carries it, grey beyond. */
function Curve({ d, carried, colour, dash }: CurveProps): VNode {
  const line = { fill: 'none', 'stroke-width': 2, 'stroke-dasharray': dash };
  return (
    <g>
      {carried === null ? null : <path d={d([carried, 1])} stroke={COLOUR.beyond} {...line} />}
      <path d={d([0, carried ?? 1])} stroke={colour} {...line} />
    </g>
  );
}

function pathOf(
  times: Distribution,
  [from, to]: Part,
  xOf: (quantile: number) => number,
  y: TimeScale,
): string {
  const points = times.curve.slice(0, POINTS_MAX);
  const first = Math.max(
    0,
    points.findLastIndex(([quantile]) => quantile <= from),
  );
  const stroke = line<readonly [number, number]>()
    .x(([quantile]) => round(xOf(quantile)))
    .y(([, us]) => round(y.at(us / 1000)))
    .digits(1);
  return stroke(points.filter(([quantile], at) => at >= first && quantile <= to)) ?? '';
}

/** The 95 % interval of each percentile as a vertical bar with caps. */
function whiskers(times: Distribution, xOf: (quantile: number) => number, y: TimeScale): string {
  return PERCENTILES.map(({ key, quantile }) => {
    const interval = times.interval[key];
    if (interval === null) return '';
    const x = round(xOf(quantile));
    const low = round(y.at(interval[0] / 1000));
    const high = interval[1] === null ? BOX.top : Math.max(BOX.top, round(y.at(interval[1] / 1000)));
    return `M${x - 3},${low}h6m-3,0V${high}m-3,0h6`;
  }).join('');
}

const TICK_GAP = 32;

function tailTicks(
  samples: number,
  xOf: (quantile: number) => number,
): readonly (readonly [number, string])[] {
  const all: readonly (readonly [number, string])[] = [
    [0, 'p0'],
    [0.5, 'p50'],
    [0.9, 'p90'],
    [0.95, 'p95'],
    [0.99, 'p99'],
    [0.999, 'p99.9'],
    [0.9999, 'p99.99'],
    [0.99999, 'p99.999'],
  ];
  const inside = all.filter(([quantile]) => 1 / (1 - quantile) <= Math.max(10, samples) * 1.0001);
  const isRoomy = xOf(0.95) - xOf(0.9) >= TICK_GAP;
  return inside
    .filter(([quantile]) => quantile !== 0.95 || isRoomy)
    .map(([quantile, text]) => [xOf(quantile), text]);
}

function describe(step: LoadStep): string {
  const known = PERCENTILES.filter(({ key }) => step.latency_us[key] !== null);
  const values = known.map(({ key, label }) => `${label} ${usAsMs(step.latency_us[key] ?? 0)} ms`);
  return `Response time of ${count(step.latency_us.count)} requests: ${values.join(', ')}. The table below has the points.`;
}
