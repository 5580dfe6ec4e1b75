import { exchange, finding } from './contract-fixtures.ts';

/** When the run of the fixtures began. */
export const LAST_NIGHT = '2026-11-24T01:00:00.000Z';
const EARLIER = '2026-11-19T01:00:00.000Z';

/** Findings of each severity; two of them are new. */
export const FAILURES = [
  finding(1, 'failure', { first_seen: EARLIER }),
  finding(1, 'failure', {
    first_seen: EARLIER,
    id: '2',
    case_id: 'case/9',
    case_title: 'accepts miscellaneous empty',
    reproduced: 'flaky',
  }),
  finding(2, 'failure', {
    first_seen: LAST_NIGHT,
    check: 'server-error-absence',
    command: 'pause',
    title: '"pause of a paused run": answered 500.',
    rule: '500 is never returned.',
    response_path: null,
    evidence: { level: 'entailed', source: 'page, the only promised outcome of a call is success' },
    exchange: exchange(500, 'Internal Server Error'),
  }),
  finding(3, 'warning', {
    first_seen: LAST_NIGHT,
    check: 'timestamp-zone',
    command: 'start',
    title: 'A timestamp without zone in /workflow_run/updated_at.',
    rule: 'A timestamp names its zone.',
    evidence: { level: 'related', source: 'vendor SDK' },
  }),
  finding(4, 'drift', {
    first_seen: EARLIER,
    command: 'data',
    title: 'The response has the undocumented field /workflow_run/priority.',
    evidence: { level: 'related', source: 'the example response' },
    exchange: null,
    reproduced: 'not-retried',
  }),
];
