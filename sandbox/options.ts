import { randomBytes } from 'node:crypto';
import { Command, CommanderError } from 'commander';
import { FAULTS } from './faults.ts';
import { createIdMaker } from './ids.ts';
import { parseLatency, NO_LATENCY } from './latency.ts';
import { PROFILES } from './profiles.ts';
import type { SandboxOptions } from './server.ts';

/** What the command line asks for. */
export type Wish =
  | { readonly kind: 'serve'; readonly options: SandboxOptions; readonly json: boolean }
  | { readonly kind: 'list' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistakes'; readonly sentences: readonly string[] };

/** Reads the command line and SANDBOX_KEY; every mistake becomes a sentence, all of them at once. */
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
  const flags = program.opts<Flags>();
  if (flags.list) return { kind: 'list' };
  return serve(flags, environment['SANDBOX_KEY']);
}

interface Flags {
  readonly port: string;
  readonly profile: string;
  readonly fault: readonly string[];
  readonly latency: string;
  readonly seed: string;
  readonly list: boolean;
  readonly json: boolean;
}

function createProgram(write: (text: string) => void): Command {
  return new Command('sandbox')
    .description('A stand-in for POST /workflows/v1/workflow-runs on 127.0.0.1, with its state in memory.')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '0')
    .option('--profile <name>', 'a conforming way to answer what the page leaves open', 'default')
    .option('--fault <name>', 'a defect to commit; repeatable, or a comma list', collect, [])
    .option('--latency <time>', 'delay of each answer: 25ms, 1.5s, or exp:25ms for random delays', '0ms')
    .option('--seed <number>', 'seed of the random delays', '1')
    .option('--list', 'print all faults and profiles', false)
    .option('--json', 'print one line {"url","key","workflow_id"}, and end when stdin closes', false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [
    ...earlier,
    ...value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ];
}

function serve(flags: Flags, keyFromEnvironment: string | undefined): Wish {
  const latency = parseLatency(flags.latency);
  const key =
    keyFromEnvironment === undefined || keyFromEnvironment === '' ? randomKey() : keyFromEnvironment;
  const sentences = [
    ...portMistakes(flags.port),
    ...profileMistakes(flags.profile),
    ...flags.fault.flatMap(faultMistakes),
    ...(latency === undefined
      ? [`--latency is "${flags.latency}", but must be a time up to 600s such as 25ms, 1.5s or exp:25ms.`]
      : []),
    ...(/^\d{1,9}$/.test(flags.seed)
      ? []
      : [`--seed is "${flags.seed}", but must be a whole number from 0 to 999999999.`]),
    ...(/^[\x21-\x7e]+$/.test(key)
      ? []
      : ['SANDBOX_KEY may hold only visible ASCII characters without spaces.']),
  ];
  if (sentences.length > 0) return { kind: 'mistakes', sentences };
  const { profile, fault: faults, json } = flags;
  const workflowId = createIdMaker()();
  const numbers = { port: Number(flags.port), seed: Number(flags.seed) };
  return {
    kind: 'serve',
    json,
    options: { ...numbers, key, workflowId, faults, profile, latency: latency ?? NO_LATENCY },
  };
}

function portMistakes(port: string): readonly string[] {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return [];
  return [`--port is "${port}", but must be a whole number from 0 to 65535.`];
}

function profileMistakes(name: string): readonly string[] {
  if (PROFILES.some((profile) => profile.name === name)) return [];
  return [
    `There is no profile "${name}"; the profiles are ${PROFILES.map((profile) => profile.name).join(', ')}.`,
  ];
}

function faultMistakes(name: string): readonly string[] {
  if (FAULTS.some((fault) => fault.name === name)) return [];
  return [`There is no fault "${name}"; --list shows all of them.`];
}

function randomKey(): string {
  return `sandbox-${randomBytes(16).toString('hex')}`;
}

function sentence(message: string): string {
  const words = message.replace(/^error: /, '').split('\n', 1)[0] ?? '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
