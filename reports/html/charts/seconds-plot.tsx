import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { VNode } from 'preact';
import { count, counted } from '../../../result/format.ts';
import type { LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
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
  type TimeScale,
} from './axis.tsx';
import { crossAt, triangleAt } from './legend.tsx';
import { Limits } from './limits.tsx';
import type { TimeSegment } from './time-line.ts';

const HEIGHT = 360;
const TIMES: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: 200 };
const MARKS_Y = 216;
const COUNTS: Box = { left: 56, right: WIDTH - 16, top: 262, bottom: HEIGHT - 48 };

type TimeField = 'p50_us' | 'p99_us' | 'max_us';

/** The lines of the drawing, from the lowest up. */
export const LINES: readonly {
  readonly field: TimeField;
  readonly label: string;
  readonly colour: string;
  readonly dash?: string;
}[] = [
  { field: 'p50_us', label: 'p50', colour: COLOUR.teal },
  { field: 'p99_us', label: 'p99', colour: COLOUR.blue, dash: '6 4' },
  { field: 'max_us', label: 'max', colour: COLOUR.orange, dash: '2 3' },
];

interface PlotProps {
  readonly step: LoadStep;
  readonly stretches: readonly TimeSegment[];
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
}

/** Where a second stands in the drawing. */
export function secondScale(stretches: readonly TimeSegment[]): ScaleLinear<number, number> {
  const end = (stretches.at(-1)?.second ?? 0) + (stretches[0]?.seconds ?? 1);
  return scaleLinear([0, end], [TIMES.left, TIMES.right]);
}

/** Latency above, requests below, and between them a mark for each second with failed or throttled ones. */
export function SecondsPlot({ step, stretches, limits, id }: PlotProps): VNode {
  const x = secondScale(stretches);
  const times = LINES.flatMap(({ field }) =>
    stretches.flatMap((one) => (one[field] === null ? [] : [one[field] / 1000])),
  );
  const y = timeScale([...times, ...limits.map(({ limit }) => limit)], TIMES);
  const middle = (one: TimeSegment): number => x(one.second + one.seconds / 2);
  return (
    <Drawing
      id={id}
      title={`Latency and requests over time of ${step.name}`}
      description={describe(step)}
      height={HEIGHT}
    >
      <path d={columns(stretches, failedOf, x)} fill={COLOUR.bad} fill-opacity={0.08} />
      <path d={columns(stretches, throttledOf, x)} fill={COLOUR.warn} fill-opacity={0.08} />
      <VerticalAxis
        box={TIMES}
        ticks={y.ticks}
        at={y.at}
        label={`Latency, ms${y.isLog ? ' (logarithmic)' : ''}`}
      />
      <path d={band(stretches, middle, y)} fill={COLOUR.blue} fill-opacity={0.18} />
      {LINES.map(({ field, colour, dash }) => (
        <path
          d={pathOf(stretches, field, middle, y)}
          fill="none"
          stroke={colour}
          stroke-width={2}
          stroke-dasharray={dash}
          stroke-linecap="round"
        />
      ))}
      <Limits limits={limits} box={TIMES} y={y} />
      <path d={marks(stretches, failedOf, middle)} fill="none" stroke={COLOUR.bad} stroke-width={1.8} />
      <path d={marks(stretches, throttledOf, middle)} fill="none" stroke={COLOUR.warn} stroke-width={1.5} />
      <Counts stretches={stretches} x={x} />
    </Drawing>
  );
}

type Scale = (value: number) => number;

function Counts({
  stretches,
  x,
}: {
  readonly stretches: readonly TimeSegment[];
  readonly x: ScaleLinear<number, number>;
}): VNode {
  const most = Math.max(1, ...stretches.map(rateOf));
  const y = scaleLinear([0, most], [COUNTS.bottom, COUNTS.top]).nice(2);
  const ticks = x.ticks(6).filter(Number.isInteger);
  return (
    <>
      <VerticalAxis box={COUNTS} ticks={y.domain()} at={(value) => y(value)} label="Sent per second" />
      <path d={bars(stretches, rateOf, x, y)} fill={COLOUR.bar} />
      <path d={bars(stretches, (one) => one.failed / one.seconds, x, y)} fill={COLOUR.bad} />
      <path d={bars(stretches, (one) => one.throttled / one.seconds, x, y)} fill={COLOUR.warn} />
      <HorizontalAxis
        box={COUNTS}
        ticks={ticks.map((tick) => [x(tick), tickText(tick)])}
        label="Seconds since the step began"
      />
    </>
  );
}

type Measure = (one: TimeSegment) => number;

const throttledOf: Measure = (one) => one.throttled;

/** Failed, but not throttled. */
const failedOf: Measure = (one) => one.failed - one.throttled;

function rateOf(one: TimeSegment): number {
  return one.sent / one.seconds;
}

/** A line through what is known, with gaps where nothing is; the round cap makes a lone point a dot. */
function pathOf(stretches: readonly TimeSegment[], field: TimeField, middle: Measure, y: TimeScale): string {
  return (
    line<TimeSegment>()
      .defined((one) => one[field] !== null)
      .x((one) => round(middle(one)))
      .y((one) => round(y.at((one[field] ?? 0) / 1000)))
      .digits(1)(stretches) ?? ''
  );
}

/** What lies between p50 and p99, where both are known. */
function band(stretches: readonly TimeSegment[], middle: Measure, y: TimeScale): string {
  return (
    area<TimeSegment>()
      .defined((one) => one.p50_us !== null && one.p99_us !== null)
      .x((one) => round(middle(one)))
      .y0((one) => round(y.at((one.p50_us ?? 0) / 1000)))
      .y1((one) => round(y.at((one.p99_us ?? 0) / 1000)))
      .digits(1)(stretches) ?? ''
  );
}

/** The seconds in which something went wrong, as columns behind the latency. */
function columns(stretches: readonly TimeSegment[], number: Measure, x: Scale): string {
  return stretches
    .filter((one) => number(one) > 0)
    .map(
      (one) =>
        `M${round(x(one.second))},${TIMES.top}H${round(x(one.second + one.seconds))}V${TIMES.bottom}H${round(x(one.second))}z`,
    )
    .join('');
}

function marks(stretches: readonly TimeSegment[], number: Measure, middle: Measure): string {
  const draw = number === failedOf ? crossAt : triangleAt;
  const y = number === failedOf ? MARKS_Y : MARKS_Y + 13;
  return stretches
    .filter((one) => number(one) > 0)
    .map((one) => draw(round(middle(one)), y))
    .join('');
}

function bars(stretches: readonly TimeSegment[], value: Measure, x: Scale, y: Scale): string {
  return stretches
    .filter((one) => value(one) > 0)
    .map((one) => {
      const [left, right] = [x(one.second), x(one.second + one.seconds)];
      const gap = right - left > 4 ? 0.5 : 0;
      return `M${round(left + gap)},${COUNTS.bottom}V${round(y(value(one)))}H${round(right - gap)}V${COUNTS.bottom}z`;
    })
    .join('');
}

function describe(step: LoadStep): string {
  const { ledger } = step;
  const failed = step.seconds.reduce((total, row) => total + row.failed, 0);
  const throttled = step.seconds.reduce((total, row) => total + row.throttled, 0);
  return `${counted(step.seconds.length * (step.seconds[0]?.seconds ?? 1), 'second')}: ${count(ledger.sent)} requests sent, ${count(failed)} failed, of them ${count(throttled)} throttled. The table below has each second.`;
}
