import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repositoryCopy } from './copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function run(
  dir: string,
  name: string,
  args: readonly string[],
): { readonly code: number; readonly output: string } {
  const done = spawnSync(join(ROOT, 'node_modules', '.bin', name), args, {
    cwd: dir,
    encoding: 'utf8',
    timeout: 600_000,
  });
  return { code: done.status ?? 1, output: done.stdout + done.stderr };
}

test('a sixth command does not compile until it has a contract plan, a load mapping and a place in the sandbox', () => {
  const copy = repositoryCopy();
  try {
    const path = join(copy.dir, 'openapi', 'workflow-runs.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        'enum: [start, data, resume, pause, stop]',
        'enum: [start, data, resume, pause, stop, rewind]',
      ),
    );
    const options = ['--enum-values', '--default-non-nullable', 'false', '--root-types', '--immutable'];
    assert.equal(
      run(copy.dir, 'openapi-typescript', [
        'openapi/workflow-runs.yaml',
        ...options,
        '-o',
        'openapi/generated/workflow-runs.ts',
      ]).code,
      0,
    );
    const { code, output } = run(copy.dir, 'tsc', ['--noEmit', '-p', '.']);
    assert.notEqual(code, 0);
    for (const file of [
      'contract/commands.ts',
      'load/scenario/request-bodies.ts',
      'load/scenario/run-setup.ts',
      'sandbox/lifecycle.ts',
    ]) {
      assert.match(
        output,
        new RegExp(
          `${file.replace('.', '\\.')}.*\\n?.*rewind|${file.replace('.', '\\.')}\\(\\d+,\\d+\\): error`,
        ),
        `${file}: ${output}`,
      );
    }
  } finally {
    copy.remove();
  }
});

test('each wall between the rooms holds: one wrong import in each room is refused', () => {
  const copy = repositoryCopy();
  try {
    const wrong: readonly (readonly [string, string, string])[] = [
      ['options/wrong.ts', '../target/secret.ts', 'options-imports-only'],
      ['result/wrong.ts', '../reports/junit.ts', 'result-imports-only'],
      ['history/wrong.ts', '../reports/junit.ts', 'history-imports-only'],
      ['openapi/wrong.ts', '../api/exchange.ts', 'openapi-imports-only'],
      ['api/wrong.ts', '../target/send.ts', 'api-imports-only'],
      ['target/wrong.ts', '../load/run.ts', 'target-imports-only'],
      ['contract/wrong.ts', '../load/run.ts', 'contract-imports-only'],
      ['contract/cases/wrong.ts', '../checks/violation.ts', 'contract-cases-imports-only'],
      ['contract/refusal/wrong.ts', '../cases/case.ts', 'contract-refusal-imports-only'],
      ['contract/checks/wrong.ts', '../run/session.ts', 'contract-checks-imports-only'],
      ['contract/budget/wrong.ts', '../../target/send.ts', 'contract-budget-imports-only'],
      ['tests/wrong.ts', '../sandbox/server.ts', 'tests-imports-only'],
      ['load/wrong.ts', '../contract/run/session.ts', 'load-imports-only'],
      ['load/arrivals/wrong.ts', '../metrics/hit.ts', 'load-arrivals-imports-only'],
      ['load/attack/wrong.ts', '../metrics/hit.ts', 'load-attack-imports-only'],
      ['load/metrics/wrong.ts', '../scenario/mix.ts', 'load-metrics-imports-only'],
      ['load/scenario/wrong.ts', '../judge/notes.ts', 'load-scenario-imports-only'],
      ['load/judge/wrong.ts', '../engine/context.ts', 'load-judge-imports-only'],
      ['load/engine/wrong.ts', '../workers/runner.ts', 'load-engine-imports-only'],
      ['load/workers/wrong.ts', '../capacity/search.ts', 'load-workers-imports-only'],
      ['load/capacity/wrong.ts', '../options/rows.ts', 'load-capacity-imports-only'],
      ['load/options/wrong.ts', '../engine/context.ts', 'load-options-imports-only'],
      ['drift/wrong.ts', '../target/send.ts', 'drift-imports-only'],
      ['doctor/wrong.ts', '../load/run.ts', 'doctor-imports-only'],
      ['reports/wrong.ts', '../contract/checks/finding.ts', 'reports-imports-only'],
      ['sandbox/wrong.ts', '../api/request.ts', 'sandbox-imports-only'],
      ['deploy/wrong.ts', '../target/send.ts', 'deploy-imports-only'],
      ['contract/client.ts', 'undici', 'one-client-for-single-requests'],
      ['doctor/client.ts', 'node:https', 'one-client-for-single-requests'],
      ['tests/client.ts', 'node:https', 'one-client-for-single-requests'],
      ['tests/engine.ts', 'autocannon', 'one-room-knows-autocannon'],
    ];
    assert.equal(run(copy.dir, 'depcruise', ['--config', '.dependency-cruiser.cjs', '.']).code, 0);
    for (const [file, imported] of wrong) writeFileSync(join(copy.dir, file), `import '${imported}';\n`);
    const { code, output } = run(copy.dir, 'depcruise', ['--config', '.dependency-cruiser.cjs', '.']);
    assert.notEqual(code, 0);
    for (const [file, , rule] of wrong)
      assert.match(output, new RegExp(`${rule}[^\\n]*${file}`), `${file}: ${output}`);
  } finally {
    copy.remove();
  }
});

test('versions are exact and the lockfile names no download address', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  for (const [name, version] of Object.entries({
    ...manifest['dependencies'],
    ...manifest['devDependencies'],
  }))
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  assert.doesNotMatch(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), /"resolved"/);
});

test('the two front pages keep their length', () => {
  const lines = (name: string): number => readFileSync(join(ROOT, name), 'utf8').trimEnd().split('\n').length;
  assert.ok(lines('README.md') < 130, `README.md has ${lines('README.md')} lines`);
  assert.ok(lines('ARCHITECTURE.md') < 80, `ARCHITECTURE.md has ${lines('ARCHITECTURE.md')} lines`);
});

test('every variable of the configuration is explained in .env.example', () => {
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const settings = readFileSync(join(ROOT, 'target', 'settings.ts'), 'utf8');
  const names = new Set(
    [...settings.matchAll(/get\('((?:INTERACTLY|HARNESS)_[A-Z_]+)'\)/g)].map((match) => match[1] ?? ''),
  );
  assert.ok(names.size >= 9);
  for (const name of names)
    assert.match(example, new RegExp(`^# [^\\n]+\\n(# [^\\n]+\\n)*${name}=`, 'm'), name);
});

test('every file that the front page and the recipes name is there', () => {
  for (const page of ['README.md', 'docs/extending.md', 'docs/load.md']) {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const named = [
      ...text.matchAll(/(?<!The new file )`([a-z-]+\/[\w./-]+\.(?:tsx?|ya?ml|txt|json|md|cjs))`/g),
    ].map(([, path = '']) => path);
    const linked = [...text.matchAll(/\]\(([\w./-]+\.\w+)(?:#[\w-]+)?\)/g)].map(([, path = '']) =>
      join(dirname(page), path),
    );
    assert.ok(named.length + linked.length > 0, page);
    for (const path of [...named, ...linked])
      assert.ok(existsSync(join(ROOT, path)), `${page} names ${path}`);
  }
});
