import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../bench/trial.ts';
import { PROFILES } from '../../sandbox/profiles.ts';

/** These are sent again until a run is ready, as often as fits into the time that this machine takes. */
const AWAITED = /^(busy|late|three-at|one-at|slot|throttling)/;

/** Operations beside the one under test that are absent, refused or other than described are no finding of any weight. */
const RELATED: readonly string[] = [
  'default',
  'no-reading',
  'live-schema',
  'schema-empty',
  'related-refused',
  'other-projection',
  'all-related',
  'get-for-screen',
  'get-latest-first',
  'lagging-read',
];

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
    if (RELATED.includes(name)) assert.deepEqual(told.checks, []);
    const most = AWAITED.test(name) ? 1000 : 400;
    if (right === 'GO') assert.ok(told.requests > 100 && told.requests <= most, `${told.requests} requests`);
  });
}
