import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { COMMAND_ROWS } from './commands/command-table.ts';
import { outliveReaders } from './commands/console.ts';
import { optionsConsumedByNpm } from './options/npm.ts';
import { flagOf, type Options } from './options/option.ts';
import { commandOf, describedCommand, type CommandRow } from './options/program.ts';

outliveReaders();

const [, , first, second] = process.argv;
const name = first === 'help' ? second : first;
const chosen = COMMAND_ROWS.find((row) => row.name === name);
const tables = chosen === undefined ? [] : await optionsFor(chosen);

const program = new Command('harness')
  .description('Contract tests and load tests for POST /workflows/v1/workflow-runs')
  .version(versionOfPackage(), '--version', 'print the version')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
for (const row of COMMAND_ROWS)
  program.addCommand(row === chosen ? commandOf(row, tables) : describedCommand(row));

await program.parseAsync();

/** The options of all commands, which say of a wrong one where it belongs; a list of commands takes none. */
async function optionsFor(row: CommandRow): Promise<readonly Options[]> {
  const { OPTION_TABLES } = await import('./commands/option-table.ts');
  const flags = OPTION_TABLES.flatMap((table) => Object.keys(table).map(flagOf));
  const consumed = optionsConsumedByNpm(row.name, [...new Set(flags)], process.env);
  if (consumed !== null) {
    process.stderr.write(`${consumed}\n`);
    process.exit(2);
  }
  return OPTION_TABLES;
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
