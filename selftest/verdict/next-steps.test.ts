import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps } from '../../result/next-steps.ts';
import type { Inconclusive } from '../../result/exchange.ts';

const why = (cause: Inconclusive['cause']): Inconclusive => ({ cause, sentence: `because of ${cause}` });

test('each thing that can be in the way has a next step that names what to set', () => {
  const rows: readonly (readonly [Inconclusive['cause'], RegExp])[] = [
    ['environment-down', /reached from here/],
    ['tls-not-verified', /HARNESS_CA_FILE/],
    ['key-refused', /INTERACTLY_API_KEY/],
    ['operation-not-deployed', /INTERACTLY_BASE_URL/],
    ['throttled', /limit/],
    ['run-input-refused', /INTERACTLY_RUN_INPUT/],
    ['not-an-api', /INTERACTLY_BASE_URL/],
    ['unreadable-response', /Accept-Encoding/],
    ['coverage-incomplete', /--budget-runs/],
    ['too-few-samples', /--duration/],
    ['generator-saturated', /--processes/],
    ['too-few-connections', /--connections/],
    ['runs-ended', /INTERACTLY_WORKFLOW_ID/],
    ['runs-not-ready', /--rate/],
    ['budget-exhausted', /HARNESS_MAX_RUNS/],
    ['interrupted', /let it end/],
  ];
  for (const [cause, step] of rows) assert.match(nextSteps([why(cause)]).join(' '), step, cause);
});

test('each step is told once, at most three, and after an interruption only that one', () => {
  assert.equal(nextSteps([why('throttled'), why('throttled'), why('not-run')]).length, 1);
  assert.equal(
    nextSteps([why('throttled'), why('too-few-samples'), why('not-an-api'), why('key-refused')]).length,
    3,
  );
  assert.deepEqual(nextSteps([why('too-few-samples'), why('interrupted')]), [
    'Repeat the run, and let it end.',
  ]);
});
