import type { VNode } from 'preact';
import type { ThresholdOutcome } from '../../../result/load-result.ts';
import { COLOUR, round, type Box, type TimeScale } from './axis.tsx';

const LABEL_GAP = 16;
const LINES_MAX = 6;

/** A limit more than so many times the slowest response would press a drawing flat. */
const FAR = 10;

/** The limits that can be drawn beside times up to `slowestMs` without pressing them flat. */
export function near(limits: readonly ThresholdOutcome[], slowestMs: number): readonly ThresholdOutcome[] {
  return limits.filter(({ limit }) => limit <= slowestMs * FAR);
}

interface FarProps {
  readonly limits: readonly ThresholdOutcome[];
  readonly drawn: readonly ThresholdOutcome[];
}

/** Says which limits are not drawn, because they are far above. */
export function FarLimits({ limits, drawn }: FarProps): VNode | null {
  const far = limits.filter((one) => !drawn.includes(one));
  if (far.length === 0) return null;
  return (
    <p class="small muted">
      {`Not drawn, because far above: the limit ${far.map(({ expression }) => expression).join(', ')}.`}
    </p>
  );
}

interface LimitsProps {
  readonly limits: readonly ThresholdOutcome[];
  readonly box: Box;
  readonly y: TimeScale;
}

/** Thresholds on times as named horizontal lines; names that would lie on each other move down. */
export function Limits({ limits, box, y }: LimitsProps): VNode {
  const sorted = limits.toSorted((a, b) => b.limit - a.limit).slice(0, LINES_MAX);
  let above = -Infinity;
  return (
    <g>
      {sorted.map((one) => {
        const at = round(y.at(one.limit));
        const label = Math.max(at - 5, above + LABEL_GAP, box.top + 12);
        above = label;
        return (
          <g>
            <path
              d={`M${box.left},${at}H${box.right}`}
              stroke={COLOUR.bad}
              stroke-width={1.5}
              stroke-dasharray="2 3"
              fill="none"
            />
            <text
              x={box.left + 6}
              y={label}
              font-size={12}
              fill={COLOUR.bad}
              stroke={COLOUR.paper}
              stroke-width={3}
              paint-order="stroke"
            >
              {one.expression.slice(0, 60)}
            </text>
          </g>
        );
      })}
    </g>
  );
}
