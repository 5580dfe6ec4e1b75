import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { ComponentChildren, VNode } from 'preact';
import { rate, usAsMs } from '../../../result/format.ts';
import type { Capacity, CapacityProbe, ThresholdOutcome } from '../../../result/load-result.ts';
import { Scroll } from '../parts.tsx';
import {
  COLOUR,
  Drawing,
  HorizontalAxis,
  round,
  tickText,
  timeScale,
  VerticalAxis,
  WIDTH,
  type Box,
} from './axis.tsx';
import { ProbeCurve, ThroughputCurve, type Drawn } from './capacity-curves.tsx';
import { Figure } from './figure.tsx';
import { Legend, type Key } from './legend.tsx';
import { Limits, near } from './limits.tsx';

const HEIGHT = 480;
const TIMES: Box = { left: 56, right: WIDTH - 16, top: 72, bottom: 276 };
const RESPONSES: Box = { left: 56, right: WIDTH - 16, top: 324, bottom: HEIGHT - 48 };

const CURVES: readonly Drawn[] = [
  { key: 'p50', colour: COLOUR.teal, dash: undefined },
  { key: 'p99', colour: COLOUR.blue, dash: '6 4' },
];

interface ChartProps {
  readonly capacity: Capacity;
  /** Thresholds of the scenario; those on times are drawn as lines. */
  readonly thresholds: readonly ThresholdOutcome[];
  readonly id: string;
  /** What stands beside the drawing. */
  readonly facts: ComponentChildren;
  /** The table behind the chart. */
  readonly children: ComponentChildren;
}

/** Where a rate stands in the drawing. */
export function probeScale({ probes }: Capacity): ScaleLinear<number, number> {
  const most = Math.max(1, ...probes.map((probe) => probe.rate_per_second));
  return scaleLinear([0, most * 1.04], [TIMES.left, TIMES.right]);
}

/** Rate against latency, with intervals, limits, knee and collapse; below it what came back for what was asked. */
export function CapacityChart({ capacity, thresholds, id, facts, children }: ChartProps): VNode {
  return (
    <Figure id={id} title={`Latency by rate of ${capacity.command}`} isWhole>
      <Legend keys={keysOf(capacity)} />
      <div class="beside">
        <Scroll label={`Latency by rate of ${capacity.command}, chart`}>
          <Plot capacity={capacity} thresholds={thresholds} id={id} />
        </Scroll>
        {facts}
      </div>
      <p class="small muted">
        Each mark is a rate that was tried: a disc where the objectives held, a cross where one broke, a ring
        where the sample decides nothing. Where it can’t carry a percentile, there is no mark.
      </p>
      {children}
    </Figure>
  );
}

function keysOf(capacity: Capacity): readonly Key[] {
  return [
    ...CURVES.map(({ key, colour, dash }) => ({
      label: key,
      colour,
      kind: 'line' as const,
      ...(dash === undefined ? {} : { dash }),
    })),
    { label: 'good responses', colour: COLOUR.good, kind: 'line' },
    { label: 'as many as asked for', colour: COLOUR.beyond, kind: 'line', dash: '2 4' },
    ...markersOf(capacity).map(({ label, colour, dash }) => ({ label, colour, dash, kind: 'line' as const })),
  ];
}

const MARKER_ROW = 15;

interface Marker {
  readonly label: string;
  readonly at: number;
  readonly colour: string;
  readonly dash: string;
}

function markersOf(capacity: Capacity): readonly Marker[] {
  const all: readonly (readonly [label: string, at: number | null, colour: string, dash: string])[] = [
    ['capacity', capacity.rate_per_second, COLOUR.good, '8 3'],
    ['knee', capacity.knee_per_second, COLOUR.warn, '3 3'],
    ['collapse', capacity.collapse_per_second, COLOUR.bad, '1 4'],
  ];
  return all.flatMap(([label, at, colour, dash]) => (at === null ? [] : [{ label, at, colour, dash }]));
}

interface PlotProps {
  readonly capacity: Capacity;
  readonly thresholds: readonly ThresholdOutcome[];
  readonly id: string;
}

function Plot({ capacity, thresholds, id }: PlotProps): VNode {
  const probes = capacity.probes.toSorted((a, b) => a.rate_per_second - b.rate_per_second);
  const x = probeScale(capacity);
  const times = probes.flatMap(({ latency_us: one }) =>
    CURVES.flatMap(({ key }) => [one[key], ...(one.interval[key] ?? [])]),
  );
  const known = times.flatMap((us) => (us === null ? [] : [us / 1000]));
  const limits = near(limitsOf(capacity, thresholds), Math.max(0, ...known));
  const y = timeScale([...known, ...limits.map(({ limit }) => limit)], TIMES);
  return (
    <Drawing
      id={id}
      title={`Latency by rate of ${capacity.command}`}
      description={`${capacity.sentence} ${probes.map(describe).join('; ')}`}
      height={HEIGHT}
    >
      <VerticalAxis
        box={TIMES}
        ticks={y.ticks}
        at={y.at}
        label={`Latency, ms${y.isLog ? ' (logarithmic)' : ''}`}
      />
      {CURVES.map((drawn) => (
        <ProbeCurve probes={probes} drawn={drawn} x={x} y={y} top={TIMES.top} />
      ))}
      <Limits limits={limits} box={TIMES} y={y} />
      <Responses probes={probes} x={x} />
      <Markers markers={markersOf(capacity)} x={x} />
      <HorizontalAxis
        box={RESPONSES}
        ticks={x.ticks(6).map((tick) => [x(tick), tickText(tick)])}
        label="Asked for, requests per second"
      />
    </Drawing>
  );
}

/** The objectives on times as they were judged; those of one expression once. */
function limitsOf(
  { objectives }: Capacity,
  thresholds: readonly ThresholdOutcome[],
): readonly ThresholdOutcome[] {
  const own = thresholds.filter(({ unit, expression }) => unit === 'ms' && objectives.includes(expression));
  return [...new Map(own.map((one) => [one.expression, one])).values()];
}

function Responses({
  probes,
  x,
}: {
  readonly probes: readonly CapacityProbe[];
  readonly x: ScaleLinear<number, number>;
}): VNode {
  const most = Math.max(
    1,
    ...probes.map((probe) => Math.max(probe.rate_per_second, probe.answered_per_second)),
  );
  const y = scaleLinear([0, most], [RESPONSES.bottom, RESPONSES.top]).nice(3);
  const reach = Math.min(most, y.domain()[1] ?? most);
  return (
    <>
      <VerticalAxis
        box={RESPONSES}
        ticks={y.ticks(3)}
        at={(value) => y(value)}
        label="Good responses per second"
      />
      <path
        d={`M${round(x(0))},${round(y(0))}L${round(x(reach))},${round(y(reach))}`}
        stroke={COLOUR.beyond}
        stroke-dasharray="2 4"
        fill="none"
      />
      <ThroughputCurve probes={probes} x={x} y={(value) => y(value)} />
    </>
  );
}

function Markers({
  markers,
  x,
}: {
  readonly markers: readonly Marker[];
  readonly x: ScaleLinear<number, number>;
}): VNode {
  const sorted = markers.toSorted((a, b) => a.at - b.at);
  return (
    <g>
      {sorted.map(({ label, at, colour, dash }, nth) => {
        const left = round(x(at));
        const isLate = left > WIDTH - 120;
        return (
          <g>
            <path
              d={`M${left},${TIMES.top - 56 + nth * MARKER_ROW}V${RESPONSES.bottom}`}
              stroke={colour}
              stroke-width={1.5}
              stroke-dasharray={dash}
              fill="none"
            />
            <text
              x={isLate ? left - 4 : left + 4}
              y={TIMES.top - 46 + nth * MARKER_ROW}
              font-size={12}
              text-anchor={isLate ? 'end' : 'start'}
              fill={colour}
              stroke={COLOUR.paper}
              stroke-width={3}
              paint-order="stroke"
            >
              {`${label} ${rate(at)}/s`}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function describe({ rate_per_second: perSecond, outcome, latency_us: { p99 } }: CapacityProbe): string {
  return `${rate(perSecond)}/s ${outcome}, p99 ${p99 === null ? 'not carried by the sample' : `${usAsMs(p99)} ms`}`;
}
