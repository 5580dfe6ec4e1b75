import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { z } from 'zod';
import { commitOf, jobUrlOf } from '../../commands/release-file.ts';
import { renderRelease, type ReleaseFacts } from '../../reports/release.ts';
import type { RunResult } from '../../result/result.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { DOWN, GO, MANY, NO_GO, result, SEARCH, SITUATIONS, TOO_FEW } from './fixtures.ts';
import { hostile, huge } from './hostile.ts';
import { load, scenario, step, threshold } from './load-fixtures.ts';

const FACTS: ReleaseFacts = {
  artefacts: [
    { name: 'index.html', sha256: 'a'.repeat(64) },
    { name: 'result.json', sha256: 'b'.repeat(64) },
  ],
  configuration: [
    { name: 'config/release.yaml', sha256: 'c'.repeat(64) },
    { name: 'openapi/workflow-runs.yaml', sha256: 'd'.repeat(64) },
  ],
  commit: { id: 'e'.repeat(40), modified: false },
  url: 'https://ci.example.test/jobs/7',
};

/** What the specification of Statement v1 and of the predicate test-result v0.1 says, closed but for extensions. */
const hex = (length: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const digestSet = z.union([z.strictObject({ sha256: hex(64) }), z.strictObject({ gitCommit: hex(40) })]);
const descriptor = z.strictObject({
  name: z.string().min(1),
  digest: digestSet,
  annotations: z.record(z.string(), z.unknown()).optional(),
});
const names = z.array(z.string());
const statement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(descriptor).min(1),
  predicateType: z.literal('https://in-toto.io/attestation/test-result/v0.1'),
  predicate: z.strictObject({
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(descriptor),
    url: z.url().optional(),
    passedTests: names,
    warnedTests: names,
    failedTests: names,
    workflowRunsHarness: z.looseObject({
      verdict: z.enum(['GO', 'NO-GO', 'INCONCLUSIVE']),
      exit_code: z.number(),
      accepted_failures: z.array(z.record(z.string(), z.unknown())),
      not_judged: z.looseObject({
        rules: names,
        constraints: names,
        thresholds: names,
        narrowed_to: z.string().nullable(),
        skipped_cases: z.array(z.looseObject({ id: z.string() })),
        inconclusive_cases: z.array(z.looseObject({ id: z.string() })),
      }),
    }),
  }),
});

function predicateOf(one: RunResult, facts = FACTS): z.infer<typeof statement>['predicate'] {
  return statement.parse(JSON.parse(renderRelease(one, facts))).predicate;
}

const ACCEPTED = {
  state: 'accepted',
  by: 'Ada',
  reason: 'fixed in May',
  accepted_at: '2026-11-01',
  expires_at: '2026-12-31',
} as const;

describe('the statement of a release', () => {
  for (const [name, one] of Object.entries({
    ...SITUATIONS,
    MANY,
    HOSTILE: hostile(NO_GO),
    HUGE: huge(DOWN, 200),
  }))
    test(`about ${name} is what the specification says, and no test is in two lists`, () => {
      const told = predicateOf(one);
      assert.equal(told.workflowRunsHarness.verdict, one.verdict);
      assert.equal(told.result === 'FAILED', one.verdict !== 'GO');
      const all = [...told.passedTests, ...told.warnedTests, ...told.failedTests];
      assert.equal(new Set(all).size, all.length);
      assert.equal(told.failedTests.length > 0, one.verdict === 'NO-GO');
      const unknown = [
        ...told.workflowRunsHarness.not_judged.skipped_cases,
        ...told.workflowRunsHarness.not_judged.inconclusive_cases,
      ];
      for (const { id } of unknown) assert.ok(!told.passedTests.includes(id), id);
    });

  test('is PASSED for a GO that needs no reading', () => {
    assert.equal(predicateOf(GO).result, 'PASSED');
    assert.ok(predicateOf(GO).passedTests.includes('load/start/start/latency_ms_p95 < 250'));
  });

  test('is WARNED for a GO with a warning, an accepted failure, or a claim that was narrowed', () => {
    const cases = [outcome(1, 'warned'), outcome(2)];
    const warned = result({ contract: contract([finding(1, 'warning', { case_id: outcome(1).id })], cases) });
    assert.deepEqual([warned.verdict, predicateOf(warned).result], ['GO', 'WARNED']);
    assert.deepEqual(predicateOf(warned).warnedTests, [outcome(1).id]);
    const known = finding(1, 'failure', { case_id: outcome(1).id, acceptance: ACCEPTED });
    const accepted = result({ contract: contract([known], [outcome(1, 'failed'), outcome(2)]) });
    const told = predicateOf(accepted);
    assert.deepEqual([accepted.verdict, told.result], ['GO', 'WARNED']);
    assert.deepEqual([told.failedTests, told.warnedTests], [[], [outcome(1).id]]);
    const [entry] = told.workflowRunsHarness.accepted_failures;
    assert.deepEqual(
      [entry?.['fingerprint'], entry?.['owner'], entry?.['reason'], entry?.['expires_at']],
      [known.fingerprint, 'Ada', 'fixed in May', '2026-12-31'],
    );
    const narrow = contract([], [outcome(1), outcome(2)], { selection: 'start', commands: ['start'] });
    assert.equal(predicateOf(result({ contract: narrow })).result, 'WARNED');
    assert.match(
      predicateOf(result({ contract: narrow })).workflowRunsHarness.not_judged.narrowed_to ?? '',
      /^Only start/,
    );
  });

  test('drift alone warns nobody', () => {
    const drift = contract([finding(1, 'drift', { case_id: outcome(1).id })], [outcome(1), outcome(2)]);
    const told = predicateOf(result({ contract: drift }));
    assert.deepEqual([told.result, told.passedTests], ['PASSED', [outcome(1).id, outcome(2).id]]);
  });

  test('is FAILED for what could not be judged, and says of what', () => {
    const down = predicateOf(DOWN);
    assert.equal(down.result, 'FAILED');
    assert.ok(down.workflowRunsHarness.not_judged.rules.length > 0);
    const few = predicateOf(TOO_FEW).workflowRunsHarness.not_judged;
    assert.equal(few.thresholds.length, 1);
    assert.match(few.thresholds[0] ?? '', /^load\/start-resume\/.*latency_ms_p99 < 250$/);
  });

  test('names a scenario that failed without a threshold', () => {
    const wrong = scenario({
      steps: [{ ...step(), ledger: { ...step().ledger, ok: step().ledger.ok - 3, invalid: 3 } }],
      thresholds: [threshold('met')],
    });
    const told = predicateOf(result({ load: load({ scenarios: [wrong] }) }));
    assert.deepEqual([told.result, told.failedTests], ['FAILED', ['load/start']]);
  });

  test('has the capacity, the checksums of all files, and the commit where it is known', () => {
    const told = predicateOf(SEARCH);
    assert.equal(typeof (told.workflowRunsHarness['capacity'] as { sentence: string }).sentence, 'string');
    assert.equal(told.configuration.length, 3);
    assert.equal(predicateOf(GO, { ...FACTS, commit: null, url: null }).configuration.length, 2);
    const { subject } = statement.parse(JSON.parse(renderRelease(GO, FACTS)));
    assert.deepEqual(
      subject.map(({ name }) => name),
      ['index.html', 'result.json'],
    );
  });
});

test('the commit of the tool is that of its repository, or of its build, or not known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commit-'));
  try {
    assert.equal(commitOf(folder), null);
    writeFileSync(join(folder, '.commit'), 'not a commit\n');
    assert.equal(commitOf(folder), null);
    writeFileSync(join(folder, '.commit'), `${'7'.repeat(40)}\n`);
    assert.deepEqual(commitOf(folder), { id: '7'.repeat(40), modified: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the page of the job is taken from what GitHub and GitLab set', () => {
  const github = {
    GITHUB_SERVER_URL: 'https://github.example.test',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_RUN_ID: '7',
  };
  assert.equal(jobUrlOf(github), 'https://github.example.test/o/r/actions/runs/7');
  assert.equal(
    jobUrlOf({ CI_JOB_URL: 'https://gitlab.example.test/o/r/-/jobs/7' }),
    'https://gitlab.example.test/o/r/-/jobs/7',
  );
  assert.equal(jobUrlOf({}), null);
  assert.equal(jobUrlOf({ CI_JOB_URL: 'javascript:alert(1)' }), null);
  assert.equal(jobUrlOf({ CI_JOB_URL: 'https://user:secret@gitlab.example.test/' }), null);
});
