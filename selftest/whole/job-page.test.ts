import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { showOnJobPage } from '../../commands/job-page.ts';
import { renderSummary } from '../../reports/summary.ts';
import { MANY, NO_GO } from '../reports/fixtures.ts';
import { huge } from '../reports/hostile.ts';
import { removeOutputs, runCli } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'job-page-'));
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

/** What is written to the log while a run is shown. */
function shown(environment: Readonly<Record<string, string>>, result = NO_GO): readonly string[] {
  const lines: string[] = [];
  showOnJobPage(result, environment, (line) => lines.push(line));
  return lines;
}

test('a machine that is none of GitHub gets neither annotations nor a summary', () => {
  assert.deepEqual(shown({}), []);
  assert.deepEqual(shown({ GITHUB_STEP_SUMMARY: '', GITHUB_ACTIONS: 'false' }), []);
});

test('the summary is written at the end of the file, behind what other steps wrote, and both stay under 1 MiB', () => {
  const path = join(folder, 'summary.md');
  writeFileSync(path, 'from another step\n');
  assert.deepEqual(shown({ GITHUB_STEP_SUMMARY: path }), []);
  assert.equal(readFileSync(path, 'utf8'), `from another step\n${renderSummary(NO_GO)}\n`);
  writeFileSync(path, 'x'.repeat(900 * 1024));
  assert.deepEqual(shown({ GITHUB_STEP_SUMMARY: path }, huge(MANY, 500)), []);
  assert.ok(statSync(path).size > 900 * 1024 && statSync(path).size < 1024 * 1024);
  writeFileSync(path, 'x'.repeat(1024 * 1024));
  assert.match(
    shown({ GITHUB_STEP_SUMMARY: path }).join('\n'),
    /^warning: the job summary .* \(other steps have filled it\)/,
  );
  assert.equal(statSync(path).size, 1024 * 1024);
});

test('a summary that can not be written is one warning', () => {
  mkdirSync(join(folder, 'a folder'));
  const fifo = join(folder, 'fifo');
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0); // nobody reads it: writing to it would never end
  for (const path of [join(folder, 'a folder'), join(folder, 'no', 'such', 'folder'), '/dev/full', fifo]) {
    const lines = shown({ GITHUB_STEP_SUMMARY: path });
    assert.equal(lines.length, 1, path);
    assert.match(
      lines[0] ?? '',
      /^warning: the job summary .* could not be written \((ENOENT|it is not a file)\);/,
    );
  }
});

test('a NO-GO in a job has its annotations and a summary; where neither can be written the exit code stays', async () => {
  const args = [
    'contract',
    '--only',
    'negative/command',
    '--fault',
    'number-command-accepted',
    '--seed',
    '1',
  ];
  const path = join(folder, 'step.md');
  const job = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_STEP_SUMMARY: path };
  const ran = await runCli({ args, env: job });
  assert.equal(ran.code, 1, ran.stdout + ran.stderr);
  assert.match(
    ran.stdout,
    /^::error title=NO-GO%3A failure%2C [\w-]+::.* Again: npm run contract -- --replay /m,
  );
  assert.equal(
    readFileSync(path, 'utf8').trim(),
    readFileSync(join(ran.outDir, 'summary.md'), 'utf8').trim(),
  );
  const unwritable = await runCli({
    args: [...args, '--json'],
    env: { ...job, GITHUB_STEP_SUMMARY: join(folder, 'a folder') },
  });
  assert.equal(unwritable.code, 1, unwritable.stderr);
  assert.match(unwritable.stderr, /^warning: the job summary .*it is not a file/m);
  assert.match(unwritable.stderr, /^::error title=/m);
  assert.equal((JSON.parse(unwritable.stdout) as { verdict: string }).verdict, 'NO-GO');
});
