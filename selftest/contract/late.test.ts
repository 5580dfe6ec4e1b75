import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../bench/trial.ts';

// A server that stores inputs in the background is conforming (the profiles' test); one that loses them is not.
for (const [profile, fault, ...rules] of [
  ['late-pairs', 'echo-control-stripped', 'input-echo'],
  ['late-pairs', 'echo-default-wrong', 'input-echo'],
  ['late-unread', 'echo-control-stripped', 'input-echo'],
  ['late-unread', 'echo-variable-lost', 'input-echo'],
  ['late-unread', 'stop-clears-history', 'history-conservation', 'input-echo'],
  ['no-reading', 'concurrent-data-lost', 'input-echo'],
  ['late-pairs', 'concurrent-data-lost', 'input-echo'],
  ['late-pairs', 'concurrent-data-mixed', 'input-echo'],
  ['late-unread', 'concurrent-data-lost', 'input-echo'],
  ['late-unread', 'concurrent-data-mixed', 'input-echo'],
  ['late-unread', 'concurrent-data-doubled', 'input-echo'],
] as const) {
  test(`the fault ${fault} is found on a server of the profile ${profile}`, async () => {
    const about = { name: fault, row: fault, fault, profile, seed: 1, budgetRequests: null };
    const told = await conduct(about);
    assert.equal(told.verdict, 'NO-GO');
    assert.ok(
      rules.some((rule) => told.checks.includes(rule)),
      `${told.verdict}: ${told.checks.join(', ')}`,
    );
  });
}
