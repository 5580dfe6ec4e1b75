import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { causesOf } from '../../result/causes.ts';
import { DIGEST_BYTES_MAX, renderDigest } from '../../reports/digest.ts';
import type { RunResult } from '../../result/result.ts';
import { troublesOf } from '../../reports/troubles.ts';
import { exitCodeOf, judgeRun } from '../../result/verdict.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { DOWN, GO, LOAD_ONLY, MANY, NO_GO, result, SEARCH, SITUATIONS, TOO_FEW } from './fixtures.ts';
import { hostile, huge, spoilt } from './hostile.ts';

interface Cause {
  readonly kind: string;
  readonly check: string;
  readonly title: string;
  readonly new?: boolean;
  readonly findings?: number;
  readonly replay?: string | null;
  readonly case?: string | null;
}

interface Digest {
  readonly verdict: string | null;
  readonly exit_code: number;
  readonly action: { readonly owner: string; readonly sentence: string };
  readonly next_step: string;
  readonly reasons: readonly string[];
  readonly reasons_left_out: number;
  readonly target: { readonly base_url: string; readonly is_sandbox: boolean };
  readonly run: Readonly<Record<string, string | number | null>>;
  readonly thresholds: Readonly<Record<string, number>> | null;
  readonly since_last: Readonly<Record<string, string | number>> | null;
  readonly since_last_go: Readonly<Record<string, string | number>> | null;
  readonly spend: Readonly<Record<string, number | null>>;
  readonly replay_a_case: string | null;
  readonly causes: readonly Cause[];
  readonly causes_by_kind: Readonly<Record<string, number>>;
  readonly causes_left_out: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The digest of a result, which must be JSON and within its bound. */
function digestOf(one: RunResult): Digest {
  const text = renderDigest(one);
  assert.ok(Buffer.byteLength(text) <= 8192, `${Buffer.byteLength(text)} bytes`);
  return JSON.parse(text) as Digest;
}

/** The line that asks a cause again, as a reader of the digest alone finds it. */
function replayOf({ replay_a_case: pattern }: Digest, cause: Cause | undefined): string | null {
  return cause?.replay ?? pattern?.replace('CASE', cause?.case ?? '') ?? null;
}

/** Ten questions that somebody asks at nine, each answered from the digest alone. */
function facts(digest: Digest): Readonly<Record<string, unknown>> {
  const [worst] = digest.causes;
  return {
    'may we ship?': digest.verdict === 'GO',
    'how did the job end?': digest.exit_code,
    'who has to act?': digest.action.owner,
    'what is the worst of it?': worst === undefined ? null : `${worst.check}: ${worst.title}`,
    'how do I see that myself?': replayOf(digest, worst),
    'how many causes fail it?': digest.causes_by_kind['failure'],
    'what is new since last night?': digest.since_last?.['new'] ?? null,
    'how much of it is not listed?': digest.causes_left_out['total'],
    'what did it cost, and is anything left running?': [
      digest.spend['workflow_runs_started'],
      digest.spend['left_running'],
    ],
    'was it the deployed API, and where is the page?': [
      digest.target.base_url,
      digest.target.is_sandbox,
      digest.files['page'],
    ],
  };
}

test('ten questions are answered from the digest of a NO-GO alone', () => {
  assert.deepEqual(facts(digestOf(NO_GO)), {
    'may we ship?': false,
    'how did the job end?': 1,
    'who has to act?': 'api',
    'what is the worst of it?': 'server-error-absence: "pause of a paused run": answered 500.',
    'how do I see that myself?': 'npm run contract -- --replay positive/resume/each-type-2 --seed 48211',
    'how many causes fail it?': 3,
    'what is new since last night?': 2,
    'how much of it is not listed?': 0,
    'what did it cost, and is anything left running?': [112, 0],
    'was it the deployed API, and where is the page?': ['https://api.example.test', false, 'index.html'],
  });
});

describe('the digest', () => {
  test('tells of each verdict what to do next', () => {
    const next = (one: RunResult): string => digestOf(one).next_step;
    assert.match(next(GO), /^None/);
    assert.match(next(NO_GO), /^Ask the first cause again with its replay line/);
    assert.equal(next(DOWN), DOWN.next_steps?.[0]);
    assert.equal(next(TOO_FEW), TOO_FEW.next_steps?.[0]);
  });

  for (const [name, one] of Object.entries(SITUATIONS)) {
    test(`agrees with the result of ${name}`, () => {
      const digest = digestOf(one);
      assert.deepEqual(
        [digest.verdict, digest.exit_code, digest.action.owner, digest.run['seed']],
        [one.verdict, exitCodeOf(one), one.mover, one.run.seed],
      );
      const troubles = troublesOf(one);
      assert.equal(digest.causes.length + (digest.causes_left_out['total'] ?? 0), troubles.length);
      assert.equal((digest.causes_by_kind['failure'] ?? 0) > 0, one.verdict === 'NO-GO');
      assert.equal((digest.causes_by_kind['unknown'] ?? 0) > 0 || one.verdict !== 'INCONCLUSIVE', true);
    });
  }

  test('has the twenty worst causes and the number of the others', () => {
    const digest = digestOf(MANY);
    assert.equal(digest.causes.length, 20);
    assert.ok(digest.causes.every(({ kind }) => kind === 'failure'));
    const all = troublesOf(MANY).length;
    assert.equal(digest.causes_left_out['total'], all - 20);
    assert.ok(digest.causes.every((cause) => replayOf(digest, cause)?.startsWith('npm run ')));
  });

  test('keeps a line that replays each cause where the command of the run is long', () => {
    const faults = Array.from({ length: 45 }, (_, n) => `--fault some-long-name-of-a-fault-${n}`).join(' ');
    const run = { ...MANY.run, command: `npm run contract -- ${faults} --seed 48211` };
    const digest = digestOf({ ...MANY, run, load: null });
    assert.equal(digest.causes.length, 20);
    assert.match(
      replayOf(digest, digest.causes[0]) ?? '',
      /--replay [\w/-]+ --fault some-long.*-44 --seed 48211$/,
    );
  });

  test('is never larger than its bound: every text long, hostile, or of signs that take six bytes each', () => {
    const rows = [MANY, NO_GO, DOWN, SEARCH].flatMap((one) => [
      ...[0, 1, 2].map((turn) => hostile(one, turn)),
      huge(one, 500),
      spoilt(one, () => '\u0001'.repeat(3000)),
      spoilt(one, (number) => `${number}${'"\\\u2028😀'.repeat(800)}`),
    ]);
    const many = Array.from({ length: 3000 }, (_, n) =>
      finding(n, 'failure', { title: '丁'.repeat(900), case_id: 'x'.repeat(900), check: 'y'.repeat(900) }),
    );
    rows.push(result({ contract: contract(many, [outcome(1, 'failed')]) }));
    for (const one of rows) assert.equal(typeof digestOf(one).exit_code, 'number');
  });

  test('never cuts a command in two: it is whole or not there', () => {
    const long = contract(
      [finding(1, 'failure', { case_id: `case/${'z'.repeat(5000)}` })],
      [outcome(1, 'failed')],
    );
    const digest = digestOf(
      result({ contract: long, run: { ...GO.run, command: `npm start -- --only ${'q'.repeat(3000)}` } }),
    );
    assert.equal(digest.run['command'], null);
    assert.deepEqual([digest.causes[0]?.replay ?? null, digest.causes[0]?.case], [null, null]);
  });

  test('of one share of a load says that there is no verdict, and what to do with it', () => {
    const part = LOAD_ONLY.load;
    for (const complete of [true, false]) {
      const share = { index: 1, count: 4, complete };
      const judged = judgeRun({ contract: null, load: part, interrupted: false, share });
      const digest = digestOf({ ...LOAD_ONLY, ...judged, share });
      assert.deepEqual([digest.verdict, digest.exit_code, digest.causes], [null, complete ? 0 : 3, []]);
      assert.equal(digest.next_step, judged.next_steps[0]);
    }
  });

  test('says since the last GO what is new, also where the last night was none', () => {
    const go = { ...NO_GO.since_last, run_id: 'the-go', verdict: 'GO', appeared: [], gone: [] } as const;
    const since = digestOf({ ...NO_GO, since_go: { ...go, started_at: '2026-11-20T01:00:00.000Z' } });
    assert.deepEqual([since.since_last_go?.['run'], since.since_last_go?.['new']], ['the-go', 0]);
    assert.equal(digestOf(NO_GO).since_last_go, null);
  });
});

describe('the order of causes', () => {
  test('is failures, what could not be judged, warnings, drift, what is accepted; then new ones, then many', () => {
    const accepted = {
      state: 'accepted',
      by: 'Ada',
      reason: 'known',
      accepted_at: '2026-11-01',
      expires_at: '2026-12-31',
    } as const;
    const findings = [
      finding(1, 'drift'),
      finding(2, 'warning'),
      finding(3, 'failure', { acceptance: accepted }),
      finding(4, 'failure'),
      finding(5, 'failure'),
      finding(5, 'failure'),
      finding(6, 'failure'),
    ];
    const base = result({ contract: contract(findings, [outcome(1, 'failed'), outcome(2)]) });
    const since = { run_id: 'x', started_at: base.run.started_at, verdict: 'GO', gone: [] } as const;
    const told = troublesOf({ ...base, since_last: { ...since, appeared: [finding(6).fingerprint] } });
    assert.deepEqual(
      told.map(({ kind, fingerprint }) => [kind, fingerprint]),
      [
        ['failure', finding(6).fingerprint],
        ['failure', finding(5).fingerprint],
        ['failure', finding(4).fingerprint],
        ['warning', finding(2).fingerprint],
        ['drift', finding(1).fingerprint],
        ['accepted', finding(3).fingerprint],
      ],
    );
    assert.equal(told.at(-1)?.acceptedUntil, '2026-12-31');
  });

  test('has one entry for each cause of the contract, whatever the situation', () => {
    for (const one of [...Object.values(SITUATIONS), MANY])
      assert.equal(
        troublesOf(one).filter(({ fingerprint }) => fingerprint !== null).length,
        causesOf(one.contract?.findings ?? []).length,
      );
  });

  test('asks a strict case again strictly, and a scenario of a profile alone', () => {
    const strict = {
      ...NO_GO,
      contract: NO_GO.contract === null ? null : { ...NO_GO.contract, strict: true },
    };
    const profile = { name: 'release', file: 'config/release.yaml', sha256: '0'.repeat(64) } as const;
    const told = troublesOf({ ...strict, run: { ...NO_GO.run, profile } });
    assert.ok(told.some(({ replay }) => replay?.includes(' --strict --seed ') === true));
    assert.equal(
      told.find(({ check }) => check === 'load start')?.replay,
      'npm run nightly -- --config config/release.yaml --scenarios start --seed 48211',
    );
  });
});

test('the bound is 8 KB', () => {
  assert.equal(DIGEST_BYTES_MAX, 8192);
});
