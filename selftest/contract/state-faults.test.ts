import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../bench/trial.ts';
import { FAULTS } from '../../sandbox/faults.ts';

/** One fault of each kind that shows in how runs live; the classes `state` and `teams` besides. */
const KINDS: readonly string[] = [
  'flaky-404',
  'flaky-401',
  'two-instances',
  'equal-start-same-run',
  'equal-data-once',
  'start-answers-other-workflow',
  'pause-overwrites-data',
  'stop-overwrites-data',
  'history-window-32',
];
const ALL = FAULTS.filter(({ name, class: row }) => KINDS.includes(name) || ['state', 'teams'].includes(row));

test('faults of how runs live are found by their own rule', { concurrency: 2 }, async (context) => {
  assert.equal(ALL.length, KINDS.length + 18);
  await Promise.all(
    ALL.map(({ name, class: row, rule, weight }) =>
      context.test(name, async () => {
        const trial = { name, row, fault: name, profile: 'default', seed: 1, budgetRequests: null };
        const told = await conduct(trial);
        assert.ok(told.right, `${told.verdict}: ${told.checks.join(', ')}; wanted ${rule} as ${weight}`);
      }),
    ),
  );
});
