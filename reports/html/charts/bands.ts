import type { SecondRow } from '../../../result/load-result.ts';

/** A column of the heat map: one second or several, with the latencies counted by band. */
export interface Column {
  readonly second: number;
  readonly seconds: number;
  readonly counts: ReadonlyMap<number, number>;
}

/** The heat map of a step: its columns, and its lowest and highest band. */
export interface Heat {
  readonly columns: readonly Column[];
  readonly low: number;
  readonly high: number;
  /** The fullest cell. */
  readonly most: number;
}

const COLUMNS_MAX = 60;

/** Gathers the bands of all seconds into at most sixty columns; null where no band was counted. */
export function heatOf(rows: readonly SecondRow[]): Heat | null {
  const size = Math.max(1, Math.ceil(rows.length / COLUMNS_MAX));
  const seconds = size * (rows[0]?.seconds ?? 1);
  const columns = Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
    columnOf(rows.slice(at * size, (at + 1) * size), seconds),
  );
  const bands = columns.flatMap(({ counts }) => [...counts.keys()]);
  if (bands.length === 0) return null;
  return {
    columns,
    low: bands.reduce((a, b) => Math.min(a, b)),
    high: bands.reduce((a, b) => Math.max(a, b)),
    most: columns.flatMap(({ counts }) => [...counts.values()]).reduce((a, b) => Math.max(a, b)),
  };
}

function columnOf(rows: readonly SecondRow[], seconds: number): Column {
  const counts = new Map<number, number>();
  for (const [band, count] of rows.flatMap((row) => row.bands ?? []))
    counts.set(band, (counts.get(band) ?? 0) + count);
  return { second: rows[0]?.second ?? 0, seconds, counts };
}

/** The lower end of a band in milliseconds. */
export function bandFloorMs(band: number): number {
  return 2 ** (band / 2) / 1000;
}
