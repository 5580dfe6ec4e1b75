import { FAULT_CLASSES, FAULTS } from '../sandbox/faults.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import type { Theirs } from './schemathesis-run.ts';
import type { Told } from './trial.ts';

/** All runs of the comparison: theirs, ours as they are shipped, and ours within a budget of requests. */
export interface Rows {
  readonly theirs: readonly Theirs[];
  readonly ours: readonly Told[];
  readonly within: readonly Told[];
  readonly budgetRequests: number;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The mean of some numbers as a cell, a dash without any. */
export function mean(numbers: readonly number[]): string {
  if (numbers.length === 0) return '—';
  return (numbers.reduce((a, b) => a + b, 0) / numbers.length).toFixed(1);
}

/** Which faults each side has found, by class, and what a run with a fault has cost. */
export function printFaults(rows: Rows): void {
  const { theirs, within, budgetRequests } = rows;
  const ours = rows.ours.filter((told) => told.trial.fault !== null);
  const capped = within.filter((told) => told.trial.fault !== null);
  const compared = theirs.filter((row) => row.fault !== null);
  const theyFound = foundByThem(theirs);
  const weFound = rightOf(ours);
  const cappedFound = rightOf(capped);
  print(`| class | faults | these tests | within ${budgetRequests} requests | Schemathesis |`);
  print('| --- | --- | --- | --- | --- |');
  const chosen = FAULTS.filter((fault) => compared.some((row) => row.fault === fault.name));
  for (const name of [...FAULT_CLASSES, 'all']) {
    const own = chosen.filter((fault) => name === 'all' || fault.class === name);
    const count = (found: ReadonlySet<string>): number => own.filter((fault) => found.has(fault.name)).length;
    print(`| ${name} | ${own.length} | ${count(weFound)} | ${count(cappedFound)} | ${count(theyFound)} |`);
  }
  const onlyTheirs = chosen.filter((fault) => theyFound.has(fault.name) && !cappedFound.has(fault.name));
  print(
    `\nfound by Schemathesis and not within ${budgetRequests} requests: ${onlyTheirs.map((fault) => fault.name).join(', ') || 'none'}`,
  );
  print(
    `\n| mean of the runs with a fault | these tests | within ${budgetRequests} requests | Schemathesis |`,
  );
  print('| --- | --- | --- | --- |');
  const row = (what: string, of: (one: Told | Theirs) => number): void => {
    print(`| ${what} | ${mean(ours.map(of))} | ${mean(capped.map(of))} | ${mean(compared.map(of))} |`);
  };
  row('requests', (one) => one.requests);
  row('workflow runs', (one) => one.runs);
  const perFound = (all: readonly (Told | Theirs)[], found: number): string =>
    (all.reduce((sum, one) => sum + one.requests, 0) / Math.max(1, found)).toFixed(0);
  print(
    `| requests for each fault found | ${perFound(ours, weFound.size)} | ${perFound(capped, cappedFound.size)} | ${perFound(compared, theyFound.size)} |`,
  );
}

function rightOf(rows: readonly Told[]): ReadonlySet<string> {
  return new Set(rows.filter((told) => told.right).map((told) => told.trial.fault ?? ''));
}

/** An objection counts when none of the runs against the conforming server has it. */
function foundByThem(rows: readonly Theirs[]): ReadonlySet<string> {
  const baseline = rows.filter((row) => row.name.startsWith('baseline'));
  const known = new Set(baseline.flatMap((row) => row.violations));
  const found = rows.filter((row) => row.fault !== null && row.violations.some((one) => !known.has(one)));
  return new Set(found.map((row) => row.fault ?? ''));
}

/** What each side holds against conforming servers. */
export function printProfiles({ theirs, ours, within, budgetRequests }: Rows): void {
  print(
    `\n| conforming profile | failures of these tests | within ${budgetRequests} requests | failures of Schemathesis |`,
  );
  print('| --- | --- | --- | --- |');
  const told = (rows: readonly Told[], name: string): string => {
    const row = rows.find(({ trial }) => trial.fault === null && trial.profile === name);
    return row === undefined ? '—' : `${row.failures} (${row.verdict}, ${row.requests} requests)`;
  };
  for (const { name } of PROFILES) {
    const row = theirs.find((one) => one.name === `profile ${name}`);
    const kinds = row?.violations.filter((one) => !/\(\d{3}\)$/.test(one)) ?? [];
    const said = row === undefined ? '—' : kinds.join(', ') || 'none';
    print(`| ${name} | ${told(ours, name)} | ${told(within, name)} | ${said} |`);
  }
}
