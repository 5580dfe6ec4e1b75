import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disagreements } from './oracle.ts';

test('the direction of generated pairs is that of an independent tool; bench:drift asks 2,000 of them', async () => {
  assert.deepEqual(await disagreements(1, 40), []);
});
