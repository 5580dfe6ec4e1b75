import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { consumedByNpm } from '../../options/npm.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLAGS = ['--plan', '--only', '--rate', '--threshold', '--seed', '--json', '--quiet', '--strict'];
const folder = mkdtempSync(join(tmpdir(), 'npm-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('options before -- are found in the words that npm read, and the line to type holds all of them', () => {
  const rows: readonly (readonly [script: string, words: readonly string[], line: string | null])[] = [
    ['contract', ['run', 'contract', '--parseable', '--long', '--all', '--no-yes'], 'contract -- --plan'],
    ['contract', ['run', 'contract', '--only', 'abc'], 'contract -- --only abc'],
    ['contract', ['run', 'contract', '--seed', '5', '--', '--strict'], 'contract -- --seed 5 --strict'],
    ['contract', ['run', 'contract', '--json'], 'contract -- --json'],
    ['contract', ['run', 'contract', '--loglevel', 'warn'], 'contract -- --quiet'],
    ['contract', ['run', 'contract', '--bugdet-runs', '40'], 'contract -- --bugdet-runs 40'],
    [
      'load',
      ['run', 'load', 'start', '--rate', '5', '--threshold', 'shed <= 0'],
      `load -- start --rate 5 --threshold 'shed <= 0'`,
    ],
    ['start', ['start', '--parseable', '--long', '--all', '--no-yes'], 'npm start -- --plan'],
    ['contract', ['run', 'contract', '--', '--plan', '--only', 'abc'], null],
    ['contract', ['--loglevel', 'silent', 'run', 'contract'], null],
    ['contract', ['run', 'contract', '--loglevel', 'silent', '--', '--plan'], null],
    ['contract', ['--prefix', 'contract', 'run', 'contract', '--if-present'], null],
    ['load', ['run', 'load', 'start'], null],
  ];
  for (const [script, words, line] of rows) {
    const told = consumedByNpm({ script, words, environment: {} }, FLAGS);
    if (line === null) assert.equal(told, null, words.join(' '));
    else assert.ok(told?.endsWith(line) === true, `${words.join(' ')}: ${told ?? 'nothing'}`);
  }
});

test('without them, what npm left in the environment tells', () => {
  const told = (environment: Record<string, string>): string | null =>
    consumedByNpm({ script: 'load', words: null, environment }, FLAGS);
  assert.match(
    told({ npm_config_rate: '5', npm_config_strict: 'true' }) ?? '',
    /Type: npm run load -- --rate 5 --strict$/,
  );
  const plan = { npm_config_parseable: 'true', npm_config_long: 'true', npm_config_all: 'true' };
  assert.match(told(plan) ?? '', /load -- --plan$/);
  assert.equal(told({ npm_config_json: 'true', npm_config_all: 'true', npm_config_only: 'prod' }), null);
});

interface Ran {
  readonly code: number | null;
  readonly err: string;
}

/** Runs npm itself. */
function npm(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INTERACTLY_|HARNESS_|NODE_)/i.test(name)),
  );
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      cwd: ROOT,
      env: { ...clean, HARNESS_ENV_FILE: 'none', npm_config_cache: folder, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, err });
    });
  });
}

test('an option without -- ends with exit code 2 and the line to type, through npm itself', async () => {
  const rows: readonly (readonly [args: readonly string[], line: string])[] = [
    [['run', 'contract', '--plan'], 'npm run contract -- --plan'],
    [['run', 'contract', '--only', 'negative/command'], 'npm run contract -- --only negative/command'],
    [['start', '--plan'], 'npm start -- --plan'],
    [['run', 'load', 'start', '--rate=5'], 'npm run load -- start --rate 5'],
    [['run', 'sandbox', '--list'], 'npm run sandbox -- --list'],
    [['test', '--suite', 'verdict'], 'npm test -- --suite verdict'],
  ];
  for (const [args, line] of rows) {
    const { code, err } = await npm(args);
    assert.equal(code, 2, err);
    assert.ok(err.includes(`nothing was sent. Type: ${line}\n`), err);
  }
});

test('without a log of npm the environment is read, and options behind -- are taken as they are', async () => {
  const blind = await npm(['run', 'contract', '--plan'], { npm_config_logs_max: '0' });
  assert.equal(blind.code, 2, blind.err);
  assert.match(blind.err, /Type: npm run contract -- --plan/);
  for (const args of [
    ['run', 'contract', '--', '--plan'],
    ['run', '--silent', 'contract', '--', '--plan'],
  ])
    assert.equal((await npm(args)).code, 0, args.join(' '));
});
