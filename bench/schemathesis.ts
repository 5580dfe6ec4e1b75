/**
 * The same faults, profiles and description under Schemathesis and under these contract tests, side by side.
 * Schemathesis is installed from the Python registry into a virtual environment of its own; it is no dependency.
 * It runs with its own defaults and all checks, and goes on after a failure, or it would stop at its first objection to
 * the conforming server. A fault counts as found by it when it objects to something (a kind of failure, with the status
 * of the response) to which it does not object on the conforming server with any of three seeds. Ours are asked twice: as
 * they are shipped, and within a budget of requests that is no more than it sends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS } from '../sandbox/faults.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { amount, bench, count } from './options.ts';
import { descriptionFor, installed, theirs, VERSION, type How, type Theirs } from './schemathesis-run.ts';
import { printFaults, printProfiles, type Rows } from './schemathesis-tables.ts';
import { printTimes } from './schemathesis-times.ts';
import { conductAll, openNotebook } from './trial-pool.ts';
import type { Told, Trial } from './trial.ts';

const BASELINE_SEEDS = [1, 2, 3];

const values = bench('schemathesis', 'The same faults and profiles under Schemathesis and under these tests.')
  .option('--every <n>', 'each n-th fault', count, 1)
  .option('--results <file>', 'keeps what was told, and goes on from there')
  .option('--seconds <n>', 'ends after that time', amount, 86_400)
  .option('--jobs <n>', 'processes side by side', count, 2)
  .option('--examples <n>', 'the number of its examples, in place of its default', count)
  .option('--times <n>', 'compares wall time alone, so many times', count)
  .option('--budget-requests <n>', 'most requests of these tests in the second column', count, 170)
  .parse()
  .opts<{
    every: number;
    results?: string;
    seconds: number;
    jobs: number;
    examples?: number;
    times?: number;
    budgetRequests: number;
  }>();

const chosen = FAULTS.filter((_, i) => i % values.every === 0);
const until = Date.now() + values.seconds * 1000;
const { jobs, budgetRequests } = values;
const dir = mkdtempSync(join(tmpdir(), 'bench-description-'));
const how: How = {
  program: installed(),
  description: descriptionFor(dir),
  examples: values.examples?.toString(),
};

/** Every eighth first, then the next ones: what a cut leaves is a sample of all classes. */
function spread<T>(all: readonly T[]): readonly T[] {
  return Array.from({ length: 8 }, (_, start) => all.filter((_one, i) => i % 8 === start)).flat();
}

/** Everything is asked of both; the rows of an earlier run are kept. */
async function runAll(): Promise<Rows> {
  const trials: readonly Trial[] = [
    ...PROFILES.map(({ name }) => ({
      name: `profile ${name}`,
      row: name,
      fault: null,
      profile: name,
      seed: 1,
      budgetRequests: null,
    })),
    ...spread(chosen).map(({ name, class: row }) => ({
      name,
      row,
      fault: name,
      profile: 'default',
      seed: 1,
      budgetRequests: null,
    })),
  ];
  const baseline = BASELINE_SEEDS.map((seed) => ({
    name: `baseline ${seed}`,
    row: 'baseline',
    fault: null,
    profile: 'default',
    seed,
    budgetRequests: null,
  }));
  const theirBook = openNotebook<Theirs>(
    values.results === undefined ? undefined : `${values.results}.theirs`,
  );
  const ourBook = openNotebook<Told>(values.results === undefined ? undefined : `${values.results}.ours`);
  const queue = [...baseline, ...trials].filter(
    (trial) => !theirBook.rows.some((row) => row.name === trial.name),
  );
  const connection = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined && Date.now() < until; trial = queue.shift())
      theirBook.note(await theirs(how, trial));
  };
  await Promise.all(Array.from({ length: jobs }, connection));
  const capped = trials.map((trial) => ({ ...trial, budgetRequests }));
  const isTold = (trial: Trial): boolean => ourBook.rows.some((told) => isSame(told.trial, trial));
  const left = [...trials, ...capped].filter((trial) => !isTold(trial));
  await conductAll(left, { jobs, until }, (told) => {
    ourBook.note(told);
  });
  const ofOurs = (wanted: readonly Trial[]): readonly Told[] =>
    ourBook.rows.filter((told) => wanted.some((trial) => isSame(told.trial, trial)));
  const isWanted = (name: string): boolean => [...baseline, ...trials].some((trial) => trial.name === name);
  return {
    theirs: theirBook.rows.filter((row) => isWanted(row.name)),
    ours: ofOurs(trials),
    within: ofOurs(capped),
    budgetRequests,
  };
}

function isSame(one: Trial, other: Trial): boolean {
  return one.name === other.name && one.budgetRequests === other.budgetRequests;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(
  `${VERSION}${values.examples === undefined ? ', its default number of examples' : `, --max-examples ${values.examples}`}; ${chosen.length} of ${FAULTS.length} faults\n`,
);
if (values.times !== undefined) await printTimes(how, values.times, budgetRequests);
else {
  const rows = await runAll();
  printFaults(rows);
  printProfiles(rows);
  const wanted = BASELINE_SEEDS.length + 3 * (chosen.length + PROFILES.length);
  print(`\n${rows.theirs.length + rows.ours.length + rows.within.length} of ${wanted} runs done`);
}
rmSync(dir, { recursive: true, force: true });
