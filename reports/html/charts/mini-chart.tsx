import type { VNode } from 'preact';
import type { LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { COLOUR, round } from './axis.tsx';

const WIDTH = 168;
const HEIGHT = 34;
const PAD = 3;
const POINTS_MAX = 48;

interface MiniChartProps {
  readonly step: LoadStep;
  /** The limits on times of this step. */
  readonly limits: readonly ThresholdOutcome[];
}

/** How the latency of a step went over time, as small as a word: median and slowest of each second, and the nearest limit as a line. */
export function MiniChart({ step, limits }: MiniChartProps): VNode | null {
  const seconds = step.seconds.filter(({ max_us: max }) => max !== null);
  const [limit] = limits.map((one) => one.limit).toSorted((a, b) => a - b);
  if (seconds.length < 2) return null;
  const every = Math.ceil(seconds.length / POINTS_MAX);
  const shown = seconds.filter((_, at) => at % every === 0);
  const highest = Math.max(...shown.map(({ max_us: max }) => (max ?? 0) / 1000));
  const top = Math.max(highest, limit ?? 0) || 1;
  const x = (at: number): number => round(PAD + (at / (shown.length - 1)) * (WIDTH - 2 * PAD));
  const y = (ms: number): number => round(HEIGHT - PAD - (Math.min(ms, top) / top) * (HEIGHT - 2 * PAD));
  const path = (key: 'p50_us' | 'max_us'): string =>
    shown.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(at)},${y((one[key] ?? 0) / 1000)}`).join('');
  const isBroken = limits.some(({ outcome }) => outcome === 'broken');
  return (
    <svg class="mini" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={`M0,${HEIGHT - PAD}H${WIDTH}`} stroke={COLOUR.grid} fill="none" />
      <path
        d={`${path('max_us')}V${HEIGHT - PAD}H${x(0)}Z`}
        fill={COLOUR.blue}
        fill-opacity={0.14}
        stroke={COLOUR.blue}
      />
      <path d={path('p50_us')} stroke={COLOUR.teal} stroke-width={1.5} fill="none" />
      {limit === undefined ? null : (
        <path
          d={`M0,${y(limit)}H${WIDTH}`}
          stroke={isBroken ? COLOUR.bad : COLOUR.text}
          stroke-width={1.5}
          stroke-dasharray="4 3"
          fill="none"
        />
      )}
    </svg>
  );
}
