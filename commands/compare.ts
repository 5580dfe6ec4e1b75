import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compareNights } from '../history/compare.ts';
import { HISTORY_DIR, readHistory } from '../history/files.ts';
import { importFile } from '../history/import.ts';
import { parseNight, type NightRecord } from '../history/night.ts';
import { selectNight } from '../history/select.ts';
import type { COMMON_OPTIONS } from '../options/common.ts';
import { flagOf, isGiven, type Texts, type TextsOf } from '../options/option.ts';
import { inertJson } from '../reports/inert.ts';
import { renderComparisonMarkdown, viewOfRuns } from '../reports/comparison.ts';
import { LIVE_OPTIONS } from './option-table.ts';
import { UsageError } from './usage-error.ts';
import { historyIssues, outIssues } from './options.ts';
import { statIfThere } from '../result/disk.ts';

type CompareTexts = Pick<TextsOf<typeof COMMON_OPTIONS>, 'history' | 'json' | 'out'>;

const NOTHING_COMPARED = 3;
/** What means something with `--live` alone. */
const LIVE_ONLY = { ...LIVE_OPTIONS, rate: null, seed: null, plan: null };

/** `npm run compare -- A B`: one run against another, as a table. Sends nothing. Returns 3 where nothing could be compared. */
export async function compare(words: readonly string[], texts: CompareTexts): Promise<number> {
  const dir = resolve(texts.history ?? HISTORY_DIR);
  const [a, b] = words;
  if (a === undefined || b === undefined || words.length > 2)
    throw new UsageError([
      `compare takes two runs, and was given ${words.length}; give folders, results, days, revisions or "last GO": npm run compare -- 'last GO' last.`,
    ]);
  const live = Object.keys(LIVE_ONLY).filter((name) => isGiven((texts as Texts)[name]));
  const found = [a, b].map((one) => runOf(one, dir));
  const issues = [
    ...historyIssues(dir, false),
    ...(live.length === 0
      ? []
      : [
          `${live.map(flagOf).join(', ')}: only for two base URLs with --live, which sends load; add --live, or leave that out.`,
        ]),
    ...(texts.out === undefined ? [] : outIssues(resolve(texts.out))),
    ...found.flatMap((one) => ('issue' in one ? [one.issue] : [])),
  ];
  const nights = found.flatMap((one) => ('issue' in one ? [] : [one]));
  const [before, after] = nights;
  if (before === undefined || after === undefined || issues.length > 0) throw new UsageError(issues);
  const comparison = compareNights(before, after);
  const view = viewOfRuns(comparison);
  process.stdout.write(
    texts.json === true ? `${inertJson(JSON.stringify(comparison))}\n` : renderComparisonMarkdown(view),
  );
  if (texts.out !== undefined) {
    mkdirSync(resolve(texts.out), { recursive: true });
    const { writeComparison } = await import('../reports/write.ts');
    process.stderr.write(`report: ${await writeComparison(view, comparison, resolve(texts.out))}\n`);
  }
  return comparison.findings === null && comparison.metrics.length === 0 ? NOTHING_COMPARED : 0;
}

/** The record that words name: a folder or file where there is one of that name, else a night of the history. */
export function runOf(words: string, historyDir: string): NightRecord | { readonly issue: string } {
  const path = resolve(words);
  const found = statIfThere(path);
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
