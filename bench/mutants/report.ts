import { changeOf, equivalentOf, type Equivalent } from './equivalents.ts';
import type { Tried } from './pool.ts';
import type { Checked } from './run.ts';
import type { Target } from './targets.ts';

/** What a run of the bench has found. */
export interface Found {
  readonly targets: readonly Target[];
  readonly tried: readonly Tried[];
  readonly checked: readonly Checked[];
  readonly known: readonly Equivalent[];
  /** Entries of the list of equivalents that are like no change any more, in words. */
  readonly stale: readonly string[];
  readonly seconds: number;
}

/** The table in text, with what was not noticed below it; the share of noticed ones among those that could be noticed. */
export function report(found: Found): { readonly text: string; readonly percent: number } {
  const { targets, tried, checked, known, stale, seconds } = found;
  const isEquivalent = ({ mutant }: Tried): boolean => equivalentOf(known, mutant) !== undefined;
  const rowOf = (name: string, some: readonly Tried[]): readonly string[] => {
    const equivalent = some.filter((one) => one.noticedBy === null && isEquivalent(one)).length;
    const noticed = some.filter(({ noticedBy }) => noticedBy !== null).length;
    const left = some.length - noticed - equivalent;
    return [
      name,
      ...[some.length, noticed, equivalent, left].map(String),
      shareIn(noticed, some.length - equivalent),
    ];
  };
  const files = targets
    .map(({ file }) => file)
    .filter((file) => tried.some(({ mutant }) => mutant.file === file));
  const rows = [
    ['file', 'mutants', 'noticed', 'equivalent', 'survived', 'share'],
    ...files.map((file) =>
      rowOf(
        file,
        tried.filter(({ mutant }) => mutant.file === file),
      ),
    ),
    rowOf('all', tried),
  ];
  const survivors = tried.filter((one) => one.noticedBy === null && !isEquivalent(one));
  const wronglyListed = tried.filter((one) => one.noticedBy !== null && isEquivalent(one));
  const testMs = checked.reduce((sum, { ms }) => sum + ms, 0);
  const lines = [
    ...tableOf(rows),
    '',
    ...survivors.map(({ mutant }) => `survived: ${mutant.file}:${mutant.line}  ${changeOf(mutant)}`),
    ...wronglyListed.map(
      ({ mutant }) => `listed as equivalent, but noticed: ${mutant.file}:${mutant.line}  ${changeOf(mutant)}`,
    ),
    ...stale.map((entry) => `listed as equivalent, but there is no such change any more: ${entry}`),
    `The tests of all files take ${(testMs / 1000).toFixed(1)} s without a change; this run took ${seconds.toFixed(0)} s.`,
    '',
  ];
  const noticed = tried.filter(({ noticedBy }) => noticedBy !== null).length;
  const percent = (noticed / Math.max(noticed + survivors.length, 1)) * 100;
  return { text: lines.join('\n'), percent };
}

function shareIn(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part / whole) * 100).toFixed(1)} %`;
}

function tableOf(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
}
