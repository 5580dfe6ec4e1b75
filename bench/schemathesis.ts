/**
 * The same faults, profiles and description under Schemathesis and under these contract tests, side by side.
 * Schemathesis is installed from the Python registry into a virtual environment of its own; it is no dependency.
 * It runs with its own defaults and all checks, and goes on after a failure, or it would stop at its first objection to
 * the conforming server. A fault counts as found by it when it objects to something (a kind of failure, with the status
 * of the answer) to which it does not object on the conforming server with any of three seeds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULT_CLASSES, FAULTS } from '../sandbox/faults.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { resolveTarget } from '../target/resolve.ts';
import { parseSettings } from '../target/settings.ts';
import { runContract } from '../tests/run.ts';
import {
  descriptionFor,
  installed,
  KEY,
  sandboxWith,
  theirs,
  VERSION,
  WORKFLOW,
  type How,
  type Theirs,
} from './schemathesis-run.ts';
import { conductAll, openNotebook } from './trial-pool.ts';
import type { Told, Trial } from './trial.ts';

const BASELINE_SEEDS = [1, 2, 3];

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    results: { type: 'string' },
    seconds: { type: 'string', default: '86400' },
    jobs: { type: 'string', default: '2' },
    examples: { type: 'string' },
    times: { type: 'string', default: '0' },
    'budget-requests': { type: 'string', default: '170' },
  },
});

const chosen = FAULTS.filter((_, i) => i % Number(values.every) === 0);
const until = Date.now() + Number(values.seconds) * 1000;
const jobs = Number(values.jobs);
const dir = mkdtempSync(join(tmpdir(), 'bench-description-'));
const how: How = { program: installed(), description: descriptionFor(dir), examples: values.examples };

/** Every eighth first, then the next ones: what a cut leaves is a sample of all classes. */
function spread<T>(all: readonly T[]): readonly T[] {
  return Array.from({ length: 8 }, (_, start) => all.filter((_one, i) => i % 8 === start)).flat();
}

/** Everything is asked of both; the rows of an earlier run are kept. */
async function askBoth(): Promise<{ readonly theirs: readonly Theirs[]; readonly ours: readonly Told[] }> {
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
  const lane = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined && Date.now() < until; trial = queue.shift())
      theirBook.note(await theirs(how, trial));
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  const left = trials.filter((trial) => !ourBook.rows.some((row) => row.trial.name === trial.name));
  await conductAll(left, { jobs, until }, (told) => {
    ourBook.note(told);
  });
  const isWanted = (name: string): boolean => [...baseline, ...trials].some((trial) => trial.name === name);
  return {
    theirs: theirBook.rows.filter((row) => isWanted(row.name)),
    ours: ourBook.rows.filter((row) => isWanted(row.trial.name)),
  };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const mean = (numbers: readonly number[]): string =>
  numbers.length === 0 ? '—' : (numbers.reduce((a, b) => a + b, 0) / numbers.length).toFixed(1);

function printFaults(rows: { readonly theirs: readonly Theirs[]; readonly ours: readonly Told[] }): void {
  const known = new Set(
    rows.theirs.filter((row) => row.name.startsWith('baseline')).flatMap((row) => row.objections),
  );
  const theyFound = new Set(
    rows.theirs
      .filter((row) => row.fault !== null && row.objections.some((one) => !known.has(one)))
      .map((row) => row.name),
  );
  const weFound = new Set(rows.ours.filter((told) => told.right).map((told) => told.trial.name));
  print('| class | faults | these tests | Schemathesis |\n| --- | --- | --- | --- |');
  for (const name of [...FAULT_CLASSES, 'all']) {
    const own = chosen.filter((fault) => name === 'all' || fault.class === name);
    const count = (found: ReadonlySet<string>): number => own.filter((fault) => found.has(fault.name)).length;
    print(`| ${name} | ${own.length} | ${count(weFound)} | ${count(theyFound)} |`);
  }
  const onlyTheirs = chosen.filter((fault) => theyFound.has(fault.name) && !weFound.has(fault.name));
  print(`\nfound by Schemathesis alone: ${onlyTheirs.map((fault) => fault.name).join(', ') || 'none'}`);
  const withFault = {
    theirs: rows.theirs.filter((row) => row.fault !== null),
    ours: rows.ours.filter((told) => told.trial.fault !== null),
  };
  print('\n| mean of the runs with a fault | these tests | Schemathesis |\n| --- | --- | --- |');
  print(
    `| requests | ${mean(withFault.ours.map((told) => told.requests))} | ${mean(withFault.theirs.map((row) => row.requests))} |`,
  );
  print(
    `| workflow runs | ${mean(withFault.ours.map((told) => told.runs))} | ${mean(withFault.theirs.map((row) => row.runs))} |`,
  );
  const perFound = (requests: number, found: number): string => (requests / Math.max(1, found)).toFixed(0);
  const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  print(
    `| requests for each fault found | ${perFound(total(withFault.ours.map((told) => told.requests)), weFound.size)} | ${perFound(total(withFault.theirs.map((row) => row.requests)), theyFound.size)} |`,
  );
}

function printProfiles(rows: { readonly theirs: readonly Theirs[]; readonly ours: readonly Told[] }): void {
  print('\n| conforming profile | failures of these tests | failures of Schemathesis |\n| --- | --- | --- |');
  for (const { name } of PROFILES) {
    const ours = rows.ours.find((told) => told.trial.name === `profile ${name}`);
    const told = rows.theirs.find((row) => row.name === `profile ${name}`);
    const kinds = told?.objections.filter((one) => !/\(\d{3}\)$/.test(one)) ?? [];
    print(
      `| ${name} | ${ours?.failures ?? '—'} | ${told === undefined ? '—' : kinds.join(', ') || 'none'} |`,
    );
  }
}

/** Wall time on the conforming server, one after the other, each from the start of its process to its end. */
async function printTimes(times: number): Promise<void> {
  const own: { requests: number; seconds: number; asking: number }[] = [];
  const other: Theirs[] = [];
  for (let i = 1; i <= times; i += 1) {
    other.push(await theirs(how, { name: '', fault: null, profile: 'default', seed: i }));
    own.push(await timed(i));
  }
  print('\n| wall time on the conforming server | these tests | Schemathesis |\n| --- | --- | --- |');
  print(
    `| seconds, mean of ${times} | ${mean(own.map((one) => one.seconds))} (of them asking: ${mean(own.map((one) => one.asking))}) | ${mean(other.map((one) => one.seconds))} |`,
  );
  print(`| requests | ${mean(own.map((one) => one.requests))} | ${mean(other.map((one) => one.requests))} |`);
}

async function timed(seed: number): Promise<{ requests: number; seconds: number; asking: number }> {
  const sandbox = await sandboxWith([], 'default');
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-'));
  const settings = parseSettings({
    INTERACTLY_BASE_URL: sandbox.url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
  });
  if (!settings.ok) throw new Error(settings.mistakes.join(' '));
  const silent = (): void => undefined;
  const plan = {
    stateDir,
    seed,
    strict: false,
    budgetRuns: null,
    budgetRequests: null,
    replay: null,
    only: null,
    inFlight: 4,
  };
  const began = performance.now();
  try {
    const { signal } = new AbortController();
    const context = { target: resolveTarget(settings.value, null), signal, say: silent, progress: silent };
    const contract = await runContract(plan, context);
    const seconds = (performance.now() - began) / 1000;
    return { requests: contract.requests_sent, seconds, asking: contract.duration_ms / 1000 };
  } finally {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

print(
  `${VERSION}${values.examples === undefined ? ', its default number of examples' : `, --max-examples ${values.examples}`}; ${chosen.length} of ${FAULTS.length} faults\n`,
);
if (Number(values.times) > 0) await printTimes(Number(values.times));
else {
  const rows = await askBoth();
  printFaults(rows);
  printProfiles(rows);
  const wanted = BASELINE_SEEDS.length + 2 * (chosen.length + PROFILES.length);
  print(`\n${rows.theirs.length + rows.ours.length} of ${wanted} runs done`);
}
rmSync(dir, { recursive: true, force: true });
