import { Command, Option as CommanderOption } from 'commander';
import { flagOf, optionsOf, type CommandName, type Option, type Options, type Texts } from './option.ts';

/** The words behind a command besides its options, as Commander names them: `[names...]` gives a list. */
export type Operands = readonly (string | readonly string[] | undefined)[];

/** What `--help` and docs/options.md say of a command. */
export interface CommandHelp {
  readonly name: string;
  readonly help: string;
  /** The commands whose options it takes; the first one is its own. */
  readonly takes: readonly [CommandName, ...CommandName[]];
  /** Lines that can be typed as they are, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

/** A command as a row: what `--help` says of it, and what runs it. */
export interface CommandRow extends CommandHelp {
  readonly operands?: readonly { readonly syntax: string; readonly help: string }[];
  readonly run: (operands: Operands, texts: Texts) => Promise<void>;
  readonly commands?: readonly CommandRow[];
}

const USAGE_ERROR = 2;

/** Commander's command for a row, with the options that the tables have for it. */
export function commandOf(row: CommandRow, tables: readonly Options[]): Command {
  const command = describedCommand(row)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR))
    .configureOutput({
      outputError: (text, write) => {
        write(errorText(text, row.name, tables));
      },
    });
  for (const { syntax, help } of row.operands ?? []) command.argument(syntax, help);
  const options = Object.assign({}, ...row.takes.map((name) => optionsOf(name, tables))) as Options;
  addOptions(command, options);
  for (const sub of row.commands ?? []) command.addCommand(commandOf(sub, tables));
  command.action(async (...given: unknown[]) => {
    const operands = given.slice(0, row.operands?.length ?? 0) as Operands;
    await row.run(operands, textsOf(options, command));
  });
  return command;
}

/** Commander's command with its help and examples, as yet without options. */
export function describedCommand({ name, help, examples }: CommandHelp): Command {
  return new Command(name).description(help).addHelpText('after', examplesText(examples));
}

/** Adds rows to a command. */
export function addOptions(command: Command, rows: Options): Command {
  for (const [name, row] of Object.entries(rows)) command.addOption(commanderOption(name, row));
  return command;
}

function commanderOption(name: string, row: Option): CommanderOption {
  const flag = flagOf(name);
  if (row.kind === 'switch') return new CommanderOption(flag, row.help).helpGroup(row.group);
  const isDefaultStated = row.kind === 'single' && row.defaultText !== '';
  const help = isDefaultStated ? `${row.help} (default: ${row.defaultText})` : row.help;
  const option = new CommanderOption(`${flag} ${row.placeholder}`, help).helpGroup(row.group);
  if (row.kind === 'list')
    option.argParser((word: string, before: readonly string[] | undefined) => [...(before ?? []), word]);
  return option;
}

/** What was typed, by the name of the row; Commander stores `--no-x` as `x` that is false. */
export function textsOf(rows: Options, command: Command): Texts {
  const given = command.optsWithGlobals<Record<string, Texts[string]>>(); // what stands behind a subcommand may be taken by the command above it
  const entries = Object.entries(rows).map(([name, row]) => {
    const option = commanderOption(name, row);
    const text = given[option.attributeName()];
    return [name, option.negate ? text === false || undefined : text] as const;
  });
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}

function examplesText(examples: CommandHelp['examples']): string {
  if (examples.length === 0) return '';
  const widest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  ${line.padEnd(widest)}  # ${does}`);
  return ['', 'Examples:', ...lines].join('\n');
}

/** Commander's error as one sentence; an option of another command is named as such. */
function errorText(text: string, command: string, tables: readonly Options[]): string {
  const message = text.replace(/^error: /, '').trim();
  const flag = /^unknown option '(--[\w-]+)/.exec(message)?.[1];
  const others = flag === undefined ? [] : commandsWith(flag, tables);
  if (flag !== undefined && others.length > 0)
    return `${flag} is not an option of ${command}; it belongs to ${others.join(', ')}.\n`;
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\n/g, ' ').replace(/\.?$/, '.')}\n`;
}

function commandsWith(flag: string, tables: readonly Options[]): readonly CommandName[] {
  const rows = tables.flatMap((table) => Object.entries(table));
  const commands = rows.filter(([name]) => flagOf(name) === flag).flatMap(([, row]) => row.commands);
  return [...new Set(commands)];
}
