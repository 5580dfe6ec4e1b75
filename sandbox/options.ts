import { randomBytes } from 'node:crypto';
import { CommanderError, type Command } from 'commander';
import { readOptions } from '../options/option.ts';
import { addOptions, describedCommand, textsOf } from '../options/program.ts';
import { FAULTS } from './faults.ts';
import { createIdMaker } from './ids.ts';
import { SANDBOX_HELP, SANDBOX_OPTIONS } from './option-rows.ts';
import { profileOf, PROFILES } from './profiles.ts';
import type { SandboxOptions } from './server.ts';

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'serve'; readonly options: SandboxOptions; readonly json: boolean }
  | { readonly kind: 'list' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'issues'; readonly issues: readonly string[] };

/** Reads the command line, SANDBOX_KEY and SANDBOX_OTHER_KEY; every issue becomes a sentence, all of them at once. */
export function parseCommandLine(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const written: string[] = [];
  const program = createProgram((text) => written.push(text));
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text: written.join('') };
    return { kind: 'issues', issues: [readable(error.message)] };
  }
  const read = readOptions(SANDBOX_OPTIONS, textsOf(SANDBOX_OPTIONS, program));
  if (read.values.list) return { kind: 'list' };
  return serve(read, environment);
}

function createProgram(write: (text: string) => void): Command {
  const program = describedCommand(SANDBOX_HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
  return addOptions(program, SANDBOX_OPTIONS);
}

function serve(
  { values, issues: invalid }: ReturnType<typeof readOptions<typeof SANDBOX_OPTIONS>>,
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const key = values.key ?? filled(environment['SANDBOX_KEY']) ?? randomKey();
  const otherKey = filled(environment['SANDBOX_OTHER_KEY']) ?? null;
  const faults = namesIn(values.fault);
  const issues = [
    ...invalid,
    ...profileIssues(values.profile),
    ...faultIssues(faults),
    ...keyIssues(values.key === null ? 'SANDBOX_KEY' : '--key', key),
    ...keyIssues('SANDBOX_OTHER_KEY', otherKey ?? 'x'),
    ...(key === otherKey ? ['SANDBOX_OTHER_KEY is the same as SANDBOX_KEY; give another key.'] : []),
  ];
  if (issues.length > 0) return { kind: 'issues', issues };
  const { port, seed, profile, latency, json } = values;
  const workflowId = values.workflowId ?? createIdMaker()();
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

function keyIssues(name: string, key: string): readonly string[] {
  const isFit = /^[\x21-\x7e]+$/.test(key);
  return isFit ? [] : [`${name} may hold only visible ASCII characters without spaces.`];
}

function profileIssues(name: string): readonly string[] {
  if (profileOf(name) !== undefined) return [];
  return [
    `There is no profile "${name}"; the profiles are ${PROFILES.map((profile) => profile.name).join(', ')}.`,
  ];
}

function namesIn(texts: readonly string[]): readonly string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function faultIssues(names: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault.name === name));
  return unknown.map((name) => `There is no fault "${name}"; --list shows all of them.`);
}

function randomKey(): string {
  return `sandbox-${randomBytes(16).toString('hex')}`;
}

function readable(message: string): string {
  const words = message.replace(/^error: /, '').split('\n', 1)[0] ?? '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
