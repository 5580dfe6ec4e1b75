import { scaleLinear, scaleLog } from 'd3-scale';
import type { ComponentChildren, VNode } from 'preact';

/** The colours of the drawings: variables of the page, with a fallback where the style sheet is refused. */
export const COLOUR = {
  text: 'var(--muted,#53606e)',
  grid: 'var(--grid,#e2e7ec)',
  line: 'var(--line,#d3d9e0)',
  paper: 'var(--bg,#fff)',
  blue: 'var(--blue,#0a55c4)',
  orange: 'var(--orange,#b45309)',
  teal: 'var(--teal,#00696b)',
  bar: 'var(--bar,#a9b8c9)',
  beyond: 'var(--beyond,#8794a3)',
  good: 'var(--good,#116b37)',
  bad: 'var(--bad,#b0231b)',
  warn: 'var(--warn,#7a4a00)',
} as const;

/** Where a drawing's plot lies, in its own units. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A scale for times in milliseconds with the ticks to draw. */
export interface TimeScale {
  readonly isLog: boolean;
  readonly at: (ms: number) => number;
  readonly ticks: readonly number[];
}

const LOG_FROM_RATIO = 12;

/** A scale that holds all values: logarithmic where they span more than a dozen times the smallest, else from zero. */
export function timeScale(values: readonly number[], box: Box): TimeScale {
  const positive = values.filter((value) => value > 0);
  const high = Math.max(...positive, 0.001);
  const low = Math.min(...positive, high);
  if (high / low <= LOG_FROM_RATIO) {
    const scale = scaleLinear([0, high], [box.bottom, box.top]).nice(5);
    return { isLog: false, at: (value) => scale(value), ticks: scale.ticks(5) };
  }
  const scale = scaleLog([floorNice(low), ceilNice(high)], [box.bottom, box.top]);
  return {
    isLog: true,
    at: (value) => scale(Math.max(value, floorNice(low))),
    ticks: logTicks(floorNice(low), ceilNice(high)),
  };
}

const STEPS = [1, 2, 5, 10];
const TICKS_MAX = 8;

function floorNice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.findLast((step) => step * power <= value * 1.000001) ?? 1);
}

function ceilNice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value * 0.999999) ?? 10);
}

function logTicks(low: number, high: number): readonly number[] {
  const all: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high * 1.001; power *= 10) {
    for (const step of [1, 2, 5]) all.push(Number((step * power).toPrecision(1)));
  }
  const inside = all.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  if (inside.length <= TICKS_MAX) return inside;
  const powers = inside.filter((tick) => /^0*1/.test(String(tick).replace('.', '')));
  return powers.length >= 2 ? powers : inside.filter((_, at) => at % 2 === 0);
}

/** A tick's number with no more digits than it needs. */
export function tickText(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

interface VerticalProps {
  readonly box: Box;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
  readonly label: string;
}

/** A vertical axis: grid lines, numbers, and its name with the unit on top. */
export function VerticalAxis({ box, ticks, at, label }: VerticalProps): VNode {
  return (
    <g>
      <text x={4} y={box.top - 14} font-size={12} fill={COLOUR.text}>
        {label}
      </text>
      {ticks.map((tick) => (
        <g>
          <path d={`M${box.left},${round(at(tick))}H${box.right}`} stroke={COLOUR.grid} fill="none" />
          <text x={box.left - 6} y={round(at(tick)) + 4} font-size={12} text-anchor="end" fill={COLOUR.text}>
            {tickText(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface HorizontalProps {
  readonly box: Box;
  readonly ticks: readonly (readonly [x: number, text: string])[];
  readonly label: string;
}

/** A horizontal axis: ticks, their texts, and its name with the unit below. */
export function HorizontalAxis({ box, ticks, label }: HorizontalProps): VNode {
  return (
    <g>
      <path d={`M${box.left},${box.bottom}H${box.right}`} stroke={COLOUR.text} fill="none" />
      {ticks.map(([x, text]) => (
        <g>
          <path d={`M${round(x)},${box.bottom}v5`} stroke={COLOUR.text} fill="none" />
          <text x={round(x)} y={box.bottom + 19} font-size={12} text-anchor="middle" fill={COLOUR.text}>
            {text}
          </text>
        </g>
      ))}
      <text
        x={(box.left + box.right) / 2}
        y={box.bottom + 38}
        font-size={12}
        text-anchor="middle"
        fill={COLOUR.text}
      >
        {label}
      </text>
    </g>
  );
}

/** A coordinate with one decimal; more only makes the page heavier. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

interface DrawingProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly height: number;
  readonly children: ComponentChildren;
}

/** Width of each drawing in its own units. */
export const WIDTH = 560;

/** A drawing with its title and description for those who can't see it. */
export function Drawing({ id, title, description, height, children }: DrawingProps): VNode {
  return (
    <svg
      class="chart"
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 0 ${WIDTH} ${height}`}
      width={WIDTH}
      height={height}
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      {children}
    </svg>
  );
}
