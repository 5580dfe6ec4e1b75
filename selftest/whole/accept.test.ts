import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renderResult } from '../../reports/write.ts';
import type { ShapeChange } from '../../result/shape.ts';
import { contract, finding } from '../reports/contract-fixtures.ts';
import { FAILURES } from '../reports/finding-fixtures.ts';
import { GO, LOAD_ONLY, result } from '../reports/fixtures.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, clockAt, removeOutputs, runCli, sandboxHere, targeting, type Ran } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'accept-'));
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

const NOW = '2026-11-25T12:00:00.000Z';
const DRIFT = [finding(4, 'drift'), finding(5, 'drift', { title: 'At /a: a field.' })] as const;
const [FIRST, SECOND] = DRIFT.map(({ fingerprint }) => fingerprint) as [string, string];
const FAILURE = finding(1).fingerprint;
const WARNING = finding(3).fingerprint;

let files = 0;
/** A place for accepted drift that nothing was written to yet, in a folder of its own. */
function place(): { readonly dir: string; readonly path: string; readonly env: Record<string, string> } {
  const dir = mkdtempSync(join(folder, `${(files += 1)}-`));
  const path = join(dir, 'drift.json');
  return { dir, path, env: { HARNESS_ACCEPTED_FILE: path } };
}

/** Saves a result as a run would, and gives its folder. */
function saved(text: string): string {
  const dir = mkdtempSync(join(folder, 'run-'));
  writeFileSync(join(dir, 'result.json'), text);
  return dir;
}

const NIGHT = saved(renderResult(result({ contract: contract([...FAILURES.slice(0, 4), ...DRIFT], []) })));

interface Kept {
  readonly accepted_version: number;
  readonly accepted: readonly Readonly<Record<string, string>>[];
}

function keptIn(path: string): Kept {
  return JSON.parse(readFileSync(path, 'utf8')) as Kept;
}

function accept(args: readonly string[], env: Record<string, string>, at = NOW): Promise<Ran> {
  return callCli({ args: ['accept', ...args], env, at });
}

test('drift is written down by name with reason, end and origin, and again only renews it', async () => {
  const { dir, path, env } = place();
  const first = await runCli({
    args: ['accept', NIGHT, FIRST, '--reason', ' announced\n for May '],
    env: { ...env, ...clockAt(NOW) },
  });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, new RegExp(`^accepted until 2027-02-23: ${FIRST} .*\n1 accepted, 0 renewed`));
  assert.deepEqual(keptIn(path), {
    accepted_version: 1,
    accepted: [
      {
        fingerprint: FIRST,
        check: 'response-schema-conformance',
        what: DRIFT[0].title,
        schema_path: DRIFT[0].schema_path,
        reason: 'announced for May',
        accepted_at: '2026-11-25',
        expires_at: '2027-02-23',
        run: '20261124T010000Z-4f2a',
        target: 'https://api.example.test',
      },
    ],
  });
  const all = await accept(
    [join(NIGHT, 'result.json'), '--all', '--reason', 'all else', '--until', '2026-11-25'],
    env,
  );
  assert.match(all.stdout, /1 accepted, 0 renewed, 1 accepted before and left as they were/);
  const later = '2026-12-01T00:00:00Z';
  const renewed = await accept([NIGHT, FIRST, '--reason', 'still so', '--until', '2027-06-30'], env, later);
  assert.match(renewed.stdout, /^renewed until 2027-06-30: .*\n0 accepted, 1 renewed/);
  assert.deepEqual(
    keptIn(path).accepted.map((one) => [
      one['fingerprint'],
      one['reason'],
      one['accepted_at'],
      one['expires_at'],
    ]),
    [
      [FIRST, 'still so', '2026-12-01', '2027-06-30'],
      [SECOND, 'all else', '2026-11-25', '2026-11-25'],
    ],
  );
  const list = await accept(['--list'], env, later);
  assert.equal(list.code, 0);
  assert.match(list.stdout, new RegExp(`${FIRST} accepted until 2027-06-30: .* Reason: still so`));
  assert.match(list.stdout, new RegExp(`${SECOND} expired, accepted until 2026-11-25: .* Reason: all else`));
  assert.match(list.stdout, /2 kinds of drift accepted, 1 of them expired/);
  const again = await accept([NIGHT, '--all', '--reason', 'one more month'], env, later);
  assert.match(again.stdout, new RegExp(`^renewed until 2027-03-01: ${SECOND} `));
  const none = await accept([NIGHT, '--all', '--reason', 'nothing is left'], env, later);
  assert.deepEqual(
    [none.code, none.stdout],
    [0, 'Nothing was written: all drift of this run is accepted already.\n'],
  );
  const removed = await accept(['--remove', FIRST, '--remove', SECOND], env);
  assert.deepEqual([removed.code, keptIn(path).accepted], [0, []]);
  assert.deepEqual(readdirSync(dir), ['drift.json']);
});

test('drift is accepted for the target of its run alone: another target has entries of its own, and loses none of them', async () => {
  const { path, env } = place();
  const of = (url: string): string => {
    const one = result({ contract: contract([...DRIFT], []) });
    return saved(renderResult({ ...one, target: { ...one.target, base_url: url } }));
  };
  const [here, there] = ['https://a.example.test', 'https://b.example.test'];
  const targets = (): readonly unknown[] => keptIn(path).accepted.map(({ target }) => target);
  await accept([of(here), '--all', '--reason', 'announced'], env);
  const second = await accept([of(there), '--all', '--reason', 'there too'], env);
  assert.match(second.stdout, /^accepted [^]*\n2 accepted, 0 renewed, in /);
  assert.deepEqual(targets().toSorted(), [here, here, there, there]);
  const renewed = await accept([of(there), FIRST, '--reason', 'still'], env);
  assert.match(renewed.stdout, /0 accepted, 1 renewed/);
  assert.equal(targets().length, 4);
  const removed = await accept(['--remove', FIRST, '--target', there], env);
  assert.match(removed.stdout, new RegExp(`no longer accepted on ${there}: ${FIRST}`));
  assert.deepEqual(targets().toSorted(), [here, here, there]);
  const unknown = await accept(['--remove', FIRST, '--target', there], env);
  assert.deepEqual([unknown.code, targets().length], [2, 3]);
  assert.match(unknown.stderr, new RegExp(`^${FIRST} is not accepted for ${there}; `));
  await accept(['--remove', FIRST], env);
  assert.deepEqual(targets().toSorted(), [here, there]);
});

test('a class is accepted whole with one reason: fields, values and changes that add, and nothing that breaks', async () => {
  const { path, env } = place();
  const change = (number: number, kind: 'breaking' | 'additive' | 'unclear'): ShapeChange => ({
    operation: 'start',
    side: 'response',
    place: `/place_${number}`,
    old: 'absent',
    new: 'a string',
    direction: 'widened',
    class: kind,
    because: 'a self-test says so',
    references: ['observed'],
    against: 'observed',
    fingerprint: finding(20 + number).fingerprint,
  });
  const changes = [change(1, 'additive'), change(2, 'breaking'), change(3, 'unclear')];
  const findings = [finding(1), finding(4, 'drift'), finding(5, 'drift', { check: 'undocumented-fields' })];
  const night = saved(
    renderResult(
      result({
        contract: { ...contract(findings, []), shape_comparison: { references: [], changes, notes: [] } },
      }),
    ),
  );
  const done = await accept([night, '--class', 'additive', '--reason', 'announced'], env);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /\n2 accepted, 0 renewed, in /);
  const prints = [finding(5).fingerprint, finding(21).fingerprint];
  assert.deepEqual(new Set(keptIn(path).accepted.map((one) => one['fingerprint'])), new Set(prints));
  const again = await accept([night, '--class', 'additive', '--reason', 'announced'], env);
  assert.match(again.stdout, /^Nothing was written: /);
  const refusals: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [[night, '--class', 'breaking'], /^--class is "breaking"; additive is the only class/],
    [[night, '--class', 'additive', '--all'], /^--all and --class exclude each other/],
    [[night, prints[0] ?? '', '--class', 'additive'], /^--class and fingerprints exclude each other/],
    [
      [saved(renderResult(result({ contract: contract([finding(4, 'drift')], []) }))), '--class', 'additive'],
      /has no additive drift and no additive change, so there is nothing to accept/,
    ],
  ];
  for (const [words, says] of refusals) {
    const ran = await accept([...words, '--reason', 'announced'], env);
    assert.deepEqual([ran.code, ran.stdout], [2, ''], words.join(' '));
    assert.match(ran.stderr, says);
  }
  assert.equal(keptIn(path).accepted.length, 2);
});

test('what is a warning, is not there or is not said properly is refused in one sentence, and nothing is written', async () => {
  const { dir, env } = place();
  const because = ['--reason', 'because'];
  const rows: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [[NIGHT, FAILURE, ...because, '--by', ' '], /^--by is empty or has more than 100 characters/],
    [[NIGHT, FIRST, WARNING, ...because], new RegExp(`^${WARNING} is a warning \\(`)],
    [
      [NIGHT, '0123456789ab', ...because],
      new RegExp(
        `^0123456789ab is no finding of this run; its drift is ${FIRST} \\(.*\\), ${SECOND} \\(At /a: a field\\)\\.$`,
      ),
    ],
    [[NIGHT, FIRST], /^--reason is missing or empty/],
    [[NIGHT, FIRST, '--reason', ' \n'], /^--reason is missing or empty/],
    [[NIGHT, FIRST, '--reason', 'WHY'], /^--reason still is the placeholder WHY/],
    [[NIGHT, FIRST, '--reason', 'x'.repeat(301)], /^--reason has 301 characters; say it in at most 300/],
    [
      [NIGHT, FIRST, ...because, '--until', '2026-11-24'],
      /^--until is 2026-11-24, which is past; give today \(2026-11-25, UTC\)/,
    ],
    [[NIGHT, FIRST, ...because, '--until', '2026-02-30'], /^--until is "2026-02-30"; give a day that exists/],
    [[NIGHT, FIRST, '--all', ...because], /^--all and fingerprints exclude each other/],
    [[NIGHT, ...because], /^No fingerprint is named/],
    [because, /^No run is named/],
    [['--list', NIGHT], /^--list and --remove stand alone/],
    [['--list', '--target', 'https://a.example.test'], /^--target belongs to --remove/],
    [[NIGHT, FIRST, ...because, '--target', 'https://a.example.test'], /^--target belongs to --remove/],
    [['--remove', FIRST], new RegExp(`^${FIRST} is not accepted; nothing is\\.$`)],
    [[join(folder, 'none'), FIRST, ...because], /none does not exist; give the folder of a run/],
    [[folder, FIRST, ...because], /holds no result\.json; give the folder of a run/],
    [[saved('{"schema_version":2}'), FIRST, ...because], /schema_version is 2, this tool reads 1/],
    [[saved(renderResult(GO)), '--all', ...because], /has no drift, so there is nothing to accept/],
    [
      [saved(renderResult(LOAD_ONLY)), FIRST, ...because],
      /has no drift and no failure, so there is nothing to accept/,
    ],
  ];
  const check = async ([args, message]: (typeof rows)[number]): Promise<void> => {
    const ran = await accept(args, env);
    assert.equal(ran.code, 2, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    const [said = '', ...more] = ran.stderr.trimEnd().split('\n');
    assert.match(said, message);
    assert.deepEqual([more, ran.stdout, readdirSync(dir)], [[], '', []], args.join(' '));
  };
  for (const row of rows) await check(row);
});

test('a broken file of accepted drift is left as it is, and stops a run before anything is sent', async () => {
  const { path, env } = place();
  const text = '{"accepted_version":1,"accepted":[{"fingerprint":"*"}]}';
  writeFileSync(path, text);
  const sandbox = await sandboxHere();
  try {
    const runs = [
      await accept([NIGHT, FIRST, '--reason', 'because'], env),
      await accept(['--list'], env),
      await accept(['--remove', FIRST], env),
      await runCli({ args: ['contract'], env: { ...targeting(sandbox), ...env } }),
      await runCli({ args: ['start', '--plan'], env: { ...targeting(sandbox), ...env } }),
    ];
    for (const ran of runs) {
      assert.equal(ran.code, 2, ran.stdout);
      assert.match(
        ran.stderr,
        /^\S*drift\.json is not a list of accepted findings: .* put it right, or take back the committed one\.\n$/,
      );
    }
    assert.equal(sandbox.stats().requests, 0);
    assert.equal(readFileSync(path, 'utf8'), text);
  } finally {
    await sandbox.close();
  }
});

test('neither the key nor a header, nor what would spoil a terminal or a diff, gets into the file or onto the screen', async () => {
  const { path, env } = place();
  const title = `At /x: "${CANARY_KEY}\u001B[31m\u202E" came.\nSecond line`;
  const hostile = saved(renderResult(result({ contract: contract([finding(4, 'drift', { title })], []) })));
  const secrets = { INTERACTLY_API_KEY: CANARY_KEY, INTERACTLY_HEADERS: '{"teamid":"team-secret-7"}' };
  const args = [hostile, FIRST, '--reason', `seen with ${CANARY_KEY} by team-secret-7 \u202E"<b>`];
  const runs = [await accept(args, { ...env, ...secrets }), await accept(['--list'], { ...env, ...secrets })];
  const texts = [...runs.map(({ stdout, stderr }) => stdout + stderr), readFileSync(path, 'utf8')];
  for (const text of texts) {
    assert.match(text, /\[redacted\]/);
    assert.doesNotMatch(text, new RegExp(`${CANARY_KEY}|team-secret-7|\u001B|\u202E|\n *Second`));
  }
  const [entry] = keptIn(path).accepted;
  assert.equal(entry?.['reason'], 'seen with [redacted] by [redacted] ⟨U+202E⟩"<b>');
});
