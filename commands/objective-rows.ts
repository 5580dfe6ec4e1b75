import { inUnit } from '../result/format.ts';
import type { LoadResult, ThresholdOutcome } from '../result/load-result.ts';
import { THRESHOLDS } from '../result/wording.ts';

interface Row {
  readonly cells: readonly [what: string, metric: string, observed: string, limit: string];
  readonly icon: string;
  readonly why: string;
}

/**
 * A row for each threshold of a load, in columns: `✓ start  p95  9.00 ms  < 2,000 ms`. Where the terminal is narrower
 * than the columns, each stands on two lines.
 * @param inert makes a text inert for whatever reads the log; a line of columns would lose its spaces by that.
 */
export function objectiveRows(
  load: LoadResult | null,
  columns: number,
  inert: (text: string) => string,
): readonly string[] {
  const rows = (load?.scenarios ?? []).flatMap(({ name, thresholds }) =>
    thresholds.map((threshold) => rowOf(inert(name), threshold, inert)),
  );
  const widths = [0, 1, 2, 3].map((at) => Math.max(0, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  const whole = rows.map(({ icon, cells: [what, metric, observed, limit], why }) => {
    const [first = 0, second = 0, third = 0, fourth = 0] = widths;
    const cells = [
      `${icon} ${what.padEnd(first)}`,
      metric.padEnd(second),
      observed.padStart(third),
      limit.padEnd(fourth),
    ];
    return [...cells, why].join('  ').trimEnd();
  });
  if (whole.every((line) => line.length <= columns)) return whole;
  return rows.flatMap(({ icon, cells: [what, metric, observed, limit], why }) => [
    `${icon} ${what}  ${metric}`,
    `    ${observed} ${limit}`,
    ...(why === '' ? [] : [`    ${why}`]),
  ]);
}

function rowOf(scenario: string, threshold: ThresholdOutcome, inert: (text: string) => string): Row {
  const { step, expression, observed, unit, limit, outcome, cause } = threshold;
  const what = step === scenario ? scenario : `${scenario} ${step}`;
  const seen = observed === null ? '—' : inUnit(observed, unit);
  const allowed = `${comparisonOf(expression)} ${limitText(limit, unit)}`;
  return {
    icon: THRESHOLDS[outcome].icon,
    cells: [inert(what), inert(metricText(expression)), seen, allowed],
    why: outcome === 'inconclusive' ? `inconclusive: ${cause ?? 'unknown'}` : '',
  };
}

/** A limit as somebody wrote it, without the digits that a measured value has. */
function limitText(limit: number, unit: ThresholdOutcome['unit']): string {
  return unit === 'ms'
    ? `${limit.toLocaleString('en-US', { maximumFractionDigits: 3 })} ms`
    : inUnit(limit, unit);
}

/** What an expression limits, in words: `p95`, `service p95`, `error rate`. */
function metricText(expression: string): string {
  const name = /^\s*([a-z0-9_.]+)/i.exec(expression)?.[1]?.toLowerCase() ?? expression;
  if (name === 'throughput_rps') return 'throughput';
  return name
    .replace(/^latency_ms_/, '')
    .replace('_ms_', ' ')
    .replaceAll('_', ' ');
}

function comparisonOf(expression: string): string {
  return /<=|>=|<|>/.exec(expression)?.[0] ?? '<';
}
