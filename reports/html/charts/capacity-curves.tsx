import { line } from 'd3-shape';
import type { VNode } from 'preact';
import type { CapacityProbe } from '../../../result/load-result.ts';
import { COLOUR, round, type TimeScale } from './axis.tsx';

/** A percentile that is drawn over the rates, and how. */
export interface Drawn {
  readonly key: 'p50' | 'p99';
  readonly colour: string;
  readonly dash: string | undefined;
}

interface CurveProps {
  /** By rising rate. */
  readonly probes: readonly CapacityProbe[];
  readonly drawn: Drawn;
  readonly x: (perSecond: number) => number;
  readonly y: TimeScale;
  /** Where a bar ends whose upper end is not known. */
  readonly top: number;
}

/** One percentile over the rates that were tried: the line, the 95 % intervals, a mark by outcome. */
export function ProbeCurve({ probes, drawn: { key, colour, dash }, x, y, top }: CurveProps): VNode {
  const known = probes.filter(({ latency_us: times }) => times[key] !== null);
  const xOf = (probe: CapacityProbe): number => round(x(probe.rate_per_second));
  const yOf = (us: number): number => round(y.at(us / 1000));
  const path = line<CapacityProbe>()
    .x(xOf)
    .y(({ latency_us: times }) => yOf(times[key] ?? 0))
    .digits(1);
  const bars = known.flatMap((probe) => {
    const interval = probe.latency_us.interval[key];
    if (interval === null) return [];
    const [low, high] = interval;
    return [`M${xOf(probe) - 3},${yOf(low)}h6m-3,0V${high === null ? top : yOf(high)}m-3,0h6`];
  });
  return (
    <g>
      <path d={path(known) ?? ''} stroke={colour} stroke-width={2} stroke-dasharray={dash} fill="none" />
      <path d={bars.join('')} stroke={colour} stroke-width={1.2} fill="none" />
      {known.map((probe) => (
        <Sign outcome={probe.outcome} x={xOf(probe)} y={yOf(probe.latency_us[key] ?? 0)} colour={colour} />
      ))}
    </g>
  );
}

interface SignProps {
  readonly outcome: CapacityProbe['outcome'];
  readonly x: number;
  readonly y: number;
  readonly colour: string;
}

function Sign({ outcome, x, y, colour }: SignProps): VNode {
  switch (outcome) {
    case 'kept':
      return <circle cx={x} cy={y} r={4} fill={colour} />;
    case 'broken':
      return <path d={`M${x - 4},${y - 4}l8,8m0,-8l-8,8`} stroke={colour} stroke-width={2.4} fill="none" />;
    case 'inconclusive':
      return <circle cx={x} cy={y} r={4} fill={COLOUR.paper} stroke={colour} stroke-width={2} />;
  }
}

interface ThroughputProps {
  readonly probes: readonly CapacityProbe[];
  readonly x: (perSecond: number) => number;
  readonly y: (perSecond: number) => number;
}

/** Good responses for what was asked; on the diagonal as long as the operation keeps up. */
export function ThroughputCurve({ probes, x, y }: ThroughputProps): VNode {
  const xOf = (probe: CapacityProbe): number => round(x(probe.rate_per_second));
  const yOf = (probe: CapacityProbe): number => round(y(probe.answered_per_second));
  const path = line<CapacityProbe>().x(xOf).y(yOf).digits(1);
  return (
    <g>
      <path d={path(probes) ?? ''} stroke={COLOUR.good} stroke-width={2} fill="none" />
      {probes.map((probe) => (
        <Sign outcome={probe.outcome} x={xOf(probe)} y={yOf(probe)} colour={COLOUR.good} />
      ))}
    </g>
  );
}
