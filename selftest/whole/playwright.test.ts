import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JSONReport, JSONReportSpec, JSONReportSuite } from '@playwright/test/reporter';
import { controlEntry, outlineOf } from '../../contract/run/outline.ts';
import { readPlan } from '../../contract/run/plan.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { filesBelow } from '../files.ts';
import { filesThatTell } from '../target/spelled.ts';
import { contractAt, KEY, targetAt, withSandbox, WORKFLOW } from '../contract/in-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const operation = loadOperation();

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Playwright's own runner against a target, as an editor or a CI job starts it. */
async function playwright(
  url: string,
  args: readonly string[],
  see: (output: string) => void = () => undefined,
): Promise<Ran> {
  const output = mkdtempSync(join(tmpdir(), 'playwright-'));
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(INTERACTLY_|HARNESS_|NODE_|PW_|GITHUB_|CI$)/.test(name),
    ),
  );
  const own = {
    HARNESS_ENV_FILE: 'none',
    HARNESS_PATIENCE: '1500ms',
    INTERACTLY_BASE_URL: url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    PLAYWRIGHT_HTML_OUTPUT_DIR: join(output, 'report'),
    PLAYWRIGHT_HTML_OPEN: 'never',
  };
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/@playwright/test/cli.js'),
      'test',
      '--output',
      join(output, 'results'),
      ...args,
    ],
    { cwd: ROOT, env: { ...clean, ...own }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number>((resolve) =>
    child.once('close', (one) => {
      resolve(one ?? -1);
    }),
  );
  see(output);
  rmSync(output, { recursive: true, force: true });
  return { code, stdout, stderr };
}

/** Playwright's own report holds what was sent, and no key. Without the fixtures for browsers it records no traces, also when asked to. */
function seeNoKey(output: string): void {
  const files = filesBelow(output);
  const page = join(output, 'report', 'index.html');
  assert.ok(files.includes(page), files.join(' '));
  assert.deepEqual(filesThatTell(files, KEY), []);
  assert.deepEqual(filesThatTell([page], WORKFLOW), [page], 'what is no secret is found there');
  assert.deepEqual(
    files.filter((path) => path.endsWith('.zip')),
    [],
  );
}

function specsIn(suites: readonly JSONReportSuite[]): readonly JSONReportSpec[] {
  return suites.flatMap((suite) => [...suite.specs, ...specsIn(suite.suites ?? [])]);
}

/** The tests of a report; what stands on stdout must be nothing else. */
function readReport({ stdout }: Ran): readonly JSONReportSpec[] {
  return specsIn((JSON.parse(stdout) as JSONReport).suites);
}

const resultsOf = (spec: JSONReportSpec) => spec.tests.flatMap(({ results }) => results);
const stepsOf = (spec: JSONReportSpec) => resultsOf(spec).flatMap(({ steps = [] }) => steps);
const idOf = (title: string): string => title.split(': ')[0] ?? '';

describe('the contract in Playwright itself', () => {
  test('each entry of the suite is one step, and a broken API fails its tests, without a further worker', async () => {
    await withSandbox(['put-accepted', 'missing-key-accepted', 'key-in-unknown-run'], async (sandbox) => {
      const ran = await playwright(sandbox.url, ['--reporter=json,html', '--trace=on'], seeNoKey);
      assert.equal(ran.code, 1, ran.stderr);
      const specs = readReport(ran);
      const titles = specs.flatMap(stepsOf).map(({ title }) => title);
      const wanted = [controlEntry(operation), ...outlineOf(operation, readPlan({}))];
      assert.deepEqual(titles.map(idOf).toSorted(), wanted.map(({ id }) => id).toSorted());
      for (const { id, title } of wanted) assert.ok(titles.includes(`${id}: ${title}`), id);
      const workers = new Set(specs.flatMap(resultsOf).map(({ workerIndex }) => workerIndex));
      assert.equal(workers.size, 2, 'one for the control and one for all others');
      assert.ok(!ran.stdout.includes(KEY) && !ran.stderr.includes(KEY));
      const failed = specs.filter(({ ok }) => !ok);
      const steps = failed.flatMap(stepsOf).filter(({ error }) => error !== undefined);
      const inProcess = await contractAt(targetAt(sandbox.url));
      const broken = inProcess.findings.filter(({ severity }) => severity === 'failure');
      const told = new Set(
        inProcess.outcomes.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id),
      );
      assert.deepEqual(new Set(steps.map(({ title }) => idOf(title))), told, 'the same cases as in process');
      const authentication = failed.find(({ title }) => title === operation.rule('ignored-auth').text);
      assert.ok(authentication !== undefined && broken.length > 0);
      const [result] = resultsOf(authentication);
      const names = (result?.attachments ?? []).map(({ name }) => name);
      assert.ok(
        names.includes('exchange of authentication/none (1)') ||
          names.includes('exchange of authentication/none'),
        names.join(', '),
      );
      assert.match(
        result?.errors[0]?.message ?? '',
        /^ContractBroken: .*\(documented\).*\n {4}# the call [^\n]*\n(?: {4})?OUT=\$\(curl -sS /,
      );
      assert.ok(authentication.tests[0]?.annotations.some(({ type }) => type === 'source'));
    });
  });

  test('tags select by evidence, rule, group and command', async () => {
    const listed = async (tag: string): Promise<readonly JSONReportSpec[]> =>
      readReport(await playwright('http://127.0.0.1:9', ['--list', '--reporter=json', '--grep', tag]));
    const [method, ...others] = (await listed('@unsupported-method')).filter(({ file }) =>
      file.endsWith('.spec.ts'),
    );
    assert.equal(method?.title, operation.rule('unsupported-method').text);
    assert.deepEqual(others, []);
    for (const tag of ['documented', 'lifecycle', 'resume'])
      for (const { tags, title } of (await listed(`@${tag}`)).filter(({ file }) => file.endsWith('.spec.ts')))
        assert.ok(
          tags.some((one) => one.startsWith(tag)),
          `${title}: ${tags.join(' ')}`,
        );
  });

  test('a conforming API passes, and one test alone asks what it shows', async () => {
    await withSandbox([], async (sandbox) => {
      const ran = await playwright(sandbox.url, ['--reporter=json', '--grep', '@unsupported-method']);
      assert.equal(ran.code, 0, ran.stderr);
      const methods = readReport(ran)
        .flatMap(stepsOf)
        .map(({ title }) => idOf(title));
      assert.deepEqual(methods, ['protocol/put', 'protocol/patch', 'protocol/delete']);
      const { by_status } = sandbox.stats();
      assert.equal(by_status['405'], 3);
    });
  });
});
