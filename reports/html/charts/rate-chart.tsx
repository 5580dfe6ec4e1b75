import { group } from 'd3-array';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { rate, usAsMs } from '../../../result/format.ts';
import type { LoadScenario, LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { Head, Scroll, Table } from '../parts.tsx';
import { PERCENTILES, percentileTexts } from '../percentiles.ts';
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
import { Figure } from './figure.tsx';
import { Legend } from './legend.tsx';
import { Limits, near } from './limits.tsx';

const HEIGHT = 360;
const BOX: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: HEIGHT - 48 };

const LINES = [
  { key: 'p50', colour: COLOUR.teal, dash: undefined },
  { key: 'p95', colour: COLOUR.orange, dash: '2 3' },
  { key: 'p99', colour: COLOUR.blue, dash: '6 4' },
] as const;

/** The steps of one command that were asked at different rates, by rising rate; empty when there is one rate only. */
export function rising(steps: readonly LoadStep[]): readonly (readonly LoadStep[])[] {
  return [...group(steps, (step) => step.command).values()]
    .filter((own) => new Set(own.map((step) => step.rate_per_second ?? step.concurrency)).size > 1)
    .map((own) => own.toSorted((a, b) => a.achieved_per_second - b.achieved_per_second));
}

interface RateProps {
  readonly steps: readonly LoadStep[];
  readonly thresholds: LoadScenario['thresholds'];
  readonly id: string;
}

/** Latency against throughput: how much longer responses take as more of them are asked for. */
export function RateChart({ steps, thresholds, id }: RateProps): VNode {
  const command = steps[0]?.command ?? '';
  const names = new Set(steps.map((step) => step.name));
  const high =
    Math.max(0, ...steps.flatMap((step) => LINES.map(({ key }) => step.latency_us[key] ?? 0))) / 1000;
  const limits = [
    ...new Map(
      near(thresholds, high)
        .filter((one) => one.unit === 'ms' && names.has(one.step))
        .map((one) => [one.expression, one]),
    ).values(),
  ];
  return (
    <Figure id={id} title={`Latency by throughput of ${command}`}>
      <Legend
        keys={LINES.map(({ key, colour, dash }) => ({
          label: key,
          colour,
          kind: 'line' as const,
          ...(dash === undefined ? {} : { dash }),
        }))}
      />
      <Scroll label={`Latency by throughput of ${command}, chart`}>
        <Plot steps={steps} limits={limits} id={id} command={command} />
      </Scroll>
      <p class="small muted">
        Each point is a step at its achieved rate, with its 95 % interval. Where the sample can’t carry a
        percentile, there is no point.
      </p>
      <RateTable steps={steps} name={command} />
    </Figure>
  );
}

interface PlotProps {
  readonly steps: readonly LoadStep[];
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
  readonly command: string;
}

function Plot({ steps, limits, id, command }: PlotProps): VNode {
  const x = rateScale(steps);
  const values = steps.flatMap((step) =>
    LINES.flatMap(({ key }) => [step.latency_us[key], ...(step.latency_us.interval[key] ?? [])]),
  );
  const known = values.flatMap((us) => (us === null ? [] : [us / 1000]));
  const y = timeScale([...known, ...limits.map((one) => one.limit)], BOX);
  return (
    <Drawing
      id={id}
      title={`Latency by throughput of ${command}`}
      description={steps.map(describe).join('; ')}
      height={HEIGHT}
    >
      <VerticalAxis
        box={BOX}
        ticks={y.ticks}
        at={y.at}
        label={`Latency, ms${y.isLog ? ' (logarithmic)' : ''}`}
      />
      {LINES.map((drawn) => (
        <Curve steps={steps} drawn={drawn} x={x} y={y} />
      ))}
      <Limits limits={limits} box={BOX} y={y} />
      <HorizontalAxis
        box={BOX}
        ticks={x.ticks(6).map((tick) => [x(tick), tickText(tick)])}
        label="Achieved requests per second"
      />
    </Drawing>
  );
}

function rateScale(steps: readonly LoadStep[]): ScaleLinear<number, number> {
  const most = Math.max(1, ...steps.map((step) => step.achieved_per_second));
  return scaleLinear([0, most], [BOX.left, BOX.right]).nice(6);
}

interface CurveProps {
  readonly steps: readonly LoadStep[];
  readonly drawn: (typeof LINES)[number];
  readonly x: (perSecond: number) => number;
  readonly y: TimeScale;
}

function Curve({ steps, drawn: { key, colour, dash }, x, y }: CurveProps): VNode {
  const known = steps.filter((step) => step.latency_us[key] !== null);
  const xOf = (step: LoadStep): number => round(x(step.achieved_per_second));
  const yOf = (us: number): number => round(y.at(us / 1000));
  const path = line<LoadStep>()
    .x(xOf)
    .y((step) => yOf(step.latency_us[key] ?? 0))
    .digits(1);
  const bars = known.flatMap((step) => {
    const interval = step.latency_us.interval[key];
    if (interval === null) return [];
    return [`M${xOf(step)},${yOf(interval[0])}V${interval[1] === null ? BOX.top : yOf(interval[1])}`];
  });
  return (
    <g>
      <path d={path(known) ?? ''} stroke={colour} stroke-width={2} stroke-dasharray={dash} fill="none" />
      <path d={bars.join('')} stroke={colour} stroke-width={1.2} fill="none" />
      {known.map((step) => (
        <circle cx={xOf(step)} cy={yOf(step.latency_us[key] ?? 0)} r={3.5} fill={colour} />
      ))}
    </g>
  );
}

function describe(step: LoadStep): string {
  const { p95 } = step.latency_us;
  return `${rate(step.achieved_per_second)}/s: p95 ${p95 === null ? 'not carried by the sample' : `${usAsMs(p95)} ms`}`;
}

function RateTable({ steps, name }: { readonly steps: readonly LoadStep[]; readonly name: string }): VNode {
  const shown = PERCENTILES.filter(({ key }) => LINES.some((one) => one.key === key));
  const x = rateScale(steps);
  return (
    <details>
      <summary>The points as a table</summary>
      <Scroll label={`Latency by throughput of ${name}, table`}>
        <Table>
          <thead>
            <tr>
              <Head>Step</Head>
              <Head isNumber>Achieved, per second</Head>
              {shown.map(({ label }) => (
                <Head isNumber>{`${label}, ms`}</Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr data-x={round(x(step.achieved_per_second))}>
                <th scope="row">{step.name}</th>
                <td class="n">{rate(step.achieved_per_second)}</td>
                {shown.map((percentile) => (
                  <td class="n">
                    {percentileTexts(step.latency_us, percentile)
                      .filter((one) => one !== '')
                      .join(', ')}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
