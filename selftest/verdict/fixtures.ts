import type { ContractResult, CoverageRow, Finding } from '../../result/contract-result.ts';

/** A row of coverage that was looked at once. */
export const row = (name: string, over: Partial<CoverageRow> = {}): CoverageRow => ({
  name,
  exercised: 1,
  failed: 0,
  ...over,
});

/** Contract tests that passed, with one command and one check. */
export function contract(
  over: Partial<ContractResult> = {},
  coverage: Partial<ContractResult['coverage']> = {},
): ContractResult {
  return {
    inconclusive: null,
    strict: false,
    selection: null,
    requests_sent: 2,
    duration_ms: 1,
    cases: { total: 2, passed: 2, failed: 0, warned: 0, skipped: 0, inconclusive: 0 },
    outcomes: [],
    findings: [],
    coverage: {
      commands: [row('start')],
      request_fields: [],
      response_fields: [],
      statuses: [],
      checks: [row('run-identity')],
      matrix: [],
      ...coverage,
    },
    assumptions: [],
    ...over,
  };
}

/** A failure of that check. */
export function finding(fingerprint: string, over: Partial<Finding> = {}): Finding {
  return {
    id: fingerprint,
    fingerprint,
    check: 'run-identity',
    severity: 'failure',
    evidence: { level: 'entailed', source: 'page' },
    rule: 'rule',
    title: 'another run',
    case_id: 'c',
    case_title: 'c',
    command: 'start',
    schema_path: '#',
    response_path: null,
    curl: '',
    exchange: null,
    reproduced: 'not-retried',
    ...over,
  };
}
