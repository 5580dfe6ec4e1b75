import { Command } from 'commander';
import { COMMAND_ROWS } from './commands/command-table.ts';
import { outliveReaders } from './commands/console.ts';
import { OPTION_TABLES } from './commands/option-table.ts';
import { optionsConsumedByNpm } from './options/npm.ts';
import { flagOf } from './options/option.ts';
import { commandOf } from './options/program.ts';

outliveReaders();

const flags = OPTION_TABLES.flatMap((table) => Object.keys(table).map(flagOf));
const consumed = optionsConsumedByNpm(process.argv[2] ?? '', [...new Set(flags)], process.env);
if (consumed !== null) {
  process.stderr.write(`${consumed}\n`);
  process.exit(2);
}

const program = new Command('harness')
  .description('Contract tests and load tests for POST /workflows/v1/workflow-runs')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
for (const row of COMMAND_ROWS) program.addCommand(commandOf(row, OPTION_TABLES));

await program.parseAsync();
