import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { misspeltNames } from '../../doctor/misspelling.ts';
import { VARIABLES } from '../../target/env-file.ts';
import { examined, idsIn, resultOf, settingsFor, type Environment } from './examined.ts';
import { KEY, startStandIn, WORKFLOW } from './stand-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-settings-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

suite('settings', () => {
  test('an issue is exit code 2, one line and one thing to do, and nothing is sent', async () => {
    const server = await startStandIn();
    const rows: readonly (readonly [line: string, more: Environment, says: RegExp])[] = [
      ['settings', { INTERACTLY_WORKFLOW_ID: 'short' }, /has 5 characters.*ids of exactly 24/i],
      ['settings', { INTERACTLY_API_KEY: undefined }, /INTERACTLY_API_KEY is not set/],
      ['settings', { INTERACTLY_API_KEY: `Bearer ${KEY}` }, /begins with the word Bearer/],
      ['settings', { HARNESS_TIMEOUT: '10' }, /HARNESS_TIMEOUT is "10"/],
      ['settings', { HARNESS_MAX_RUN: '5' }, /HARNESS_MAX_RUN is set, .*Rename it to HARNESS_MAX_RUNS/],
      ['settings', { INTERACTLY_RUN_INPUT: join(folder, 'none.json') }, /can't be read/],
      ['base-url', { INTERACTLY_BASE_URL: 'ftp://host' }, /not an http or https URL/],
      ['base-url', { INTERACTLY_BASE_URL: 'http://api.example' }, /plain http/],
      ['base-url', { INTERACTLY_BASE_URL: `${server.url}/workflows/v1` }, /Set INTERACTLY_BASE_URL=http:/],
      ['base-url', { INTERACTLY_BASE_URL: '' }, /Set INTERACTLY_BASE_URL/],
    ];
    try {
      for (const [line, more, says] of rows) {
        const { results, code } = await examined(settingsFor(server.url, more));
        const shown = JSON.stringify(results);
        assert.deepEqual([code, idsIn(results, 'failed')], [2, [line]], shown);
        const { what, next } = resultOf(results, line);
        assert.match(`${what} ${next ?? ''}`, says);
        assert.ok(
          results
            .filter(({ id }) => !['settings', 'base-url'].includes(id))
            .every((one) => one.state === 'skipped'),
          shown,
        );
        assert.ok(!shown.includes(KEY), shown);
      }
      assert.deepEqual(server.log.calls, []);
    } finally {
      server.close();
    }
  });

  test('nothing configured at all: the base URL is what is missing', async () => {
    const { results, code } = await examined({ HARNESS_ENV_FILE: 'none' });
    assert.deepEqual(
      [code, idsIn(results, 'failed'), idsIn(results, 'passed')],
      [2, ['base-url'], ['settings']],
    );
  });

  test('the file is named with the variables that it gave, and no value is', async () => {
    const server = await startStandIn();
    const path = join(folder, 'qa.env');
    writeFileSync(
      path,
      `INTERACTLY_API_KEY='${KEY}'\nINTERACTLY_WORKFLOW_ID=${WORKFLOW}\nHARNESS_MAX_RUNS=7\n`,
    );
    try {
      const { results } = await examined({
        HARNESS_ENV_FILE: path,
        INTERACTLY_BASE_URL: server.url,
        HARNESS_MAX_RUNS: '9',
      });
      const { state, what, evidence } = resultOf(results, 'settings');
      assert.equal(state, 'passed');
      assert.deepEqual(evidence['from_file'], ['INTERACTLY_API_KEY', 'INTERACTLY_WORKFLOW_ID']);
      assert.deepEqual(evidence['from_environment'], ['INTERACTLY_BASE_URL', 'HARNESS_MAX_RUNS']);
      assert.ok(what.includes('qa.env gave INTERACTLY_API_KEY'), what);
      assert.ok(!what.includes(KEY) && !what.includes(WORKFLOW), what);
    } finally {
      server.close();
    }
  });

  test('a misspelt name in the file is named once, with the name that is meant', async () => {
    const path = join(folder, 'misspelt.env');
    writeFileSync(path, `INTERACTLY_BASE_URL=http://127.0.0.1:1\nINTERACTLY_APIKEY='${KEY}'\n`);
    const { results, code } = await examined({ HARNESS_ENV_FILE: path });
    assert.equal(code, 2);
    const { what } = resultOf(results, 'settings');
    assert.match(
      what,
      /^INTERACTLY_APIKEY is set, which is no variable of this tool and looks like INTERACTLY_API_KEY/,
    );
    assert.equal(what.match(/INTERACTLY_APIKEY/g)?.length, 1, what);
  });
});

test('names that look like a variable are told, others are left alone', () => {
  const rows: readonly (readonly [name: string, meant: string | null])[] = [
    ['INTERACTLY_APIKEY', 'INTERACTLY_API_KEY'],
    ['INTERATLY_API_KEY', 'INTERACTLY_API_KEY'],
    ['interactly_base_url', 'INTERACTLY_BASE_URL'],
    ['INTERACTLY_BASEURL', 'INTERACTLY_BASE_URL'],
    ['INTERACTLY_URL', 'INTERACTLY_BASE_URL'],
    ['INTERACTLY_KEY', 'INTERACTLY_API_KEY'],
    ['INTERACTLY_WORKFLOWID', 'INTERACTLY_WORKFLOW_ID'],
    ['INTERACTLY_WORKFOLW_ID', 'INTERACTLY_WORKFLOW_ID'],
    ['INTERACTLY_HEADER', 'INTERACTLY_HEADERS'],
    ['HARNESS_ALLOWED_HOSTS', 'HARNESS_ALLOW_HOSTS'],
    ['HARNESS_PATIENCE', null],
    ['HARNESS_ENV_FILE', null],
    ['HARNESS_RUNNER', null],
    ['INTERACTLY_SOMETHING_ELSE', null],
    ['HARNESS', null],
    ['PATH', null],
    ['API_KEY', null],
  ];
  for (const [name, meant] of rows)
    assert.deepEqual(misspeltNames([name], VARIABLES), meant === null ? [] : [{ name, meant }], name);
});
