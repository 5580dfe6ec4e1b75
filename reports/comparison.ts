import type { Comparison } from '../history/compare.ts';
import { change, measureName, type LiveResult } from '../history/live.ts';
import type { PairedComparison } from '../history/statistics/block-pairs.ts';
import { count, counted, ms, usAsMs, utc } from '../result/format.ts';
import { line as escaped } from './markdown.ts';

/** One figure of both sides, as people read it. */
export interface ComparedRow {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly outcome: string;
}

/** How the ratio goes from the fastest responses to the slowest. */
export interface ShiftLine {
  readonly name: string;
  readonly points: readonly (readonly [quantile: number, ratio: number])[];
  /** Quantiles whose interval is known. */
  readonly intervals: readonly (readonly [quantile: number, low: number, high: number])[];
}

/** Two runs, or two deployments, as the page and the Markdown table show them. */
export interface ComparisonView {
  readonly title: string;
  readonly headline: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'none';
  readonly messages: readonly string[];
  readonly sides: readonly (readonly [
    name: string,
    facts: readonly (readonly [name: string, value: string])[],
  ])[];
  readonly rows: readonly ComparedRow[];
  /** What an interval means here. */
  readonly note: string;
  readonly noise: readonly ComparedRow[];
  readonly shifts: readonly ShiftLine[];
  readonly findings: Comparison['findings'];
  readonly differences: readonly string[];
  readonly notCompared: readonly string[];
}

const RUNS_NOTE =
  'The intervals are what each sample can tell of its own run, at 95 %. Two runs of an unchanged service differ by more: what one night shows alone is no change yet (npm run history).';
const LIVE_NOTE =
  'All intervals hold at once: two equal deployments show a difference in about 1 of 70 comparisons. They come from a bootstrap over pairs of blocks.';

/** One run against another. */
export function viewOfRuns(comparison: Comparison): ComparisonView {
  const { a, b, findings, metrics, shifts, differences, not_compared: apart } = comparison;
  const slower = metrics.filter(({ outcome }) => outcome === 'slower').length;
  const faster = metrics.filter(({ outcome }) => outcome === 'faster').length;
  const told =
    metrics.length === 0
      ? 'no percentile could be compared'
      : `${count(slower)} of ${counted(metrics.length, 'percentile')} slower, ${count(faster)} faster`;
  const found =
    findings === null
      ? 'findings were not compared'
      : `${counted(findings.appeared.length, 'finding')} new, ${count(findings.gone.length)} gone, ${count(findings.same.length)} the same`;
  const isWorse = slower > 0 || (findings?.appeared.length ?? 0) > 0;
  const isNothing = metrics.length === 0 && findings === null;
  return {
    title: `${a} against ${b}`,
    headline: isNothing ? 'Nothing could be compared' : `${found}; ${told}`,
    tone: isNothing ? 'none' : isWorse ? 'warn' : 'good',
    messages: [],
    sides: [
      ['A', [['run', a]]],
      ['B', [['run', b]]],
    ],
    rows: metrics.map(({ name, a: was, b: is, ratio, interval, outcome }) => ({
      name,
      a: measuredText(was),
      b: measuredText(is),
      ratio,
      interval,
      outcome,
    })),
    note: RUNS_NOTE,
    noise: [],
    shifts: shifts.map((shift) => ({
      ...shift,
      intervals: metrics.flatMap(({ name, percentile, interval }) =>
        interval !== null && name === `${shift.name} ${percentile}`
          ? [[Number(percentile.slice(1)) / 100, ...interval] as const]
          : [],
      ),
    })),
    findings,
    differences,
    notCompared: apart,
  };
}

function measuredText({ ms: value, low, high }: Comparison['metrics'][number]['a']): string {
  return `${ms(value)} ms${low === null || high === null ? '' : ` (${ms(low)} – ${ms(high)})`}`;
}

/** Two deployments under the same load. */
export function viewOfLive(result: LiveResult): ComparisonView {
  const { a, b, load, outcome, reasons, comparison, noise, errors } = result;
  const facts = (
    side: LiveResult['a'],
    { sent, failed }: LiveResult['errors']['a'],
  ): ComparisonView['sides'][number][1] => [
    ['base URL', side.base_url],
    ...Object.entries(side.version_headers),
    ['requests', `${count(sent)}, ${count(failed)} failed`],
    [
      'workflow runs',
      `${count(side.workflow_runs_started)} started, ${count(side.left_running_ids.length)} left running`,
    ],
  ];
  const [first = '', ...rest] = reasons;
  const intervals = (comparison?.ratios ?? []).flatMap(({ measure, interval }) =>
    measure === 'middle' ? [] : [[Number(measure.slice(1)) / 100, ...interval] as const],
  );
  return {
    title: 'Two deployments under the same load',
    headline: first,
    tone: {
      slower: 'bad',
      faster: 'good',
      'slower and faster': 'warn',
      'no difference seen': 'good',
      'can not tell': 'none',
    }[outcome] as ComparisonView['tone'],
    messages: [
      ...rest,
      `${load.scenario} at ${load.rate_per_second} requests per second, in blocks of ${load.block_ms / 1000} s in the order A B B A; ${utc(result.started_at)} to ${utc(result.ended_at)}.`,
    ],
    sides: [
      ['A', facts(a, errors.a)],
      ['B', facts(b, errors.b)],
    ],
    rows: rowsOf(comparison),
    note: LIVE_NOTE,
    noise: rowsOf(noise),
    shifts: result.shift.length === 0 ? [] : [{ name: load.scenario, points: result.shift, intervals }],
    findings: null,
    differences: [],
    notCompared: (comparison?.missing ?? []).map((name) => `${name}: too few samples that were answered`),
  };
}

function rowsOf(comparison: PairedComparison | null): readonly ComparedRow[] {
  return (comparison?.ratios ?? []).map(({ measure, aUs, bUs, ratio, interval, outcome }) => ({
    name: measureName(measure),
    a: `${usAsMs(aUs)} ms`,
    b: `${usAsMs(bUs)} ms`,
    ratio,
    interval,
    outcome,
  }));
}

/** A ratio with its interval, as a change. */
export function changeText({ ratio, interval }: Pick<ComparedRow, 'ratio' | 'interval'>): string {
  return `${change(ratio)}${interval === null ? '' : ` (${change(interval[0])} to ${change(interval[1])})`}`;
}

/** One Markdown table, and lists of what no table says. */
export function renderComparisonMarkdown(view: ComparisonView): string {
  const { title, rows, noise, findings, differences, notCompared } = view;
  const text = (words: string): string => escaped(words);
  const list = (head: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : ['', `${head}:`, '', ...items.map((item) => `- ${text(item)}`)];
  const row = ({ name, a, b, outcome, ...one }: ComparedRow, of = ''): string =>
    `| ${text(name)}${of} | ${a} | ${b} | ${changeText(one)} | ${outcome} |`;
  const lines = [
    `| ${text(title)} | A | B | B/A | |`,
    '| --- | --- | --- | --- | --- |',
    ...(findings === null
      ? []
      : [
          `| findings | ${findings.same.length + findings.gone.length} | ${findings.same.length + findings.appeared.length} | | ${findings.appeared.length} new, ${findings.gone.length} gone, ${findings.same.length} the same |`,
        ]),
    ...noise.map((one) => row(one, ' of A against A')),
    ...rows.map((one) => row(one)),
    ...list('New', findings?.appeared ?? []),
    ...list('Gone', findings?.gone ?? []),
    ...list('Not the same besides', differences),
    ...list('Not compared', notCompared),
  ];
  return `${lines.join('\n')}\n`;
}
