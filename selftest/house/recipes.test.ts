import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../../result/result.ts';
import { repositoryCopy } from './copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One edit that docs/extending.md describes: a block of text and the line by which it goes into a file. */
interface Edit {
  readonly file: string;
  readonly how: 'before' | 'after' | 'replace';
  readonly line: string;
  readonly text: string;
}

const EDIT =
  /\b[Ii]n\s+`(?<file>[^`]+)`,\s+(?<how>before|after|replace)\s+`(?<line>[^`]+)`[^`]*?:\n\n```\w*\n(?<text>[^]*?)```/g;

const NEW_FILE = /\b[Tt]he\s+new\s+file\s+`(?<file>[^`]+)`:\n\n```\w*\n(?<text>[^]*?)```/g;
const COMPILER_NAMES = /the compiler names [^`]*:\n\n```\n(?<lines>[^]*?)```/;
const [, ...SECTIONS] = readFileSync(join(ROOT, 'docs', 'extending.md'), 'utf8').split(/^## /m);

/** The edits of each recipe, by its heading. */
function recipes(): ReadonlyMap<string, readonly Edit[]> {
  return new Map(SECTIONS.map((section) => [section.split('\n', 1)[0] ?? '', editsIn(section)]));
}

function editsIn(text: string): readonly Edit[] {
  return [...text.matchAll(EDIT)].map(({ groups }) => groups as unknown as Edit);
}

function apply(dir: string, { file, how, line, text }: Edit): void {
  const path = join(dir, file);
  const lines = readFileSync(path, 'utf8').split('\n');
  const places = lines.flatMap((one, i) => (one.trim() === line ? [i] : []));
  assert.equal(places.length, 1, `${file} has the line ${line} ${places.length} times`);
  // A row of a list goes before the row that the line belongs to, whose brace stands on the line above.
  const [at = 0] = places;
  const first = how === 'before' && lines[at - 1]?.trim() === '{' ? at - 1 : at;
  const added = text.replace(/\n$/, '').split('\n');
  if (how === 'replace') lines.splice(at, 1, ...added);
  else lines.splice(how === 'before' ? first : at + 1, 0, ...added);
  writeFileSync(path, lines.join('\n'));
}

/** What a program of the copy says of everything that the recipes have added. */
const PROBE = `
import { deriveCases } from './contract/cases/catalogue.ts';
import { loadOperation } from './openapi/registry.ts';
const operation = loadOperation();
const cases = deriveCases(operation);
console.log(JSON.stringify({
  request: cases.filter(({ id }) => id.includes('/label/')).length > 2,
  response: operation.responseFields.some(({ pattern }) => pattern === '/workflow_run/workflow_run/retries'),
  wrong: operation.checkResponseBody({ workflow_run: { workflow_run: { retries: 'two' } } }).some(({ schemaPath }) => schemaPath.includes('retries')),
  status: [operation.statusClassOf('expired'), operation.statusClassOf('unheard-of')],
  rule: operation.rule('cookie-absence').evidence.level,
}));
`;

type Run = (...args: readonly string[]) => {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

const OPERATION = 'An operation beside the one under test';

/** Follows the recipe of a new operation: what its first part leaves open is what the compiler names, as it is printed there. */
function addOperation(dir: string): void {
  const section = SECTIONS.find((one) => one.startsWith(OPERATION)) ?? '';
  const [before = '', lines = '', after = ''] = section.split(COMPILER_NAMES);
  for (const edit of editsIn(before)) apply(dir, edit);
  const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly generate: string };
  };
  const [types = ''] = scripts.scripts.generate.split(' && ');
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path };
  const generated = spawnSync('sh', ['-c', types], { cwd: dir, encoding: 'utf8', env });
  assert.equal(generated.status, 0, generated.stderr);
  const files = ['contract/run/suite.ts', 'doctor/table.ts', 'sandbox/server.ts'];
  writeFileSync(
    join(dir, 'tsconfig.some.json'),
    JSON.stringify({ extends: './tsconfig.json', include: [], files }),
  );
  const named = compiled(dir, 'tsconfig.some.json').map((line) =>
    line.replace(/\(\d+,\d+\): error TS\d+/, '').replace(/(is missing).*/, '$1'),
  );
  assert.deepEqual(named.sort(), lines.trimEnd().split('\n'));
  for (const edit of editsIn(after)) apply(dir, edit);
}

/** Writes the files that the recipes give in full. */
function addFiles(dir: string): readonly string[] {
  const added = SECTIONS.flatMap((section) => [...section.matchAll(NEW_FILE)]);
  return added.map(({ groups: { file = '', text = '' } = {} }) => {
    writeFileSync(join(dir, file), text, { flag: 'wx' });
    return file;
  });
}

/** What the compiler says of a copy, an entry for each error. */
function compiled(dir: string, project: string): readonly string[] {
  const { stdout } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', project], {
    cwd: dir,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
}

/** What the flow of the new operation shows of a sandbox. */
function commentsAt(run: Run, dir: string, ...sandbox: readonly string[]): readonly unknown[] {
  const out = join(dir, 'out-comments', ...sandbox);
  const ran = run(
    'cli.ts',
    'contract',
    '--no-runner',
    ...['--only', 'lifecycle/comments', '--out', out],
    ...sandbox,
  );
  const { contract } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
  assert.ok(contract !== null, ran.stderr);
  assert.match(
    readFileSync(join(out, 'index.html'), 'utf8'),
    /A comment that was accepted is among the comments/,
  );
  const own = (row: { readonly check: string }): boolean => row.check.startsWith('comment-');
  return [
    contract.outcomes.find(({ id }) => id === 'lifecycle/comments')?.outcome,
    contract.findings.filter(own).map(({ check, severity }) => `${severity}: ${check}`),
    contract.assumptions
      .filter(({ id }) => id.startsWith('comment-'))
      .map(({ id, state }) => `${id} ${state}`),
    contract.coverage.matrix
      .filter((row) => own(row) && row.command === 'start')
      .map(({ check, exercised, warned }) => `${check} ${exercised}, ${warned} warned`),
  ];
}

test('the recipes for extending the tests do what they say when they are followed to the letter', () => {
  const copy = repositoryCopy();
  const run: Run = (...args) =>
    spawnSync(process.execPath, ['--import', 'tsx', ...args], {
      cwd: copy.dir,
      encoding: 'utf8',
      env: { ...process.env, HARNESS_ENV_FILE: 'none' },
    });
  try {
    const all = recipes();
    const edited = [...all].filter(([, edits]) => edits.length > 0).map(([name]) => name);
    assert.deepEqual(edited, [
      'A request field',
      'A response field',
      'A status',
      'An option',
      'A scenario',
      'A check with its fault',
      'A section of the report',
      OPERATION,
    ]);
    addOperation(copy.dir);
    assert.equal(addFiles(copy.dir).length, 2);
    for (const edit of [...all].flatMap(([name, edits]) => (name === OPERATION ? [] : edits)))
      if (!edit.file.startsWith('selftest/')) apply(copy.dir, edit);
      else assert.equal(readFileSync(join(ROOT, edit.file), 'utf8').split(`${edit.line}\n`).length, 2);
    writeFileSync(join(copy.dir, 'probe.ts'), PROBE);
    assert.deepEqual(compiled(copy.dir, '.'), []);

    const probed = run('probe.ts');
    assert.deepEqual(
      [probed.stderr, JSON.parse(probed.stdout || 'null')],
      ['', { request: true, response: true, wrong: true, status: ['terminal', 'at-work'], rule: 'related' }],
    );
    assert.match(run('cli.ts', 'load', '--help').stdout, /--rest-between <time> +pause between two/);
    assert.match(run('cli.ts', 'load', 'start-stop', '--plan').stdout, /start-stop/);

    const out = join(copy.dir, 'out');
    const found = run(
      ...['cli.ts', 'contract', '--replay', 'negative/workflow_id/length-23', '--seed', '1'],
      ...['--fault', 'sets-cookie', '--out', out],
    );
    const result = readFileSync(join(out, 'result.json'), 'utf8');
    const { contract } = JSON.parse(result) as {
      readonly contract: {
        readonly findings: readonly { readonly check: string; readonly severity: string }[];
      };
    };
    assert.ok(
      contract.findings.some(({ check, severity }) => check === 'cookie-absence' && severity === 'warning'),
      found.stdout + found.stderr,
    );
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    assert.match(page, /<a href="#repeat">Repeat[^]*<h2 id="repeat-title">Repeat<\/h2><pre>npm run contract/);
    const there = ['--profile', 'all-related'];
    assert.deepEqual(commentsAt(run, copy.dir, ...there), [
      'passed',
      [],
      ['comment-storage confirmed', 'comment-validation confirmed'],
      ['comment-storage 2, 0 warned', 'comment-validation 9, 0 warned'],
    ]);
    assert.deepEqual(commentsAt(run, copy.dir, ...there, '--fault', 'loses-comments'), [
      'warned',
      ['warning: comment-storage'],
      ['comment-storage refuted', 'comment-validation confirmed'],
      ['comment-storage 2, 1 warned', 'comment-validation 9, 0 warned'],
    ]);
    assert.deepEqual(commentsAt(run, copy.dir), [
      'skipped',
      [],
      ['comment-storage not_seen', 'comment-validation not_seen'],
      ['comment-storage 0, 0 warned', 'comment-validation 0, 0 warned'],
    ]);
  } finally {
    copy.remove();
  }
});
