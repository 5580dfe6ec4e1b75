import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../load/arrivals/random.ts';
import type { Notebook } from '../trial-pool.ts';
import { changeOf } from './equivalents.ts';
import { mutantsOf, type Mutant } from './mutate.ts';
import { Runner, type Tried } from './pool.ts';
import type { Target } from './targets.ts';

/** A row of the results file. */
interface Row {
  readonly key: string;
  readonly noticedBy: string | null;
}

/** How many tests a file has, and how long they take together. */
export interface Checked {
  readonly file: string;
  readonly tests: number;
  readonly ms: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** All changes of these files. */
export function allMutants(targets: readonly Target[]): readonly Mutant[] {
  return targets.flatMap(({ file }) => mutantsOf(file, textOf(file)));
}

/** So many of them, in their order; the same for the same seed. */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: number): readonly Mutant[] {
  const random = seededRandom(seed);
  const drawn = mutants.map((mutant, at) => ({ mutant, at, rank: random() }));
  return drawn
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, size)
    .toSorted((a, b) => a.at - b.at)
    .map(({ mutant }) => mutant);
}

/**
 * Tries the changes, in so many processes side by side, each of which takes one file after the other.
 * @throws Error when the tests of a file fail without a change.
 */
export async function tryAll(
  targets: readonly Target[],
  mutants: readonly Mutant[],
  jobs: number,
  notebook: Notebook<Row>,
): Promise<{ readonly tried: readonly Tried[]; readonly checked: readonly Checked[] }> {
  const known = new Map(notebook.rows.map(({ key, noticedBy }) => [key, noticedBy]));
  const queue = targets.filter(({ file }) => mutants.some((mutant) => mutant.file === file));
  const tried: Tried[] = [];
  const checked: Checked[] = [];
  const work = async (): Promise<void> => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      const { file } = target;
      const state = stateOf(target);
      const runner = new Runner(file, target.tests);
      try {
        checked.push({ file, ...(await runner.start()) });
        for (const mutant of mutants.filter((one) => one.file === file)) {
          const key = `${state} ${mutant.start} ${changeOf(mutant)}`;
          const before = known.get(key);
          const noticedBy = before === undefined ? (await runner.tryOut(mutant)).noticedBy : before;
          tried.push({ mutant, noticedBy });
          if (before === undefined) notebook.note({ key, noticedBy });
        }
        await runner.verify();
      } finally {
        runner.stop();
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { tried, checked };
}

/** A file and its tests as they are, so that what was found for others is not taken for it. */
function stateOf({ file, tests }: Target): string {
  const hash = createHash('sha256');
  for (const one of [file, ...tests]) hash.update(textOf(one));
  return `${file} ${hash.digest('hex').slice(0, 16)}`;
}
