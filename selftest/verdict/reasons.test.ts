/** The verdict of runs, with the very words of its reasons: what a release manager reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractResult, CoverageRow, Finding } from '../../result/contract-result.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { LoadResult, LoadScenario, LoadStep } from '../../result/load-result.ts';
import { exitCodeOf, judgeRun, type Verdict } from '../../result/verdict.ts';
import { load, scenario, step, threshold } from '../reports/load-fixtures.ts';
import { contract, finding, row } from './fixtures.ts';

const why = (cause: Inconclusive['cause']): Inconclusive => ({ cause, sentence: `Because of ${cause}.` });

function judge(of: { contract?: ContractResult; load?: LoadResult; interrupted?: boolean }): Verdict {
  const { contract: contractPart = null, load: sent = null, interrupted = false } = of;
  return judgeRun({ contract: contractPart, load: sent, interrupted });
}

/** The verdict, who has to act, and the reasons. */
const said = (of: Parameters<typeof judge>[0]): readonly unknown[] => {
  const { verdict, mover, reasons } = judge(of);
  return [verdict, mover, ...reasons];
};

function stepOf(over: Partial<LoadStep['ledger']>, more: Partial<LoadStep> = {}): LoadStep {
  return { ...step(), ...more, ledger: { ...step().ledger, ...over } };
}

const loadOf = (...scenarios: readonly Partial<LoadScenario>[]): LoadResult =>
  load({ scenarios: scenarios.map((one) => scenario(one)) });

test('one share has no verdict, and says whether it can be merged and what was in the way', () => {
  const share = (complete: boolean, sent: LoadResult | null): Verdict =>
    judgeRun({ contract: null, load: sent, interrupted: false, share: { index: 2, count: 3, complete } });
  const reason = (
    inconclusive: Inconclusive | null,
    ...scenarios: readonly (Inconclusive | null)[]
  ): readonly unknown[] => {
    const all = scenarios.map((one, n) => ({ name: `s${n}`, inconclusive: one }));
    const { verdict, mover, reasons, next_steps } = share(false, { ...loadOf(...all), inconclusive });
    assert.match(next_steps.join(), /send all of them again/);
    return [verdict, mover, ...reasons];
  };
  const whole = share(true, loadOf({}));
  assert.deepEqual(
    [whole.verdict, whole.mover, ...whole.reasons],
    [null, 'nobody', 'Share 2 of 3 was sent completely; the verdict is on all shares together.'],
  );
  assert.match(whole.next_steps.join(), /npm run merge/);
  const of = 'Share 2 of 3 is incomplete:';
  assert.deepEqual(share(false, null).reasons, [`${of} it ended before its time.`]);
  assert.deepEqual(reason(null, null), [null, 'harness', `${of} it ended before its time.`]);
  assert.deepEqual(reason(why('interrupted'), why('throttled')), [
    null,
    'harness',
    `${of} Because of interrupted.`,
  ]);
  assert.deepEqual(reason(null, null, why('throttled'), why('interrupted')), [
    null,
    'environment',
    `${of} Because of throttled.`,
  ]);
});

test('exit codes: a share is 0 when it is complete, an interrupted run is 130 whatever it came to', () => {
  const code = (verdict: Verdict['verdict'], complete?: boolean, interrupted = false): number => {
    const share = complete === undefined ? {} : { share: { index: 1, count: 2, complete } };
    return exitCodeOf({ verdict, run: { interrupted }, ...share });
  };
  assert.deepEqual([code(null, true), code(null, false), code(null), code(null, true, true)], [0, 3, 3, 130]);
  assert.deepEqual([code('GO'), code('NO-GO'), code('INCONCLUSIVE')], [0, 1, 3]);
});

test('an incomplete set of shares is judged by nothing in it', () => {
  const sent = { ...loadOf({ thresholds: [threshold('broken')] }), inconclusive: why('shares-incomplete') };
  assert.deepEqual(said({ load: sent, contract: contract() }), [
    'INCONCLUSIVE',
    'harness',
    'Because of shares-incomplete.',
  ]);
  assert.match(judge({ load: sent }).next_steps.join(), /each shard of one load once/);
});

test('a NO-GO is the environment’s only where thresholds alone are broken, and all of them by it', () => {
  const down = threshold('broken', { mover: 'environment', sentence: 'start: down.' });
  const slow = threshold('broken', { sentence: 'start: slow.' });
  const failing = contract({ findings: [finding('f')] });
  const rows: readonly (readonly [of: Parameters<typeof judge>[0], mover: string])[] = [
    [{ load: loadOf({ thresholds: [down] }) }, 'environment'],
    [{ load: loadOf({ thresholds: [down, down] }) }, 'environment'],
    [{ load: loadOf({ thresholds: [down, slow] }) }, 'api'],
    [{ load: loadOf({ thresholds: [slow] }) }, 'api'],
    [{ load: loadOf({ thresholds: [down] }), contract: failing }, 'api'],
    [{ load: loadOf({ thresholds: [down] }, { failure: 'no start' }) }, 'api'],
    [{ contract: failing }, 'api'],
  ];
  for (const [of, mover] of rows) {
    const verdict = judge(of);
    assert.deepEqual([verdict.verdict, verdict.mover, verdict.next_steps], ['NO-GO', mover, []]);
  }
  assert.deepEqual(said({ load: loadOf({ thresholds: [down, slow] }) }).slice(2), [
    'load start: down.',
    'load start: slow.',
  ]);
});

test('what failed before it could be measured fails the run, without further unknowns', () => {
  assert.deepEqual(
    said({ load: loadOf({ name: 'data', failure: 'data: no start was accepted', steps: [] }) }),
    ['NO-GO', 'api', 'load data: no start was accepted'],
  );
});

test('wrong responses under load fail the run by step, with two of their causes', () => {
  const failures = ['one', 'two', 'three'].map((cause) => ({ cause, count: 1, exchange: null }));
  const wrong = (count: number, more: Partial<LoadStep> = {}): LoadStep =>
    stepOf({ invalid: count, sent: 1500 }, more);
  const text = (name: string, count = 1, causes = ''): string =>
    `load mixed: ${count} of 1500 responses to ${name} broke the contract${causes}.`;
  const reasons = (steps: readonly LoadStep[], more: Partial<LoadScenario> = {}): readonly unknown[] =>
    said({ load: loadOf({ name: 'mixed', steps, thresholds: [], ...more }) }).slice(2);
  assert.deepEqual(reasons([wrong(1)]), [text('start')]);
  assert.deepEqual(reasons([wrong(7, { failures })]), [text('start', 7, ': one; two')]);
  assert.deepEqual(reasons([wrong(1, { failures: failures.slice(0, 1) })]), [text('start', 1, ': one')]);
  assert.deepEqual(said({ load: loadOf({ steps: [wrong(0)], thresholds: [] }) })[0], 'GO');
  // The step of a whole chain repeats what its commands say; a scenario of one command is named like it.
  const chain = [wrong(1, { name: 'start' }), wrong(2, { name: 'mixed', command: 'mixed' })];
  assert.deepEqual(reasons(chain), [text('start')]);
  const alone = [
    wrong(1, { name: 'mixed', command: 'mixed' }),
    wrong(2, { name: 'mixed 2', command: 'mixed' }),
  ];
  assert.deepEqual(reasons(alone), [text('mixed'), text('mixed 2', 2)]);
  // Whatever the thresholds say; but not where something in front of the API answered.
  assert.equal(
    judge({ load: loadOf({ steps: [wrong(1)], inconclusive: why('generator-saturated') }) }).verdict,
    'NO-GO',
  );
  assert.equal(
    judge({ load: loadOf({ steps: [wrong(1)], inconclusive: why('not-an-api') }) }).verdict,
    'INCONCLUSIVE',
  );
});

test('a load that could not be measured says why, each scenario for itself', () => {
  const nothing = stepOf({ sent: 0, ok: 0 });
  const silent = (name: string): LoadStep => stepOf({ ok: 0 }, { name });
  const noise = threshold('inconclusive', { sentence: 'start: noise.' });
  const rows: readonly (readonly [sent: LoadResult, mover: string, ...reasons: readonly string[]])[] = [
    [load({ inconclusive: why('interrupted') }), 'harness', 'Because of interrupted.'],
    [
      { ...loadOf({ thresholds: [noise] }), inconclusive: why('key-refused') },
      'environment',
      'Because of key-refused.',
    ],
    [load({ scenarios: [] }), 'harness', 'No load scenario was run.'],
    [loadOf({ inconclusive: why('throttled'), steps: [nothing] }), 'environment', 'Because of throttled.'],
    [loadOf({ steps: [nothing] }), 'harness', 'Load start sent nothing in its measured time.'],
    [loadOf({ steps: [] }), 'harness', 'Load start sent nothing in its measured time.'],
    [
      loadOf({ steps: [silent('a'), step(), silent('b')] }),
      'harness',
      'Load start had not one good response to a, b, so its latencies say nothing.',
    ],
    [
      loadOf({ thresholds: [noise, threshold('met'), noise] }),
      'harness',
      'load start: noise.',
      'load start: noise.',
    ],
    [
      loadOf({ inconclusive: why('limited') }, { thresholds: [noise] }),
      'harness',
      'Because of limited.',
      'load start: noise.',
    ],
  ];
  for (const [sent, mover, ...reasons] of rows)
    assert.deepEqual(said({ load: sent }), ['INCONCLUSIVE', mover, ...reasons]);
  assert.equal(judge({ load: loadOf({ steps: [stepOf({ sent: 0, ok: 0 }), step()] }) }).verdict, 'GO');
  assert.equal(judge({ load: loadOf({ steps: [stepOf({ sent: 1, ok: 0 })] }) }).verdict, 'INCONCLUSIVE');
});

test('each documented command must have been accepted, of a narrowed run those that it was narrowed to', () => {
  const commands = [
    row('start', { accepted: 3 }),
    row('data', { accepted: 1 }),
    row('pause', { accepted: 0 }),
    row('stop', { accepted: 0 }),
    row('older'),
  ];
  const message = (names: string): string =>
    `The target accepted ${names} in no state that was reached, and a refusal by an ended or busy run judges nothing.`;
  const all = judge({ contract: contract({}, { commands }) });
  assert.deepEqual([all.verdict, all.reasons], ['INCONCLUSIVE', [message('pause, stop')]]);
  assert.deepEqual(all.next_steps, [
    'Choose a workflow that waits for input, or narrow the claim with --commands start,data; then repeat the run.',
  ]);
  const none = judge({ contract: contract({}, { commands: commands.slice(2) }) });
  assert.deepEqual(none.next_steps, ['Choose a workflow that waits for input; then repeat the run.']);
  const narrowed = (to: readonly string[]): Verdict =>
    judge({ contract: contract({ selection: '--commands', commands: to }, { commands }) });
  assert.equal(narrowed(['start', 'data']).verdict, 'GO');
  assert.deepEqual(narrowed(['start', 'stop']).reasons, [message('stop')]);
  assert.equal(judge({ contract: contract({ selection: 'body' }, { commands }) }).verdict, 'GO', '--only');
});

test('what was never judged is named by what it is, but for what a GO may do without', () => {
  const unseen = (...names: readonly string[]): readonly CoverageRow[] =>
    names.map((name) => row(name, { exercised: 0 }));
  const coverage = {
    commands: unseen('stop'),
    checks: [...unseen('a', 'b'), row('c', { exercised: 0, required: false })],
    constraints: unseen('d'),
  };
  assert.deepEqual(said({ contract: contract({}, coverage) }), [
    'INCONCLUSIVE',
    'harness',
    'Some commands were never asked: stop.',
    'Some rules were never judged: a, b.',
    'Some constraints of the request were never judged: d.',
  ]);
  assert.deepEqual(said({ contract: contract({ runs_at_a_time: 1 }, { checks: unseen('a') }) }).slice(2), [
    'Some rules were never judged: a. A start was refused while 1 workflow run of ours was active.',
  ]);
  const limited = judge({ contract: contract({ runs_at_a_time: 2 }, { checks: unseen('a') }) });
  assert.match(limited.reasons.join(), /while 2 workflow runs of ours were active/);
  assert.match(limited.next_steps.join(), /limit of runs at a time/);
  assert.equal(judge({ contract: contract({ selection: 'x' }, coverage) }).verdict, 'GO');
});

test('the next step follows from what kept most cases from being judged', () => {
  const outcomes = ['no response', 'answered 409 here', 'answered 409 here', null].map((reason, n) => ({
    id: `c${n}`,
    title: 'c',
    group: 'value',
    command: 'data',
    outcome: 'skipped' as const,
    reason,
    duration_ms: 1,
  }));
  const checks = [row('a', { exercised: 0 })];
  assert.deepEqual(judge({ contract: contract({ outcomes }, { checks }) }).next_steps, [
    '2 cases were not judged because: answered 409 here. Choose a workflow whose runs wait for input after each input, then repeat the run.',
  ]);
  assert.match(
    judge({ contract: contract({ outcomes: outcomes.slice(3) }, { checks }) }).next_steps.join(),
    /--budget-runs/,
  );
});

test('a contract part judged something, or says that it did not', () => {
  const cases = (over: Partial<ContractResult['cases']>): Verdict =>
    judge({
      contract: contract({
        cases: { total: 9, passed: 0, failed: 0, warned: 0, skipped: 9, inconclusive: 0, ...over },
      }),
    });
  assert.deepEqual(cases({}).reasons, ['No contract case came to a judgement.']);
  assert.equal(cases({ warned: 1 }).verdict, 'GO');
  assert.equal(cases({ failed: 1 }).verdict, 'GO', 'a failed case whose failures are accepted');
  assert.equal(cases({ passed: 1, failed: 1, warned: 2 }).verdict, 'GO');
});

test('a GO says how much it rests on', () => {
  const cases = { total: 9, passed: 4, failed: 2, warned: 3, skipped: 1, inconclusive: 1 };
  assert.deepEqual(judge({ contract: contract({ cases }) }).reasons, [
    '4 of 9 contract cases passed, 3 warned, 2 failed as accepted, 1 skipped, 1 inconclusive.',
  ]);
  assert.deepEqual(judge({ contract: contract() }).reasons, ['2 of 2 contract cases passed, none failed.']);
  const met = threshold('met');
  assert.deepEqual(judge({ load: loadOf({ thresholds: [met] }) }).reasons, [
    '1 load scenario ran; 1 threshold was met.',
  ]);
  assert.deepEqual(judge({ load: loadOf({ thresholds: [met] }, { thresholds: [met] }) }).reasons, [
    '2 load scenarios ran; 2 thresholds were met.',
  ]);
  assert.deepEqual(judge({ load: loadOf({ thresholds: [] }) }).reasons, [
    '1 load scenario ran; 0 thresholds were met.',
  ]);
});

test('a GO of a narrowed run says to what, and response fields that were never there are named', () => {
  const narrow = (commands: readonly string[] | undefined): string =>
    judge({
      contract: contract({ selection: 'body', ...(commands === undefined ? {} : { commands }) }),
    }).reasons[0] ?? '';
  assert.equal(narrow(['start']), 'Only start was asked: the verdict is about that command alone.');
  assert.equal(
    narrow(['start', 'data']),
    'Only start, data were asked: the verdict is about those commands alone.',
  );
  assert.match(narrow(undefined), /^Only the cases that match "body" were asked\.$/);
  const fields = (count: number, over: Partial<ContractResult> = {}): readonly string[] => {
    const response_fields = Array.from({ length: count }, (_, n) => row(`f${n}`, { exercised: 0 }));
    return judge({
      contract: contract(over, { response_fields: [row('seen'), ...response_fields] }),
    }).reasons.slice(1);
  };
  assert.deepEqual(fields(0), []);
  assert.deepEqual(fields(6), ['Not judged, because no response had them: f0, f1, f2, f3, f4, f5.']);
  assert.deepEqual(fields(8), [
    'Not judged, because no response had them: f0, f1, f2, f3, f4, f5 and 2 more.',
  ]);
  assert.deepEqual(
    judge({
      contract: contract({ selection: 'body' }, { response_fields: [row('f', { exercised: 0 })] }),
    }).reasons,
    ['Only the cases that match "body" were asked.', '2 of 2 contract cases passed, none failed.'],
  );
});

test('accepted failures are counted by cause, until the first day that ends one', () => {
  const accepted = (fingerprint: string, expires_at: string): Finding =>
    finding(fingerprint, {
      acceptance: { state: 'accepted', reason: 'known', accepted_at: '2026-11-01', expires_at },
    });
  const findings = [accepted('a', '2026-12-31'), accepted('a', '2026-12-31'), accepted('b', '2026-12-01')];
  assert.equal(
    judge({ contract: contract({ findings }) }).reasons[0],
    '2 known failures accepted until 2026-12-01.',
  );
});

test('an interruption is told first, and nothing asked is nothing compared', () => {
  assert.deepEqual(said({ contract: contract({ inconclusive: why('throttled') }), interrupted: true }), [
    'INCONCLUSIVE',
    'harness',
    'The run was interrupted; what was done until then is reported.',
    'Because of throttled.',
  ]);
  assert.deepEqual(said({}), ['INCONCLUSIVE', 'harness', 'Nothing was asked, so nothing was compared.']);
});
