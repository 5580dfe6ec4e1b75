import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractResult } from '../../result/contract-result.ts';
import { judgeRun } from '../../result/verdict.ts';
import { contractAt, targetAt, withSandbox } from './in-process.ts';

function openIn({ outcomes }: ContractResult): readonly string[] {
  return outcomes
    .filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'skipped')
    .map(({ id }) => id)
    .sort();
}

/** What needs two runs at the same time can't be seen where there is one; nothing else is left open. */
const NEEDS_TWO = ['lifecycle/others', 'lifecycle/parallel-starts', 'lifecycle/twins'];

for (const [profile, open] of [
  ['one-at-a-time', NEEDS_TWO],
  ['three-at-a-time', []],
  ['three-at-a-time-429', []],
] as const) {
  test(`with the profile ${profile} only what needs more runs at a time than are allowed is left open`, async () => {
    const contract = await withSandbox([], ({ url }) => contractAt(targetAt(url)), profile);
    assert.deepEqual(openIn(contract), open);
    assert.equal(judgeRun({ contract, load: null, interrupted: false }).verdict, 'GO');
  });
}

test('starts that are equal are told apart also where one run at a time is allowed: a server that takes them for one is found', async () => {
  const faults = ['equal-start-same-run'];
  const contract = await withSandbox(faults, ({ url }) => contractAt(targetAt(url)), 'one-at-a-time');
  const failed = contract.findings.filter(({ severity }) => severity === 'failure');
  assert.ok(failed.some(({ check }) => check === 'run-uniqueness'));
  assert.equal(judgeRun({ contract, load: null, interrupted: false }).verdict, 'NO-GO');
});
