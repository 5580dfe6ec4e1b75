import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMAND_ROWS } from '../../commands/command-table.ts';
import { OPTION_TABLES } from '../../commands/option-table.ts';
import { LOAD_OPTIONS } from '../../load/options/rows.ts';
import {
  sharedOf,
  flagOf,
  inapplicableOptions,
  optionsOf,
  readOptions,
  single,
  argumentsToRepeat,
  type Options,
  type Texts,
} from '../../options/option.ts';
import { commandOf, type CommandRow } from '../../options/program.ts';
import { duration } from '../../options/values.ts';
import { SANDBOX_OPTIONS } from '../../sandbox/option-rows.ts';
import { repositoryCopy } from '../house/copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A row as a maintainer would add it. */
const EXTRA = {
  restBetween: single({
    placeholder: '<time>',
    help: 'pause between two scenarios',
    group: 'How long:',
    commands: ['load'],
    parse: duration({ least: 0, most: 60_000 }),
    sharedByShards: true,
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

  const { values, issues } = readOptions({ ...LOAD_OPTIONS, ...EXTRA }, texts);
  const typed: number | null = values.restBetween; // its type follows from its parser
  assert.deepEqual([typed, values.rate, issues], [5000, 3, []]);
  assert.equal(readOptions(EXTRA, {}).values.restBetween, null);
  assert.match(
    readOptions(EXTRA, { restBetween: 'soon' }).issues.join(),
    /^--rest-between is "soon"; it takes a duration/,
  );

  const load = COMMAND_ROWS.find(({ name }) => name === 'load');
  assert.ok(load !== undefined);
  const help = commandOf(load, tables).helpInformation();
  assert.match(help, /How long:\n[^]*--rest-between <time> +pause between two scenarios[^]*Connections:/);

  assert.deepEqual(argumentsToRepeat(optionsOf('load', tables), texts), [
    '--rate',
    '3',
    '--rest-between',
    '5s',
  ]);
  const alike = (restBetween: string): unknown =>
    sharedOf(EXTRA, readOptions(EXTRA, { restBetween }).values)['--rest-between'];
  assert.deepEqual([alike('5s'), alike('5000ms'), alike('6s')], [5000, 5000, 6000]);
  assert.deepEqual(inapplicableOptions('capacity', { ...LOAD_OPTIONS, ...EXTRA }, texts), [
    '--rate',
    '--rest-between',
  ]);
});

const ROW = `  restBetween: single({
    placeholder: '<time>',
    help: 'pause between two scenarios',
    group: TIME,
    commands: LOAD,
    parse: duration({ least: 0, most: 60_000 }),
    sharedByShards: true,
  }),
`;

/** An option of the contract tests: its row, and the one place where it acts. */
const CONTRACT_EDITS: readonly (readonly [file: string, before: string, added: string])[] = [
  [
    'contract/option-rows.ts',
    '  strict: toggle({',
    "  noFlows: toggle({ help: 'without the flows', group: CASES, commands: CONTRACT }),\n",
  ],
  [
    'contract/run/plan.ts',
    '  if (plan.replay !== null) return about.id',
    "  if (plan.noFlows && about.id.startsWith('lifecycle/')) return false;\n",
  ],
];

/** What a program of the copy says of the new row where no output of a command shows it. */
const PROBE = `
import { contractChoice, lineOf } from './commands/commands.ts';
import { OPTION_TABLES } from './commands/option-table.ts';
import { planContract } from './commands/plan.ts';
import { flowsOf } from './contract/budget/flows.ts';
import { planEnvironment, readPlan } from './contract/run/plan.ts';
import { suiteOf } from './contract/run/suite.ts';
import { loadOperation } from './openapi/registry.ts';
import { profileSchema } from './commands/profile/schema.ts';
import { parseLoadOptions } from './load/options/read.ts';
import { consumedByNpm } from './options/npm.ts';
import { flagOf } from './options/option.ts';
const startAt = new Date(Date.now() + 3_600_000).toISOString();
const { choice } = contractChoice({ noFlows: true });
const target = { isLoopback: true, maxRuns: null, otherKey: null };
const plan = planContract({ target, stateDir: '/nowhere', options: { seed: 1 } }, choice);
const sent = (given) => suiteOf(loadOperation(), readPlan(planEnvironment({ ...plan, ...given }))).length;
const shared = (restBetween) => parseLoadOptions(['start'], { shard: '1/2', startAt, restBetween }).plan.sharedByShards['--rest-between'];
const flags = OPTION_TABLES.flatMap((table) => Object.keys(table).map(flagOf));
const npm = { script: 'load', words: null, environment: { npm_config_rest_between: '5s' } };
console.log(JSON.stringify({
  line: lineOf('npm run load -- start', 'load', { rate: '3', restBetween: '5s' }),
  shared: [shared('5s'), shared('5000ms'), shared('6s'), shared(undefined)],
  profile: profileSchema.safeParse({ load: [{ scenario: 'start', 'rest-between': '5s' }] }).success,
  npm: consumedByNpm(npm, flags),
  flows: [sent({ noFlows: false }) - sent({}), flowsOf(loadOperation()).filter(({ id }) => id.startsWith('lifecycle/')).length],
  contractLine: lineOf('npm run contract --', 'contract', { noFlows: true }),
  strictProfile: profileSchema.safeParse({ contract: { 'no-flows': true } }).success,
}));
`;

test('a row that is added to a copy of the project is in its help, document, parser, repeating line, shards and profiles', () => {
  const copy = repositoryCopy();
  const run = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--import', 'tsx', ...args], { cwd: copy.dir, encoding: 'utf8' });
  try {
    const path = join(copy.dir, 'load', 'options', 'rows.ts');
    const source = readFileSync(path, 'utf8');
    const before = '  connections: single({';
    assert.equal(source.split(before).length, 2);
    writeFileSync(path, source.replace(before, ROW + before));
    for (const [file, place, added] of CONTRACT_EDITS) {
      const text = readFileSync(join(copy.dir, file), 'utf8');
      assert.equal(text.split(place).length, 2, file);
      writeFileSync(join(copy.dir, file), text.replace(place, added + place));
    }
    writeFileSync(join(copy.dir, 'probe.ts'), PROBE);

    assert.match(
      run('cli.ts', 'load', '--help').stdout,
      /How long:\n[^]*--rest-between <time> +pause between/,
    );
    const documented = run('commands/options-document.ts').stdout;
    const line = '- `--rest-between <time>`: pause between two scenarios\n';
    const committed = readFileSync(`${ROOT}docs/options.md`, 'utf8');
    assert.equal(documented.split(line).length, 2);
    const flows = '- `--no-flows`: without the flows\n';
    assert.equal(documented.split(flows).length, 5); // start, nightly, release, contract
    assert.equal(documented.replace(line, '').replaceAll(flows, ''), committed);

    const mistaken = run('cli.ts', 'load', 'start', '--rest-between', 'soon');
    assert.equal(mistaken.status, 2);
    assert.match(mistaken.stderr, /^--rest-between is "soon"; it takes a duration/);
    assert.equal(
      run('cli.ts', 'contract', '--rest-between', '5s').stderr,
      '--rest-between is not an option of contract; it belongs to load.\n',
    );
    const probed = run('probe.ts');
    assert.equal(probed.stderr, '');
    const { npm, flows: left, ...rest } = JSON.parse(probed.stdout) as Record<string, unknown>;
    assert.deepEqual(rest, {
      line: 'npm run load -- start --rate 3 --rest-between 5s',
      shared: [5000, 5000, 6000, null],
      profile: true,
      contractLine: 'npm run contract -- --no-flows',
      strictProfile: true,
    });
    assert.ok(Array.isArray(left) && left[0] === left[1] && Number(left[0]) > 5, JSON.stringify(left));
    assert.match(String(npm), /Type: npm run load -- --rest-between 5s$/);
  } finally {
    copy.remove();
  }
});

test('an option of another command is named as that', () => {
  const ran = spawnSync(process.execPath, ['--import', 'tsx', 'cli.ts', 'contract', '--rate', '5'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(ran.status, 2);
  assert.equal(ran.stderr, '--rate is not an option of contract; it belongs to load, compare.\n');
});

test('a placeholder stands in angle brackets: Commander takes another one for no value at all', () => {
  for (const table of OPTION_TABLES)
    for (const [name, row] of Object.entries(table))
      if (row.kind !== 'switch') assert.match(row.placeholder, /^<[^<>]+>$/, flagOf(name));
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
  assert.deepEqual(argumentsToRepeat(optionsOf('load', OPTION_TABLES), texts), [
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
