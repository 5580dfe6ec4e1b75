import type { Coverage, CoverageRow } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import { judgeRun } from '../../result/verdict.ts';
import { CAPACITY_SCENARIO } from './capacity-fixtures.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { FAILURES, LAST_NIGHT } from './finding-fixtures.ts';
import { load, RESUME_SCENARIO, scenario, step, threshold } from './load-fixtures.ts';

/** A result judged by the real verdict; what isn't said is an ordinary night against a deployed API. */
export function result(one: Partial<RunResult> = {}): RunResult {
  const { contract: contractPart = null, load: loadPart = null } = one;
  return {
    schema_version: 1,
    tool: { name: 'interactly-workflow-runs-harness', version: '0.1.0' },
    run: {
      id: '20261124T010000Z-4f2a',
      started_at: '2026-11-24T01:00:00.000Z',
      ended_at: '2026-11-24T01:01:23.400Z',
      seed: 48211,
      command: 'npm start -- --seed 48211',
      interrupted: false,
      host: { cores: 4, node: 'v20.20.2', platform: 'linux', memory_bytes: 8_589_934_592 },
    },
    target: { base_url: 'https://api.example.test', is_sandbox: false, sandbox_faults: [] },
    ...judgeRun({ contract: contractPart, load: loadPart, interrupted: one.run?.interrupted ?? false }),
    contract: null,
    load: null,
    spend: {
      workflow_runs_started: 112,
      cap: 200,
      ended_by: { stopped: 108, completed: 4, left_running: 0 },
      left_running_ids: [],
      tokens: 18_204,
    },
    ...one,
  };
}

const outcomes = (number: number): ReturnType<typeof outcome>[] =>
  Array.from({ length: number }, (_, at) => outcome(at));

/** All is well. */
export const GO = result({
  contract: contract([], outcomes(126)),
  load: load({
    scenarios: [scenario(), RESUME_SCENARIO],
  }),
});

const BROKEN = threshold('broken', {
  observed: 312.5,
  interval: [287.2, 355.1],
  sentence: 'start: latency_ms_p95 < 250 is broken: observed 312.5 ms (95 % interval 287.2 ms to 355.1 ms).',
});

/** Several causes in the contract, and a broken threshold with failures under load. */
export const NO_GO = result({
  since_last: {
    run_id: '20261123T010000Z-91c0',
    started_at: '2026-11-23T01:00:00.000Z',
    verdict: 'NO-GO',
    appeared: FAILURES.filter(({ first_seen: since }) => since === LAST_NIGHT).map(
      ({ fingerprint }) => fingerprint,
    ),
    gone: [
      {
        fingerprint: '00a1b2c3ffff',
        check: 'run-identity',
        title: 'resume was answered with another run than the one it named.',
      },
    ],
  },
  contract: contract(FAILURES, [
    ...outcomes(118),
    outcome(118, 'failed'),
    outcome(119, 'failed'),
    outcome(120, 'warned'),
    outcome(121, 'skipped', 'the command pause did not answer three times'),
    outcome(122, 'inconclusive', 'the run had ended before it could be paused'),
  ]),
  load: load({
    scenarios: [
      scenario({
        steps: [
          step({
            medianUs: 140_000,
            failed: 42,
            throttled: 12,
            timeouts: 6,
            notes: ['The rate was not reached: 48.1 of 50 requests per second were sent.'],
          }),
          step({ name: 'start × 400/s', rate: 400, seconds: 60, medianUs: 180_000 }),
        ],
        thresholds: [BROKEN, threshold('inconclusive', { expression: 'latency_ms_p99 < 500', limit: 500 })],
      }),
    ],
  }),
});

/** A coverage in which nothing was exercised. */
function unseen(coverage: Coverage): Coverage {
  const rows = (all: readonly CoverageRow[]): readonly CoverageRow[] =>
    all.map(({ name }) => ({ name, exercised: 0, failed: 0 }));
  return {
    commands: rows(coverage.commands),
    request_fields: rows(coverage.request_fields),
    response_fields: rows(coverage.response_fields),
    statuses: [],
    answer_fields: (coverage.answer_fields ?? []).map(({ field }) => ({ field, commands: [] })),
    checks: rows(coverage.checks),
    matrix: coverage.matrix.map((cell) => ({ ...cell, exercised: 0, failed: 0, warned: 0 })),
  };
}

/** The environment is down. */
export const DOWN = result({
  spend: {
    workflow_runs_started: 0,
    cap: 200,
    ended_by: { stopped: 0, completed: 0, left_running: 0 },
    left_running_ids: [],
    tokens: null,
  },
  contract: contract([], [outcome(0, 'inconclusive', 'connection refused')], {
    inconclusive: {
      cause: 'environment-down',
      sentence: 'Nothing answered at https://api.example.test: connection refused, 3 of 3 times.',
    },
    requests_sent: 3,
    coverage: unseen(contract([], []).coverage),
  }),
  load: load({
    inconclusive: { cause: 'not-run', sentence: 'Load was not started, because nothing answered.' },
    scenarios: [],
    generator: null,
    duration_ms: 0,
  }),
});

/** Measured, but with too few samples to judge. */
export const TOO_FEW = result({
  contract: contract([], outcomes(126)),
  load: load({
    scenarios: [
      scenario({
        name: 'start-resume',
        steps: ['start-resume', 'start', 'pause', 'resume'].map((name) =>
          step({ name, command: name, rate: 6, seconds: 20, medianUs: 48_000 }),
        ),
        thresholds: [threshold('inconclusive', { expression: 'latency_ms_p99 < 250' })],
      }),
    ],
  }),
});

export const LOAD_ONLY = result({
  load: load({
    scenarios: [
      scenario({ model: 'closed', steps: [{ ...step(), rate_per_second: null, concurrency: 20 }] }),
    ],
  }),
});
export const CONTRACT_ONLY = result({
  contract: contract([], outcomes(40)),
  target: { base_url: 'http://127.0.0.1:40123', is_sandbox: true, sandbox_faults: ['late-answer'] },
});
/** A search for the capacity, by a generator of four processes. */
export const SEARCH = result({
  load: load({
    scenarios: [CAPACITY_SCENARIO],
    generator: {
      event_loop_delay_us: { p50: 90, p99: 1310, max: 8120 },
      cpu: 2.1,
      saturated: false,
      sentence: null,
      gc: { count: 412, total_ms: 380.4, max_ms: 12.8 },
      processes: 4,
    },
  }),
});
export const EMPTY = result({ contract: contract([], []), load: load({ scenarios: [], generator: null }) });

/** A thousand findings of as many causes. */
export const MANY = result({
  contract: contract(
    Array.from({ length: 1000 }, (_, at) => finding(at, at % 3 === 0 ? 'warning' : 'failure')),
    Array.from({ length: 3000 }, (_, at) => outcome(at, at < 1000 ? 'failed' : 'passed')),
  ),
  load: load({
    scenarios: Array.from({ length: 8 }, (_, at) =>
      scenario({
        name: `start-${at}`,
        steps: [1, 2, 3].map((nth) =>
          step({ name: `step ${nth}`, seconds: 3600, rate: 20, failed: 400, throttled: 30 }),
        ),
      }),
    ),
  }),
});

export const SITUATIONS: Readonly<Record<string, RunResult>> = {
  GO,
  NO_GO,
  DOWN,
  TOO_FEW,
  LOAD_ONLY,
  CONTRACT_ONLY,
  SEARCH,
  EMPTY,
};
