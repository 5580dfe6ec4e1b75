/** One run against another: what differs, and what is not compared. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { sharedLedgers } from '../../commands/compare-live.ts';
import { compareNights } from '../../history/compare.ts';
import { writeNight } from '../../history/files.ts';
import type { LiveResult } from '../../history/live.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { targetAt } from '../load/servers.ts';
import { exactNight as exact } from '../reports/comparison-fixtures.ts';
import { callCli } from '../whole/called.ts';
import { CANARY_KEY, sandboxHere, targeting, type Ran } from '../whole/cli.ts';
import { onDay } from './nights.ts';

const dir = mkdtempSync(join(tmpdir(), 'compare-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('two runs', () => {
  test('that differ by half are told apart, and those that differ by little are not', () => {
    const { metrics, findings } = compareNights(exact(1, 1), exact(2, 1.5));
    assert.ok(metrics.length >= 2);
    for (const { outcome, ratio, interval } of metrics) {
      assert.equal(outcome, 'slower');
      assert.ok(ratio > 1.45 && ratio < 1.55 && (interval?.[0] ?? 0) > 1.3, String(ratio));
    }
    assert.deepEqual([findings?.appeared, findings?.gone], [[], []]);
    const close = compareNights(exact(1, 1), exact(2, 1.04));
    assert.ok(close.metrics.every(({ outcome }) => outcome === 'no difference seen'));
    const back = compareNights(exact(2, 1.5), exact(1, 1));
    assert.ok(back.metrics.every(({ outcome }) => outcome === 'faster'));
  });

  test('of another model, rate or scenario are listed, and not compared', () => {
    const other = exact(2, 1);
    const scenarios = (other.load?.scenarios ?? []).map((scenario, i) =>
      i === 0
        ? { ...scenario, model: 'closed' as const }
        : { ...scenario, steps: scenario.steps.map((step) => ({ ...step, rate_per_second: 77 })) },
    );
    const { metrics, not_compared: apart } = compareNights(exact(1, 1), {
      ...other,
      load: { inconclusive: null, scenarios },
    });
    assert.deepEqual(metrics, []);
    assert.match(apart.join('; '), /the model was open and is closed; .*the rate was \d+ and is 77/);
  });
});

test('the command takes nights by their words, and says what is wrong in one sentence for each', async () => {
  const none = { contract: null, load: null } as const;
  for (const night of [exact(1, 1), exact(2, 1.5, { verdict: 'NO-GO' }), onDay(3, none)])
    writeNight(dir, night);
  const compare = (...words: readonly string[]): ReturnType<typeof callCli> =>
    callCli({ args: ['compare', ...words, '--history', dir] });
  const told = await compare('last GO', 'night-2');
  assert.equal(told.code, 3, 'the last GO has no part that the other has');
  const ran = await compare('night-1', 'night-2');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^\| night-1 against night-2 \| A \| B \|/);
  assert.match(ran.stdout, /\| \+50 % \(\+3\d[.\d]* % to \+6\d[.\d]* %\) \| slower \|/);
  const wrong = await compare('v9.9.9', dir);
  assert.equal(wrong.code, 2);
  assert.equal(wrong.stderr.trim().split('\n').length, 2, wrong.stderr);
  const sending = await compare('night-1', 'night-2', '--blocks', '30', '--rate', '5');
  assert.equal(sending.code, 2);
  assert.equal(
    sending.stderr,
    '--blocks, --rate: only for two base URLs with --live, which sends load; add --live, or leave that out.\n',
  );
});

describe('two deployments', () => {
  const KEY = { INTERACTLY_API_KEY: CANARY_KEY, INTERACTLY_WORKFLOW_ID: 'a'.repeat(24) };
  const HERE = 'http://127.0.0.1:9';
  const ABROAD = ['https://a.example', 'https://b.example'] as const;
  const SANDBOX = { port: 0, faults: [], profile: 'default', latency: NO_LATENCY, seed: 1 };
  let folders = 0;
  const live = async (
    words: readonly string[],
    env: Readonly<Record<string, string>> = KEY,
  ): Promise<Ran & { readonly out: string }> => {
    const out = join(dir, `live-${(folders += 1)}`);
    return { ...(await callCli({ args: ['compare', '--live', ...words, '--out', out], env })), out };
  };

  test('that can not be asked are refused with one sentence for each issue, and nothing is sent', async () => {
    const allowed = { ...KEY, HARNESS_ALLOW_HOSTS: 'a.example,b.example' };
    const rows: readonly (readonly [readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
      [[HERE], KEY, /^compare --live takes two base URLs, and was given 1: /],
      [[HERE, HERE, HERE], KEY, /^compare --live takes two base URLs, and was given 3: /],
      [[HERE, ''], KEY, /^URL_B is empty; give a base URL like /],
      [['b.example', HERE], KEY, /^URL_A is not an http or https URL; /],
      [[HERE, 'http://b.example'], KEY, /^URL_B is plain http to b\.example; /],
      [[HERE, 'https://me:secret-word@b.example'], KEY, /^URL_B holds credentials; /],
      [[`${HERE}/workflows/v1/workflow-runs`, HERE], KEY, /^URL_A already contains the path /],
      [[HERE, ABROAD[1]], KEY, /^Load to b\.example is not allowed; put that host in HARNESS_ALLOW_HOSTS /],
      [
        [...ABROAD],
        { ...allowed, HARNESS_MAX_RUNS: '3' },
        /about \d+ workflow runs on both together, the cap is 3; /,
      ],
      [[...ABROAD], { ...allowed, HARNESS_MAX_REQUESTS: '20' }, /HARNESS_MAX_REQUESTS/],
      [
        [HERE, HERE],
        { ...KEY, INTERACTLY_API_KEY_B: 'Bearer of-b' },
        /^INTERACTLY_API_KEY_B begins with the word Bearer/,
      ],
      [
        [HERE, HERE],
        { ...KEY, INTERACTLY_API_KEY: 'Bearer of-a', INTERACTLY_API_KEY_B: CANARY_KEY },
        /^INTERACTLY_API_KEY begins with the word Bearer/,
      ],
      [
        [HERE, HERE],
        { ...KEY, INTERACTLY_WORKFLOW_ID_B: 'short' },
        /^INTERACTLY_WORKFLOW_ID_B has 5 characters; /,
      ],
      [
        [HERE, HERE],
        { ...KEY, INTERACTLY_WORKFLOW_ID: 'short', INTERACTLY_WORKFLOW_ID_B: 'b'.repeat(24) },
        /^INTERACTLY_WORKFLOW_ID has 5 characters; /,
      ],
      [[HERE, HERE, '--blocks', '7'], KEY, /^--blocks is "7"; /],
      [[HERE, HERE, '--block', '1ms'], KEY, /^--block is "1ms"; /],
      [[HERE, HERE, '--scenario', 'no-such'], KEY, /no-such/],
    ];
    for (const [words, env, sentence] of rows) {
      const ran = await live(words, env);
      assert.equal(ran.code, 2, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`);
      assert.match(ran.stderr, sentence);
      assert.equal(ran.stderr.trim().split('\n').length, 1, ran.stderr);
      assert.doesNotMatch(ran.stderr, /secret-word|of-[ab]/);
      assert.deepEqual(
        readdirSync(dir).filter((name) => name.startsWith('live-')),
        [],
        'no folder is left',
      );
    }
    const missing = await live([HERE, HERE], { INTERACTLY_API_KEY_B: CANARY_KEY });
    assert.match(missing.stderr, /^INTERACTLY_API_KEY is not set: with URL_A /);
  });

  test('that are one are A against A, unless B has a workflow of its own; a plan sends nothing', async () => {
    const same = await live([HERE, HERE, '--plan']);
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /^B: http:\/\/127\.0\.0\.1:9 \(the same: A against A\)$/m);
    assert.match(same.stdout, /10 pairs of A against A, then 30 of A against B; .*\n.*\nNothing was sent/);
    const other = await live([HERE, HERE, '--plan'], { ...KEY, INTERACTLY_WORKFLOW_ID_B: 'b'.repeat(24) });
    assert.match(other.stdout, /^B: http:\/\/127\.0\.0\.1:9, with INTERACTLY_WORKFLOW_ID_B$/m);
  });

  test('of which one is down, refuses the key or has no such workflow: it is named, with what to set, and no run is left', async () => {
    const keyC = 'ik-live-key-of-another-deployment';
    const [a, b, gone] = await Promise.all([sandboxHere(), sandboxHere(), sandboxHere()]);
    const c = await startSandbox({ ...SANDBOX, key: keyC, workflowId: 'c'.repeat(24) });
    await gone.close();
    const env = targeting(a);
    const rows = [
      [{ ...env }, gone.url, /^B could not be measured, so nothing is said of its speed: /],
      [
        { ...env, INTERACTLY_API_KEY: 'ik-another-key-1', INTERACTLY_API_KEY_B: CANARY_KEY },
        b.url,
        /^A could not be measured, .*The key was refused with 401 at start\.$/,
      ],
      [
        env,
        c.url,
        /^B could not be measured, .* INTERACTLY_API_KEY_B is not set, so it was asked with the key of A; /,
      ],
      [
        { ...env, INTERACTLY_API_KEY_B: keyC },
        c.url,
        /^B could not be measured, .* INTERACTLY_WORKFLOW_ID_B is not set, so it was asked for the workflow of A; /,
      ],
    ] as const;
    try {
      for (const [set, url, sentence] of rows) {
        const ran = await live([a.url, url, '--blocks', '8', '--block', '200ms'], set);
        assert.equal(ran.code, 3, ran.stdout + ran.stderr);
        const told = JSON.parse(readFileSync(join(ran.out, 'comparison.json'), 'utf8')) as LiveResult;
        assert.deepEqual([told.outcome, told.comparison], ['can not tell', null]);
        assert.match(told.reasons[0] ?? '', sentence);
        assert.deepEqual([told.a.left_running_ids, told.b.left_running_ids], [[], []]);
      }
      for (const { runs } of [a.stats(), b.stats(), c.stats()])
        assert.deepEqual(
          Object.keys(runs).filter((status) => status !== 'cancelled'),
          [],
        );
    } finally {
      await Promise.all([a.close(), b.close(), c.close()]);
    }
  });

  test('share one cap on workflow runs', () => {
    const out = join(dir, 'shared');
    const target = targetAt(HERE);
    const [a, b] = sharedLedgers([out, `${out}-b`], [target, target], 3);
    assert.deepEqual([a.reserve(2), b.reserve(2), b.reserve(1), a.reserve(1)], [true, false, true, false]);
    a.release(1);
    assert.deepEqual([b.reserve(1), a.reserve(1), b.reserve(1)], [true, false, false]);
    for (const one of [a, b]) one.close();
  });
});
