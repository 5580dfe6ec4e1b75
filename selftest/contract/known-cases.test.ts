import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOperation } from '../../openapi/registry.ts';
import { judgeRun } from '../../result/verdict.ts';
import { suiteOf } from '../../contract/run/suite.ts';
import { knownCases, patternOf, replayIssue } from '../../contract/run/known-cases.ts';
import { outcomeLines } from '../../contract/run/replay.ts';
import type { CaseOutcome, Finding } from '../../result/contract-result.ts';
import { finding, outcome } from '../reports/contract-fixtures.ts';
import { sayProgress } from '../../contract/run/record-file.ts';
import { contractAt, targetAt, WHOLE_PLAN, withSandbox } from './in-process.ts';

const operation = loadOperation();

test('what the report shows is what --only and --replay know, word for word', () => {
  const known = new Map(knownCases(operation).map(({ id, title }) => [id, title]));
  const suite = suiteOf(operation, { ...WHOLE_PLAN, stateDir: '', hasOtherKey: true });
  assert.ok(suite.length > 250);
  for (const { about } of suite) assert.equal(known.get(about.id), about.title, about.id);
  assert.deepEqual(
    [...known.keys()].filter((id) => !suite.some(({ about }) => about.id === id)),
    ['control/start'],
  );
});

test('--only takes what a report or a spec shows: an id, a title, a step with both, and the title of a test', () => {
  const selectedBy = (only: string): readonly string[] =>
    suiteOf(operation, { ...WHOLE_PLAN, stateDir: '', only: patternOf(operation, only) }).map(
      ({ about }) => about.id,
    );
  const length = 'negative/workflow_id/length-23';
  const title = knownCases(operation).find(({ id }) => id === length)?.title ?? '';
  assert.deepEqual(selectedBy(`${length}: ${title}`), [length]);
  assert.ok(selectedBy(title).includes(length));
  const methods = ['protocol/put', 'protocol/patch', 'protocol/delete'];
  const message = operation.rule('unsupported-method').text;
  assert.deepEqual(selectedBy(message), methods);
  assert.deepEqual(selectedBy(`protocol › ${message.toUpperCase()}`), methods);
  assert.deepEqual(selectedBy('unsupported-method'), methods);
  assert.deepEqual(selectedBy('unsupported-metho'), []);
});

test('a replay names something that is there, or is refused with one sentence', () => {
  const table: readonly (readonly [id: string, seed: number | null, issue: RegExp | null])[] = [
    ['negative/workflow_id/length-23', null, null],
    ['lifecycle/whole', null, null],
    ['property/violations', null, null],
    ['property/violations@0', 1, null],
    ['property/kept-maps@3', 7, null],
    ['model/sequences@0', 1, null],
    ['model/sequences@1:0', 1, null],
    ['negative/workflow_id/length-22', 1, /does not exist; take an id.*negative\/workflow_id\/length-23/],
    ['positive/pairs/99', 1, /does not exist.*positive\/pairs\/9/],
    ['', 1, /does not exist/],
    ['property/violations@3', null, /with --seed/],
    ['property/violations@3:99999:0', 1, /none of seed 1/],
    ['model/sequences@0:99999', 1, /none of seed 1/],
    ['property/violations@x', 1, /has none of that name/],
    ['property/violations@', 1, /has none of that name/],
    ['positive/pairs/1@3', 1, /has none of that name/],
  ];
  for (const [id, seed, wanted] of table) {
    const issue = replayIssue(operation, id, seed);
    if (wanted === null) assert.equal(issue, null, id);
    else {
      assert.match(issue ?? '', wanted, id);
      assert.equal(issue?.match(/\.$/gm)?.length, 1, id);
    }
  }
});

test('an example that no longer fails costs one try, not all that lies beside it', async () => {
  await withSandbox([], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { replay: 'model/sequences@1:0' });
    assert.equal(judgeRun({ contract: result, load: null, interrupted: false }).verdict, 'GO');
    const runs = Object.values(sandbox.stats().runs).reduce((sum, count) => sum + count, 0);
    assert.ok(runs <= 3, `${runs} runs: the control's and two of one sequence`);
  });
});

test('the last line of progress tells all cases', () => {
  for (const items of [1, 24, 25, 274]) {
    const lines: string[] = [];
    const say = sayProgress(items, (line) => lines.push(line));
    for (let i = 0; i < items + 1; i += 1) say({ records: [] });
    assert.equal(lines.at(-1), `contract: ${items + 1} of ${items + 1} cases, 0 failed`);
  }
});

test('a case that failed has a finding, or says which other case tells it', async () => {
  let sent = 0;
  for (const fault of ['empty-miscellaneous-refused', 'absent-command-refused', 'nested-variables-refused']) {
    await withSandbox([fault], async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url));
      const failed = result.outcomes.filter((one) => one.outcome === 'failed');
      assert.ok(failed.length > 0, fault);
      for (const { id, reason } of failed) {
        const own = result.findings.filter((finding) => finding.case_id.split('@')[0] === id);
        const named = /^what it broke is told by (\S+?),? /.exec(reason ?? '')?.[1] ?? null;
        assert.ok(own.length > 0 || named !== null, `${fault}: ${id} has failed without a word`);
        if (own.length > 0) continue;
        sent += 1;
        assert.ok(
          result.findings.some((finding) => finding.case_id === named),
          `${fault}: ${id} names ${named ?? ''}`,
        );
      }
    });
  }
  assert.ok(sent > 0, 'at least one case is told by others');
});

test('a replay ends with what it has shown: still there, gone, something else instead, or not to be judged', () => {
  const asked = { replay: 'negative/workflow_id/length-23', expect: finding(1).fingerprint };
  const ended = (
    findings: readonly Finding[],
    how: CaseOutcome['outcome'] = 'passed',
    reason: string | null = null,
    plan: { readonly replay: string; readonly expect: string | null } = asked,
  ): string =>
    outcomeLines({ findings, outcomes: [outcome(1, how, reason)], inconclusive: null }, plan).join('\n');
  const { fingerprint: known, check, title } = finding(1);
  assert.equal(
    ended([finding(1), finding(1), finding(2)]),
    `finding ${known} is still there: ${check}: ${title}`,
  );
  assert.equal(
    ended([]),
    `finding ${known} is gone: negative/workflow_id/length-23 was sent again, and no check failed`,
  );
  assert.match(
    ended([finding(2)], 'failed'),
    /is gone: .* was sent again, and it breaks something else now, finding [0-9a-f]{12}: /,
  );
  assert.equal(
    ended([], 'inconclusive', 'the run had ended'),
    `finding ${known} could not be judged again: the run had ended`,
  );
  const down = { cause: 'environment-down', sentence: 'Nothing answered.' } as const;
  assert.equal(
    outcomeLines({ findings: [], outcomes: [], inconclusive: down }, asked).join(),
    `finding ${known} could not be judged again: Nothing answered.`,
  );
  assert.match(
    outcomeLines({ findings: [], outcomes: [], inconclusive: null }, asked).join(),
    /nothing was asked$/,
  );
  assert.match(
    ended([], 'passed', null, { replay: 'case/1', expect: null }),
    /^what it broke is gone: case\/1 was sent again/,
  );
});
