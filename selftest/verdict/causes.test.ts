/** What the findings of a run come to: causes in the order of their harm, each with what only follows from it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causesOf, rankedCauses } from '../../result/causes.ts';
import type { Finding } from '../../result/contract-result.ts';
import { exchange, finding } from '../reports/contract-fixtures.ts';

let made = 0;

/** A finding of one case with a response of its own, unless told otherwise. */
function found(check: string, over: Partial<Finding> = {}): Finding {
  made += 1;
  const { request, ...rest } = exchange(200);
  const own = { ...rest, request: { ...request, body: `body ${made}` } };
  return finding(made, over.severity ?? 'failure', {
    check,
    title: `title ${made}`,
    case_id: `negative/${made}`,
    response_path: '/workflow_run/status',
    schema_path: `#/${made}`,
    exchange: own,
    ...over,
  });
}

/** Another finding about the very response of one. */
const beside = (one: Finding, check: string, over: Partial<Finding> = {}): Finding =>
  found(check, { case_id: one.case_id, exchange: one.exchange, ...over });

/** Each cause by its check, with the checks of what follows from it. */
const ranked = (...findings: readonly Finding[]): readonly string[] =>
  rankedCauses(findings).map(({ first, consequences }) =>
    [first.check, ...consequences.map((one) => one.first.check)].join(' > '),
  );

test('a cause is told by the finding that is clearest: seen again before once, its own case before a drawn value', () => {
  const rows: readonly (readonly [how: Finding['reproduced'], caseId: string])[] = [
    ['flaky', 'property/1'],
    ['flaky', 'case/2'],
    ['not-retried', 'property/3'],
    ['not-retried', 'case/4'],
    ['reproduced', 'property/5'],
    ['reproduced', 'case/6'],
  ];
  for (let n = 1; n <= rows.length; n += 1) {
    const findings = rows
      .slice(0, n)
      .map(([reproduced, case_id]) => finding(1, 'failure', { reproduced, case_id }));
    const [cause, ...more] = causesOf(findings);
    assert.equal(cause?.first.case_id, rows[n - 1]?.[1]);
    assert.equal(cause?.findings.length, n);
    assert.equal(cause.findings[0], cause.first);
    assert.equal(more.length, 0);
  }
});

test('failures come before warnings before drift, and the heaviest finding weighs its cause', () => {
  const findings = [finding(1, 'drift'), finding(2, 'warning'), finding(3, 'drift'), finding(3, 'failure')];
  assert.deepEqual(
    causesOf(findings).map(({ severity, findings: own }) => [severity, own.length]),
    [
      ['failure', 2],
      ['warning', 1],
      ['drift', 1],
    ],
  );
});

test('a cause weighs as its heaviest finding does, though a lighter one tells it more clearly', () => {
  const [cause] = causesOf([
    finding(1, 'failure', { reproduced: 'flaky', case_id: 'case/1' }),
    finding(1, 'drift', { reproduced: 'reproduced', case_id: 'case/2' }),
  ]);
  assert.deepEqual([cause?.severity, cause?.first.case_id], ['failure', 'case/2']);
});

test('of two reasons for one response the first one explains what follows', () => {
  const lead = found('negative-data-rejection');
  const other = beside(lead, 'malformed-body-rejection');
  assert.deepEqual(ranked(lead, other, beside(lead, 'timestamp-zone')), [
    'negative-data-rejection > timestamp-zone',
    'malformed-body-rejection',
  ]);
});

test('within one weight access comes first, then data, availability, validation and form, then what more cases met', () => {
  const two = found('allow-header-conformance');
  const again = found('allow-header-conformance', { fingerprint: two.fingerprint });
  assert.deepEqual(
    ranked(
      found('content-type-conformance'),
      two,
      again,
      found('positive-data-acceptance'),
      found('answer-presence'),
      found('input-echo'),
      found('key-echo', { severity: 'warning' }),
      found('run-isolation'),
    ),
    [
      'run-isolation',
      'input-echo',
      'answer-presence',
      'positive-data-acceptance',
      'allow-header-conformance',
      'content-type-conformance',
      'key-echo',
    ],
  );
});

test('what shows only in responses that should not have been sent follows from the reason of these', () => {
  for (const whole of [
    'ignored-auth',
    'team-isolation',
    'server-error-absence',
    'misleading-success',
    'negative-data-rejection',
    'malformed-body-rejection',
    'unsupported-method',
    'json-number-conformance',
  ]) {
    const lead = found(whole);
    assert.deepEqual(
      ranked(lead, beside(lead, 'timestamp-zone')),
      [`${whole} > timestamp-zone`],
      'one response, two causes',
    );
  }
  const lead = found('negative-data-rejection');
  const elsewhere = found('content-type-conformance');
  const alsoElsewhere = [beside(lead, elsewhere.check, { fingerprint: elsewhere.fingerprint }), elsewhere];
  assert.deepEqual(ranked(lead, ...alsoElsewhere), ['negative-data-rejection', elsewhere.check]);
  const ordinary = found('status-code-conformance');
  assert.deepEqual(ranked(ordinary, beside(ordinary, 'timestamp-zone')).length, 2, 'that explains nothing');
});

test('a response is known by its case, its address, its body and its status', () => {
  const lead = found('negative-data-rejection');
  const at = lead.exchange ?? assert.fail();
  for (const other of [
    { case_id: 'negative/another' },
    { exchange: { ...at, request: { ...at.request, url: 'http://127.0.0.1/other' } } },
    { exchange: { ...at, request: { ...at.request, body: 'another' } } },
    { exchange: exchange(201) },
    { exchange: null },
  ])
    assert.equal(ranked(lead, beside(lead, 'timestamp-zone', other)).length, 2, JSON.stringify(other));
});

test('an accepted body that holds no run breaks nothing further', () => {
  const lead = found('response-schema-conformance', { response_path: '' });
  assert.deepEqual(ranked(lead, beside(lead, 'timestamp-zone')), [
    'response-schema-conformance > timestamp-zone',
  ]);
  const part = found('response-schema-conformance', { response_path: '/workflow_run' });
  assert.equal(ranked(part, beside(part, 'timestamp-zone')).length, 2);
});

test('neither a worse harm, nor a leak, nor what refuses a response of its own follows from anything', () => {
  const lead = found('negative-data-rejection');
  for (const check of ['ignored-auth', 'key-echo', 'input-echo', 'answer-presence'])
    assert.equal(ranked(lead, beside(lead, check)).length, 2, check);
  const form = found('response-schema-conformance', { response_path: '' });
  assert.equal(
    ranked(form, beside(form, 'input-echo', { severity: 'drift' })).length,
    2,
    'lost data of less weight is no consequence of form',
  );
  const open = found('ignored-auth');
  for (const check of ['key-echo', 'negative-data-rejection', 'malformed-body-rejection'])
    assert.equal(ranked(open, beside(open, check)).length, 2, check);
  for (const check of ['server-error-absence', 'misleading-success', 'input-echo'])
    assert.deepEqual(ranked(open, beside(open, check)), [`ignored-auth > ${check}`]);
});

test('an error with the status of a success loses what was sent: after a leak, before silence, validation and form', () => {
  const checks = [
    'timestamp-zone',
    'negative-data-rejection',
    'answer-presence',
    'misleading-success',
    'key-echo',
  ];
  assert.deepEqual(ranked(...checks.map((check) => found(check))), checks.toReversed());
});

test('what was accepted stands alone, and nothing hides behind it', () => {
  const acceptance = {
    state: 'accepted',
    reason: 'known',
    accepted_at: '2026-11-01',
    expires_at: '2027-11-01',
  } as const;
  const lead = found('negative-data-rejection');
  assert.equal(ranked({ ...lead, acceptance }, beside(lead, 'timestamp-zone')).length, 2);
  assert.equal(ranked(lead, beside(lead, 'timestamp-zone', { acceptance })).length, 2);
});

test('one place that breaks one rule is one cause, though some responses break it less', () => {
  const place = { schema_path: '#/status', title: 'Odd status', response_path: '/status' };
  const hard = found('timestamp-zone', place);
  const soft = found('timestamp-zone', { ...place, severity: 'warning' });
  assert.deepEqual(ranked(soft, hard), ['timestamp-zone > timestamp-zone']);
  for (const other of [
    { ...place, title: 'Another' },
    { ...place, schema_path: '#/other' },
    { ...place, severity: 'drift' as const },
    { ...place, severity: 'failure' as const },
  ])
    assert.equal(ranked(hard, { ...soft, ...other }).length, 2, JSON.stringify(other));
  assert.equal(ranked(hard, { ...soft, check: 'fixed-fields' }).length, 2);
  assert.equal(
    ranked({ ...hard, response_path: null }, { ...soft, response_path: null }).length,
    2,
    'of no place in particular',
  );
});
