import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { parseDurationMs } from '../../options/duration.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { parseRetryAfterMs } from '../../target/retry-after.ts';
import { isLoopbackHost, parseSettings, readEnvironment, type Environment } from '../../target/settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'settings-'));
test.after(() => {
  rmSync(dir, { recursive: true, force: true });
});

const KEY = 'ik-test-0123456789abcdef';
const ID = '5eb7cf5a86d9755df3a6c593';
const WHOLE: Environment = {
  INTERACTLY_BASE_URL: 'https://api.example.test/prefix/',
  INTERACTLY_API_KEY: KEY,
  INTERACTLY_WORKFLOW_ID: ID,
};

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function issues(environment: Environment): readonly string[] {
  const parsed = parseSettings(environment);
  return parsed.ok ? [] : parsed.issues;
}

test('a whole configuration becomes a target', () => {
  const parsed = parseSettings({
    ...WHOLE,
    HARNESS_MAX_RUNS: '7',
    HARNESS_TIMEOUT: '2s',
    HARNESS_ALLOW_HOSTS: 'a.test, API.example.test',
    INTERACTLY_HEADERS: '{"TeamId":"team-secret-1"}',
  });
  assert.ok(parsed.ok);
  const target = resolveTarget(parsed.value, null);
  assert.equal(target.baseUrl, 'https://api.example.test/prefix');
  assert.deepEqual(
    [target.maxRuns, target.timeoutMs, target.loadAllowed, target.isLoopback],
    [7, 2000, true, false],
  );
  assert.equal(target.redact(`x ${KEY} y team-secret-1`), 'x [redacted] y [redacted]');
});

test('the patience and the key of another team are read, and neither can be given wrong', () => {
  const parsed = parseSettings({
    ...WHOLE,
    HARNESS_PATIENCE: '90s',
    INTERACTLY_OTHER_KEY: 'ik-other-team-99',
  });
  assert.ok(parsed.ok);
  const target = resolveTarget(parsed.value, null);
  assert.equal(target.patienceMs, 90_000);
  assert.equal(target.redact('ik-other-team-99'), '[redacted]');
  for (const text of ['0s', '0', '30', '-1s', '11m'])
    assert.match(issues({ ...WHOLE, HARNESS_PATIENCE: text }).join(), /^HARNESS_PATIENCE is .* like 30s\.$/);
  assert.match(issues({ ...WHOLE, INTERACTLY_OTHER_KEY: KEY }).join(), /^INTERACTLY_OTHER_KEY is the same/);
});

test('without a base URL nothing else is needed, and an empty variable is unset', () => {
  assert.deepEqual(issues({}), []);
  const environment = readEnvironment({
    HARNESS_ENV_FILE: 'none',
    INTERACTLY_BASE_URL: '',
    INTERACTLY_API_KEY: '',
    HARNESS_MAX_RUNS: '7',
  });
  assert.equal(environment['INTERACTLY_BASE_URL'], undefined);
  assert.equal(environment['HARNESS_MAX_RUNS'], '7');
});

test('an empty base URL beside a key or a workflow is an issue, wherever either stands', () => {
  const empty = file('empty-base', 'INTERACTLY_BASE_URL=\n');
  const rows: readonly (readonly [Environment, boolean])[] = [
    [{ HARNESS_ENV_FILE: 'none', INTERACTLY_BASE_URL: '', INTERACTLY_API_KEY: KEY }, true],
    [{ HARNESS_ENV_FILE: 'none', INTERACTLY_BASE_URL: '', INTERACTLY_WORKFLOW_ID: ID }, true],
    [{ HARNESS_ENV_FILE: empty, INTERACTLY_API_KEY: KEY }, true],
    [{ HARNESS_ENV_FILE: empty, ...WHOLE }, false],
    [
      {
        HARNESS_ENV_FILE: file('base', 'INTERACTLY_BASE_URL=https://a.test'),
        ...WHOLE,
        INTERACTLY_BASE_URL: '',
      },
      false,
    ],
    [{ HARNESS_ENV_FILE: empty }, false],
    [{ HARNESS_ENV_FILE: 'none', INTERACTLY_API_KEY: KEY }, false],
  ];
  for (const [own, isIssue] of rows) {
    const found = issues(readEnvironment(own));
    assert.equal(found.length, isIssue ? 1 : 0, JSON.stringify(found));
    if (isIssue)
      assert.match(found[0] ?? '', /^INTERACTLY_BASE_URL is empty .*set INTERACTLY_BASE_URL=https/);
  }
});

test('the environment wins over the file, and the file over nothing', () => {
  const path = file('env', `INTERACTLY_API_KEY=from-the-file\nHARNESS_MAX_RUNS=5\n`);
  const environment = readEnvironment({ HARNESS_ENV_FILE: path, INTERACTLY_API_KEY: KEY });
  assert.deepEqual([environment['INTERACTLY_API_KEY'], environment['HARNESS_MAX_RUNS']], [KEY, '5']);
});

test('every issue is one sentence that names its variable', () => {
  const rows: readonly (readonly [Environment, RegExp])[] = [
    [{ ...WHOLE, INTERACTLY_API_KEY: undefined }, /^INTERACTLY_API_KEY is not set/],
    [{ ...WHOLE, INTERACTLY_WORKFLOW_ID: undefined }, /^INTERACTLY_WORKFLOW_ID is not set/],
    [{ INTERACTLY_WORKFLOW_ID: ID.slice(1) }, /^INTERACTLY_WORKFLOW_ID has 23 characters/],
    [{ ...WHOLE, INTERACTLY_BASE_URL: 'api.example.test' }, /^INTERACTLY_BASE_URL is not an http/],
    [{ ...WHOLE, INTERACTLY_BASE_URL: 'ftp://api.example.test' }, /^INTERACTLY_BASE_URL is not an http/],
    [{ ...WHOLE, INTERACTLY_BASE_URL: 'http://api.example.test' }, /only over https/],
    [{ ...WHOLE, INTERACTLY_BASE_URL: 'https://user:pw@api.example.test' }, /holds credentials/],
    [{ ...WHOLE, INTERACTLY_BASE_URL: 'https://api.example.test/?a=1' }, /query or a fragment/],
    [{ ...WHOLE, INTERACTLY_API_KEY: `Bearer ${KEY}` }, /begins with the word Bearer/],
    [{ ...WHOLE, INTERACTLY_API_KEY: `authorization: bearer ${KEY}` }, /begins with the word Bearer/],
    [
      { ...WHOLE, INTERACTLY_BASE_URL: 'https://api.example.test/eu/workflows/v1/workflow-runs/' },
      /already contains the path .* set INTERACTLY_BASE_URL=https:\/\/api\.example\.test\/eu instead/,
    ],
    [
      { ...WHOLE, INTERACTLY_BASE_URL: 'https://api.example.test/workflows/v1' },
      /set INTERACTLY_BASE_URL=https:\/\/api\.example\.test instead/,
    ],
    [{ ...WHOLE, INTERACTLY_API_KEY: 'two words of key' }, /^INTERACTLY_API_KEY holds a blank/],
    [{ ...WHOLE, INTERACTLY_API_KEY: 'short' }, /fewer than 8/],
    [{ INTERACTLY_HEADERS: 'x' }, /^INTERACTLY_HEADERS is not a JSON object/],
    [{ INTERACTLY_HEADERS: '{"Authorization":"x"}' }, /can't be set/],
    [{ INTERACTLY_HEADERS: '{"a b":"x"}' }, /can't be set/],
    [{ INTERACTLY_HEADERS: '{"a":1}' }, /not a printable string/],
    [{ INTERACTLY_RUN_INPUT: join(dir, 'missing.json') }, /can't be read/],
    [{ INTERACTLY_RUN_INPUT: file('list.json', '[]') }, /not a JSON object/],
    [
      { INTERACTLY_RUN_INPUT: file('command.json', '{"command":"start"}') },
      /"command" \(string\) is not wanted/,
    ],
    [{ INTERACTLY_RUN_INPUT: file('type.json', '{"miscellaneous":[]}') }, /"miscellaneous" \(array\)/],
    [{ HARNESS_MAX_RUNS: '0' }, /^HARNESS_MAX_RUNS is "0"/],
    [{ HARNESS_TIMEOUT: '10' }, /^HARNESS_TIMEOUT is "10"/],
    [{ HARNESS_TIMEOUT: '2h' }, /^HARNESS_TIMEOUT is "2h"/],
    [{ HARNESS_TIMEOUT: '0s' }, /^HARNESS_TIMEOUT is "0s"/],
    [{ HARNESS_CA_FILE: file('no.pem', 'x') }, /^HARNESS_CA_FILE/],
  ];
  for (const [environment, pattern] of rows) {
    const found = issues(environment);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.match(found[0] ?? '', pattern);
    assert.ok(!(found[0] ?? '').includes('\n') && (found[0] ?? '').endsWith('.'));
  }
});

test('all issues are told at once', () => {
  assert.equal(
    issues({
      INTERACTLY_BASE_URL: 'https://api.example.test',
      INTERACTLY_WORKFLOW_ID: 'x',
      HARNESS_MAX_RUNS: 'many',
      HARNESS_TIMEOUT: 'soon',
    }).length,
    4,
  );
});

test('an issue never shows a secret', () => {
  const found = issues({
    ...WHOLE,
    INTERACTLY_API_KEY: 'secret with blanks',
    INTERACTLY_BASE_URL: 'https://user:topsecret@api.example.test',
    INTERACTLY_HEADERS: '{"a":"topsecret\\u0001"}',
  });
  assert.equal(found.length, 3);
  assert.doesNotMatch(found.join(' '), /secret/);
});

test('a key prints as redacted however it is printed', () => {
  const parsed = parseSettings(WHOLE);
  assert.ok(parsed.ok);
  const target = resolveTarget(parsed.value, null);
  for (const text of [
    String(target.key),
    JSON.stringify(target),
    inspect(target, { depth: 9 }),
    target.key.toString(),
  ])
    assert.ok(!text.includes(KEY));
});

test('redaction finds a key escaped, encoded, folded and short of a character', () => {
  const parsed = parseSettings({ ...WHOLE, INTERACTLY_API_KEY: 'ik"test\\0123456789/+=' });
  assert.ok(parsed.ok);
  const { redact } = resolveTarget(parsed.value, null);
  const key = 'ik"test\\0123456789/+=';
  for (const shown of [
    key,
    JSON.stringify(key),
    encodeURIComponent(key),
    Buffer.from(key).toString('base64'),
    key.toUpperCase(),
    key.slice(0, -1),
  ]) {
    assert.ok(
      !redact(`a ${shown} b`).includes('0123456789') && redact(`a ${shown} b`).includes('[redacted]'),
      shown,
    );
  }
});

test('loopback is told from everything else', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '[::1]', '::1'])
    assert.ok(isLoopbackHost(host), host);
  for (const host of [
    '10.0.0.1',
    '0.0.0.0',
    'localhost.example.test',
    '127.0.0.1.example.test',
    '192.168.0.1',
    'api.example.test',
  ])
    assert.ok(!isLoopbackHost(host), host);
});

test('durations need a unit', () => {
  assert.deepEqual(
    ['10s', '500ms', '2m', '1h', '1.5s', '0s', '0'].map(parseDurationMs),
    [10_000, 500, 120_000, 3_600_000, 1500, 0, 0],
  );
  for (const text of ['10', '-1s', 's', '1 s', '1d', '1e3s', ''])
    assert.equal(parseDurationMs(text), null, text);
});

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(parseRetryAfterMs('3', now), 3000);
  assert.equal(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now), 9000);
  assert.equal(parseRetryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  assert.equal(parseRetryAfterMs('soon', now), null);
  assert.equal(parseRetryAfterMs(null, now), null);
  const day = 86_400_000;
  const rows: readonly (readonly [value: string, date: string | null, ms: number | null])[] = [
    ['9'.repeat(400), null, day],
    ['-3', null, null],
    ['1.5', null, null],
    ['2026-01-01', null, null],
    ['Thu, 99 Foo 2026 00:00:09 GMT', null, null],
    // The target's clock is an hour ahead of ours: its own Date says that a second is meant.
    ['Thu, 01 Jan 2026 01:00:01 GMT', 'Thu, 01 Jan 2026 01:00:00 GMT', 1000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 'yesterday', 9000],
    ['Thursday, 01-Jan-26 00:00:09 GMT', null, 9000],
    ['Thu Jan  1 00:00:09 2026', null, 9000],
  ];
  for (const [value, date, ms] of rows)
    assert.equal(parseRetryAfterMs(value, now, date), ms, value.slice(0, 40));
});
