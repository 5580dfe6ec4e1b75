import { rmSync } from 'node:fs';
import { CAPACITY } from '../load/scenario/scenario.ts';
import { parseCapacityOptions } from '../load/options/capacity.ts';
import { LOAD_OPTIONS } from '../load/options/rows.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../load/options/read.ts';
import { SEED_MAX } from '../options/common.ts';
import { loadOperation } from '../openapi/registry.ts';
import {
  inapplicableOptions,
  optionsOf,
  readOptions,
  argumentsToRepeat,
  type CommandName,
  type Texts,
  type TextsOf,
} from '../options/option.ts';
import type { Environment } from '../target/settings.ts';
import { acceptedPathOf, readAcceptedDrift } from './accepted.ts';
import { openInvocation } from './invocation.ts';
import { UsageError } from './usage-error.ts';
import { NO_LIMITS, type Limits } from './limits.ts';
import { CONTRACT_OPTIONS } from '../contract/option-rows.ts';
import { OPTION_TABLES } from './option-table.ts';
import { drawSeed, type CommonTexts } from './options.ts';
import type { ContractChoice } from './plan.ts';
import { runParts, type Parts } from './run.ts';
import { quoted } from '../options/shell-word.ts';
import { knownCases, patternOf, replayIssue } from '../contract/run/known-cases.ts';
import { isNamedBy } from '../contract/run/plan.ts';

/** The options of the contract tests, as they were typed. */
export type ContractTexts = TextsOf<typeof CONTRACT_OPTIONS>;

/** `npm run contract`: the contract tests alone. */
export async function contract(texts: CommonTexts & ContractTexts): Promise<number> {
  const { choice, issues } = contractChoice(texts);
  return run(texts, issues, {
    contract: choice,
    load: null,
    command: lineOf('npm run contract --', 'contract', texts),
  });
}

/** `npm run load -- NAME…`: load scenarios alone. */
export async function load(names: readonly string[], texts: CommonTexts & LoadOptionTexts): Promise<number> {
  const seed = texts.seed ?? seedOfShards(texts) ?? String(drawSeed()); // it decides random arrivals too, which the plan counts
  const parse = names.includes(CAPACITY) ? parseCapacityOptions : parseScenarioOptions;
  const parsed = parse(names, { ...texts, seed });
  const plan = 'plan' in parsed ? parsed.plan : null;
  return run({ ...texts, seed }, issuesOf(parsed), {
    contract: null,
    load: plan,
    command: lineOf(
      `npm run load -- ${names.join(' ')}`,
      names.includes(CAPACITY) ? CAPACITY : 'load',
      texts,
    ),
  });
}

/** All shards of one load draw the same arrivals without being told a seed: what they share is when they begin. */
function seedOfShards({ shard, startAt = '' }: LoadOptionTexts): string | null {
  const epochMs = Date.parse(startAt);
  return shard === undefined || Number.isNaN(epochMs) ? null : String(Math.floor(epochMs / 1000) % SEED_MAX);
}

/** The options of a search have no meaning elsewhere, and are refused rather than ignored. */
function parseScenarioOptions(
  names: readonly string[],
  texts: LoadOptionTexts,
): ReturnType<typeof parseLoadOptions> {
  const given = inapplicableOptions('load', LOAD_OPTIONS, texts);
  const parsed = parseLoadOptions(names, texts);
  if (given.length === 0) return parsed;
  const belong = given.length === 1 ? 'belongs' : 'belong';
  const issue = `${given.join(', ')} ${belong} to the search npm run load -- ${CAPACITY}.`;
  return { issues: [issue, ...issuesOf(parsed)] };
}

/** Opens an invocation, runs the parts in it and closes it. */
export async function run(
  texts: CommonTexts,
  issues: readonly string[],
  parts: Parts,
  { environment, limits }: { readonly environment: Environment; readonly limits: Limits } = {
    environment: process.env,
    limits: NO_LIMITS,
  },
): Promise<number> {
  preload(parts);
  const invocation = await openInvocation(texts, environment, issues, parts.load?.shard, limits);
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

/** Loads what will be needed in the end while the target, which may be a sandbox of our own, is made ready. */
function preload({ contract }: Parts): void {
  if (contract !== null && contract.values.replay !== null) void import('../contract/run/replay.ts');
  void import('../reports/write.ts');
}

function issuesOf(parsed: ReturnType<typeof parseLoadOptions>): readonly string[] {
  return 'issues' in parsed ? parsed.issues : [];
}

/** The contract part that was asked for, and every issue in its options. */
export function contractChoice(texts: CommonTexts & ContractTexts): {
  readonly choice: ContractChoice;
  readonly issues: readonly string[];
} {
  const { values, issues: unreadable } = readOptions(CONTRACT_OPTIONS, texts);
  const { replay, noAccepted } = values;
  const accepted = noAccepted ? ({ ok: true, value: [] } as const) : readAcceptedDrift(process.env);
  const issues = [...unreadable, ...(accepted.ok ? [] : accepted.issues)];
  const operation = loadOperation();
  const only = values.only === null ? null : patternOf(operation, values.only);
  const wrong = replay === null ? null : replayIssue(operation, replay, seedOf(texts));
  if (wrong !== null) issues.push(wrong);
  if (only !== null && !knownCases(operation).some((about) => isNamedBy(only, about))) {
    issues.push(
      `--only "${only}" is in the id or title of no case and is no rule, so nothing would be asked; try a part of one, like negative/command.`,
    );
  }
  const commands = values.commands === null ? null : inOrder(values.commands, operation.commands);
  if (commands !== null) issues.push(...commandIssues(commands, operation.commands));
  const narrowing = [
    replay === null ? '' : '--replay',
    only === null ? '' : '--only',
    commands === null ? '' : '--commands',
  ].filter((flag) => flag !== '');
  if (narrowing.length > 1) issues.push(`${narrowing.join(' and ')} exclude each other; give one.`);
  return {
    choice: {
      values: { ...values, only, commands },
      accepted: accepted.ok ? accepted.value : [],
      acceptedFile: noAccepted ? null : acceptedPathOf(process.env),
    },
    issues,
  };
}

/** Commands in the order of the description, and after them what it does not have. */
function inOrder(words: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = words.filter((word) => !known.includes(word));
  return [...known.filter((command) => words.includes(command)), ...unknown];
}

/** What is wrong with a choice of commands, as at most one sentence. */
function commandIssues(chosen: readonly string[], known: readonly string[]): readonly string[] {
  const list = `take some of ${known.join(', ')}, separated by commas`;
  if (chosen.length === 0) return [`--commands names no command; ${list}.`];
  const unknown = chosen.filter((command) => !known.includes(command));
  if (unknown.length === 0) return [];
  return [
    `--commands names ${unknown.map((word) => `"${word}"`).join(', ')}, which the API does not have; ${list}.`,
  ];
}

/** The seed that was given, or null; one that can't be read is told elsewhere. */
function seedOf({ seed }: CommonTexts): number | null {
  return seed === undefined || !/^\d+$/.test(seed) ? null : Number(seed);
}

/** The line that repeats a run: every option that changes what it does, but for the seed. No option can hold a secret. */
export function lineOf(line: string, command: CommandName, texts: Texts): string {
  const words = argumentsToRepeat(optionsOf(command, OPTION_TABLES), texts);
  return [line, ...words.map(quoted)].join(' ');
}
