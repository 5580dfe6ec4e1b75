import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import {
  environmentOfPlan,
  isCi,
  limited,
  NO_LIMITS,
  runsCapName,
  targetIssues,
} from '../../commands/limits.ts';
import { shipped } from '../../commands/profile-commands.ts';
import { readProfile, type ProfileFile } from '../../commands/profile/file.ts';
import { contractTexts, loadOf } from '../../commands/profile/parts.ts';
import { releaseIssues } from '../../commands/profile/release-rules.ts';
import { profileSchema } from '../../commands/profile/schema.ts';
import { ratePerSecondOf } from '../../load/arrivals/rate-profile.ts';
import { describePlan } from '../../load/plan.ts';
import type { Target } from '../../target/target.ts';

const folder = mkdtempSync(join(tmpdir(), 'profile-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const HERE = { nowMs: 0, openFilesMax: 10_000, connectionsMax: 200, timeoutMs: 60_000 };

function written(text: string): string {
  const path = join(folder, 'profile.yaml');
  writeFileSync(path, text);
  return path;
}

/** The profile of a text that must be right. */
function profileOf(text: string): ProfileFile {
  const read = readProfile(written(text));
  assert.ok(read.ok, read.ok ? '' : read.issues.join('\n'));
  return read.value;
}

/** Every issue of a text, of its file and then of its options. */
function issuesIn(text: string): readonly string[] {
  const read = readProfile(written(text));
  if (!read.ok) return read.issues;
  return [...releaseIssues(read.value), ...loadOf(read.value, '1', HERE).issues];
}

const RELEASE = 'contract:\ncapacity:\n  slo: error_rate < 1%\n';

describe('a profile', () => {
  const bad: readonly (readonly [title: string, text: string, ...messages: RegExp[]])[] = [
    [
      'an unknown key',
      `sandbox: never\nthresholds: []\n${RELEASE}`,
      /line 2: "thresholds" is not a key of a profile/,
    ],
    [
      'an unknown key of a scenario',
      `${RELEASE}load:\n  - scenario: start\n    rps: 5\n`,
      /line 6: "rps" is not a key of load\[1\]/,
    ],
    [
      'an unknown key of the contract part',
      'contract:\n  strikt: true\n',
      /line 2: "strikt" is not a key of contract/,
    ],
    [
      'a key of the search in a scenario',
      `${RELEASE}load:\n  - scenario: start\n    max-rate: 5\n`,
      /line 6: "max-rate"/,
    ],
    ['a seed', `${RELEASE}load:\n  - scenario: start\n    seed: 5\n`, /line 6: "seed" is not a key/],
    [
      'another word',
      'sandbox: sometimes\n',
      /line 1: sandbox is "sometimes"; it takes always, outside-ci or never\.$/,
    ],
    [
      'a boolean as text',
      'contract:\n  strict: "yes"\n',
      /line 2: contract\.strict is "yes"; it takes true or false\.$/,
    ],
    [
      'a number that is none',
      'contract:\n  budget-runs: 1.5\n',
      /line 2: contract\.budget-runs is 1\.5; it takes a whole number/,
    ],
    ['a negative budget', 'max-runs: 0\n', /line 1: max-runs is 0; it takes a whole number from 1/],
    [
      'a duration without unit',
      'patience: 30\n',
      /line 1: patience is 30; it takes a duration with its unit/,
    ],
    ['a patience of a day', 'patience: 24h\n', /line 1: patience is "24h"; it takes a duration .* up to 10m/],
    [
      'an unknown scenario',
      `${RELEASE}load:\n  - scenario: begin\n`,
      /line 5: load\[1\]\.scenario is "begin"; it takes one of start,/,
    ],
    [
      'a scenario without a name',
      `${RELEASE}load:\n  - rate: 5\n`,
      /line 5: load\[1\]\.scenario is missing; it takes one of/,
    ],
    [
      'load that is no list',
      `${RELEASE}load: start\n`,
      /line 4: load is "start"; it takes a list of scenarios\.$/,
    ],
    ['an empty list', `${RELEASE}load: []\n`, /line 4: load is \[\]; it takes a list of scenarios\.$/],
    ['a list', '- contract\n', /the file is \["contract"\]; it takes keys with their values\.$/],
    ['a text', 'nightly\n', /the file is "nightly"; it takes keys/],
    ['no YAML', 'contract:\n  strict: true\n load: [\n', /line \d: not YAML: /],
    ['a key twice', 'sandbox: never\nsandbox: always\n', /line 2: not YAML: /],
    [
      'a value that an option refuses',
      `${RELEASE}load:\n  - scenario: start\n    rate: fast\n    duration: 30\n`,
      /line 6: rate is "fast"; it takes a number/,
      /line 7: duration is "30"; it takes a duration/,
    ],
    [
      'an objective that says nothing',
      'contract:\ncapacity:\n  min-rate: 2\n  slo: ["fast"]\n',
      /line 4: .*fast/,
    ],
    [
      'rates the wrong way round',
      'contract:\ncapacity:\n  slo: error_rate < 1%\n  min-rate: 9\n  max-rate: 2\n',
      /line [45]: min-rate is 9 and max-rate 2/,
    ],
    [
      'open and closed at once',
      `${RELEASE}load:\n  - scenario: start\n    rate: 5\n    concurrency: 2\n`,
      /line [67]: /,
    ],
    [
      'a scenario twice',
      `${RELEASE}load:\n  - scenario: start\n  - scenario: start\n`,
      /line 6: the scenario start is named twice/,
    ],
    [
      'a threshold that the samples can not carry',
      `${RELEASE}load:\n  - scenario: start\n    rate: 1\n    duration: 5s\n    threshold: latency_ms_p99 < 5\n`,
      /line \d: .*latency_ms_p99/,
    ],
    [
      'a release on the sandbox',
      `sandbox: outside-ci\n${RELEASE}`,
      /line 1: sandbox is outside-ci; a release never takes/,
    ],
    [
      'a release that is not strict',
      'contract:\n  strict: false\ncapacity:\n  slo: error_rate < 1%\n',
      /line 2: strict is false/,
    ],
    ['a release without contract tests', 'capacity:\n  slo: error_rate < 1%\n', /has no contract tests/],
    ['a release without the capacity', 'contract:\n', /has no capacity/],
  ];
  for (const [title, text, ...messages] of bad) {
    test(`with ${title} is refused with its line`, () => {
      const issues = issuesIn(text);
      assert.equal(issues.length, messages.length, issues.join('\n'));
      messages.forEach((message, i) => {
        assert.match(issues[i] ?? '', message);
        assert.match(issues[i] ?? '', /profile\.yaml/);
        assert.match(issues[i] ?? '', /^[^\n]*\.$/);
      });
    });
  }

  test('that can not be read is refused in one sentence', () => {
    mkdirSync(join(folder, 'a folder'));
    writeFileSync(join(folder, 'large.yaml'), ' '.repeat(1024 * 1024 + 1));
    for (const [name, why] of [
      ['none.yaml', 'does not exist'],
      ['a folder', 'is not a file'],
      ['large.yaml', 'is larger than 1 MiB'],
    ] as const) {
      const read = readProfile(join(folder, name));
      assert.ok(!read.ok);
      assert.match(read.issues.join('\n'), new RegExp(`^[^\\n]*${name} ${why}; [^\\n]*\\.$`));
    }
  });

  test('tells all its issues at once', () => {
    const issues = issuesIn('sandbox: maybe\ncontract:\n  strict: 1\nload:\n  - scenario: x\n    what: 1\n');
    assert.deepEqual(issues.map((issue) => /line (\d+)/.exec(issue)?.[1]).sort(), ['1', '3', '5', '6']);
  });

  test('does not expand aliases without end', () => {
    const lines = ['a: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n += 1)
      lines.push(
        `b${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    assert.match(issuesIn(`${lines.join('\n')}\n`).join('\n'), /not YAML: .*alias/i);
  });

  test('gives the contract tests their options, and what was typed wins', () => {
    const file = profileOf(
      'contract:\n  budget-runs: 40\n  commands: [start, data]\n  strict: true\n  accepted: false\n',
    );
    assert.deepEqual(contractTexts(file, {}), {
      budgetRuns: '40',
      commands: 'start,data',
      strict: true,
      noAccepted: true,
    });
    assert.deepEqual(contractTexts(file, { budgetRuns: '7', commands: 'stop' }), {
      budgetRuns: '7',
      commands: 'stop',
      strict: true,
      noAccepted: true,
    });
    // --only and --commands exclude each other: what was typed narrows alone.
    assert.ok(!('commands' in contractTexts(file, { only: 'pause' })));
  });

  test('gives each scenario its own options, and puts the search behind them', () => {
    const { plan, issues } = loadOf(
      profileOf(
        [
          'processes: 2',
          'load:',
          '  - scenario: start',
          '    rate: 20',
          '    duration: 10s',
          '    new-connections: true',
          '  - scenario: mixed',
          '    concurrency: 4',
          '    threshold: [error_rate < 2%]',
          'capacity:',
          '  slo: latency_ms_p95 < 300',
          '  max-rate: 50',
        ].join('\n'),
      ),
      '7',
      HERE,
    );
    assert.deepEqual(issues, []);
    assert.ok(plan !== null);
    assert.deepEqual(
      plan.scenarios.map(({ scenario, arrival, keepsAlive }) => [scenario.name, arrival.model, keepsAlive]),
      [
        ['start', 'open', false],
        ['mixed', 'closed', true],
      ],
    );
    assert.deepEqual(
      plan.scenarios[1]?.thresholds.map(({ expression }) => expression),
      ['error_rate < 2%'],
    );
    assert.equal(plan.processes, 2);
    assert.equal(plan.capacity?.limits.maxRate, 50);
    assert.equal(plan.capacity.roomFor, 'every-rate-kept');
  });
});

test('the profile that the documentation shows is right, and shows every key', () => {
  const text = readFileSync(new URL('../../docs/nightly.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
  const file = profileOf(shown);
  assert.deepEqual(loadOf(file, '1', HERE).issues, []);
  const keys = (schema: { readonly shape: object }): readonly string[] => Object.keys(schema.shape).sort();
  assert.deepEqual(Object.keys(file.profile).sort(), keys(profileSchema));
  assert.deepEqual(
    Object.keys(file.profile.contract ?? {}).sort(),
    keys(profileSchema.shape.contract.unwrap()),
  );
});

describe('the shipped profiles', () => {
  const read = (name: 'nightly' | 'release'): ProfileFile => {
    const file = readProfile(shipped(name));
    assert.ok(file.ok, file.ok ? '' : file.issues.join('\n'));
    return file.value;
  };

  test('nightly: start, resume and start-resume, fewer than 140 runs, and each step can judge p95', () => {
    const { plan } = loadOf(read('nightly'), '1', HERE);
    assert.ok(plan !== null);
    assert.deepEqual(
      plan.scenarios.map(({ scenario }) => scenario.name),
      ['start', 'resume', 'start-resume'],
    );
    assert.equal(plan.capacity, null);
    const { startsRuns, requests } = describePlan(plan);
    assert.ok(startsRuns !== null && startsRuns < 140, String(startsRuns));
    assert.ok(requests !== null && requests < 700);
    for (const scenario of plan.scenarios)
      assert.ok(((ratePerSecondOf(scenario) ?? 0) * scenario.durationMs) / 1000 >= 59);
  });

  test('release: strict, never the sandbox, with the capacity, and with its contract tests within 200 runs', () => {
    const file = read('release');
    assert.deepEqual([file.profile.sandbox, file.profile.contract?.strict], ['never', true]);
    assert.deepEqual(releaseIssues(file), []);
    const { plan } = loadOf(file, '1', HERE);
    assert.ok(plan?.capacity !== null && plan !== null);
    const { startsRuns } = describePlan(plan);
    assert.ok(startsRuns !== null && startsRuns + 40 <= 200, String(startsRuns));
  });
});

describe('the sandbox in place of a target', () => {
  const nightly = {
    ...NO_LIMITS,
    sandbox: 'outside-ci',
    command: 'npm run nightly',
    profile: 'p.yaml',
  } as const;
  const release = { ...nightly, sandbox: 'never', command: 'npm run release' } as const;

  test('is taken by a nightly outside CI, and in CI only when it was asked for', () => {
    assert.deepEqual(targetIssues(nightly, {}, {}), []);
    assert.match(
      targetIssues(nightly, {}, { CI: 'true' }).join('\n'),
      /^INTERACTLY_BASE_URL is not set[^\n]*\.$/,
    );
    assert.deepEqual(targetIssues(nightly, { sandbox: true }, { CI: 'true' }), []);
    assert.deepEqual(targetIssues(nightly, { fault: ['resume-new-id'] }, { CI: '1' }), []);
    assert.deepEqual(targetIssues(nightly, {}, { CI: 'false' }), []);
    assert.deepEqual(targetIssues(nightly, {}, { CI: 'true', INTERACTLY_BASE_URL: 'https://x.test' }), []);
    assert.match(
      targetIssues(nightly, { sandbox: true }, { INTERACTLY_BASE_URL: 'https://x.test' }).join('\n'),
      /^--sandbox asks the embedded sandbox; leave it out/,
    );
  });

  test('is never taken by a release, whose plan alone needs no target', () => {
    assert.match(targetIssues(release, {}, {}).join('\n'), /^INTERACTLY_BASE_URL is not set[^\n]*\.$/);
    const environment = environmentOfPlan({ HARNESS_ENV_FILE: 'none' }, release, { plan: true });
    assert.match(environment['INTERACTLY_BASE_URL'] ?? '', /\.invalid$/);
    const own = { HARNESS_ENV_FILE: 'none' };
    assert.equal(environmentOfPlan(own, release, {}), own);
    assert.equal(environmentOfPlan(own, nightly, { plan: true }), own);
  });

  test('CI is told by its variable', () => {
    assert.deepEqual(
      [undefined, '', '0', 'false', 'true', '1'].map((CI) => isCi({ CI })),
      [false, false, false, false, true, true],
    );
  });
});

test('a profile lowers the cap of runs and never raises it, and its patience gives way to the environment', () => {
  const target = { maxRuns: 200, patienceMs: 30_000 } as Target;
  const caps = (maxRuns: number | null, limit: number | null): number | null =>
    limited({ ...target, maxRuns }, { ...NO_LIMITS, maxRuns: limit }, {}).maxRuns;
  assert.deepEqual(
    [caps(200, null), caps(200, 50), caps(200, 500), caps(null, 50), caps(null, null)],
    [200, 50, 200, 50, null],
  );
  const nameOf = (maxRuns: number | null, limit: number): string =>
    runsCapName({ maxRuns }, { ...NO_LIMITS, profile: 'p.yaml', maxRuns: limit });
  assert.deepEqual(
    [nameOf(200, 50), nameOf(null, 50), nameOf(200, 200), nameOf(200, 500)],
    ['max-runs in p.yaml', 'max-runs in p.yaml', 'HARNESS_MAX_RUNS', 'HARNESS_MAX_RUNS'],
  );
  const limits = { ...NO_LIMITS, patienceMs: 5000 };
  assert.equal(limited(target, limits, {}).patienceMs, 5000);
  assert.equal(limited(target, limits, { HARNESS_PATIENCE: '30s' }).patienceMs, 30_000);
});
