import type { Exchange } from '../../result/exchange.ts';
import type {
  ResponseFieldRow,
  CaseOutcome,
  ContractResult,
  Coverage,
  Finding,
  Severity,
} from '../../result/contract-result.ts';

const COMMANDS = ['start', 'data', 'resume', 'pause', 'stop'];
const CHECKS = [
  'answer-presence',
  'server-error-absence',
  'secret-echo',
  'status-code-conformance',
  'content-type-conformance',
  'response-schema-conformance',
  'timestamp-zone',
  'positive-data-acceptance',
  'negative-data-rejection',
  'ignored-auth',
  'run-identity',
  'run-input-echo',
];
const RUN_BODY =
  '{"workflow_run":{"_id":"65f1c0ffee65f1c0ffee65f1","workflow_id":"65f1c0ffee65f1c0ffee0001","status":"paused","created_at":"2026-11-24T01:00:03.120Z","updated_at":"2026-11-24T01:00:03.480Z","input_output_pairs":[{"run_input":{"dynamic_variables":{"name":"Ada"}},"run_output":{}}]}}';

/** An exchange that was answered with a status and a body. */
export function exchange(status = 200, body = RUN_BODY): Exchange {
  const sent =
    '{"command":"resume","workflow_run_id":"65f1c0ffee65f1c0ffee65f1","dynamic_variables":{"name":"Ada"}}';
  return {
    request: {
      method: 'POST',
      url: 'https://api.example.test/workflows/v1/workflow-runs',
      headers: [
        ['authorization', '[redacted]'],
        ['content-type', 'application/json'],
      ],
      body: sent,
      body_bytes: sent.length,
    },
    response: {
      status,
      headers: [
        ['content-type', 'application/json'],
        ['x-request-id', '7b1d5c'],
      ],
      body,
      body_bytes: body.length,
    },
    failure: null,
    duration_ms: 38.4,
  };
}

/** A finding; its number makes its fingerprint. */
export function finding(number: number, severity: Severity = 'failure', one: Partial<Finding> = {}): Finding {
  const fingerprint = (0xa1b2c3d4e5 + number * 7919).toString(16).padStart(12, '0');
  return {
    id: `${fingerprint}-1`,
    fingerprint,
    check: 'response-schema-conformance',
    severity,
    evidence: { level: 'documented', source: 'page, Response: workflow_run' },
    rule: 'A successful response matches the documented schema.',
    title: `"resume with a value of each JSON type": /workflow_run/created_at must be a date-time, but is "yesterday" (${number}).`,
    case_id: `positive/resume/each-type-${number}`,
    case_title: 'accepts dynamic_variables with a value of each JSON type',
    command: 'resume',
    schema_path: '/components/schemas/WorkflowRun/properties/created_at/format',
    response_path: '/workflow_run/created_at',
    curl: `curl -sS -i -X POST 'https://api.example.test/workflows/v1/workflow-runs' -H "Authorization: Bearer $INTERACTLY_API_KEY" -H 'content-type: application/json' --data-raw '{"command":"resume","workflow_run_id":"65f1c0ffee65f1c0ffee65f1"}'`,
    exchange: exchange(),
    reproduced: 'reproduced',
    ...one,
  };
}

/** The outcome of one case. */
export function outcome(
  number: number,
  how: CaseOutcome['outcome'] = 'passed',
  reason: string | null = null,
): CaseOutcome {
  const groups = ['positive', 'negative', 'authentication', 'lifecycle'];
  return {
    id: `case/${number}`,
    title:
      number % 3 === 0 ? 'accepts dynamic_variables absent' : `refuses workflow_id of ${number} characters`,
    group: groups[number % groups.length] ?? 'positive',
    command: COMMANDS[number % COMMANDS.length] ?? null,
    outcome: how,
    reason,
    duration_ms: 4 + (number % 90),
  };
}

const ANSWER_FIELDS = [
  '',
  '/workflow_run',
  '/workflow_run/_id',
  '/workflow_run/created_at',
  '/workflow_run/workflow_run',
  '/workflow_run/workflow_run/status',
  '/workflow_run/workflow_run/input_output_pairs',
  '/workflow_run/workflow_run/input_output_pairs/[]',
  '/workflow_run/workflow_run/input_output_pairs/[]/run_input',
  '/workflow_run/workflow_run/input_output_pairs/[]/run_input/thread_to_node_inputs',
  '/workflow_run/workflow_run/comments',
  '/workflow_run/workflow_run/comments/[]',
];

/** Each field as the responses to each command had it; no run has a comment. */
function responseFields(findings: readonly Finding[]): readonly ResponseFieldRow[] {
  return ANSWER_FIELDS.map((field, row) => ({
    field,
    commands: COMMANDS.slice(0, field.endsWith('/comments/[]') ? 0 : 5).map((command, column) => {
      const own = findings.filter((one) => one.command === command && one.response_path === field);
      const failed = own.filter((one) => one.severity === 'failure').length;
      const cause = own[0]?.fingerprint;
      return {
        command,
        exercised: 56 - row - column * 9 + own.length,
        failed,
        warned: own.length - failed,
        ...(cause === undefined ? {} : { cause }),
      };
    }),
  }));
}

function coverage(findings: readonly Finding[]): Coverage {
  const failures = findings.filter((one) => one.severity === 'failure');
  const of = (own: readonly Finding[], command: string, check: string): number =>
    own.filter((one) => one.command === command && one.check === check).length;
  return {
    commands: COMMANDS.map((name, at) => ({
      name,
      exercised: 60 - at * 7,
      failed: failures.filter((one) => one.command === name).length,
    })),
    request_fields: [
      'command',
      'workflow_id',
      'workflow_run_id',
      'dynamic_variables',
      'runtime_variables',
      'miscellaneous',
      'thread_to_node_inputs',
    ].map((name, at) => ({ name, exercised: 12 - at, failed: at === 3 ? failures.length : 0 })),
    response_fields: [
      '/workflow_run',
      '/workflow_run/_id',
      '/workflow_run/created_at',
      '/workflow_run/input_output_pairs/[]/run_input',
      '/workflow_run/logical_id',
    ].map((name, at) => ({
      name,
      exercised: at === 4 ? 0 : 80,
      failed: name === '/workflow_run/created_at' ? failures.length : 0,
    })),
    statuses: ['200', '401', '404', '405', '422'].map((name, at) => ({
      name,
      exercised: 90 - at * 20,
      failed: 0,
    })),
    checks: CHECKS.map((name) => ({
      name,
      exercised: 40,
      failed: failures.filter((one) => one.check === name).length,
    })),
    answer_fields: responseFields(findings),
    matrix: COMMANDS.flatMap((command, column) =>
      CHECKS.map((check, row) => {
        const failed = of(failures, command, check);
        const warned = of(findings, command, check) - failed;
        return {
          command,
          check,
          exercised: row === 9 && column > 0 ? 0 : 30 + row * column + failed + warned,
          failed,
          warned,
        };
      }),
    ),
  };
}

/** The contract part of a result, with counts that fit its outcomes. */
export function contract(
  findings: readonly Finding[],
  outcomes: readonly CaseOutcome[],
  one: Partial<ContractResult> = {},
): ContractResult {
  const count = (how: CaseOutcome['outcome']): number =>
    outcomes.filter((each) => each.outcome === how).length;
  return {
    inconclusive: null,
    strict: false,
    selection: null,
    requests_sent: outcomes.length * 2,
    duration_ms: 4820,
    cases: {
      total: outcomes.length,
      passed: count('passed'),
      failed: count('failed'),
      warned: count('warned'),
      skipped: count('skipped'),
      inconclusive: count('inconclusive'),
    },
    outcomes,
    findings,
    coverage: coverage(findings),
    assumptions: [
      {
        id: 'invalid-body-422',
        text: 'An invalid body is refused with 422.',
        state: 'confirmed',
        observed: '422 to workflow_id of 23 characters',
      },
      {
        id: 'unknown-run-404',
        text: 'A run that does not exist is answered with 404.',
        state: 'refuted',
        observed: '422 to resume of a run that does not exist',
      },
      {
        id: 'missing-type',
        text: 'A body without a content type is refused.',
        state: 'not_seen',
        observed: null,
      },
    ],
    ...one,
  };
}
