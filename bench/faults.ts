/**
 * The faults of the sandbox under the contract tests, one at a time (the kill rate by class), or its conforming
 * profiles over many seeds (the false alarms by profile). `--results FILE` keeps what was told, so that a run that
 * was cut goes on where it stopped.
 */
import { FAULT_CLASSES, FAULTS } from '../sandbox/faults.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { amount, bench, choice, count, each } from './options.ts';
import { conductAll, openNotebook } from './trial-pool.ts';
import type { Told, Trial } from './trial.ts';

const values = bench(
  'faults',
  'The faults of the sandbox, or its conforming profiles, under the contract tests.',
)
  .addOption(choice('--class <class>', 'the faults of one class', FAULT_CLASSES))
  .option('--fault <name>', 'one fault (repeatable)', each(FAULTS.map(({ name }) => name)))
  .option('--sample', 'the first fault of each class', false)
  .option('--profiles', 'all conforming profiles in place of the faults', false)
  .addOption(
    choice(
      '--profile <name>',
      'one conforming profile',
      PROFILES.map(({ name }) => name),
    ),
  )
  .option('--seeds <n>', 'seeds of each profile', count, 1)
  .option('--seed <n>', 'the first seed', count, 1)
  .option('--jobs <n>', 'processes side by side', count, 2)
  .option('--budget-requests <n>', 'most requests of a run', count)
  .option('--results <file>', 'keeps what was told, and goes on from there')
  .option('--seconds <n>', 'ends after that time', amount, 86_400)
  .parse()
  .opts<{
    class?: string;
    fault?: readonly string[];
    sample: boolean;
    profiles: boolean;
    profile?: string;
    seeds: number;
    seed: number;
    jobs: number;
    budgetRequests?: number;
    results?: string;
    seconds: number;
  }>();
const budgetRequests = values.budgetRequests ?? null;

function trials(): readonly Trial[] {
  const firstSeed = values.seed;
  if (values.profiles || values.profile !== undefined) {
    const seeds = Array.from({ length: values.seeds }, (_, i) => firstSeed + i);
    return PROFILES.filter(({ name }) => values.profile === undefined || name === values.profile).flatMap(
      ({ name }) =>
        seeds.map((seed) => ({
          name: `${name} seed ${seed}`,
          row: name,
          fault: null,
          profile: name,
          seed,
          budgetRequests,
        })),
    );
  }
  const wanted = FAULTS.filter(
    (fault) =>
      (values.class === undefined || fault.class === values.class) &&
      (values.fault === undefined || values.fault.includes(fault.name)),
  );
  const chosen = values.sample
    ? wanted.filter((fault, i) => wanted.findIndex((other) => other.class === fault.class) === i)
    : wanted;
  return chosen.map(({ name, class: row }) => ({
    name: `${row}/${name}`,
    row,
    fault: name,
    profile: 'default',
    seed: firstSeed,
    budgetRequests,
  }));
}

function print(told: Told): void {
  const mark = told.right ? 'ok   ' : 'WRONG';
  process.stdout.write(
    `${mark} ${told.trial.name.padEnd(48)} ${told.verdict.padEnd(12)} ${String(told.requests).padStart(4)} requests ${(told.ms / 1000).toFixed(1).padStart(5)} s  unsure ${told.unsure}  ${told.checks.join(', ')}\n`,
  );
}

function summary(rows: readonly Told[]): void {
  const isFaults = rows.every(({ trial }) => trial.fault !== null);
  const names = isFaults ? FAULT_CLASSES : PROFILES.map(({ name }) => name);
  const lines = isFaults
    ? ['| class | faults | found | by the right check | kill rate |', '| --- | --- | --- | --- | --- |']
    : ['| conforming profile | seeds | false alarms | another verdict |', '| --- | --- | --- | --- |'];
  for (const name of names) {
    const own = rows.filter(({ trial }) => trial.row === name);
    const right = own.filter((told) => told.right).length;
    if (own.length === 0) continue;
    lines.push(
      isFaults
        ? `| ${name} | ${own.length} | ${own.filter((told) => told.found).length} | ${right} | ${((100 * right) / own.length).toFixed(0)} % |`
        : `| ${name} | ${own.length} | ${own.filter((told) => told.failures > 0).length} | ${own.filter((told) => !told.right).length} |`,
    );
  }
  const mean = (of: (told: Told) => number): string =>
    (rows.reduce((sum, told) => sum + of(told), 0) / Math.max(1, rows.length)).toFixed(1);
  process.stdout.write(
    `\n${lines.join('\n')}\n\n${rows.filter((told) => told.right).length} of ${rows.length} right; mean ${mean((told) => told.requests)} requests, ${mean((told) => told.runs)} workflow runs, ${mean((told) => told.ms / 1000)} s\n`,
  );
}

const all = trials();
const notebook = openNotebook<Told>(values.results);
const isDone = (trial: Trial): boolean => notebook.rows.some((told) => told.trial.name === trial.name);
await conductAll(
  all.filter((trial) => !isDone(trial)),
  { jobs: values.jobs, until: Date.now() + values.seconds * 1000 },
  (told) => {
    notebook.note(told);
    if (!told.right || all.length <= 400) print(told);
  },
);
const rows = notebook.rows.filter((told) => all.some((trial) => trial.name === told.trial.name));
summary(rows);
if (rows.length < all.length)
  process.stdout.write(`${all.length - rows.length} of ${all.length} were not reached in time.\n`);
process.exitCode = rows.length === all.length && rows.every((told) => told.right) ? 0 : 1;
