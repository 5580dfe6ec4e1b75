import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { count, counted } from '../../format.ts';
import type { LoadStep } from '../../result.ts';
import { Scroll } from '../parts.tsx';
import { PERCENTILES } from '../percentiles.ts';
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
import { crossAt, Legend, triangleAt, type Key } from './legend.tsx';
import { SecondsTable } from './seconds-table.tsx';
import { stretchesOf, type Stretch } from './time-line.ts';

const HEIGHT = 336;
const TIMES: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: 168 };
const MARKS_Y = 184;
const COUNTS: Box = { left: 56, right: WIDTH - 16, top: 232, bottom: HEIGHT - 48 };

type TimeField = 'p50_us' | 'p99_us' | 'max_us';

const LINES: readonly {
  readonly field: TimeField;
  readonly label: string;
  readonly colour: string;
  readonly dash?: string;
}[] = [
  { field: 'p50_us', label: 'p50', colour: COLOUR.teal },
  { field: 'p99_us', label: 'p99', colour: COLOUR.blue, dash: '6 4' },
  { field: 'max_us', label: 'max', colour: COLOUR.orange, dash: '2 3' },
];

/** Latency, failures and sent requests over time, second by second, on one axis. */
export function SecondsChart({ step, id }: { readonly step: LoadStep; readonly id: string }): VNode {
  const stretches = stretchesOf(step.seconds);
  const length = stretches[0]?.seconds ?? 1;
  return (
    <figure>
      <figcaption>{`Over time${length === 1 ? '' : `, the worst of each ${length} seconds`}`}</figcaption>
      {stretches.length === 0 ? (
        <p class="muted">Nothing was sent, so there is nothing to draw.</p>
      ) : (
        <>
          <Legend keys={keysOf(stretches)} />
          <Scroll label={`Over time of ${step.name}, chart`}>
            <Plot step={step} stretches={stretches} id={id} />
          </Scroll>
          <Missing stretches={stretches} />
          <SecondsTable stretches={stretches} name={step.name} />
        </>
      )}
    </figure>
  );
}

function keysOf(stretches: readonly Stretch[]): readonly Key[] {
  const drawn = LINES.filter(({ field }) => stretches.some((one) => one[field] !== null));
  return [
    ...drawn.map(({ label, colour, dash }) => ({
      label,
      colour,
      kind: 'line' as const,
      ...(dash === undefined ? {} : { dash }),
    })),
    { label: 'sent', colour: COLOUR.bar, kind: 'bar' },
    ...(stretches.some((one) => one.failed > 0)
      ? [{ label: 'failed', colour: COLOUR.bad, kind: 'cross' } as const]
      : []),
    ...(stretches.some((one) => one.throttled > 0)
      ? [{ label: 'throttled', colour: COLOUR.warn, kind: 'triangle' } as const]
      : []),
  ];
}

function Missing({ stretches }: { readonly stretches: readonly Stretch[] }): VNode | null {
  const missing = PERCENTILES.filter(
    ({ key }) => (key === 'p50' || key === 'p99') && stretches.every((one) => one[`${key}_us`] === null),
  );
  if (missing.length === 0) return null;
  const words = missing.map(
    ({ label, samplesNeeded }) => `${label} takes ${count(samplesNeeded)} answers in one second`,
  );
  return <p class="small muted">{`Not drawn: ${words.join('; ')}.`}</p>;
}

interface PlotProps {
  readonly step: LoadStep;
  readonly stretches: readonly Stretch[];
  readonly id: string;
}

function Plot({ step, stretches, id }: PlotProps): VNode {
  const end = (stretches.at(-1)?.second ?? 0) + (stretches[0]?.seconds ?? 1);
  const x = scaleLinear([0, end], [TIMES.left, TIMES.right]);
  const times = LINES.flatMap(({ field }) =>
    stretches.flatMap((one) => (one[field] === null ? [] : [one[field] / 1000])),
  );
  const y = timeScale(times, TIMES);
  const perSecond = scaleLinear([0, Math.max(1, ...stretches.map(rateOf))], [COUNTS.bottom, COUNTS.top]).nice(
    2,
  );
  const ticks = x.ticks(6).filter(Number.isInteger);
  const middle = (one: Stretch): number => x(one.second + one.seconds / 2);
  return (
    <Drawing
      id={id}
      title={`Latency and requests over time of ${step.name}`}
      description={describe(step)}
      height={HEIGHT}
    >
      <VerticalAxis
        box={TIMES}
        ticks={y.ticks}
        at={y.at}
        label={`Latency, ms${y.isLog ? ' (logarithmic)' : ''}`}
      />
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
      <path d={marks(stretches, 'failed', middle)} fill="none" stroke={COLOUR.bad} stroke-width={1.8} />
      <path d={marks(stretches, 'throttled', middle)} fill="none" stroke={COLOUR.warn} stroke-width={1.5} />
      <VerticalAxis
        box={COUNTS}
        ticks={perSecond.domain()}
        at={(value) => perSecond(value)}
        label="Sent per second"
      />
      <path d={bars(stretches, rateOf, x, perSecond)} fill={COLOUR.bar} />
      <path d={bars(stretches, (one) => one.failed / one.seconds, x, perSecond)} fill={COLOUR.bad} />
      <HorizontalAxis
        box={COUNTS}
        ticks={ticks.map((tick) => [x(tick), tickText(tick)])}
        label="Seconds since the step began"
      />
    </Drawing>
  );
}

function rateOf(one: Stretch): number {
  return one.sent / one.seconds;
}

/** A line through what is known, with gaps where nothing is; the round cap makes a lone point a dot. */
function pathOf(
  stretches: readonly Stretch[],
  field: TimeField,
  middle: (one: Stretch) => number,
  y: TimeScale,
): string {
  return (
    line<Stretch>()
      .defined((one) => one[field] !== null)
      .x((one) => round(middle(one)))
      .y((one) => round(y.at((one[field] ?? 0) / 1000)))
      .digits(1)(stretches) ?? ''
  );
}

function marks(
  stretches: readonly Stretch[],
  field: 'failed' | 'throttled',
  middle: (one: Stretch) => number,
): string {
  const draw = field === 'failed' ? crossAt : triangleAt;
  const y = field === 'failed' ? MARKS_Y : MARKS_Y + 12;
  return stretches
    .filter((one) => one[field] > 0)
    .map((one) => draw(round(middle(one)), y))
    .join('');
}

function bars(
  stretches: readonly Stretch[],
  value: (one: Stretch) => number,
  x: (second: number) => number,
  y: (perSecond: number) => number,
): string {
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
  return `${counted(step.seconds.length, 'second')}: ${count(ledger.sent)} requests sent, ${count(failed)} failed, of them ${count(throttled)} throttled. The table below has each second.`;
}
