import { readFileSync } from 'node:fs';
import type { Mutant } from './mutate.ts';

/** Changes of one line that no test can notice, and why. A line is known by its text, so that it may move. */
export interface Equivalent {
  readonly file: string;
  readonly line: string;
  /** Each as `before → after`, like the table tells them. */
  readonly changes: readonly string[];
  readonly reason: string;
}

/** The committed list. */
export function readEquivalents(): readonly Equivalent[] {
  return JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8')) as Equivalent[];
}

/** A change in words, on one line. */
export function changeOf({ before, after }: Mutant): string {
  return `${oneLine(before)} → ${oneLine(after)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** The entry that explains a mutant. */
export function equivalentOf(known: readonly Equivalent[], mutant: Mutant): Equivalent | undefined {
  return known.find(
    ({ file, line, changes }) =>
      file === mutant.file && line === mutant.lineText && changes.includes(changeOf(mutant)),
  );
}

/** What the list names though no mutant is like it any more, in words. */
export function outdated(known: readonly Equivalent[], mutants: readonly Mutant[]): readonly string[] {
  return known.flatMap(({ file, line, changes }) =>
    changes
      .filter((change) => !mutants.some((one) => isLike(one, file, line) && changeOf(one) === change))
      .map((change) => `${file}: ${line}: ${change}`),
  );
}

function isLike(mutant: Mutant, file: string, line: string): boolean {
  return mutant.file === file && mutant.lineText === line;
}
