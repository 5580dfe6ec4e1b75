import { mock } from 'node:test';
import { Command } from 'commander';
import { COMMAND_ROWS } from '../../commands/command-table.ts';
import { OPTION_TABLES } from '../../commands/option-table.ts';
import { commandOf } from '../../options/program.ts';

/** What one call of a command said, and the exit code that it left. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is called. */
export interface Call {
  readonly args: readonly string[];
  /** All that the command finds in the environment besides what a process needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** The moment that the command takes for now; without one, the clock is left alone. */
  readonly now?: string;
}

/** Ends a call where the command line would end the process. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const CONFIGURES = /^(INTERACTLY_|HARNESS_|NODE_|GITHUB_|CI$)/;

/**
 * Calls a command that ends by itself in this process: a process of its own takes a second of CPU, of which the command
 * is a few milliseconds. One call at a time. What a whole process adds (npm's traces, signals, pipes) is for runCli.
 */
export async function callCli({ args, env = {}, now }: Call): Promise<Called> {
  const said = { stdout: '', stderr: '' };
  const undo = [hear('stdout', said), hear('stderr', said), configure(env), keepExit()];
  if (now !== undefined) mock.timers.enable({ apis: ['Date'], now: Date.parse(now) });
  try {
    const code = await exitCodeOf(args);
    return { code, ...said };
  } finally {
    if (now !== undefined) mock.timers.reset();
    for (const one of undo.toReversed()) one();
  }
}

async function exitCodeOf(args: readonly string[]): Promise<number> {
  const program = new Command('harness').exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  for (const row of COMMAND_ROWS) program.addCommand(commandOf(row, OPTION_TABLES));
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}

/** Takes what a command says; the runner's own messages, which are buffers, go on to it. */
function hear(name: 'stdout' | 'stderr', said: { stdout: string; stderr: string }): () => void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...more: readonly unknown[]) => {
    if (typeof chunk !== 'string') return Reflect.apply(write, stream, [chunk, ...more]) as boolean;
    said[name] += chunk;
    for (const done of more) if (typeof done === 'function') (done as () => void)();
    return true;
  };
  return () => {
    stream.write = write;
  };
}

function configure(env: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  const clean = Object.entries(before).filter(([name]) => !CONFIGURES.test(name));
  process.env = { ...Object.fromEntries(clean), HARNESS_ENV_FILE: 'none', ...env };
  return () => {
    process.env = before;
  };
}

function keepExit(): () => void {
  const { exitCode } = process;
  const exit = process.exit.bind(process);
  process.exitCode = 0;
  process.exit = (code?: number | string | null): never => {
    throw new Exit(Number(code ?? 0));
  };
  return () => {
    process.exit = exit;
    process.exitCode = exitCode ?? undefined;
  };
}
