import type { VNode } from 'preact';
import type { ShiftLine } from '../../comparison.ts';
import { COLOUR, Drawing, HorizontalAxis, round, VerticalAxis, WIDTH, type Box } from './axis.tsx';
import { Figure } from './figure.tsx';

const HEIGHT = 260;
const BOX: Box = { left: 64, right: WIDTH - 16, top: 34, bottom: HEIGHT - 46 };
const TICKS = [0.1, 0.25, 0.5, 0.75, 0.9];
const LEAST = Math.log(1.1);
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** How much longer B takes, from the fastest responses on the left to the slowest on the right; no difference is the line at 0 %. */
export function ShiftChart({ shift: whole, id }: { readonly shift: ShiftLine; readonly id: string }): VNode {
  const shift = withinLine(whole);
  const reach = reachOf(shift);
  const x = (quantile: number): number => BOX.left + (quantile / 1) * (BOX.right - BOX.left);
  const y = (ratio: number): number =>
    BOX.top +
    (0.5 - Math.max(-reach, Math.min(reach, Math.log(ratio))) / (2 * reach)) * (BOX.bottom - BOX.top);
  const path = shift.points
    .map(([quantile, ratio], at) => `${at === 0 ? 'M' : 'L'}${round(x(quantile))},${round(y(ratio))}`)
    .join('');
  const ticks = ticksOf(reach);
  const worst = shift.points.reduce(
    (most, [, ratio]) => (Math.abs(Math.log(ratio)) > Math.abs(Math.log(most)) ? ratio : most),
    1,
  );
  const title = `Shift of ${shift.name}`;
  return (
    <Figure id={id} title={title}>
      <Drawing
        id={`${id}-drawing`}
        title={title}
        description={`The furthest that B is from A at a tenth of the responses is ${((worst - 1) * 100).toFixed(1)} %.`}
        height={HEIGHT}
      >
        <VerticalAxis box={BOX} ticks={ticks} at={(share) => y(1 + share / 100)} label="B beyond A, %" />
        <path
          d={`M${BOX.left},${round(y(1))}H${BOX.right}`}
          stroke={COLOUR.text}
          stroke-dasharray="4 3"
          fill="none"
        />
        {shift.intervals.map(([quantile, low, high]) => (
          <path
            d={`M${round(x(quantile))},${round(y(low))}V${round(y(high))}M${round(x(quantile) - 5)},${round(y(low))}h10M${round(x(quantile) - 5)},${round(y(high))}h10`}
            stroke={COLOUR.orange}
            stroke-width={1.5}
            fill="none"
          />
        ))}
        <path d={path} stroke={COLOUR.blue} stroke-width={2} fill="none" />
        {shift.points.map(([quantile, ratio]) => (
          <circle cx={round(x(quantile))} cy={round(y(ratio))} r={2.5} fill={COLOUR.blue} />
        ))}
        <HorizontalAxis
          box={BOX}
          ticks={TICKS.map((tick) => [x(tick), `p${tick * 100}`])}
          label="share of the responses, the fastest on the left"
        />
      </Drawing>
    </Figure>
  );
}

/** Without the intervals beyond the last point: few samples lie there, and one of them would flatten all others. */
function withinLine(shift: ShiftLine): ShiftLine {
  const last = Math.max(...shift.points.map(([quantile]) => quantile));
  return { ...shift, intervals: shift.intervals.filter(([quantile]) => quantile <= last) };
}

/** The same reach above and below, so that slower and faster are seen alike. */
function reachOf({ points, intervals }: ShiftLine): number {
  const ratios = [...points.map(([, ratio]) => ratio), ...intervals.flatMap(([, low, high]) => [low, high])];
  const logs = ratios.filter((ratio) => ratio > 0).map((ratio) => Math.abs(Math.log(ratio)));
  return Math.min(Math.log(20), Math.max(LEAST, ...logs) * 1.08);
}

function ticksOf(reach: number): readonly number[] {
  const most = Math.exp(reach) - 1;
  const step = STEPS.find((one) => most / one <= 4) ?? 10;
  const up = Array.from({ length: Math.floor(most / step) }, (_, i) => (i + 1) * step);
  const down = up.map((one) => -one).filter((one) => one > -0.95 && Math.log(1 + one) >= -reach);
  return [...down.toReversed(), 0, ...up].map((share) => Math.round(share * 1000) / 10);
}
