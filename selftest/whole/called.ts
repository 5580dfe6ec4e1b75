import { Command } from 'commander';
import { COMMAND_ROWS } from '../../commands/command-table.ts';
import { OPTION_TABLES } from '../../commands/option-table.ts';
import { commandOf } from '../../options/program.ts';
import { clockAt, environmentWith, placed, type Ran } from './cli.ts';

/** How a command is called. */
export interface Call {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** When the call begins, by its clock and by those of the processes that it starts; without one, now. */
  readonly at?: string;
}

/** Ends a call where the command line would end the process. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/**
 * Calls a command in this process: one of its own takes a second of CPU before it begins. One call at a time. What a whole
 * process adds (npm's traces, signals, pipes, Playwright's runner for the contract tests) is for runCli.
 */
export async function callCli({ args, env = {}, at }: Call): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const { words, written } = placed(args[0] === 'contract' ? [...args, '--no-runner'] : args);
  const clock = at === undefined ? {} : clockAt(at);
  const undo = [
    capture('stdout', said),
    capture('stderr', said),
    configure({ ...clock, ...env }),
    keepExit(),
    at === undefined ? () => undefined : setClock(at),
  ];
  try {
    const code = await exitCodeOf(words);
    return { code, ...said, ...written };
  } finally {
    for (const one of undo.toReversed()) one();
  }
}

async function exitCodeOf(words: readonly string[]): Promise<number> {
  const program = new Command('harness').exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  for (const row of COMMAND_ROWS) program.addCommand(commandOf(row, OPTION_TABLES));
  try {
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}

/** Takes what a command says; the runner's own messages, which are buffers, go on to it. */
function capture(name: 'stdout' | 'stderr', said: { stdout: string; stderr: string }): () => void {
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
  const before = process.env;
  process.env = environmentWith(env);
  return () => {
    process.env = before;
  };
}

function setClock(at: string): () => void {
  const Real = Date;
  const ahead = Real.parse(at) - Real.now();
  globalThis.Date = new Proxy(Real, {
    construct: (target, given: readonly unknown[]) =>
      Reflect.construct(target, given.length === 0 ? [target.now() + ahead] : given) as Date,
    get: (target, key): unknown => (key === 'now' ? () => target.now() + ahead : Reflect.get(target, key)),
  });
  return () => {
    globalThis.Date = Real;
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
