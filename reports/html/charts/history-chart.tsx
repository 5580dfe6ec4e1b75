import type { VNode } from 'preact';
import { ms, utc } from '../../../result/format.ts';
import type { HistoryMark, HistoryView, Trend } from '../../../result/history-view.ts';
import { COLOUR } from './axis.tsx';

const WIDTH = 520;
const HEIGHT = 120;
const LEFT = 72;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

const MARK_COLOURS: Readonly<Record<HistoryMark['kind'], string>> = {
  change: COLOUR.bad,
  segment: COLOUR.warn,
  revision: 'var(--none,#53606e)',
  gap: 'var(--none,#53606e)',
};

/** One percentile night by night on a logarithmic scale, with the band of quiet nights and what happened between them. */
export function HistoryChart({
  trend,
  view,
}: {
  readonly trend: Trend;
  readonly view: HistoryView;
}): VNode | null {
  const known = trend.ms.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const [low, high] = boundsOf([...known, ...(trend.band_ms ?? [])]);
  const x = (night: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * night) / Math.max(1, trend.ms.length - 1);
  const y = (value: number): number =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.log(value / low) / Math.log(high / low));
  const first = utc(view.nights[0]?.at ?? '').slice(0, 10);
  const last = utc(view.nights.at(-1)?.at ?? '').slice(0, 10);
  const latest = known.at(-1) ?? 0;
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${trend.name} from ${first} to ${last}: between ${ms(Math.min(...known))} and ${ms(Math.max(...known))} ms, last ${ms(latest)} ms`}
    >
      {trend.band_ms === null ? null : (
        <rect
          x={LEFT}
          y={y(trend.band_ms[1]).toFixed(1)}
          width={WIDTH - LEFT - RIGHT}
          height={Math.max(1, y(trend.band_ms[0]) - y(trend.band_ms[1])).toFixed(1)}
          fill="var(--none,#53606e)"
          fill-opacity={0.14}
        />
      )}
      {view.marks.map((mark) => (
        <line
          x1={x(mark.night - 0.5).toFixed(1)}
          x2={x(mark.night - 0.5).toFixed(1)}
          y1={TOP}
          y2={HEIGHT - BOTTOM}
          stroke={MARK_COLOURS[mark.kind]}
          stroke-dasharray={mark.kind === 'gap' ? '2 3' : undefined}
        />
      ))}
      <path d={pathOf(trend.ms, x, y)} fill="none" stroke="currentColor" stroke-width={1.5} />
      <Labels low={low} high={high} first={first} last={last} />
    </svg>
  );
}

interface LabelsProps {
  readonly low: number;
  readonly high: number;
  readonly first: string;
  readonly last: string;
}

function Labels({ low, high, first, last }: LabelsProps): VNode {
  const text = (x: number, y: number, anchor: 'start' | 'end', words: string): VNode => (
    <text x={x} y={y} text-anchor={anchor} font-size={11} fill="currentColor">
      {words}
    </text>
  );
  return (
    <>
      {text(LEFT - 6, TOP + 10, 'end', `${ms(high)} ms`)}
      {text(LEFT - 6, HEIGHT - BOTTOM, 'end', `${ms(low)} ms`)}
      {text(LEFT, HEIGHT - 6, 'start', first)}
      {text(WIDTH - RIGHT, HEIGHT - 6, 'end', last)}
    </>
  );
}

/** A little room on both sides, also where all nights are alike. */
function boundsOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values) / 1.05, Math.max(...values) * 1.05];
}

/** A line that is broken where a night has no value; a night alone between two that have none is a dot. */
function pathOf(
  values: readonly (number | null)[],
  x: (night: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, night) => {
      if (value === null) return '';
      const before = values[night - 1] ?? null;
      const after = values[night + 1] ?? null;
      const at = `${x(night).toFixed(1)} ${y(value).toFixed(1)}`;
      return before !== null ? `L${at}` : after === null ? `M${at}h1` : `M${at}`;
    })
    .join('');
}
