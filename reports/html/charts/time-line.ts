import { max, sum } from 'd3-array';
import type { SecondRow } from '../../../result/load-result.ts';

/** A stretch of a step, one second or several: counts added up, each time the worst of its seconds. */
export interface TimeSegment extends SecondRow {
  readonly seconds: number;
}

const STRETCHES_MAX = 120;

/** The time line in at most 120 stretches of equal length, so that an hour is as light as a minute. */
export function stretchesOf(rows: readonly SecondRow[]): readonly TimeSegment[] {
  const rowSeconds = rows[0]?.seconds ?? 1;
  const size = Math.max(1, Math.ceil(rows.length / STRETCHES_MAX));
  if (size === 1) return rows.map((row) => ({ ...row, seconds: rowSeconds }));
  const stretches: TimeSegment[] = [];
  for (let at = 0; at < rows.length; at += size)
    stretches.push(merged(rows.slice(at, at + size), size * rowSeconds));
  return stretches;
}

function merged(rows: readonly SecondRow[], seconds: number): TimeSegment {
  return {
    seconds,
    second: rows[0]?.second ?? 0,
    sent: sum(rows, (row) => row.sent),
    ok: sum(rows, (row) => row.ok),
    failed: sum(rows, (row) => row.failed),
    throttled: sum(rows, (row) => row.throttled),
    p50_us: max(rows, (row) => row.p50_us) ?? null,
    p99_us: max(rows, (row) => row.p99_us) ?? null,
    max_us: max(rows, (row) => row.max_us) ?? null,
  };
}
