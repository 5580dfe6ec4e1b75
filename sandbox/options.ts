import { randomBytes } from 'node:crypto';
import { CommanderError, type Command } from 'commander';
import { list, readOptions, single, toggle, type CommandName, type Parsed } from '../options/option.ts';
import { addOptions, describedCommand, textsOf, type CommandHelp } from '../options/program.ts';
import { right, wholeNumber, wrong } from '../options/values.ts';
import { FAULTS } from './faults.ts';
import { createIdMaker } from './ids.ts';
import { parseLatency, NO_LATENCY, type Latency } from './latency.ts';
import { profileOf, PROFILES } from './profiles.ts';
import type { SandboxOptions } from './server.ts';

/** What the command line asks for. */
export type Wish =
  | { readonly kind: 'serve'; readonly options: SandboxOptions; readonly json: boolean }
  | { readonly kind: 'list' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistakes'; readonly sentences: readonly string[] };

/** Reads the command line, SANDBOX_KEY and SANDBOX_OTHER_KEY; every mistake becomes a sentence, all of them at once. */
export function readWish(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Wish {
  const written: string[] = [];
  const program = createProgram((text) => written.push(text));
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text: written.join('') };
    return { kind: 'mistakes', sentences: [sentence(error.message)] };
  }
  const read = readOptions(SANDBOX_OPTIONS, textsOf(SANDBOX_OPTIONS, program));
  if (read.values.list) return { kind: 'list' };
  return serve(read, environment);
}

/** What the program is. */
export const SANDBOX_HELP: CommandHelp = {
  name: 'sandbox',
  help: 'a stand-in for POST /workflows/v1/workflow-runs on 127.0.0.1, with its state in memory',
  takes: ['sandbox'],
  examples: [
    ['npm run sandbox -- --list', 'all faults and profiles'],
    ['npm run sandbox -- --port 8080 --fault resume-new-id', 'with a fault'],
  ],
};

const SANDBOX: readonly CommandName[] = ['sandbox'];
const RESPONSES = 'How it responds:';
const PROGRAM = 'Program:';

/** The options of `npm run sandbox`. */
export const SANDBOX_OPTIONS = {
  profile: single<string, string>({
    placeholder: '<name>',
    help: 'a conforming way to respond where the page leaves it open',
    group: RESPONSES,
    commands: SANDBOX,
    parse: profileNamed,
    absent: 'default',
    defaultText: 'default',
  }),
  fault: list({
    placeholder: '<name>',
    help: 'a defect to commit; repeatable, or a list with commas',
    group: RESPONSES,
    commands: SANDBOX,
    parse: faultsNamed,
  }),
  latency: single<Latency, Latency>({
    placeholder: '<time>',
    help: 'delay of each response: 25ms, 1.5s, or exp:25ms for random delays',
    group: RESPONSES,
    commands: SANDBOX,
    parse: latencyOf,
    absent: NO_LATENCY,
    defaultText: '0ms',
  }),
  seed: single<number, number>({
    placeholder: '<n>',
    help: 'seed of the random delays',
    group: RESPONSES,
    commands: SANDBOX,
    parse: wholeNumber({ least: 0, most: 999_999_999 }),
    absent: 1,
    defaultText: '1',
  }),
  port: single<number, number>({
    placeholder: '<port>',
    help: 'port to listen on; 0 takes a free one',
    group: PROGRAM,
    commands: SANDBOX,
    parse: wholeNumber({ least: 0, most: 65_535 }),
    absent: 0,
    defaultText: '0',
  }),
  list: toggle({ help: 'print all faults and profiles', group: PROGRAM, commands: SANDBOX }),
  json: toggle({
    help: 'print one line {"url","key","workflow_id"}, and end when stdin closes',
    group: PROGRAM,
    commands: SANDBOX,
  }),
};

function createProgram(write: (text: string) => void): Command {
  const program = describedCommand(SANDBOX_HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
  return addOptions(program, SANDBOX_OPTIONS);
}

function serve(
  { values, mistakes }: ReturnType<typeof readOptions<typeof SANDBOX_OPTIONS>>,
  environment: Readonly<Record<string, string | undefined>>,
): Wish {
  const key = filled(environment['SANDBOX_KEY']) ?? randomKey();
  const otherKey = filled(environment['SANDBOX_OTHER_KEY']) ?? null;
  const sentences = [
    ...mistakes,
    ...keyMistakes('SANDBOX_KEY', key),
    ...keyMistakes('SANDBOX_OTHER_KEY', otherKey ?? 'x'),
    ...(key === otherKey ? ['SANDBOX_OTHER_KEY is the same as SANDBOX_KEY; give another key.'] : []),
  ];
  if (sentences.length > 0) return { kind: 'mistakes', sentences };
  const { port, seed, profile, latency, json } = values;
  const faults = values.fault.flat();
  const workflowId = createIdMaker()();
  return {
    kind: 'serve',
    json,
    options: { port, seed, key, otherKey, workflowId, faults, profile, latency },
  };
}

/** An empty variable is one that was not set. */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function keyMistakes(name: string, key: string): readonly string[] {
  const isFit = /^[\x21-\x7e]+$/.test(key);
  return isFit ? [] : [`${name} may hold only visible ASCII characters without spaces.`];
}

function latencyOf(text: string, flag: string): Parsed<Latency> {
  const latency = parseLatency(text);
  if (latency !== undefined) return right(latency);
  return wrong(`${flag} is "${text}", but must be a time up to 600s such as 25ms, 1.5s or exp:25ms.`);
}

function profileNamed(name: string): Parsed<string> {
  if (profileOf(name) !== undefined) return right(name);
  return wrong(
    `There is no profile "${name}"; the profiles are ${PROFILES.map((profile) => profile.name).join(', ')}.`,
  );
}

function faultsNamed(text: string): Parsed<readonly string[]> {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown.length === 0) return right(names);
  return wrong(...unknown.map((name) => `There is no fault "${name}"; --list shows all of them.`));
}

function randomKey(): string {
  return `sandbox-${randomBytes(16).toString('hex')}`;
}

function sentence(message: string): string {
  const words = message.replace(/^error: /, '').split('\n', 1)[0] ?? '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
