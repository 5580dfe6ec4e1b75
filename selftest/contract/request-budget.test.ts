import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { forecast } from '../../contract/budget/costs.ts';
import { leftOut } from '../../contract/budget/selection.ts';
import { constraintsOf } from '../../contract/budget/coverage.ts';
import { commandsOf } from '../../contract/budget/flows.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { judgeRun } from '../../result/verdict.ts';
import { openRequestBudget } from '../../contract/run/request-budget.ts';
import { contractAt, OTHER_KEY, targetAt, withSandbox } from './in-process.ts';

const operation = loadOperation();
const cases = deriveCases(operation).filter((one) => one.intent !== 'characterise');

/**
 * What 60 requests do not carry, and no GO claims: a walk over an ended run and those that rest cost some ten requests
 * each, for rules that are known from neighbours alone and can only warn; the walk across teams takes a second key.
 */
const LEFT_OUT = ['team-isolation', 'pause-persistence', 'terminal-status'];

test('a budget of 60 requests still touches every command, every request constraint and every check that a GO claims', async () => {
  await withSandbox([], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), { budgetRequests: 60 });
    assert.ok(sandbox.stats().requests <= 60, `the server got ${sandbox.stats().requests}`);
    assert.equal(result.requests_sent, sandbox.stats().requests);
    assert.equal(judgeRun({ contract: result, load: null, interrupted: false }).verdict, 'GO');
    const { commands, checks, request_fields } = result.coverage;
    for (const row of [...commands, ...checks, ...request_fields].filter(
      ({ name }) => !LEFT_OUT.includes(name),
    ))
      assert.ok(row.exercised > 0, `${row.name} was not looked at`);
    const claimed = checks.filter(({ required }) => required === true).map(({ name }) => name);
    assert.ok(claimed.length > 10, String(claimed.length));
    assert.deepEqual(claimed.filter((name) => LEFT_OUT.includes(name)), []); // prettier-ignore
    const judged = new Set(result.outcomes.filter((one) => one.outcome === 'passed').map((one) => one.id));
    const touched = new Set(
      cases.filter((one) => judged.has(one.id)).flatMap((one) => constraintsOf(operation, one)),
    );
    for (const one of cases)
      for (const constraint of constraintsOf(operation, one))
        assert.ok(touched.has(constraint), `${constraint} was not touched`);
    const left = result.outcomes.filter((one) => one.outcome === 'skipped');
    assert.ok(left.length > 0, 'something had to be left out');
    for (const one of left) assert.equal(one.reason, 'left out: the budget is 60 requests');
  });
});

test('with a key of another team, isolation is claimed: never judged it is no GO, and 100 requests judge it', async () => {
  const rows = [[60, 'INCONCLUSIVE', false], [100, 'GO', true]] as const; // prettier-ignore
  for (const [budgetRequests, wanted, isJudged] of rows) {
    await withSandbox([], async (sandbox) => {
      const target = targetAt(sandbox.url, '2s', { INTERACTLY_OTHER_KEY: OTHER_KEY });
      const result = await contractAt(target, { budgetRequests });
      const { verdict, reasons } = judgeRun({ contract: result, load: null, interrupted: false });
      assert.equal(verdict, wanted, reasons.join(' '));
      if (!isJudged) assert.match(reasons.join(' '), /never judged: team-isolation\./);
      const row = result.coverage.checks.find(({ name }) => name === 'team-isolation');
      assert.deepEqual([row?.required, (row?.exercised ?? 0) > 0], [true, isJudged]);
    });
  }
});

test('with more to spend each fault is asked once, on either base by turns, before any is asked twice', () => {
  const hasTwin = (id: string): boolean =>
    ['', '/live'].every((end) => cases.some((one) => one.id === `${id.replace(/\/live$/, '')}${end}`));
  const all = cases.filter((one) => one.group === 'negative' && hasTwin(one.id)).map((one) => one.id);
  const keptWithin = (requests: number): ReadonlySet<string> => {
    const out = leftOut(operation, { runs: null, requests }, () => true);
    return new Set(all.filter((id) => !out.has(id)));
  };
  const nameOf = (id: string): string => id.replace(/\/live$/, '');
  const few = keptWithin(100);
  assert.equal(new Set([...few].map(nameOf)).size, few.size, 'none is asked twice');
  const more = keptWithin(160);
  assert.equal(new Set([...more].map(nameOf)).size, all.length / 2, 'each is asked');
  for (const field of operation.requestFields.filter(({ schema }) => !('default' in schema))) {
    const own = [...more].filter((id) => id.startsWith(`negative/${field.name}/`));
    assert.ok(own.some((id) => id.endsWith('/live')) && own.some((id) => !id.endsWith('/live')), field.name);
  }
  assert.equal(keptWithin(1000).size, all.length);
});

test('what a budget leaves in costs no more than the budget, and the forecast says so', () => {
  for (const requests of [20, 60, 100, 170, 240, 1000]) {
    const out = leftOut(operation, { runs: null, requests }, () => true);
    const plan = forecast(operation, ({ id }) => !out.has(id));
    assert.ok(plan.requestsExpected <= requests, `${plan.requestsExpected} of ${requests}`);
  }
  assert.equal(
    leftOut(operation, { runs: null, requests: 500 }, () => true).size,
    0,
    'the usual plan fits 500',
  );
});

test('what is not asked for takes nothing of a budget from what is', async () => {
  const isData = (about: { readonly id: string; readonly command?: string }): boolean =>
    commandsOf(about).every((command) => command === 'data');
  const kept = cases.filter(isData);
  const budget = { runs: 30, requests: 120 };
  const few = kept.filter(({ id }) => !leftOut(operation, budget, () => true).has(id));
  const narrowed = kept.filter(({ id }) => !leftOut(operation, budget, isData).has(id));
  assert.ok(few.length < kept.length, 'the budget is too small for everything');
  assert.equal(narrowed.length, kept.length, 'and large enough for data alone');
  await withSandbox([], async (sandbox) => {
    const result = await contractAt(targetAt(sandbox.url), {
      only: 'negative/workflow_id',
      budgetRequests: 40,
    });
    const { total, passed } = result.cases;
    assert.ok(total > 10, `${total} cases have that name`);
    assert.equal(passed, total, 'and all of them are asked');
  });
});

test('the budget is kept to the last request, also with a server that makes every call a finding', async () => {
  for (const budgetRequests of [1, 7, 60]) {
    await withSandbox(['missing-key-accepted', 'invalid-body-500', 'echo-ascii'], async (sandbox) => {
      const result = await contractAt(targetAt(sandbox.url), { budgetRequests });
      assert.ok(sandbox.stats().requests <= budgetRequests, `${sandbox.stats().requests}`);
      const { verdict } = judgeRun({ contract: result, load: null, interrupted: false });
      assert.notEqual(verdict, 'GO');
    });
  }
});

test('a second look is had only while it leaves room for all that is planned', () => {
  const budget = openRequestBudget(3, new Map([['a', 1], ['b', 1]])); // prettier-ignore
  assert.equal(budget.hasSpare(), true);
  assert.equal(budget.take(), true);
  assert.equal(budget.hasSpare(), false, 'two are owed, two are left');
  budget.begin('a');
  assert.equal(budget.take(), true);
  budget.begin('b');
  assert.equal(budget.hasSpare(), true);
  assert.equal(budget.take(), true);
  assert.deepEqual([budget.take(), budget.hasAny, budget.hasSpare()], [false, false, false]);
  assert.equal(openRequestBudget(null, new Map()).take(), true);
});
