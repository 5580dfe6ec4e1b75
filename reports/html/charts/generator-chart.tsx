import type { VNode } from 'preact';
import { usAsMs } from '../../../result/format.ts';
import type { LoadResult } from '../../../result/load-result.ts';
import { Head, Scroll, Table } from '../parts.tsx';
import { COLOUR, Drawing, HorizontalAxis, round, tickText, timeScale, WIDTH, type Box } from './axis.tsx';
import { Figure } from './figure.tsx';
import { Legend } from './legend.tsx';

const ROW = 28;
const TOP = 12;
const LEFT = 180;
const ROWS_MAX = 24;
const NAME_MAX = 26;

interface Row {
  readonly name: string;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** How late the generator itself was: the delay of its event loop, and how late each step's requests were sent. */
export function GeneratorChart({ load }: { readonly load: LoadResult }): VNode | null {
  const rows = rowsOf(load).slice(0, ROWS_MAX);
  if (rows.length === 0) return null;
  return (
    <Figure id="generator-chart" title="How late the generator was">
      <Legend
        keys={[
          { label: 'p50', colour: COLOUR.teal, kind: 'bar' },
          { label: 'p99', colour: COLOUR.blue, kind: 'triangle' },
          { label: 'max', colour: COLOUR.orange, kind: 'cross' },
        ]}
      />
      <Scroll label="How late the generator was, chart">
        <Plot rows={rows} />
      </Scroll>
      <LateTable rows={rows} />
    </Figure>
  );
}

function rowsOf({ generator, scenarios }: LoadResult): readonly Row[] {
  const loop = generator === null ? [] : [{ name: 'event loop', ...generator.event_loop_delay_us }];
  const steps = scenarios.flatMap((scenario) =>
    scenario.steps.map(({ name, pacing_error_us: late }) => ({
      name: name.startsWith(scenario.name) ? name : `${scenario.name}, ${name}`,
      ...late,
    })),
  );
  return [...loop, ...steps.filter(({ max }) => max !== null)];
}

function Plot({ rows }: { readonly rows: readonly Row[] }): VNode {
  const box: Box = { left: LEFT, right: WIDTH - 24, top: TOP, bottom: TOP + rows.length * ROW };
  const values = rows
    .flatMap(({ p50, p99, max }) => [p50, p99, max])
    .flatMap((us) => (us === null ? [] : [us / 1000]));
  const scale = timeScale(
    values.map((value) => Math.max(value, FLOOR_MS)),
    { ...box, bottom: box.left, top: box.right },
  );
  const x = (us: number): number => round(scale.at(Math.max(us / 1000, FLOOR_MS)));
  return (
    <Drawing
      id="generator-drawing"
      title="How late the generator was"
      description={rows.map(({ name, max }) => `${name}: at most ${usAsMs(max ?? 0)} ms`).join('; ')}
      height={box.bottom + 48}
    >
      {scale.ticks.map((tick) => (
        <path d={`M${x(tick * 1000)},${box.top}V${box.bottom}`} stroke={COLOUR.grid} fill="none" />
      ))}
      {rows.map((row, at) => (
        <RowView row={row} y={middleOf(at)} x={x} />
      ))}
      <HorizontalAxis
        box={box}
        ticks={scale.ticks.map((tick) => [x(tick * 1000), tickText(tick)])}
        label={`Late by, ms${scale.isLog ? ' (logarithmic)' : ''}`}
      />
    </Drawing>
  );
}

/** Where the middle of a row lies. */
function middleOf(at: number): number {
  return TOP + at * ROW + ROW / 2;
}

/** Anything below is as good as on time. */
const FLOOR_MS = 0.01;

interface RowViewProps {
  readonly row: Row;
  readonly y: number;
  readonly x: (us: number) => number;
}

function RowView({ row: { name, p50, p99, max }, y, x }: RowViewProps): VNode {
  const shown = name.length > NAME_MAX ? `…${name.slice(1 - NAME_MAX)}` : name;
  return (
    <g>
      <text x={LEFT - 10} y={y + 4} font-size={12} text-anchor="end" fill={COLOUR.text}>
        {shown}
      </text>
      {p50 === null || max === null ? null : (
        <path d={`M${x(p50)},${y}H${x(max)}`} stroke={COLOUR.bar} stroke-width={3} fill="none" />
      )}
      {p50 === null ? null : <rect x={x(p50) - 3} y={y - 6} width={6} height={12} fill={COLOUR.teal} />}
      {p99 === null ? null : <path d={`M${x(p99) - 5},${y - 5}h10l-5,9z`} fill={COLOUR.blue} />}
      {max === null ? null : (
        <path
          d={`M${x(max) - 4},${y - 4}l8,8m0,-8l-8,8`}
          stroke={COLOUR.orange}
          stroke-width={2.2}
          fill="none"
        />
      )}
    </g>
  );
}

function LateTable({ rows }: { readonly rows: readonly Row[] }): VNode {
  const shown = (us: number | null): string => (us === null ? '—' : usAsMs(us));
  return (
    <details>
      <summary>The marks as a table</summary>
      <Scroll label="How late the generator was, table">
        <Table>
          <thead>
            <tr>
              <Head>What</Head>
              <Head isNumber>p50, ms</Head>
              <Head isNumber>p99, ms</Head>
              <Head isNumber>max, ms</Head>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr data-y={middleOf(at)}>
                <th scope="row">{row.name}</th>
                <td class="n">{shown(row.p50)}</td>
                <td class="n">{shown(row.p99)}</td>
                <td class="n">{shown(row.max)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
    </details>
  );
}
