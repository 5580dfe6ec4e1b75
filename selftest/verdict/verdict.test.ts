import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inconclusive } from '../../result/exchange.ts';
import type { ContractResult, Finding } from '../../result/contract-result.ts';
import type { LoadResult, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { exitCodeOf, judgeRun } from '../../result/verdict.ts';
import { verdictMeaning } from '../../result/wording.ts';
import { contract, finding as findingOf, row } from './fixtures.ts';

const finding = (severity: Finding['severity'], fingerprint = 'f1'): Finding =>
  findingOf(fingerprint, { id: `${fingerprint}-1`, severity });

const step = (sent: number, ok = sent, invalid = 0): LoadStep =>
  ({
    name: 'start',
    command: 'start',
    ledger: { intended: sent, sent, ok, invalid },
    failures: invalid === 0 ? [] : [{ cause: 'status 201 instead of 200', count: invalid, exchange: null }],
  }) as unknown as LoadStep;
const threshold = (outcome: ThresholdOutcome['outcome']): ThresholdOutcome => ({
  expression: 'error_rate < 1%',
  step: 'start',
  observed: 0,
  unit: 'ratio',
  interval: null,
  limit: 0.01,
  outcome,
  sentence: `error_rate is ${outcome}`,
});

function load(
  outcomes: readonly ThresholdOutcome['outcome'][],
  over: Partial<Record<'sent' | 'ok' | 'invalid', number>> & { readonly inconclusive?: Inconclusive } = {},
): LoadResult {
  const scenario = {
    name: 'start',
    model: 'open',
    connections: 1,
    warmup_ms: 0,
    connect: null,
    inconclusive: over.inconclusive ?? null,
    steps: [step(over.sent ?? 60, over.ok, over.invalid)],
    thresholds: outcomes.map(threshold),
  } as const;
  return { inconclusive: null, duration_ms: 1, scenarios: [scenario], generator: null };
}

const why = (cause: Inconclusive['cause']): Inconclusive => ({ cause, sentence: `because of ${cause}` });

test('the verdict follows from what was proven, then from what is unknown', () => {
  const notSeen = contract({
    coverage: { ...contract().coverage, commands: [row('start'), row('pause', { exercised: 0 })] },
  });
  const noCheck = contract({
    coverage: { ...contract().coverage, checks: [row('run-identity', { exercised: 0 })] },
  });
  const nothing = contract({
    cases: { total: 3, passed: 0, failed: 0, warned: 0, skipped: 2, inconclusive: 1 },
  });
  const someUnsure = contract({
    cases: { total: 3, passed: 2, failed: 0, warned: 0, skipped: 0, inconclusive: 1 },
  });
  const rows: readonly (readonly [
    string,
    ContractResult | null,
    LoadResult | null,
    boolean,
    string,
    string,
  ])[] = [
    ['all passed', contract(), load(['met']), false, 'GO', 'nobody'],
    ['contract alone', contract(), null, false, 'GO', 'nobody'],
    ['load alone', null, load(['met']), false, 'GO', 'nobody'],
    ['a warning', contract({ findings: [finding('warning')] }), null, false, 'GO', 'nobody'],
    ['a drift', contract({ findings: [finding('drift')] }), null, false, 'GO', 'nobody'],
    ['a failure', contract({ findings: [finding('failure')] }), null, false, 'NO-GO', 'api'],
    ['a broken threshold', contract(), load(['met', 'broken']), false, 'NO-GO', 'api'],
    [
      'a threshold inside the noise',
      contract(),
      load(['met', 'inconclusive']),
      false,
      'INCONCLUSIVE',
      'harness',
    ],
    ['nothing asked', null, null, false, 'INCONCLUSIVE', 'harness'],
    ['nothing judged', nothing, null, false, 'INCONCLUSIVE', 'harness'],
    ['single cases unsure', someUnsure, null, false, 'GO', 'nobody'],
    ['a command never asked', notSeen, null, false, 'INCONCLUSIVE', 'harness'],
    ['a check that saw nothing', noCheck, null, false, 'INCONCLUSIVE', 'harness'],
    [
      'a check that saw nothing, in a selection',
      { ...noCheck, selection: 'body' },
      null,
      false,
      'GO',
      'nobody',
    ],
    [
      'environment down',
      contract({ inconclusive: why('environment-down') }),
      null,
      false,
      'INCONCLUSIVE',
      'environment',
    ],
    [
      'key refused',
      contract({ inconclusive: why('key-refused') }),
      null,
      false,
      'INCONCLUSIVE',
      'environment',
    ],
    [
      'our own fault',
      contract({ inconclusive: why('harness-error') }),
      null,
      false,
      'INCONCLUSIVE',
      'harness',
    ],
    [
      'generator saturated',
      contract(),
      load(['met'], { inconclusive: why('generator-saturated') }),
      false,
      'INCONCLUSIVE',
      'harness',
    ],
    [
      'broken while the generator was saturated',
      contract(),
      load(['broken'], { inconclusive: why('generator-saturated') }),
      false,
      'INCONCLUSIVE',
      'harness',
    ],
    ['load sent nothing', contract(), load([], { sent: 0 }), false, 'INCONCLUSIVE', 'harness'],
    ['fast but wrong', null, load(['met'], { ok: 0, invalid: 60 }), false, 'NO-GO', 'api'],
    ['one wrong response', null, load(['met'], { ok: 59, invalid: 1 }), false, 'NO-GO', 'api'],
    [
      'wrong responses of something in front of the API',
      null,
      load(['met'], { ok: 0, invalid: 60, inconclusive: why('not-an-api') }),
      false,
      'INCONCLUSIVE',
      'environment',
    ],
    ['not one good response', null, load(['met'], { ok: 0 }), false, 'INCONCLUSIVE', 'harness'],
    ['interrupted', contract(), null, true, 'INCONCLUSIVE', 'harness'],
    ['a failure, then interrupted', contract({ findings: [finding('failure')] }), null, true, 'NO-GO', 'api'],
    [
      'a failure, and load unknown',
      contract({ findings: [finding('failure')] }),
      load(['inconclusive']),
      false,
      'NO-GO',
      'api',
    ],
  ];
  for (const [what, contractPart, loadPart, interrupted, verdict, mover] of rows) {
    const judged = judgeRun({ contract: contractPart, load: loadPart, interrupted });
    assert.deepEqual(
      [judged.verdict, judged.mover],
      [verdict, mover],
      `${what}: ${judged.reasons.join(' ')}`,
    );
    assert.ok(judged.reasons.length > 0 && judged.reasons.every((reason) => reason.length > 5), what);
  }
});

test('findings of one cause are one reason, with their count', () => {
  const findings = [finding('failure'), finding('failure'), finding('failure', 'f2')];
  const { reasons } = judgeRun({ contract: contract({ findings }), load: null, interrupted: false });
  assert.deepEqual(reasons, ['run-identity: another run (2 cases)', 'run-identity: another run']);
});

test('exit codes are those that are promised', () => {
  const code = (verdict: 'GO' | 'NO-GO' | 'INCONCLUSIVE', interrupted = false): number =>
    exitCodeOf({ verdict, run: { interrupted } });
  assert.deepEqual(
    [code('GO'), code('NO-GO'), code('INCONCLUSIVE'), code('INCONCLUSIVE', true), code('NO-GO', true)],
    [0, 1, 3, 130, 130],
  );
});

test('a rule that nothing could judge names what was in the way; a budget, where it was one', () => {
  const coverage = { ...contract().coverage, checks: [row('body-framing', { exercised: 0 })] };
  const because = (...reasons: readonly string[]): string => {
    const outcomes = reasons.map((reason, i) => ({
      id: `c${i}`,
      title: 'c',
      group: 'value',
      command: 'data',
      outcome: 'inconclusive' as const,
      reason,
      duration_ms: 1,
    }));
    const { next_steps } = judgeRun({
      contract: contract({ coverage, outcomes }),
      load: null,
      interrupted: false,
    });
    return next_steps.join(' ');
  };
  const ended = 'answered 409 ("The run is completed"), which does not judge a value';
  assert.match(because(ended, 'no response', ended), /^2 cases were not judged because: answered 409/);
  assert.match(because(ended), /workflow whose runs wait for input/);
  assert.match(because('no response'), /no response\. Remove that cause, then repeat/);
  assert.match(because(ended, 'left out: the budget is 20 requests'), /--budget-requests/);
});

test('what could not be judged says what to do about it, what could says nothing', () => {
  const said = (contractPart: ContractResult | null, measured: LoadResult | null): string =>
    judgeRun({ contract: contractPart, load: measured, interrupted: false }).next_steps.join(' ');
  const budget = contract({
    coverage: { ...contract().coverage, commands: [row('start', { exercised: 0 })] },
  });
  assert.equal(said(contract(), load(['met'])), '');
  assert.equal(said(contract({ findings: [finding('failure')] }), load(['inconclusive'])), '');
  assert.match(said(null, load(['inconclusive', 'inconclusive'])), /^Measure longer [^]*narrower\.$/);
  assert.match(said(budget, load(['inconclusive'])), /--budget-runs[^]*--duration/);
  const late = load(['inconclusive']);
  const saturated = {
    ...late,
    scenarios: late.scenarios.map((one) => ({
      ...one,
      thresholds: one.thresholds.map((threshold) => ({
        ...threshold,
        cause: 'generator-saturated' as const,
      })),
    })),
  };
  assert.match(said(null, saturated), /--processes/, 'a limit on a step that the generator spoilt');
});

test('a GO says what it does not rest on', () => {
  const cases = { total: 9, passed: 4, failed: 0, warned: 0, skipped: 3, inconclusive: 2 };
  assert.deepEqual(judgeRun({ contract: contract({ cases }), load: null, interrupted: false }).reasons, [
    '4 of 9 contract cases passed, none failed, 3 skipped, 2 inconclusive.',
  ]);
});

test('the first line counts accepted failures, whatever the verdict is', () => {
  const acceptance = {
    state: 'accepted',
    reason: 'known',
    accepted_at: '2026-11-25',
    expires_at: '2026-12-31',
  } as const;
  const known = { ...finding('failure', 'f9'), acceptance };
  const judge = (over: Partial<ContractResult>): readonly [unknown, string | undefined, number] => {
    const { verdict, reasons } = judgeRun({ contract: contract(over), load: null, interrupted: false });
    return [verdict, reasons[0], reasons.length];
  };
  const line = '1 known failure accepted until 2026-12-31.';
  const unseen = { ...contract().coverage, checks: [row('run-identity', { exercised: 0 })] };
  assert.deepEqual(judge({ findings: [known] }), ['GO', line, 2]);
  assert.deepEqual(judge({ findings: [known, finding('failure')] }), ['NO-GO', line, 2]);
  assert.deepEqual(judge({ findings: [known], coverage: unseen }), ['INCONCLUSIVE', line, 2]);
  assert.match(
    judge({ findings: [known], commands: ['start'], selection: '--commands start' })[1] ?? '',
    /^1 known failure accepted until 2026-12-31\. Only start was asked: the verdict is about that command alone\.$/,
  );
  for (const [state, why] of [
    ['expired', /It was accepted until 2026-12-31, which has passed\.$/],
    ['widened', /It was accepted until 2026-12-31 for fewer commands than it affects now\.$/],
  ] as const) {
    const [verdict, first] = judge({ findings: [{ ...known, acceptance: { ...acceptance, state } }] });
    assert.equal(verdict, 'NO-GO');
    assert.match(first ?? '', why);
  }
});

test('failures that are accepted are told beside the verdict, wherever it is explained', () => {
  const acceptance = {
    state: 'accepted',
    reason: 'known',
    accepted_at: '2026-11-25',
    expires_at: '2026-12-31',
  } as const;
  const contractPart = contract({
    findings: [{ ...finding('failure'), acceptance }],
    cases: { total: 2, passed: 1, failed: 1, warned: 0, skipped: 0, inconclusive: 0 },
  });
  const { verdict, reasons } = judgeRun({ contract: contractPart, load: null, interrupted: false });
  assert.equal(reasons[1], '1 of 2 contract cases passed, 1 failed as accepted.');
  const meaning = (one: ContractResult): string => verdictMeaning({ verdict, contract: one });
  assert.match(meaning(contractPart), /^No failures except those that are known and accepted\.$/);
  assert.match(meaning(contract()), /^All checks passed\.$/);
});

test('where one run at a time leaves commands unseen, the limit is the cause and the remedy', () => {
  const commands = [
    { ...row('start'), accepted: 1 },
    { ...row('pause'), accepted: 0 },
  ];
  const coverage = { ...contract().coverage, commands };
  const said = judgeRun({
    contract: contract({ coverage, runs_at_a_time: 1 }),
    load: null,
    interrupted: false,
  });
  assert.match(
    said.reasons[0] ?? '',
    /^The target accepted pause in no state .* 1 workflow run of ours was active/,
  );
  assert.match(said.next_steps[0] ?? '', /^Have the limit of runs at a time raised/);
});
