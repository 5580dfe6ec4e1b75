import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { verifyRelease } from '../../commands/verify-release.ts';
import { renderResult } from '../../reports/write.ts';
import { readResult } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';
import { GO } from '../reports/fixtures.ts';
import { filesThatTell } from '../target/spelled.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, runCli, sandboxHere, targeting, type Ran } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

function profile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const QUICK = ['contract:', '  commands: [start]'];
const SEARCH = [
  'capacity:',
  '  slo: [latency_ms_p50 < 5000, error_rate < 20%]',
  '  min-rate: 20',
  '  max-rate: 20',
  '  probe-duration: 1s',
  '  soak-duration: 1s',
];

test('an issue in a profile, or a target that is missing, is one sentence with exit code 2, and nothing is sent', async () => {
  const sandbox = await sandboxHere();
  const unknown = profile('unknown.yaml', ['sandbox: always', ...QUICK, 'thresholds: []']);
  const at = targeting(sandbox);
  // More issues, and more ways for a target to be missing: selftest/options/profile.test.ts.
  const none = { INTERACTLY_BASE_URL: '', INTERACTLY_API_KEY: '', INTERACTLY_WORKFLOW_ID: '' };
  const rows: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
    [['nightly', '--config', unknown], at, /unknown\.yaml, line 4: "thresholds" is not a key of a profile/],
    [['release'], {}, /^INTERACTLY_BASE_URL is not set, and npm run release never asks the embedded sandbox/],
    // What a job gets from secrets that do not exist: empty variables.
    [['nightly'], { ...none, CI: 'true' }, /^INTERACTLY_BASE_URL is not set, .* does not ask .* in CI/],
    [['nightly'], { ...at, CI: 'true', INTERACTLY_API_KEY: '' }, /^INTERACTLY_API_KEY is not set/],
    [['release', '--sandbox'], at, /^--sandbox is not an option of release; it belongs to nightly\.\n$/],
  ];
  try {
    for (const [args, env, pattern] of rows) {
      const ran = await callCli({ args, env });
      assert.equal(ran.code, 2, `${args.join(' ')}: ${ran.stderr}${ran.stdout}`);
      assert.match(ran.stderr, pattern);
      assert.equal(ran.stderr.trim().split('\n').length, 1, ran.stderr);
      assert.doesNotMatch(ran.stderr, new RegExp(CANARY_KEY));
      assert.deepEqual(readdirSync(ran.outDir), []);
    }
    assert.equal(sandbox.stats().requests, 0);
  } finally {
    await sandbox.close();
  }
});

test('the plan of a release needs no target, and the shipped one fits the default cap', async () => {
  const ran = await callCli({ args: ['release', '--plan'] });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^target: none yet, because INTERACTLY_BASE_URL is not set/);
  assert.match(ran.stdout, /plan: load: capacity: the highest rate of data/);
  assert.match(ran.stdout, /caps: workflow runs: at most 200/);
  const over = await callCli({ args: ['release', '--plan'], env: { HARNESS_MAX_RUNS: '100' } });
  assert.equal(over.code, 2);
  assert.match(over.stderr, /set HARNESS_MAX_RUNS to at least 1\d\d/);
});

test('a nightly in CI does what its profile says, and the result tells which one that was', async () => {
  const sandbox = await sandboxHere();
  try {
    const config = profile('quick.yaml', [...QUICK, 'patience: 2s', 'max-runs: 40']);
    const ran = await runCli({
      args: ['nightly', '--config', config, '--seed', '3'],
      env: { ...targeting(sandbox), CI: 'true' },
    });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const { run, contract, load, spend } = ran.result();
    assert.deepEqual([run.profile?.name, run.profile?.file], ['nightly', config]);
    assert.match(run.profile?.sha256 ?? '', /^[0-9a-f]{64}$/);
    assert.equal(run.command, `npm run nightly -- --config ${config} --seed 3`);
    assert.deepEqual(contract?.commands, ['start']);
    assert.equal(load, null);
    assert.equal(spend.cap, 40);
  } finally {
    await sandbox.close();
  }
});

test('a second night on a machine that starts empty sees the first one, from where that was kept', async () => {
  const kept = join(folder, 'kept');
  const machine = (number: number): string => join(folder, `machine-${number}`, 'runs', 'night');
  const night = async (number: number, more: readonly string[]): Promise<readonly [Ran, RunResult]> => {
    const args = ['contract', '--only', 'negative/command', '--seed', '1', '--out', machine(number)];
    const ran = await callCli({ args: [...args, '--earlier', kept, ...more] });
    return [ran, readResult(join(machine(number), 'result.json'))];
  };
  const [first, before] = await night(1, ['--latency', '0ms']);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /^earlier runs: 0 results read/m);
  assert.equal(before.since_last, undefined);
  mkdirSync(join(kept, 'night-1'), { recursive: true });
  copyFileSync(join(machine(1), 'result.json'), join(kept, 'night-1', 'result.json'));
  rmSync(machine(1), { recursive: true });
  const [second, result] = await night(2, ['--fault', 'number-command-accepted']);
  assert.equal(second.code, 1, second.stdout + second.stderr);
  assert.match(second.stdout, /^earlier runs: 1 result read/m);
  assert.match(second.stdout, /^since the last run \(GO, .*\): [1-9]\d* new, 0 gone, 0 still there$/m);
  const { since_go: go, since_last: last } = result;
  assert.ok(go !== undefined && go.appeared.length >= 1);
  assert.deepEqual(go, last);
  assert.equal(go.started_at, before.run.started_at);
  const digest = JSON.parse(readFileSync(join(machine(2), 'digest.json'), 'utf8')) as Digest;
  assert.equal(digest.since_last_go?.new, go.appeared.length);
  const none = await callCli({ args: ['contract', '--earlier', join(kept, 'night-1', 'result.json')] });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^--earlier is [^\n]* is not a directory; [^\n]*\n$/);
});

interface Digest {
  readonly since_last_go: { readonly new: number } | null;
}

test('a release is strict although its profile does not say so, and searches the capacity after its load', async () => {
  const sandbox = await sandboxHere();
  try {
    const config = profile('release.yaml', [
      ...QUICK,
      'load:',
      '  - scenario: start',
      '    rate: 40',
      '    duration: 2s',
      '    warmup: 0s',
      '    threshold: [latency_ms_p50 < 5000, error_rate < 20%]',
      ...SEARCH,
    ]);
    const unknown = await callCli({
      args: ['release', '--config', config, '--against', 'v9.9.9'],
      env: targeting(sandbox),
    });
    assert.deepEqual([unknown.code, sandbox.stats().requests], [2, 0], 'a tag without a run sends nothing');
    assert.match(unknown.stderr, /^--against v9\.9\.9: [^\n]*\n$/);
    const baseline = join(folder, 'baseline');
    mkdirSync(baseline);
    writeFileSync(join(baseline, 'result.json'), renderResult(GO));
    const ran = await runCli({
      args: ['release', '--config', config, '--against', baseline],
      env: targeting(sandbox),
    });
    // The fixture was measured on another machine, and these contract tests are narrowed.
    assert.equal(ran.code, 3, ran.stdout + ran.stderr);
    assert.match(
      ran.result().reasons.join(' '),
      /requires contract, which was not evaluated.*not measured alike/,
    );
    assert.equal(verifyRelease(ran.outDir), 3);
    assert.equal(ran.result().release?.baseline.id, GO.run.id);
    const { contract, load, run } = ran.result();
    assert.equal(contract?.strict, true);
    assert.equal(run.profile?.name, 'release');
    assert.deepEqual(
      load?.scenarios.map(({ name }) => name),
      ['start', 'capacity'],
    );
    assert.ok((load.scenarios[1]?.capacity?.probes.length ?? 0) >= 1);
    const files = ran.filesWith('');
    for (const name of ['release.json', 'baseline.json', 'release-policy.yaml', 'index.html'])
      assert.ok(files.includes(join(ran.outDir, name)), name);
    assert.deepEqual(filesThatTell(files, CANARY_KEY), []);
    const page = join(ran.outDir, 'index.html');
    assert.deepEqual(filesThatTell([page], sandbox.workflowId), [page], 'what is no secret is found there');
    await assertReleased(ran);
  } finally {
    await sandbox.close();
  }
});

/** The statement of a release names every file that lies beside it, each by its checksum, and keeps them as they are. */
async function assertReleased(ran: Ran): Promise<void> {
  const { outDir, code, stdout } = ran;
  const { profile } = ran.result().run;
  const path = join(outDir, 'release.json');
  assert.match(stdout, new RegExp(`^release: ${path}$`, 'm'));
  const statement = JSON.parse(readFileSync(path, 'utf8')) as Statement;
  const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  const beside = readdirSync(outDir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(outDir, join(parentPath, name)))
    .filter((name) => !name.startsWith('release.json') && !name.startsWith('state'));
  assert.deepEqual(
    statement.subject.map(({ name }) => name),
    beside.toSorted(),
  );
  for (const { name, digest } of statement.subject)
    assert.equal(digest['sha256'], hash(join(outDir, name)), name);
  const configuration = new Map(statement.predicate.configuration.map(({ name, digest }) => [name, digest]));
  assert.equal(
    configuration.get('openapi/workflow-runs.yaml')?.['sha256'],
    hash('openapi/workflow-runs.yaml'),
  );
  assert.equal(configuration.get(profile?.file ?? '')?.['sha256'], profile?.sha256);
  const { result: outcome, workflowRunsHarness: more } = statement.predicate;
  // Narrowed to start, so a GO is one that has to be read.
  assert.deepEqual([outcome, more.exit_code], [code === 0 ? 'WARNED' : 'FAILED', code]);
  const again = await callCli({ args: ['report', join(outDir, 'result.json'), '--out', outDir] });
  assert.equal(again.code, 2);
  assert.match(
    again.stderr,
    /is a release, whose release\.json holds the checksums of its files; give --out/,
  );
}

interface Described {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

interface Statement {
  readonly subject: readonly Described[];
  readonly predicate: {
    readonly result: string;
    readonly configuration: readonly Described[];
    readonly workflowRunsHarness: { readonly exit_code: number };
  };
}
