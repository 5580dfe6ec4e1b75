import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCreationClock } from '../../contract/checks/creation-clock.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { responseWith } from './responses.ts';

const operation = loadOperation();
const NOW = Date.parse('2026-11-27T02:00:00Z');

/** How often the rule objects to a creation at one time in a response of another; null where it can't be judged. */
function judged(createdAt: unknown, date: string | null, nowMs = NOW): number | null {
  const { workflow_run: run } = operation.examples.response;
  const headers = date === null ? [] : ([['date', date]] as const);
  const given = responseWith({ json: { workflow_run: { ...run, created_at: createdAt } }, headers });
  return checkCreationClock(operation, given, nowMs)?.length ?? null;
}

test('a run is created at most ten minutes after the Date of its response', () => {
  const date = 'Fri, 27 Nov 2026 02:00:00 GMT';
  assert.equal(judged('2026-11-27T02:00:00Z', date), 0);
  assert.equal(judged('2026-11-27T02:10:00Z', date), 0);
  assert.equal(judged('2026-11-27T02:10:01Z', date), 1);
  assert.equal(judged('2026-11-27T07:30:00Z', date), 1);
  assert.equal(judged('2026-11-27T07:30:00+05:30', date), 0);
  assert.equal(judged('2020-01-01T00:00:00Z', date), 0);
});

test('the clock is judged only by a Date that agrees with ours within two minutes, and a time that names its zone', () => {
  const at = '2026-11-27T07:30:00Z';
  assert.equal(judged(at, null), null);
  assert.equal(judged(at, 'no date'), null);
  assert.equal(judged(at, 'Fri, 27 Nov 2026 02:02:00 GMT'), 1);
  assert.equal(judged(at, 'Fri, 27 Nov 2026 02:02:01 GMT'), null);
  assert.equal(judged(at, 'Fri, 27 Nov 2026 01:57:59 GMT'), null);
  assert.equal(judged('2026-11-27T07:30:00', 'Fri, 27 Nov 2026 02:00:00 GMT'), null);
  assert.equal(judged(7, 'Fri, 27 Nov 2026 02:00:00 GMT'), null);
});
