import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedaction } from '../../target/redaction.ts';
import { Secret } from '../../target/secret.ts';

test('a hostile text is searched in time', () => {
  const redact = createRedaction([new Secret('ik-live-AbCdEf0123456789_xyz')]);
  for (const text of [
    '\\'.repeat(500_000),
    '%25'.repeat(200_000),
    '&amp;'.repeat(200_000),
    'QUFB'.repeat(200_000),
    '=\n'.repeat(300_000),
  ]) {
    const began = process.cpuUsage().user;
    redact(text);
    assert.ok(process.cpuUsage().user - began < 20_000_000);
  }
});
