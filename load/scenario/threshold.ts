import type { TimeLimit } from '../metrics/exceedances.ts';
import { TIME_KINDS, type ThresholdOutcome, type TimeKind } from '../../result/load-result.ts';
import { parseDurationMs } from '../../options/duration.ts';

/** A statistic of a step's times that a threshold may name. */
export type TimeStatistic = 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max' | 'mean';

/** What a threshold limits. */
export type Metric =
  | { readonly kind: 'time'; readonly which: TimeKind; readonly statistic: TimeStatistic }
  | { readonly kind: 'error_rate' }
  | { readonly kind: 'throughput_rps' }
  | { readonly kind: 'shed' };

export type Comparison = '<' | '<=' | '>' | '>=';

/** A limit on a metric, stated before the run. */
export interface Threshold {
  /** As it was written. */
  readonly expression: string;
  readonly metric: Metric;
  /** The command (or whole scenario) whose step is meant; null for every command's step. */
  readonly command: string | null;
  readonly comparison: Comparison;
  /** In `unit`. */
  readonly limit: number;
  readonly unit: ThresholdOutcome['unit'];
  /** From when on the load ends as soon as this is broken, in milliseconds of measured time; null for never. */
  readonly abortAfterMs: number | null;
}

const SHAPE =
  /^\s*([a-z0-9_.]+)\s*(?:\{\s*command\s*=\s*([a-z-]+)\s*\})?\s*(<=|>=|<|>)\s*([0-9.]+(?:e-?[0-9]+)?)\s*([a-zµ%/]*?)\s*(?:\s(abort_on_fail)(?:=(\S+))?)?\s*$/i;
const ABORT_AFTER = '10s';
const TIME_METRIC = new RegExp(`^(${TIME_KINDS.join('|')})_ms_(p50|p90|p95|p99|p99\\.9|p999|max|mean)$`);
const METRICS = `${TIME_KINDS.map((kind) => `${kind}_ms_…`).join(' or ')} with p50, p90, p95, p99, p99.9, max or mean; error_rate; throughput_rps; shed`;

/** How many of a metric's own unit one written unit is; the empty string is a number without one. */
const UNITS: Readonly<Record<ThresholdOutcome['unit'], Readonly<Record<string, number>>>> = {
  ms: { '': 1, ms: 1, s: 1000, us: 0.001, µs: 0.001 },
  ratio: { '': 1, '%': 0.01 },
  per_second: { '': 1, '/s': 1, rps: 1 },
  count: { '': 1 },
};

/** Parses `metric{command=x} < number unit`, perhaps with `abort_on_fail=30s` behind it (10 s without a time); an issue is returned as a sentence. */
export function parseThreshold(text: string): Threshold | { readonly issue: string } {
  const found = SHAPE.exec(text);
  if (found === null) return issue(text, "is not of the form 'latency_ms_p95{command=start} < 250ms'");
  const [, name = '', command, comparison = '', number = '', written = '', abort, after] = found;
  const metric = metricOf(name.toLowerCase());
  if (metric === null) return issue(text, `names no metric that is measured; known are ${METRICS}`);
  const abortAfterMs = abort === undefined ? null : parseDurationMs(after ?? ABORT_AFTER);
  if (abort !== undefined && abortAfterMs === null)
    return issue(text, `has "${after ?? ''}" after abort_on_fail=; that takes a time, like 30s`);
  const unit = unitOf(metric);
  const scale = UNITS[unit][written.toLowerCase()];
  const value = Number(number);
  if (!Number.isFinite(value)) return issue(text, `has no number to the right of ${comparison}`);
  if (scale === undefined) {
    const known = Object.keys(UNITS[unit]).filter((known) => known !== '');
    return issue(
      text,
      `has the unit "${written}"; ${name} takes ${known.length === 0 ? 'none' : known.join(', ')}`,
    );
  }
  const limit = round(value * scale);
  if (unit === 'ratio' && limit >= 1 && written === '')
    return issue(
      text,
      `has no %, so that ${number} would mean ${Number((limit * 100).toPrecision(12))} %; write '${text.trim().replace(/([0-9.]+(?:e-?[0-9]+)?)(\s*(?:abort_on_fail.*)?)$/i, '$1%$2')}'`,
    );
  if (unit === 'ratio' && limit > 1) return issue(text, 'sets a share above 1; write 1% or 0.01');
  return {
    expression: text.trim(),
    metric,
    command: command ?? null,
    comparison: comparison as Comparison,
    limit,
    unit,
    abortAfterMs,
  };
}

function metricOf(name: string): Metric | null {
  const time = TIME_METRIC.exec(name);
  if (time !== null) {
    const [, which, statistic = ''] = time;
    return {
      kind: 'time',
      which: which as TimeKind,
      statistic: statistic.replace('.', '') as TimeStatistic,
    };
  }
  return name === 'error_rate' || name === 'throughput_rps' || name === 'shed' ? { kind: name } : null;
}

function unitOf(metric: Metric): ThresholdOutcome['unit'] {
  switch (metric.kind) {
    case 'time':
      return 'ms';
    case 'error_rate':
      return 'ratio';
    case 'throughput_rps':
      return 'per_second';
    case 'shed':
      return 'count';
  }
}

function issue(text: string, what: string): { readonly issue: string } {
  return { issue: `The threshold "${text.trim()}" ${what}.` };
}

/** Rounds away floating-point error: 0.1 % is 0.001. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

/** The limits at which thresholds on times are judged, each once. */
export function timeLimitsOf(thresholds: readonly Threshold[]): readonly TimeLimit[] {
  const limits = new Map<string, TimeLimit>();
  for (const { metric, comparison, limit } of thresholds) {
    if (metric.kind !== 'time' || metric.statistic === 'mean') continue;
    const isBeyondAtLimit = comparison === '<' || comparison === '>=';
    const one = { of: metric.which, limitUs: limit * 1000, isBeyondAtLimit };
    limits.set(`${one.of} ${one.limitUs} ${isBeyondAtLimit}`, one);
  }
  return [...limits.values()];
}
