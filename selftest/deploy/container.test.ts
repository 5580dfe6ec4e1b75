import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunResult } from '../../result/result.ts';
import { filesBelow } from '../files.ts';
import { ROOT, runScript } from './clone.ts';

let dir = '';
let app = '';
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'container-'));
  app = join(dir, 'app');
});
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What `.dockerignore` lets into the image: it leaves all out, and lets in what stands behind a `!`. */
function copyContext(from: string, to: string): void {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(rules[0], '*');
  const out = rules.slice(1).filter((rule) => !rule.startsWith('!'));
  for (const name of rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1)))
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      filter: (path) => !out.includes(relative(from, path)),
    });
}

/** The packages that `npm ci --omit=dev` installs, as the lockfile names them, linked to those of this checkout. */
function linkPackages(to: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
  };
  for (const [path, { dev, optional }] of Object.entries(lock.packages)) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev === true || optional === true) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(to, path));
  }
}

describe('the image', () => {
  test('gets nothing that a run does not need: no .env, no earlier runs, no tests of this tool', () => {
    const from = join(dir, 'checkout');
    cpSync(ROOT, from, {
      recursive: true,
      filter: (path) =>
        !/^(node_modules|\.git|test-results|reports\/runs|reports\/history)(\/|$)/.test(relative(ROOT, path)),
    });
    writeFileSync(join(from, '.env'), 'INTERACTLY_API_KEY=a');
    writeFileSync(join(from, '.commit'), `${'7'.repeat(40)}\n`); // as the head of the Dockerfile says
    mkdirSync(join(from, 'reports', 'runs', 'one'), { recursive: true });
    writeFileSync(join(from, 'reports', 'runs', 'one', 'result.json'), '{}');
    copyContext(from, app);
    const names = filesBelow(app).map((path) => relative(app, path));
    assert.ok(names.includes('cli.ts') && names.includes('config/nightly.yaml') && names.includes('.commit'));
    const unwanted = /^(\.env|reports\/runs|selftest|bench|node_modules|docs|deploy)(\/|$)/;
    assert.deepEqual(
      names.filter((name) => unwanted.test(name)),
      [],
    );
  });

  test('runs its entry point with the packages of production alone, and writes only where it was told to', async () => {
    linkPackages(app);
    const listed = (): readonly string[] =>
      filesBelow(app)
        .map((path) => relative(app, path))
        .sort();
    const before = listed();
    const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? '[]') as readonly string[];
    assert.equal(entry[0], 'node');
    const out = join(dir, 'out');
    const argv = [
      process.execPath,
      ...entry.slice(1),
      'contract',
      '--only',
      'positive/command',
      '--out',
      out,
      '--history',
      join(dir, 'history'),
    ];
    const env = { PATH: dirname(process.execPath), HOME: dir, NODE_ENV: 'production', TMPDIR: dir };
    const { code, output } = await runScript(argv, app, env);
    assert.equal(code, 0, output);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    assert.ok((result.contract?.cases.passed ?? 0) > 0);
    assert.deepEqual(listed(), before);
  });
});
