/** A release held against its own statement. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, mock } from 'node:test';
import { readReleasePolicy } from '../../commands/profile/release-policy.ts';
import { heldAgainst, readGate, writeGateFiles } from '../../commands/release-against.ts';
import { verifyRelease } from '../../commands/verify-release.ts';
import { artefactsIn, CHECKSUM, checksumOf, writeReleaseFile } from '../../commands/release-file.ts';
import { UsageError } from '../../commands/usage-error.ts';
import { writeNight } from '../../history/files.ts';
import { recordOf } from '../../history/record.ts';
import { renderResult } from '../../reports/write.ts';
import { judgeRun } from '../../result/verdict.ts';
import type { RunResult } from '../../result/result.ts';
import { GO, NO_GO } from '../reports/fixtures.ts';
import { onDay, record } from './nights.ts';

const dir = mkdtempSync(join(tmpdir(), 'release-'));
const released = join(dir, 'released');
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

const POLICY = [
  'required: [contract, load]',
  'metrics:',
  '  - metric: latency_ms_p50',
  '    loss: 30%',
  '',
].join('\n');

/** A fixture as a run would have left it: its verdict is that of its own figures. */
function judged(result: RunResult): RunResult {
  const { contract, load, run } = result;
  return { ...result, ...judgeRun({ contract, load, interrupted: run.interrupted }) };
}

before(async () => {
  writeFileSync(join(dir, 'policy.yaml'), POLICY);
  const policy = readReleasePolicy(join(dir, 'policy.yaml'));
  assert.ok(policy.ok);
  const gate = { baseline: record({ id: 'last-one' }), policy: policy.value };
  const result = heldAgainst(judged(GO), gate);
  assert.equal(result.verdict, 'GO', result.reasons.join(' '));
  mkdirSync(released);
  writeFileSync(join(released, 'result.json'), renderResult(result));
  writeFileSync(join(released, 'index.html'), '<p>a page</p>');
  writeGateFiles(gate, released);
  const night = recordOf(result);
  assert.ok(night !== null);
  writeNight(join(released, 'history'), night);
  mkdirSync(join(released, 'state'));
  writeFileSync(join(released, 'state', 'ledger.ndjson'), '');
  await writeReleaseFile(result, released, null, {});
});

/** What `--verify` says of a copy of the release after a change. */
function verified(change: (folder: string) => void): { readonly code: number; readonly said: string } {
  const folder = mkdtempSync(join(dir, 'copy-'));
  cpSync(released, folder, { recursive: true });
  change(folder);
  const written: string[] = [];
  const write = mock.method(process.stdout, 'write', (text: string) => written.push(text) > 0);
  try {
    return { code: verifyRelease(folder), said: written.join('') };
  } finally {
    write.mock.restore();
  }
}

test('a release is as it was written, whatever a sweep writes into its state', () => {
  assert.deepEqual(
    verified(() => undefined),
    {
      code: 0,
      said: 'All files are as they were released. verdict: GO\n',
    },
  );
  const swept = verified((folder) => {
    writeFileSync(join(folder, 'state', 'ledger.ndjson'), '{}\n');
  });
  assert.equal(swept.code, 0);
  assert.throws(() => verifyRelease(tmpdir()), UsageError);
});

test('one byte of any file, flipped anywhere, is told with the name of the file', () => {
  const names = [...artefactsIn(released).map(({ name }) => name), 'release.json', CHECKSUM];
  assert.ok(names.length >= 7 && names.some((name) => name.startsWith('history/2026/')), names.join(' '));
  for (const name of names) {
    const size = readFileSync(join(released, name)).length;
    for (const at of [0, Math.floor(size / 3), Math.floor(size / 2), size - 1]) {
      let told: ReturnType<typeof verified>;
      try {
        told = verified((folder) => {
          const bytes = readFileSync(join(folder, name));
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          writeFileSync(join(folder, name), bytes);
        });
      } catch (error) {
        // A statement that can't be read any more is refused in one sentence.
        assert.ok(error instanceof UsageError && error.message.includes(name), String(error));
        continue;
      }
      assert.equal(told.code, 3, `${name} at ${at}: ${told.said}`);
      assert.ok(told.said.includes(name), `${name} at ${at}: ${told.said}`);
    }
  }
});

test('a file that is missing, and one that was added, are told', () => {
  const missing = verified((folder) => {
    rmSync(join(folder, 'baseline.json'));
  });
  assert.deepEqual([missing.code, missing.said.includes('baseline.json is missing')], [3, true]);
  const added = verified((folder) => {
    writeFileSync(join(folder, 'added.txt'), '');
  });
  assert.deepEqual([added.code, added.said.includes('added.txt is no file of the release')], [3, true]);
  const bare = verified((folder) => {
    rmSync(join(folder, CHECKSUM));
  });
  assert.deepEqual([bare.code, bare.said.includes(`${CHECKSUM} is missing`)], [3, true]);
});

/** Writes a file anew with all checksums put right, as somebody would who knows them. */
function forged(folder: string, name: string, change: (text: string) => string): void {
  const path = join(folder, name);
  const before = artefactsIn(folder).find((one) => one.name === name)?.sha256 ?? '';
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const now = artefactsIn(folder).find((one) => one.name === name)?.sha256 ?? '';
  const statement = join(folder, 'release.json');
  writeFileSync(statement, readFileSync(statement, 'utf8').replaceAll(before, now));
  writeFileSync(join(folder, CHECKSUM), checksumOf(readFileSync(statement)));
}

test('what the files say of each other is computed again: checksums that were put right hide nothing', () => {
  const rows: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      'result.json',
      (text) => text.replace('"verdict": "GO"', '"verdict": "NO-GO"'),
      /its figures come to GO/,
    ],
    ['release-policy.yaml', (text) => text.replace('30%', '3%'), /not the policy that result\.json names/],
    [
      'baseline.json',
      (text) => text.replace(/"p50": \d+/g, '"p50": 17'),
      /is not what baseline\.json and release-policy\.yaml come to/,
    ],
    [
      'result.json',
      (text) => text.replace('"outcome": "kept"', '"outcome": "broken"'),
      /has another comparison/,
    ],
  ];
  for (const [name, change, pattern] of rows) {
    const told = verified((folder) => {
      forged(folder, name, change);
    });
    assert.equal(told.code, 3, `${name}: ${told.said}`);
    assert.match(told.said, pattern);
  }
});

test('a release that was held against nothing is verified as before', async () => {
  for (const [result, code] of [
    [judged(GO), 0],
    [judged(NO_GO), 1],
  ] as const) {
    const folder = mkdtempSync(join(dir, 'bare-'));
    writeFileSync(join(folder, 'result.json'), renderResult(result));
    await writeReleaseFile(result, folder, null, {});
    assert.equal(verifyRelease(folder), code);
  }
});

test('what a release is to be held against is found, or refused in one sentence', () => {
  const history = join(dir, 'history');
  const target = (
    name: string,
  ): { readonly target: { readonly name: string; readonly is_sandbox: false } } => ({
    target: { name, is_sandbox: false },
  });
  const release = { profile: 'release', verdict: 'GO' } as const;
  writeNight(history, onDay(1, { ...release, ...target('https://qa.test') }));
  writeNight(history, onDay(2, { ...release, ...target('https://other.test') }));
  const tagged = { declared: 'v1.2.0', headers: {}, schema_sha256: null, shape_sha256: null };
  writeNight(history, onDay(3, { ...target('https://qa.test'), revision: tagged, verdict: 'NO-GO' }));
  const found = (against?: string, policy?: string): string => {
    const gate = readGate({ against, policy }, history, 'https://qa.test');
    return gate.ok ? (gate.value?.baseline.id ?? 'nothing') : gate.issues.join('\n');
  };
  assert.equal(found(), 'nothing');
  assert.equal(found('last-release'), 'night-1', 'of the same target');
  assert.equal(found('v1.2.0'), 'night-3');
  assert.equal(found('night-2'), 'night-2', 'another target, if it is named');
  assert.match(found('v9.9.9'), /^--against v9\.9\.9: The history has no night "v9\.9\.9"; [^\n]*$/);
  assert.match(found(undefined, 'x.yaml'), /^--policy says .* add --against/);
  assert.match(found('v1.2.0', join(dir, 'none.yaml')), /none\.yaml does not exist; give --policy/);
});

test('a mistake in a policy is one sentence with its line', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    [
      'required: [contract, speed]\nmetrics: []\n',
      /line 1: required\[2\] is "speed"; it takes one of contract/,
    ],
    ['required: []\nmetrics: []\n', /line 2: metrics is \[\]; it takes at least one metric/],
    [
      'required: []\nmetrics:\n  - metric: latency_ms_p50\n    loss: ten\n',
      /line 4: .*loss is "ten"; it takes a percentage/,
    ],
    [
      'required: []\nmetrics:\n  - metric: latency_ms_p50\n',
      /metrics\[1\]\.loss is missing; it takes a percentage/,
    ],
    [
      'required: []\nlimits: 3\nmetrics:\n  - metric: capacity\n    loss: 1%\n',
      /"limits" is not a key of a release policy/,
    ],
    ['required: [', /not YAML/],
  ];
  for (const [text, pattern] of rows) {
    const path = join(dir, 'broken.yaml');
    writeFileSync(path, text);
    const read = readReleasePolicy(path);
    assert.ok(!read.ok, text);
    assert.ok(
      read.issues.some((issue) => pattern.test(issue)),
      `${text}: ${read.issues.join(' ')}`,
    );
  }
  assert.ok(readReleasePolicy('config/release-policy.yaml').ok, 'the shipped one');
});
