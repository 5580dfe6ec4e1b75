import type { ReleaseComparison, ReleaseRow } from '../../result/release-comparison.ts';
import type { RunResult } from '../../result/result.ts';
import { judgeRun } from '../../result/verdict.ts';
import { CAPACITY_SCENARIO } from './capacity-fixtures.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { result } from './fixtures.ts';
import { load, RESUME_SCENARIO, scenario } from './load-fixtures.ts';

const PART = { kind: 'part', outcome: 'kept', loss: null, limit: null } as const;

function part(name: string): ReleaseRow {
  return { ...PART, name, sentence: `The required part ${name} was evaluated.` };
}

function metric(
  name: string,
  loss: readonly [number, number, number],
  limit: number,
  outcome: ReleaseRow['outcome'] = 'kept',
): ReleaseRow {
  const [estimate] = loss;
  return {
    kind: 'metric',
    name,
    outcome,
    loss,
    limit,
    sentence: `${name} ${outcome === 'kept' ? 'keeps the policy' : 'is worse than the policy allows'}: ${(estimate * 100).toFixed(1)} %.`,
  };
}

const KEPT_ROWS: readonly ReleaseRow[] = [
  part('contract'),
  part('load'),
  part('capacity'),
  metric('latency_ms_p50 of start', [0.031, -0.012, 0.082], 0.25),
  metric('latency_ms_p95 of start', [0.064, -0.11, 0.27], 0.5),
  metric('error_rate of start', [0.0007, -0.001, 0.004], 0.01),
  metric('capacity', [-0.04, -0.2, 0.09], 0.25),
];

/** A comparison with the last release. */
export function against(rows: readonly ReleaseRow[] = KEPT_ROWS): ReleaseComparison {
  return {
    baseline: {
      id: '20261110T010000Z-77aa',
      started_at: '2026-11-10T01:00:00.000Z',
      verdict: 'GO',
      target: 'https://api.example.test',
      revision: 'build 2.14.0',
    },
    policy: { file: 'config/release-policy.yaml', sha256: 'f'.repeat(64) },
    rows,
    differences: ['revision: build 2.14.0 and build 2.15.0', 'tool: 0.0.9 and 0.1.0'],
  };
}

const ACCEPTED = {
  state: 'accepted',
  by: 'Ada Lovelace',
  reason: 'fixed with 2.16, no caller sends it',
  accepted_at: '2026-11-01',
  expires_at: '2026-12-31',
} as const;

const OUTCOMES = Array.from({ length: 284 }, (_, at) => outcome(at));

/** A release that may ship: everything a release manager looks for is there. */
export const RELEASE_GO = releaseOf({
  rows: KEPT_ROWS,
  findings: [
    finding(1, 'failure', {
      case_id: 'case/118',
      title: 'dynamic_variables accepts a string (200).',
      check: 'negative-data-rejection',
      acceptance: ACCEPTED,
    }),
    finding(3, 'warning', {
      check: 'timestamp-zone',
      command: 'start',
      title: 'A timestamp without zone in /workflow_run/updated_at.',
    }),
  ],
});

/** A release that became slower than its policy allows, and cannot be certified for its capacity. */
export const RELEASE_NO_GO = releaseOf({
  rows: [
    ...KEPT_ROWS.slice(0, 3),
    metric('latency_ms_p50 of start', [0.62, 0.44, 0.83], 0.25, 'broken'),
    ...KEPT_ROWS.slice(4, 6),
    {
      kind: 'metric',
      name: 'capacity',
      outcome: 'unknown',
      sentence:
        "capacity can't be certified, because it was not evaluated: no rate was confirmed in 20261110T010000Z-77aa.",
      loss: null,
      limit: 0.25,
    },
  ],
  findings: [],
});

function releaseOf({
  rows,
  findings,
}: {
  readonly rows: readonly ReleaseRow[];
  readonly findings: readonly ReturnType<typeof finding>[];
}): RunResult {
  const release = against(rows);
  const parts = {
    contract: contract(findings, [
      ...OUTCOMES,
      outcome(284, findings.length > 0 ? 'failed' : 'passed'),
      outcome(285, 'skipped', 'no second key is set'),
    ]),
    load: load({
      scenarios: [scenario(), RESUME_SCENARIO, CAPACITY_SCENARIO],
    }),
  };
  const base = result(parts);
  const go = {
    run_id: '20261122T010000Z-10be',
    started_at: '2026-11-22T01:00:00.000Z',
    verdict: 'GO',
  } as const;
  return {
    ...base,
    ...judgeRun({ ...parts, interrupted: false, release }),
    run: {
      ...base.run,
      command: 'npm run release -- --against last-release --seed 48211',
      profile: { name: 'release', file: 'config/release.yaml', sha256: 'e'.repeat(64) },
    },
    target: {
      ...base.target,
      revision: {
        declared: '2.15.0',
        headers: { 'x-app-version': '2.15.0-rc.1', 'x-build-id': '4711-b2' },
        schema_sha256: null,
        shape_sha256: null,
      },
    },
    since_last: {
      run_id: '20261123T010000Z-91c0',
      started_at: '2026-11-23T01:00:00.000Z',
      verdict: 'NO-GO',
      appeared: [],
      gone: [
        { fingerprint: '00a1b2c3ffff', check: 'run-identity', title: 'resume answered with another run.' },
      ],
    },
    since_go: { ...go, appeared: findings.slice(1).map(({ fingerprint }) => fingerprint), gone: [] },
    release,
  };
}
