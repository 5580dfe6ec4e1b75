import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

/** The edits of each recipe, by its heading. */
function recipes(): ReadonlyMap<string, readonly Edit[]> {
  const [, ...sections] = readFileSync(join(ROOT, 'docs', 'extending.md'), 'utf8').split(/^## /m);
  return new Map(
    sections.map((section) => [
      section.split('\n', 1)[0] ?? '',
      [...section.matchAll(EDIT)].map(({ groups }) => groups as unknown as Edit),
    ]),
  );
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

test('the recipes for extending the tests do what they say when they are followed to the letter', () => {
  const copy = repositoryCopy();
  const run = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
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
    ]);
    for (const edit of [...all.values()].flat())
      if (!edit.file.startsWith('selftest/')) apply(copy.dir, edit);
      else assert.equal(readFileSync(join(ROOT, edit.file), 'utf8').split(`${edit.line}\n`).length, 2);
    writeFileSync(join(copy.dir, 'probe.ts'), PROBE);
    const types = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', '.'], {
      cwd: copy.dir,
      encoding: 'utf8',
    });
    assert.equal(types.status, 0, types.stdout);

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
  } finally {
    copy.remove();
  }
});
