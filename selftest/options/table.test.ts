import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMAND_ROWS } from '../../commands/command-table.ts';
import { OPTION_TABLES } from '../../commands/option-table.ts';
import { LOAD_OPTIONS } from '../../load/options/rows.ts';
import {
  alikeOf,
  flagOf,
  inapplicable,
  optionsOf,
  readOptions,
  single,
  wordsToRepeat,
  type Options,
  type Texts,
} from '../../options/option.ts';
import { commandOf, type CommandRow } from '../../options/program.ts';
import { duration } from '../../options/values.ts';
import { SANDBOX_OPTIONS } from '../../sandbox/options.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A row as a maintainer would add it. */
const EXTRA = {
  restBetween: single({
    placeholder: '<time>',
    help: 'pause between two scenarios',
    group: 'How long:',
    commands: ['load'],
    parse: duration({ least: 0, most: 60_000 }),
    alike: true,
  }),
};

/** What a command row hears when its command is given these words. */
async function checked(name: string, words: readonly string[], tables: readonly Options[]): Promise<Texts> {
  let texts: Texts = {};
  const row = COMMAND_ROWS.find((candidate) => candidate.name === name);
  assert.ok(row !== undefined);
  const listening: CommandRow = {
    ...row,
    run: (_, given) => {
      texts = given;
      return Promise.resolve();
    },
  };
  await commandOf(listening, tables).parseAsync(words, { from: 'user' });
  return texts;
}

test('one row is all that a new option needs: parser, help, repetition, shards and refusals follow from it', async () => {
  const tables = [...OPTION_TABLES, EXTRA];
  const texts = await checked('load', ['start', '--rest-between', '5s', '--rate', '3'], tables);
  assert.deepEqual(texts, { rate: '3', restBetween: '5s' });

  const { values, mistakes } = readOptions({ ...LOAD_OPTIONS, ...EXTRA }, texts);
  const typed: number | null = values.restBetween; // its type follows from its parser
  assert.deepEqual([typed, values.rate, mistakes], [5000, 3, []]);
  assert.equal(readOptions(EXTRA, {}).values.restBetween, null);
  assert.match(
    readOptions(EXTRA, { restBetween: 'soon' }).mistakes.join(),
    /^--rest-between is "soon"; it takes a duration/,
  );

  const load = COMMAND_ROWS.find(({ name }) => name === 'load');
  assert.ok(load !== undefined);
  const help = commandOf(load, tables).helpInformation();
  assert.match(help, /How long:\n[^]*--rest-between <time> +pause between two scenarios[^]*Connections:/);

  assert.deepEqual(wordsToRepeat(optionsOf('load', tables), texts), ['--rate', '3', '--rest-between', '5s']);
  const alike = (restBetween: string): unknown =>
    alikeOf(EXTRA, readOptions(EXTRA, { restBetween }).values)['--rest-between'];
  assert.deepEqual([alike('5s'), alike('5000ms'), alike('6s')], [5000, 5000, 6000]);
  assert.deepEqual(inapplicable('capacity', { ...LOAD_OPTIONS, ...EXTRA }, texts), [
    '--rate',
    '--rest-between',
  ]);
});

test('an option of another command is named as that', () => {
  const ran = spawnSync(process.execPath, ['--import', 'tsx', 'cli.ts', 'contract', '--rate', '5'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(ran.status, 2);
  assert.equal(ran.stderr, '--rate is not an option of contract; it belongs to load.\n');
});

test('no command has two rows for one flag, and every row belongs to a command', () => {
  const taken = [...COMMAND_ROWS.flatMap(({ takes }) => takes), 'sandbox' as const];
  for (const table of OPTION_TABLES)
    for (const [name, { commands }] of Object.entries(table))
      assert.ok(
        commands.some((command) => taken.includes(command)),
        flagOf(name),
      );
  for (const command of taken) {
    const names = OPTION_TABLES.flatMap((table) =>
      Object.entries(optionsOf(command, [table])).map(([name, row]) => ({ name, row })),
    );
    const rows = new Map(names.map(({ name, row }) => [name, row]));
    for (const { name, row } of names) assert.equal(rows.get(name), row, `${command} ${flagOf(name)}`);
  }
});

test('every default that --help states is the one that counts', () => {
  const tables: readonly Options[] = [LOAD_OPTIONS, SANDBOX_OPTIONS];
  for (const [name, row] of tables.flatMap((table) => Object.entries(table))) {
    if (row.kind !== 'single' || row.defaultText === '' || row.absent === null) continue;
    const parsed = row.parse(row.defaultText, flagOf(name));
    if (parsed.ok) assert.deepEqual(parsed.value, row.absent, flagOf(name));
    else assert.equal(name, 'validate', `${flagOf(name)} can't be given its own default`);
  }
});

test('the line that repeats a run holds every option that was given and changes what the run does', () => {
  const texts: Texts = {
    rate: '5',
    shard: '1/2',
    startAt: '2030-01-31T22:15:00Z',
    newConnections: true,
    threshold: ['latency_ms_p95 < 9', 'shed <= 0'],
    out: 'somewhere',
    json: true,
    plan: true,
  };
  assert.deepEqual(wordsToRepeat(optionsOf('load', OPTION_TABLES), texts), [
    '--rate',
    '5',
    '--new-connections',
    '--threshold',
    'latency_ms_p95 < 9',
    '--threshold',
    'shed <= 0',
    '--shard',
    '1/2',
    '--start-at',
    '2030-01-31T22:15:00Z',
  ]);
});

test('the options are documented as the table has them', () => {
  const documented = readFileSync(`${ROOT}docs/options.md`, 'utf8');
  const written = spawnSync(process.execPath, ['--import', 'tsx', 'commands/options-document.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(written.status, 0, written.stderr);
  assert.equal(documented, written.stdout, 'docs/options.md is old: npm run generate');
});
