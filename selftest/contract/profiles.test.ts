import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../bench/trial.ts';
import { PROFILES } from '../../sandbox/profiles.ts';

// A sample of `npm run bench:faults -- --profiles --seeds 50`.
for (const [i, { name, line, right }] of PROFILES.entries()) {
  test(`no failure for the profile ${name}: ${line}`, async () => {
    const told = await conduct({
      name,
      row: name,
      fault: null,
      profile: name,
      seed: 101 + i,
      budgetRequests: null,
    });
    assert.ok(told.right, `${told.verdict}: ${told.checks.join(', ')}`);
    if (right === 'GO') assert.ok(told.requests > 100 && told.requests <= 500, `${told.requests} requests`);
  });
}
