import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../bench/trial.ts';
import { FAULT_CLASSES, FAULTS } from '../../sandbox/faults.ts';

// A sample of `npm run bench:faults`, which takes all of them: the last fault of each class, which is the rarest kind.
for (const name of FAULT_CLASSES) {
  const fault = FAULTS.findLast((one) => one.class === name && one.weight === 'failure');
  test(`the fault ${fault?.name ?? ''} (${name}) is found by its own check`, async () => {
    assert.ok(fault !== undefined);
    const told = await conduct({
      name: fault.name,
      row: name,
      fault: fault.name,
      profile: 'default',
      seed: 1,
      budgetRequests: null,
    });
    assert.ok(told.right, `${told.verdict}: ${told.checks.join(', ')}; wanted ${fault.rule}`);
  });
}
