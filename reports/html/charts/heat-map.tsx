import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { count, ms } from '../../../result/format.ts';
import type { LoadStep, ThresholdOutcome } from '../../../result/load-result.ts';
import { Head, Scroll, Table } from '../parts.tsx';
import { COLOUR, Drawing, HorizontalAxis, round, tickText, VerticalAxis, WIDTH, type Box } from './axis.tsx';
import { bandFloorMs, heatOf, type Column, type Heat } from './bands.ts';
import { Figure } from './figure.tsx';
import { Legend } from './legend.tsx';
import { Limits } from './limits.tsx';

const HEIGHT = 336;
const BOX: Box = { left: 56, right: WIDTH - 16, top: 32, bottom: HEIGHT - 48 };

/** Opacity of a cell by how full it is: the steps grow by the same factor, so that a lone slow response can be seen. */
const SHADES = [0.28, 0.44, 0.6, 0.8, 1] as const;

interface HeatProps {
  readonly step: LoadStep;
  readonly limits: readonly ThresholdOutcome[];
  readonly id: string;
}

/** How the latencies of each second were spread: time from left to right, latency upwards, darker where more were. */
export function HeatMap({ step, limits, id }: HeatProps): VNode | null {
  const heat = heatOf(step.seconds);
  if (heat === null) return null;
  const length = heat.columns[0]?.seconds ?? 1;
  return (
    <Figure
      id={id}
      title={`Spread of latency over time${length === 1 ? '' : `, ${length} seconds a column`}`}
    >
      <Legend
        keys={SHADES.map((opacity, shade) => ({
          label: rangeOf(shade, heat.most),
          colour: COLOUR.blue,
          kind: 'bar' as const,
          opacity,
        })).filter(({ label }) => label !== '')}
      />
      <Scroll label={`Spread of latency over time of ${step.name}, chart`}>
        <Plot step={step} heat={heat} limits={limits} id={id} />
      </Scroll>
      <HeatTable heat={heat} name={step.name} xOf={secondScale(heat)} />
    </Figure>
  );
}

function Plot({ step, heat, limits, id }: HeatProps & { readonly heat: Heat }): VNode {
  const x = secondScale(heat);
  const low = heat.low - 1;
  const high = heat.high + 2;
  const y = scaleLinear([low, high], [BOX.bottom, BOX.top]);
  const at = (value: number): number => y(2 * Math.log2(Math.max(value * 1000, 1)));
  const inside = limits.filter(({ limit }) => at(limit) > BOX.top && at(limit) < BOX.bottom);
  return (
    <Drawing
      id={id}
      title={`Spread of latency over time of ${step.name}`}
      description={`${count(step.latency_us.count)} latencies between ${ms(bandFloorMs(heat.low))} and ${ms(bandFloorMs(heat.high + 1))} ms. The table below has each count.`}
      height={HEIGHT}
    >
      <VerticalAxis box={BOX} ticks={ticksOf(low, high)} at={at} label="Latency, ms (logarithmic)" />
      {SHADES.map((opacity, shade) => (
        <path d={cells(heat, shade, x, y)} fill={COLOUR.blue} fill-opacity={opacity} />
      ))}
      <Limits limits={inside} box={BOX} y={{ isLog: true, at, ticks: [] }} />
      <HorizontalAxis
        box={BOX}
        ticks={x
          .ticks(6)
          .filter(Number.isInteger)
          .map((tick) => [x(tick), tickText(tick)])}
        label="Seconds since the step began"
      />
    </Drawing>
  );
}

function secondScale({ columns }: Heat): ScaleLinear<number, number> {
  const last = columns.at(-1);
  return scaleLinear([0, (last?.second ?? 0) + (last?.seconds ?? 1)], [BOX.left, BOX.right]);
}

/** Ticks at 1, 2 and 5 of each power of ten, or the powers alone where those would crowd. */
function ticksOf(low: number, high: number): readonly number[] {
  const [from, to] = [bandFloorMs(low), bandFloorMs(high)];
  const powers = Array.from({ length: 12 }, (_, at) => 10 ** (at - 3));
  const all = powers
    .flatMap((power) => [power, 2 * power, 5 * power])
    .filter((one) => one >= from && one <= to);
  return all.length <= 7 ? all : all.filter((one) => powers.includes(one));
}

function cells(
  heat: Heat,
  shade: number,
  x: (second: number) => number,
  y: (band: number) => number,
): string {
  return heat.columns
    .flatMap((column) => [...column.counts].map(([band, number]) => ({ column, band, number })))
    .filter(({ number }) => shadeOf(number, heat.most) === shade)
    .map(({ column: { second, seconds }, band }) => {
      const [left, right] = [round(x(second)), round(x(second + seconds))];
      return `M${left},${round(y(band))}H${right}V${round(y(band + 1))}H${left}z`;
    })
    .join('');
}

function shadeOf(number: number, most: number): number {
  if (most <= 1) return SHADES.length - 1;
  return Math.min(SHADES.length - 1, Math.floor((Math.log(number) / Math.log(most)) * SHADES.length));
}

/** The counts that a shade stands for; empty where no whole number falls into it. */
function rangeOf(shade: number, most: number): string {
  const edge = (at: number): number => most ** (at / SHADES.length);
  const from = shade === 0 ? 1 : Math.ceil(edge(shade) - 1e-9);
  const to = shade === SHADES.length - 1 ? most : Math.ceil(edge(shade + 1) - 1e-9) - 1;
  if (most <= 1) return shade === SHADES.length - 1 ? '1 request' : '';
  if (to < from) return '';
  return `${from === to ? count(from) : `${count(from)}–${count(to)}`}${shade > 0 ? '' : to === 1 ? ' request' : ' requests'}`;
}

interface HeatTableProps {
  readonly heat: Heat;
  readonly name: string;
  readonly xOf: (second: number) => number;
}

function HeatTable({ heat, name, xOf }: HeatTableProps): VNode {
  const bands = Array.from({ length: heat.high - heat.low + 1 }, (_, at) => heat.low + at).filter((band) =>
    heat.columns.some(({ counts }) => counts.has(band)),
  );
  return (
    <details>
      <summary>The counts as a table</summary>
      <Scroll label={`Spread of latency over time of ${name}, table`}>
        <Table kind="numbers">
          <thead>
            <tr>
              <Head isNumber>Second</Head>
              {bands.map((band) => (
                <Head isNumber>{`${ms(bandFloorMs(band))}–${ms(bandFloorMs(band + 1))} ms`}</Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {heat.columns.map((column) => (
              <Row column={column} bands={bands} x={xOf(column.second + column.seconds / 2)} />
            ))}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}

interface RowProps {
  readonly column: Column;
  readonly bands: readonly number[];
  readonly x: number;
}

function Row({ column, bands, x }: RowProps): VNode {
  return (
    <tr data-x={round(x)}>
      <th scope="row">{column.second}</th>
      {bands.map((band) => {
        const number = column.counts.get(band);
        return <td>{number === undefined ? '' : count(number)}</td>;
      })}
    </tr>
  );
}
