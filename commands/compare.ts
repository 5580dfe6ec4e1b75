import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compareNights, type Comparison, type Measured } from '../history/compare.ts';
import { HISTORY_DIR, readHistory } from '../history/files.ts';
import { importFile } from '../history/import.ts';
import { parseNight, type NightRecord } from '../history/night.ts';
import { selectNight } from '../history/select.ts';
import type { COMMON_OPTIONS } from '../options/common.ts';
import type { TextsOf } from '../options/option.ts';
import { ms, percent } from '../result/format.ts';
import { inertJson } from '../reports/inert.ts';
import { line as escaped } from '../reports/markdown.ts';
import { UsageError } from './usage-error.ts';
import { historyIssues } from './options.ts';

type CompareTexts = Pick<TextsOf<typeof COMMON_OPTIONS>, 'history' | 'json'>;

const NOTHING_COMPARED = 3;

/** `npm run compare -- A B`: one run against another, as a table. Sends nothing. Returns 3 where nothing could be compared. */
export function compare(words: readonly string[], texts: CompareTexts): number {
  const dir = resolve(texts.history ?? HISTORY_DIR);
  const [a, b] = words;
  if (a === undefined || b === undefined || words.length > 2)
    throw new UsageError([
      `compare takes two runs, and was given ${words.length}; give folders, results, days, revisions or "last GO": npm run compare -- 'last GO' last.`,
    ]);
  const found = [a, b].map((one) => runOf(one, dir));
  const issues = [
    ...historyIssues(dir, false),
    ...found.flatMap((one) => ('issue' in one ? [one.issue] : [])),
  ];
  const nights = found.flatMap((one) => ('issue' in one ? [] : [one]));
  const [before, after] = nights;
  if (before === undefined || after === undefined || issues.length > 0) throw new UsageError(issues);
  const comparison = compareNights(before, after);
  process.stdout.write(
    texts.json === true
      ? `${inertJson(JSON.stringify(comparison))}\n`
      : `${markdownOf(comparison).join('\n')}\n`,
  );
  return comparison.findings === null && comparison.metrics.length === 0 ? NOTHING_COMPARED : 0;
}

/** The record that words name: a folder or file where there is one of that name, else a night of the history. */
export function runOf(words: string, historyDir: string): NightRecord | { readonly issue: string } {
  const path = resolve(words);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const kept = selectNight(readHistory(historyDir).kept, words);
    return 'issue' in kept ? kept : kept.night;
  }
  const file = found.isDirectory() ? join(path, 'result.json') : path;
  if (!existsSync(file)) return { issue: `${path} holds no result.json; give the folder of a run.` };
  if (isRecordFile(file)) {
    const night = parseNight(readFileSync(file, 'utf8'));
    return 'why' in night ? { issue: `${file} is no record of a run: ${night.why}.` } : night;
  }
  const { night } = importFile(file);
  return 'why' in night ? { issue: `${file} can't be compared: ${night.why}` } : night;
}

function isRecordFile(file: string): boolean {
  return readFileSync(file, 'utf8').slice(0, 200).includes('"history_version"');
}

function markdownOf({
  a,
  b,
  findings,
  metrics,
  differences,
  not_compared: apart,
}: Comparison): readonly string[] {
  const text = (words: string): string => escaped(words);
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : ['', `${title}:`, '', ...items.map((item) => `- ${text(item)}`)];
  return [
    `| ${text(a)} against ${text(b)} | A | B | B/A | |`,
    '| --- | --- | --- | --- | --- |',
    ...(findings === null
      ? []
      : [
          `| findings | ${findings.same.length + findings.gone.length} | ${findings.same.length + findings.appeared.length} | | ${findings.appeared.length} new, ${findings.gone.length} gone, ${findings.same.length} the same |`,
        ]),
    ...metrics.map(
      ({ name, a: was, b: is, ratio, interval, outcome }) =>
        `| ${text(name)} | ${shown(was)} | ${shown(is)} | ${change(ratio)}${interval === null ? '' : ` (${change(interval[0])} to ${change(interval[1])})`} | ${outcome} |`,
    ),
    ...list('New', findings?.appeared ?? []),
    ...list('Gone', findings?.gone ?? []),
    ...list('Not the same besides', differences),
    ...list('Not compared', apart),
  ];
}

function shown({ ms: value, low, high }: Measured): string {
  return `${ms(value)} ms${low === null || high === null ? '' : ` (${ms(low)} – ${ms(high)})`}`;
}

function change(ratio: number): string {
  return `${ratio >= 1 ? '+' : '−'}${percent(Math.abs(ratio - 1))}`;
}
