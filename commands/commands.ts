import { rmSync } from 'node:fs';
import { walks } from '../contract/plan.ts';
import { deriveCases } from '../contract/cases/catalogue.ts';
import { CAPACITY } from '../load/capacity/capacity-plan.ts';
import { parseCapacityOptions, type CapacityTexts } from '../load/capacity/options.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../load/options.ts';
import { NIGHTLY_SCENARIOS } from '../load/scenario.ts';
import { DescriptionError, loadOperation } from '../openapi/registry.ts';
import { readAcceptedDrift } from './accepted.ts';
import { openInvocation, UsageError } from './invocation.ts';
import { drawSeed, parseBudget, type CommonTexts, type ContractTexts } from './options.ts';
import type { ContractChoice } from './plan.ts';
import { runParts, type Parts } from './run.ts';
import { quoted } from '../reports/shell-word.ts';
import { isNamedBy } from '../tests/plan.ts';

const CAPACITY_OPTIONS = [
  ['slo', '--slo'],
  ['command', '--command'],
  ['minRate', '--min-rate'],
  ['maxRate', '--max-rate'],
  ['probeDuration', '--probe-duration'],
  ['soakDuration', '--soak-duration'],
  ['precision', '--precision'],
] as const satisfies readonly (readonly [keyof CapacityTexts, string])[];

/** `npm start`: contract, then load with the scenarios' own defaults. */
export async function start(texts: CommonTexts & ContractTexts): Promise<number> {
  const contract = contractChoice(texts);
  const load = parseLoadOptions(NIGHTLY_SCENARIOS, {});
  return run(texts, [...contract.mistakes, ...mistakesOf(load)], {
    contract: contract.choice,
    load: 'plan' in load ? load.plan : null,
    command: `npm start --${flags(texts, {})}`,
  });
}

/** `npm run contract`: the contract tests alone. */
export async function contract(texts: CommonTexts & ContractTexts): Promise<number> {
  const { choice, mistakes } = contractChoice(texts);
  return run(texts, mistakes, {
    contract: choice,
    load: null,
    command: `npm run contract --${flags(texts, {})}`,
  });
}

/** `npm run load -- NAME…`: load scenarios alone. */
export async function load(
  names: readonly string[],
  texts: CommonTexts & LoadOptionTexts & CapacityTexts,
): Promise<number> {
  const seed = texts.seed ?? String(drawSeed()); // it decides random arrivals too, which the plan counts
  const parse = names.includes(CAPACITY) ? parseCapacityOptions : parseScenarioOptions;
  const parsed = parse(names, { ...texts, seed });
  const plan = 'plan' in parsed ? parsed.plan : null;
  return run({ ...texts, seed }, mistakesOf(parsed), {
    contract: null,
    load: plan,
    command: `npm run load -- ${names.join(' ')}${flags(texts, texts)}`,
  });
}

/** The options of a search have no meaning elsewhere, and nobody is to think that they had. */
function parseScenarioOptions(
  names: readonly string[],
  texts: LoadOptionTexts & CapacityTexts,
): ReturnType<typeof parseLoadOptions> {
  const given = CAPACITY_OPTIONS.filter(([name]) => texts[name] !== undefined);
  const parsed = parseLoadOptions(names, texts);
  if (given.length === 0) return parsed;
  const flags = given.map(([, flag]) => flag).join(', ');
  const mistake = `${flags} ${given.length === 1 ? 'belongs' : 'belong'} to the search npm run load -- ${CAPACITY}.`;
  return { mistakes: [mistake, ...mistakesOf(parsed)] };
}

async function run(texts: CommonTexts, mistakes: readonly string[], parts: Parts): Promise<number> {
  const invocation = await openInvocation(texts, process.env, mistakes, parts.load?.shard);
  let isRefused = false;
  try {
    return await runParts(invocation, parts);
  } catch (error) {
    isRefused = error instanceof UsageError;
    throw error;
  } finally {
    await invocation.close();
    // A refused plan leaves no folder among the runs that would stand there as one that can't be read.
    if (isRefused && invocation.made !== undefined) rmSync(invocation.made, { recursive: true, force: true });
  }
}

function mistakesOf(parsed: ReturnType<typeof parseLoadOptions>): readonly string[] {
  return 'mistakes' in parsed ? parsed.mistakes : [];
}

function contractChoice(texts: ContractTexts): {
  readonly choice: ContractChoice;
  readonly mistakes: readonly string[];
} {
  const budget = parseBudget('--budget-runs', texts.budgetRuns);
  const requests = parseBudget('--budget-requests', texts.budgetRequests);
  const accepted = readAcceptedDrift(process.env);
  const mistakes = [budget, requests, accepted].flatMap((one) => (one.ok ? [] : one.mistakes));
  if (texts.replay !== undefined && !isKnownCase(texts.replay)) {
    mistakes.push(
      `--replay names the case "${texts.replay}", which does not exist; take an id from a report, like negative/workflow_id/length-23.`,
    );
  }
  const { only } = texts;
  if (only !== undefined && !knownCases().some((about) => isNamedBy(only, about))) {
    mistakes.push(
      `--only "${only}" is in the id or title of no case, so nothing would be asked; try a part of one, like negative/command.`,
    );
  }
  if (texts.replay !== undefined && texts.only !== undefined)
    mistakes.push('--replay and --only exclude each other; give one.');
  return {
    choice: {
      budgetRuns: budget.ok ? budget.value : null,
      budgetRequests: requests.ok ? requests.value : null,
      only: only ?? null,
      replay: texts.replay ?? null,
      strict: texts.strict === true,
      accepted: accepted.ok ? accepted.value : [],
    },
    mistakes,
  };
}

function knownCases(): readonly { readonly id: string; readonly title: string }[] {
  const operation = loadOperation();
  return [...deriveCases(operation), ...walks(operation)];
}

/** The ids of cases do not depend on the seed; only their values do. One example of a property stands after `@`. */
function isKnownCase(id: string): boolean {
  const known = knownCases().map((about) => about.id);
  return known.includes(id.replace(/^((?:property|model)\/[a-z-]+)@\d+(:\d+)*$/, '$1'));
}

/** The flags that change what is done, as they are typed; none of them can hold a secret. */
function flags(common: CommonTexts & ContractTexts, load: LoadOptionTexts & CapacityTexts): string {
  const valued: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['--fault', common.fault],
    ['--profile', common.profile],
    ['--latency', common.latency],
    ['--budget-runs', common.budgetRuns],
    ['--budget-requests', common.budgetRequests],
    ['--only', common.only],
    ['--replay', common.replay],
    ['--rate', load.rate],
    ['--duration', load.duration],
    ['--warmup', load.warmup],
    ['--connections', load.connections],
    ['--timeout', load.timeout],
    ['--concurrency', load.concurrency],
    ['--threshold', load.threshold],
    ['--mix', load.mix],
    ['--shape', load.shape],
    ['--arrivals', load.arrivals],
    ['--think', load.think],
    ['--validate', load.validate],
    ['--breaker-failures', load.breakerFailures],
    ['--breaker-connects', load.breakerConnects],
    ['--processes', load.processes],
    ['--data', load.data],
    ['--slo', load.slo],
    ['--command', load.command],
    ['--min-rate', load.minRate],
    ['--max-rate', load.maxRate],
    ['--probe-duration', load.probeDuration],
    ['--soak-duration', load.soakDuration],
    ['--precision', load.precision],
  ];
  const words = valued.flatMap(([flag, value]) =>
    value === undefined ? [] : [value].flat().flatMap((one) => [flag, quoted(one)]),
  );
  const bare = [
    ...(common.strict === true ? ['--strict'] : []),
    ...(load.newConnections === true ? ['--new-connections'] : []),
  ];
  return [...words, ...bare].map((word) => ` ${word}`).join('');
}

/** Runs a command and turns what it throws into sentences and an exit code: 2 for a mistake, 3 for a fault of this tool. */
export async function guarded(command: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const mistakes =
      error instanceof UsageError
        ? error.mistakes
        : error instanceof DescriptionError
          ? [error.message]
          : null;
    for (const sentence of mistakes ?? [
      `This tool failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    ])
      process.stderr.write(`${sentence}\n`);
    process.exitCode = mistakes === null ? 3 : 2;
  }
}
