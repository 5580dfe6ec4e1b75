import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { count, usAsMs } from '../../format.ts';
import type { Distribution, LoadStep, ThresholdOutcome } from '../../result.ts';
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
import { Legend, type Key } from './legend.tsx';
import { Limits } from './limits.tsx';

const HEIGHT = 336;
const BOX: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: HEIGHT - 48 };

/** A limit more than so many times the slowest answer would press the curve flat. */
const FAR = 10;

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
  const near = limits.filter((one) => one.limit <= high * FAR);
  const far = limits.filter((one) => one.limit > high * FAR);
  return (
    <figure>
      <figcaption>Latency by percentile</figcaption>
      {response.curve.length === 0 ? (
        <p class="muted">No request ended, so there is nothing to draw.</p>
      ) : (
        <>
          <Legend keys={keysOf(response, near)} />
          <Scroll label={`Latency by percentile of ${step.name}, chart`}>
            <Plot step={step} limits={near} id={id} />
          </Scroll>
          {far.length === 0 ? null : (
            <p class="small muted">
              {`Not drawn, because far above: the limit ${far.map((one) => one.expression).join(', ')}.`}
            </p>
          )}
          <CurveTable response={response} service={service} name={step.name} />
        </>
      )}
    </figure>
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
  const tail = scaleLog([1, Math.max(10, response.count)], [BOX.left, BOX.right]);
  const xOf = (quantile: number): number => tail(Math.min(1 / (1 - quantile), Math.max(10, response.count)));
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
      <path
        d={pathOf(service, xOf, y)}
        fill="none"
        stroke={COLOUR.orange}
        stroke-width={2}
        stroke-dasharray="6 4"
      />
      <path d={pathOf(response, xOf, y)} fill="none" stroke={COLOUR.blue} stroke-width={2} />
      <path d={whiskers(response, xOf, y)} fill="none" stroke={COLOUR.blue} stroke-width={1.2} />
      <Limits limits={limits} box={BOX} y={y} />
    </Drawing>
  );
}

/** The last percentile that the sample carries, where some percentile is beyond it; null where all are carried. */
function carriedUpTo(times: Distribution): number | null {
  if (PERCENTILES.every(({ key }) => times[key] !== null)) return null;
  return PERCENTILES.findLast(({ key }) => times[key] !== null)?.quantile ?? 0;
}

function pathOf(times: Distribution, xOf: (quantile: number) => number, y: TimeScale): string {
  const stroke = line<readonly [number, number]>()
    .x(([quantile]) => round(xOf(quantile)))
    .y(([, us]) => round(y.at(us / 1000)))
    .digits(1);
  return stroke(times.curve.slice(0, POINTS_MAX)) ?? '';
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
