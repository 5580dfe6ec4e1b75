import type { VNode } from 'preact';
import { count } from '../../../result/format.ts';
import type { LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { Scroll } from '../parts.tsx';
import { PERCENTILES } from '../percentiles.ts';
import { COLOUR } from './axis.tsx';
import { Figure } from './figure.tsx';
import { Legend, type Key } from './legend.tsx';
import { FarLimits, near } from './limits.tsx';
import { LINES, secondScale, SecondsPlot } from './seconds-plot.tsx';
import { SecondsTable } from './seconds-table.tsx';
import { stretchesOf, type TimeSegment } from './time-line.ts';

interface SecondsProps {
  readonly step: LoadStep;
  /** Thresholds on times of this step; drawn as horizontal lines. */
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
}

/** Latency, failures and sent requests over time, second by second, on one axis. */
export function SecondsChart({ step, limits, id }: SecondsProps): VNode {
  const stretches = stretchesOf(step.seconds);
  const length = stretches[0]?.seconds ?? 1;
  const slowest = Math.max(0, ...stretches.map((one) => one.max_us ?? 0)) / 1000;
  const drawn = near(limits, slowest);
  return (
    <Figure id={id} title={`Latency over time${length === 1 ? '' : `, the worst of each ${length} seconds`}`}>
      {stretches.length === 0 ? (
        <p class="muted">Nothing was sent, so there is nothing to draw.</p>
      ) : (
        <>
          <Legend keys={keysOf(stretches, drawn.length > 0)} />
          <Scroll label={`Latency over time of ${step.name}, chart`}>
            <SecondsPlot step={step} stretches={stretches} limits={drawn} id={id} />
          </Scroll>
          <Missing stretches={stretches} />
          <FarLimits limits={limits} drawn={drawn} />
          <SecondsTable stretches={stretches} name={step.name} xOf={secondScale(stretches)} />
        </>
      )}
    </Figure>
  );
}

function keysOf(stretches: readonly TimeSegment[], hasLimits: boolean): readonly Key[] {
  const hasFailed = stretches.some((one) => one.failed > one.throttled);
  const hasThrottled = stretches.some((one) => one.throttled > 0);
  const drawn = LINES.filter(({ field }) => stretches.some((one) => one[field] !== null));
  return [
    ...drawn.map(({ label, colour, dash }) => ({
      label,
      colour,
      kind: 'line' as const,
      ...(dash === undefined ? {} : { dash }),
    })),
    ...(stretches.some((one) => one.p50_us !== null && one.p99_us !== null)
      ? [{ label: 'p50 to p99', colour: COLOUR.blue, kind: 'bar', opacity: 0.18 } as const]
      : []),
    { label: 'sent', colour: COLOUR.bar, kind: 'bar' },
    ...(hasFailed ? [{ label: 'failed', colour: COLOUR.bad, kind: 'cross' } as const] : []),
    ...(hasThrottled ? [{ label: 'throttled', colour: COLOUR.warn, kind: 'triangle' } as const] : []),
    ...(hasLimits ? [{ label: 'limit', colour: COLOUR.bad, kind: 'line', dash: '2 3' } as const] : []),
  ];
}

function Missing({ stretches }: { readonly stretches: readonly TimeSegment[] }): VNode | null {
  const missing = PERCENTILES.filter(
    ({ key }) => (key === 'p50' || key === 'p99') && stretches.every((one) => one[`${key}_us`] === null),
  );
  if (missing.length === 0) return null;
  const words = missing.map(
    ({ label, samplesNeeded }) => `${label} takes ${count(samplesNeeded)} responses in one second`,
  );
  return <p class="small muted">{`Not drawn: ${words.join('; ')}.`}</p>;
}
