/**
 * Do the quick tests notice when the pure core is wrong? Every small change of it (an operator, a condition, min for max,
 * a constant, a statement left out) is made, one at a time, and the tests of that file are run; a change that none of them
 * notices is printed. Exit code 1 when too few are noticed.
 */
import { InvalidArgumentError } from 'commander';
import { outdated, readEquivalents } from './mutants/equivalents.ts';
import { report } from './mutants/report.ts';
import { allMutants, sampleOf, tryAll } from './mutants/run.ts';
import { TARGETS } from './mutants/targets.ts';
import { bench, count } from './options.ts';
import { openNotebook } from './trial-pool.ts';

const FILES = TARGETS.map(({ file }) => file);
const ENOUGH_PERCENT = 95;

/** Each use of `--file`: a file of the table, or a folder of it. */
function chosenFile(text: string, before: readonly string[] = []): readonly string[] {
  const found = FILES.filter((file) => file === text || file.startsWith(`${text.replace(/\/$/, '')}/`));
  if (found.length > 0) return [...before, ...found];
  throw new InvalidArgumentError('bench/mutants/targets.ts has no such file or folder.');
}

const values = bench('mutants', 'Small changes of the pure core: which ones do the quick tests not notice?')
  .option('--file <path>', 'changes of this file, or of the files in this folder (repeatable)', chosenFile)
  .option('--sample <n>', 'so many changes, chosen by the seed, in place of all', count)
  .option('--seed <n>', 'which ones are chosen', count, 1)
  .option('--all', 'all changes, which is what it does without --sample', false)
  .option('--jobs <n>', 'processes side by side', count, 2)
  .option(
    '--results <file>',
    'keeps what was found, and goes on from there while a file and its tests are the same',
  )
  .parse()
  .opts<{
    file?: readonly string[];
    sample?: number;
    seed: number;
    all: boolean;
    jobs: number;
    results?: string;
  }>();

const targets = TARGETS.filter(({ file }) => values.file?.includes(file) ?? true);
const known = readEquivalents();
const mutants = allMutants(targets);
const chosen =
  values.sample === undefined || values.all ? mutants : sampleOf(mutants, values.sample, values.seed);
const began = performance.now();
const { tried, checked } = await tryAll(targets, chosen, values.jobs, openNotebook(values.results));
const seconds = (performance.now() - began) / 1000;
const own = known.filter(({ file }) => targets.some((target) => target.file === file));
const { text, percent } = report({ targets, tried, checked, known, stale: outdated(own, mutants), seconds });
process.stdout.write(text);
process.exitCode = percent >= ENOUGH_PERCENT && tried.length > 0 ? 0 : 1;
