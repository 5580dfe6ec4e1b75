/** The settings at their bounds, and what counts where nothing is set. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ApiResponse } from '../../api/exchange.ts';
import { parseLoadCaps, parseSettings, type Environment, type Settings } from '../../target/settings.ts';
import { parseRetryAfterMs, retryAfterMs, sendPastThrottle } from '../../target/retry-after.ts';

const dir = mkdtempSync(join(tmpdir(), 'limits-'));
test.after(() => {
  rmSync(dir, { recursive: true, force: true });
});

const WHOLE: Environment = {
  INTERACTLY_BASE_URL: 'https://api.example.test',
  INTERACTLY_API_KEY: 'ik-test-0123456789abcdef',
  INTERACTLY_WORKFLOW_ID: '5eb7cf5a86d9755df3a6c593',
};

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function settings(environment: Environment): Settings {
  const parsed = parseSettings(environment);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.issues.join(' '));
  return parsed.value;
}

/** The issues of what is added to a whole configuration. */
function issues(environment: Environment): readonly string[] {
  const parsed = parseSettings({ ...WHOLE, ...environment });
  return parsed.ok ? [] : parsed.issues;
}

test('where nothing is set, the defaults are those that are documented', () => {
  const { maxRuns, timeoutMs, patienceMs, connectionsMax, runInput, headers, allowHosts, ca } =
    settings(WHOLE);
  assert.deepEqual(
    { maxRuns, timeoutMs, patienceMs, connectionsMax, runInput, headers, allowHosts, ca },
    {
      ...{ maxRuns: 200, timeoutMs: null, patienceMs: 30_000, connectionsMax: 200 },
      ...{ runInput: {}, headers: [], allowHosts: [], ca: null },
    },
  );
  const loopback = { ...WHOLE, INTERACTLY_BASE_URL: 'http://127.0.0.1:1' };
  assert.deepEqual([settings({}).connectionsMax, settings(loopback).connectionsMax], [2000, 2000]);
  assert.equal(settings({ ...WHOLE, HARNESS_MAX_CONNECTIONS: '7' }).connectionsMax, 7);
  assert.equal(settings({ ...loopback, HARNESS_MAX_CONNECTIONS: '7' }).connectionsMax, 7);
  assert.deepEqual(settings({ ...WHOLE, HARNESS_ALLOW_HOSTS: ' A.test,,b.test, ' }).allowHosts, [
    'a.test',
    'b.test',
  ]);
});

test('a switch is on or off as it says, and otherwise as it is documented', () => {
  const read = (environment: Environment): readonly boolean[] => {
    const { traces, controls } = settings({ ...WHOLE, ...environment });
    return [traces, controls];
  };
  assert.deepEqual(read({}), [true, false]);
  assert.deepEqual(read({ HARNESS_TRACE: 'on', HARNESS_CONTROLS: 'on' }), [true, true]);
  assert.deepEqual(read({ HARNESS_TRACE: 'off', HARNESS_CONTROLS: 'off' }), [false, false]);
});

test('each bound is kept, and what is beyond it is one issue', () => {
  const rows: readonly (readonly [name: string, within: readonly string[], beyond: readonly string[]])[] = [
    ['HARNESS_MAX_RUNS', ['1', '9999999'], ['0', '10000000', '1.5', 'x']],
    ['HARNESS_MAX_CONNECTIONS', ['1', '99999'], ['0', '100000', '-1', 'x']],
    ['HARNESS_TIMEOUT', ['1ms', '10m', '600s'], ['0s', '0', '600001ms', '10']],
    ['HARNESS_PATIENCE', ['1ms', '10m'], ['0s', '0', '600001ms', '10']],
    ['HARNESS_MAX_RATE', ['1', '999999999'], ['0', '1000000000', '1.5']],
    ['HARNESS_MAX_REQUESTS', ['1', '999999999'], ['0', '1000000000', 'many']],
    ['HARNESS_MAX_DURATION', ['1ms', '99h'], ['0s', '0', '10']],
    ['HARNESS_TARGET_REVISION', ['v1', 'x'.repeat(120)], ['x'.repeat(121), 'é', 'a\tb']],
    ['HARNESS_TRACE', ['on', 'off'], ['On', 'yes', '1']],
    ['HARNESS_CONTROLS', ['on', 'off'], ['On', 'yes', '1']],
    ['INTERACTLY_API_KEY', ['12345678'], ['1234567', '1234567 8', 'Bearer 12345678']],
    ['INTERACTLY_WORKFLOW_ID', ['🎉'.repeat(24)], ['a'.repeat(23), 'a'.repeat(25)]],
  ];
  for (const [name, within, beyond] of rows) {
    for (const value of within) assert.deepEqual(issues({ [name]: value }), [], `${name}=${value}`);
    for (const value of beyond) {
      const [message, ...more] = issues({ [name]: value });
      assert.ok(message?.startsWith(name) && more.length === 0, `${name}=${value}: ${message ?? ''}`);
    }
  }
  assert.equal(settings({ ...WHOLE, HARNESS_TIMEOUT: '10m' }).timeoutMs, 600_000);
});

test('a base URL has neither credentials nor a query, also only one part of them', () => {
  for (const [url, said] of [
    ['https://user@api.example.test', /credentials/],
    ['https://:word@api.example.test', /credentials/],
    ['https://api.example.test?a=b', /query or a fragment/],
    ['https://api.example.test#a', /query or a fragment/],
    ['ftp://api.example.test', /not an http/],
    ['http://api.example.test', /plain http/],
    [
      'https://api.example.test/a/workflows/v1/x',
      /set INTERACTLY_BASE_URL=https:\/\/api\.example\.test\/a instead/,
    ],
  ] as const)
    assert.match(issues({ INTERACTLY_BASE_URL: url }).join(' '), said, url);
  const broken = parseSettings({ INTERACTLY_BASE_URL: 'nothing of the kind' });
  assert.equal(broken.ok ? 0 : broken.issues.length, 3, 'the key and the workflow are missing as well');
  assert.ok(
    parseSettings({ INTERACTLY_API_KEY: WHOLE['INTERACTLY_API_KEY'] }).ok,
    'without a target no key is needed',
  );
});

test('the run input is an object of the documented maps, each issue by its name', () => {
  const of = (value: unknown): readonly string[] =>
    issues({
      INTERACTLY_RUN_INPUT: file('input.json', typeof value === 'string' ? value : JSON.stringify(value)),
    });
  assert.deepEqual(of({ dynamic_variables: {}, miscellaneous: { a: 1 } }), []);
  assert.match(of('[').join(), /not a JSON object/);
  assert.match(of('[]').join(), /not a JSON object/);
  const wrong = of({ dynamic_variables: [], other: {}, miscellaneous: {} });
  assert.equal(wrong.length, 2);
  assert.match(wrong[0] ?? '', /"dynamic_variables" \(array\)/);
  assert.match(wrong[1] ?? '', /"other" \(object\)/);
  assert.match(issues({ INTERACTLY_RUN_INPUT: join(dir, 'none.json') }).join(), /can't be read/);
  const input = settings({
    ...WHOLE,
    INTERACTLY_RUN_INPUT: file('a.json', '{"miscellaneous":{"a":1}}'),
  }).runInput;
  assert.deepEqual(input, { miscellaneous: { a: 1 } });
});

test('a certificate is a PEM that can be read', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
  assert.equal(settings({ ...WHOLE, HARNESS_CA_FILE: file('ca.pem', pem) }).ca, pem);
  assert.match(issues({ HARNESS_CA_FILE: file('no.pem', 'MII') }).join(), /no readable PEM/);
  assert.match(issues({ HARNESS_CA_FILE: join(dir, 'none.pem') }).join(), /no readable PEM/);
});

test('outside loopback a load is capped although nothing is set, on loopback only by what is', () => {
  const caps = (environment: Environment, isLoopback: boolean): unknown => {
    const parsed = parseLoadCaps(environment, isLoopback);
    return parsed.ok ? parsed.value : parsed.issues.length;
  };
  const none = { ratePerSecond: null, requests: null, durationMs: null };
  assert.deepEqual(caps({}, true), none);
  assert.deepEqual(caps({}, false), { ratePerSecond: 200, requests: 50_000, durationMs: 3_600_000 });
  const set = { HARNESS_MAX_RATE: '500', HARNESS_MAX_REQUESTS: '70000', HARNESS_MAX_DURATION: '2h' };
  const right = { ratePerSecond: 500, requests: 70_000, durationMs: 7_200_000 };
  assert.deepEqual([caps(set, true), caps(set, false)], [right, right]);
  assert.deepEqual(caps({ HARNESS_MAX_RATE: '5' }, true), { ...none, ratePerSecond: 5 });
  assert.equal(
    caps({ HARNESS_MAX_RATE: 'x', HARNESS_MAX_REQUESTS: 'y', HARNESS_MAX_DURATION: 'z' }, true),
    3,
  );
});

test('a response asks for a pause by its own headers, and none asks for nothing', () => {
  const headers = [
    ['retry-after', 'Thu, 01 Jan 2026 00:00:09 GMT'],
    ['date', 'Thu, 01 Jan 2026 00:00:02 GMT'],
  ] as const;
  const response = { status: 429, headers, text: '', body: { kind: 'empty' } } as unknown as ApiResponse;
  assert.equal(retryAfterMs(response), 7000);
  assert.equal(retryAfterMs({ ...response, headers: [] }), null);
  assert.equal(retryAfterMs(null), null);
});

test('a pause is believed for a day at most, and is held against the clock that made it', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const rows: readonly (readonly [value: string | null, date: string | null, ms: number | null])[] = [
    ['0', null, 0],
    [' 7 ', null, 7000],
    ['86400', null, 86_400_000],
    ['86401', null, 86_400_000],
    ['Fri, 02 Jan 2026 00:00:01 GMT', null, 86_400_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', null, 9000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', ' Thu, 01 Jan 2026 00:00:02 GMT ', 7000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 'Thu, 01 Jan 2026 00:00:10 GMT', 0],
    ['Thu Jan  1 00:00:09 2026', null, 9000],
    ['', null, null],
    [null, null, null],
    ['Thu, 99 Foo 2026 00:00:09 GMT', null, null],
    ['2026-01-02', null, null],
  ];
  for (const [value, date, ms] of rows)
    assert.equal(parseRetryAfterMs(value, nowMs, date), ms, `${value} at ${date}`);
  const { TZ } = process.env;
  process.env['TZ'] = 'America/New_York';
  try {
    // The date in the form of C's asctime names no zone; it is in GMT all the same, wherever it is read.
    assert.equal(parseRetryAfterMs('Thu Jan  1 00:00:09 2026', nowMs), 9000);
    assert.equal(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', nowMs), 9000);
  } finally {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  }
});

test('a throttled call is repeated after the pause that it asks for, as often and as long as its patience lasts', async () => {
  const of = (status: number, seconds: string | null): ApiResponse =>
    ({ status, headers: seconds === null ? [] : [['retry-after', seconds]] }) as unknown as ApiResponse;
  const patience = { repeatsMax: 2, longestMs: 3000, unnamedMs: 500 };
  const rows: readonly (readonly [
    sent: readonly (ApiResponse | null)[],
    over: { readonly unnamedMs?: null; readonly pausesMax?: number },
    calls: number,
    pausesMs: readonly number[],
  ])[] = [
    [[of(200, '1')], {}, 1, []],
    [[of(503, '1')], {}, 1, []],
    [[null], {}, 1, []],
    [[of(429, '1'), of(200, null)], {}, 2, [1000]],
    [[of(429, '3'), of(429, null), of(200, null)], {}, 3, [3000, 500]],
    [[of(429, '1'), of(429, '2'), of(429, '1'), of(200, null)], {}, 3, [1000, 2000]],
    [[of(429, '4'), of(200, null)], {}, 1, []],
    [[of(429, null), of(200, null)], { unnamedMs: null }, 1, []],
    [[of(429, '0'), of(200, null)], { unnamedMs: null }, 2, [0]],
    [[of(429, '1'), of(429, '1'), of(200, null)], { pausesMax: 1 }, 2, [1000, 1000]],
  ];
  for (const [all, { pausesMax = 9, ...over }, calls, pauses] of rows) {
    const pausesMs: number[] = [];
    let sent = 0;
    const last = await sendPastThrottle(
      () => Promise.resolve({ response: all[sent++] ?? null }),
      ({ response }) => response,
      { ...patience, ...over },
      (ms) => Promise.resolve(pausesMs.push(ms) <= pausesMax),
    );
    assert.deepEqual([sent, pausesMs, last.response], [calls, pauses, all[calls - 1]]);
  }
});
