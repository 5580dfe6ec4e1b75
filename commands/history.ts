import { rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { HISTORY_DIR, HistoryError, readHistory, writeNight, type History } from '../history/files.ts';
import { freshnessOf, gapsIn, STALE_HOURS, type Freshness, type Gap } from '../history/gaps.ts';
import { importRuns } from '../history/import.ts';
import { readLabels, writeLabel } from '../history/labels.ts';
import type { NightRecord, NightStep } from '../history/night.ts';
import { prunable } from '../history/prune.ts';
import { selectNight } from '../history/select.ts';
import type { COMMON_OPTIONS } from '../options/common.ts';
import type { TextsOf } from '../options/option.ts';
import { count, counted, usAsMs, utc } from '../result/format.ts';
import { inertJson, inertLine } from '../reports/inert.ts';
import { UsageError } from './usage-error.ts';
import type { HISTORY_OPTIONS } from './option-table.ts';
import { historyIssues } from './options.ts';

type HistoryTexts = TextsOf<typeof HISTORY_OPTIONS> &
  Pick<TextsOf<typeof COMMON_OPTIONS>, 'history' | 'json'>;

const NIGHTS_SHOWN = 30;
const STEPS_SHOWN = 4;
const STALE = 3;

function say(line: string): void {
  process.stdout.write(`${inertLine(line)}\n`);
}

/** `npm run history`: what was kept. Sends nothing. Returns 3 with `--check` where the newest judged night is too old. */
export function history(runs: readonly string[], texts: HistoryTexts, now: Date): number {
  const dir = resolve(texts.history ?? HISTORY_DIR);
  const imported = texts.import ?? [];
  const issues = [
    ...historyIssues(dir, imported.length > 0 || texts.prune === true),
    ...(runs.length > 0 && imported.length === 0
      ? [`history takes no words but behind --import; say --import ${runs[0] ?? ''} to take a run in.`]
      : []),
  ];
  if (issues.length > 0) throw new UsageError(issues);
  if (imported.length > 0) return importInto(dir, [...imported, ...runs]);
  if (texts.prune === true) return prune(dir);
  const all = readHistory(dir);
  const nights = all.kept.map(({ night }) => night);
  const freshness = freshnessOf(nights, now.getTime());
  const code = texts.check === true && freshness.isStale ? STALE : 0;
  if (texts.json === true) {
    process.stdout.write(`${inertJson(JSON.stringify(jsonOf(all, freshness)))}\n`);
    return code;
  }
  // What is stale is told first: everything below it is as old.
  say(freshnessLine(freshness));
  for (const ahead of freshness.ahead)
    say(
      `${ahead.id} is dated ${utc(ahead.started_at)}, in the future: a clock was wrong, and nothing rests on it.`,
    );
  if (texts.check !== true) for (const line of seriesLines(nights)) process.stdout.write(`${line}\n`);
  for (const { path, why } of all.setAside) say(`set aside: ${path}: ${why}`);
  return code;
}

/** `npm run history -- label NIGHT real|false WHY`. */
export function labelNight(
  words: string,
  label: string,
  why: string,
  texts: Pick<HistoryTexts, 'history'>,
  now: Date,
): number {
  const dir = resolve(texts.history ?? HISTORY_DIR);
  const found = selectNight(readHistory(dir).kept, words);
  const issues = [
    ...('issue' in found ? [found.issue] : []),
    ...(label === 'real' || label === 'false' ? [] : [`The label is "${label}"; it is real or false.`]),
    ...(why.trim() === '' ? ['The reason is empty; say in one sentence what was found.'] : []),
  ];
  if ('issue' in found || (label !== 'real' && label !== 'false') || issues.length > 0)
    throw new UsageError(issues);
  const { id } = found.night;
  const path = kept(() =>
    writeLabel(dir, { label_version: 1, night: id, label, why, labelled_at: now.toISOString() }),
  );
  say(`${id} is labelled ${label}: ${path}`);
  return 0;
}

function importInto(dir: string, runs: readonly string[]): number {
  const read = runs.flatMap(importRuns);
  let taken = 0;
  for (const { path, night } of read) {
    if ('why' in night) say(`passed over: ${path}: ${night.why}`);
    else {
      kept(() => writeNight(dir, night));
      taken += 1;
    }
  }
  if (taken === 0)
    throw new UsageError([`None of the ${counted(read.length, 'run')} could be taken in; see above.`]);
  say(`${counted(taken, 'run')} in ${dir}, ${count(read.length - taken)} passed over`);
  return 0;
}

function prune(dir: string): number {
  const all = readHistory(dir);
  const gone = prunable(all.kept, new Set(readLabels(dir).labels.keys()));
  for (const { path } of gone) rmSync(path, { force: true });
  say(`${counted(gone.length, 'record')} deleted, ${count(all.kept.length - gone.length)} kept in ${dir}`);
  return 0;
}

/** What the history refuses is a fault of its folder, not a fault of this tool. */
function kept<Value>(write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    if (error instanceof HistoryError) throw new UsageError([error.message]);
    throw error;
  }
}

function freshnessLine({ newest, hours, isStale }: Freshness): string {
  if (newest === null || hours === null) return 'No night was judged: the history holds no GO and no NO-GO.';
  const told = `The newest judged night, ${newest.verdict}, ended ${hours.toFixed(1)} hours ago (${utc(newest.ended_at)})`;
  return isStale
    ? `${told}; it may be ${STALE_HOURS} hours at most. See whether its schedule is on, and how its last jobs ended.`
    : `${told}.`;
}

/** The nights by target, the latest last, with the nights that are missing between them. */
function seriesLines(nights: readonly NightRecord[]): readonly string[] {
  const targets = [...new Set(nights.map(({ target }) => target.name))];
  return targets.flatMap((name) => {
    const own = nights.filter(({ target }) => target.name === name);
    const shown = own.slice(-NIGHTS_SHOWN);
    const gaps = gapsIn(own.map(({ started_at: at }) => at));
    const more = own.length > shown.length ? `, the last ${shown.length}` : '';
    return [
      '',
      inertLine(`${name}: ${counted(own.length, 'run')}${more}`),
      ...shown.flatMap((night) => [...gapLines(gaps, night), inertLine(nightLine(night))]),
    ];
  });
}

function gapLines(gaps: readonly Gap[], { started_at: at }: NightRecord): readonly string[] {
  const gap = gaps.find(({ before }) => before === at);
  return gap === undefined ? [] : [`  … ${counted(gap.missing, 'night')} missing`];
}

function nightLine({ started_at: at, id, verdict, contract, load }: NightRecord): string {
  const causes =
    contract === null ? '' : `, ${counted(contract.causes.length + contract.more_causes.length, 'cause')}`;
  const steps = (load?.scenarios ?? []).flatMap(({ steps: all }) => all);
  const times = steps.slice(0, STEPS_SHOWN).map(p95Of).join(', ');
  return `  ${utc(at)}  ${verdict}${causes}${times === '' ? '' : `; p95 ${times}`}  ${basename(id)}`;
}

function p95Of({ name, latency_us: { p95 } }: NightStep): string {
  return `${name} ${p95 === null ? 'too few samples' : `${usAsMs(p95)} ms`}`;
}

function jsonOf({ dir, kept: all, setAside }: History, { newest, hours, isStale, ahead }: Freshness): object {
  const nights = all.map(({ night }) => night);
  const targets = [...new Set(nights.map(({ target }) => target.name))];
  return {
    dir,
    newest_judged: newest?.id ?? null,
    newest_judged_hours: hours,
    is_stale: isStale,
    dated_ahead: ahead.map(({ id }) => id),
    set_aside: setAside,
    series: targets.map((target) => {
      const own = nights.filter((night) => night.target.name === target);
      return { target, gaps: gapsIn(own.map(({ started_at: at }) => at)), nights: own };
    }),
  };
}
