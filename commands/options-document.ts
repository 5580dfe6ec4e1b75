/** Prints `docs/options.md`, every command with its options from the tables; with a path it writes it there. */
import { writeFileSync } from 'node:fs';
import { flagOf, optionsOf, type Option } from '../options/option.ts';
import type { CommandHelp } from '../options/program.ts';
import { COMMAND_ROWS } from './command-table.ts';
import { SANDBOX_HELP } from '../sandbox/option-rows.ts';
import { OPTION_TABLES } from './option-table.ts';

const HEAD = `<!-- Generated from the tables of options; run npm run generate after an edit. -->

# Options

Everything after \`--\` of an npm script: \`npm run load -- start --rate 5\`. \`--help\` of each command prints the same.
`;

const text = [HEAD, ...[...COMMAND_ROWS, SANDBOX_HELP].map(sectionOf)].join('\n');
const [path] = process.argv.slice(2);
if (path === undefined) process.stdout.write(text);
else writeFileSync(path, text);

function sectionOf(row: CommandHelp): string {
  const options = row.takes.flatMap((command) => Object.entries(optionsOf(command, OPTION_TABLES)));
  const rows = [...new Map(options)];
  const groups = [...new Set(rows.map(([, { group }]) => group))];
  return [
    `## ${row.name}`,
    '',
    `${row.help.charAt(0).toUpperCase()}${row.help.slice(1)}.`,
    '',
    '```sh',
    ...row.examples.map(([line, does]) => `${line} # ${does}`),
    '```',
    '',
    ...groups.flatMap((group) => [
      group,
      '',
      ...rows.filter(([, option]) => option.group === group).map(([name, option]) => lineOf(name, option)),
      '',
    ]),
  ].join('\n');
}

function lineOf(name: string, option: Option): string {
  const flag = option.kind === 'switch' ? flagOf(name) : `${flagOf(name)} ${option.placeholder}`;
  const stated =
    option.kind === 'single' && option.defaultText !== '' ? ` (default: ${option.defaultText})` : '';
  return `- \`${flag}\`: ${option.help}${stated}`;
}
