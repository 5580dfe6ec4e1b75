import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOperation } from '../../openapi/registry.ts';
import { readTimestamp } from '../../openapi/timestamp.ts';

const TIMES = [
  '2024-01-01T00:00:00Z',
  '2024-01-01t00:00:00z',
  '2024-01-01T00:00:00z',
  '2024-01-01t00:00:00+00:00',
  '2024-01-01T00:00:00-00:00',
  '2024-01-01T00:00:00.0Z',
  '2024-01-01T00:00:00.1234567Z',
  '2024-01-01T00:00:00.123456789012345678901234567890Z',
  '2024-01-01T00:00:00.123456+00:00',
  '2024-01-01T23:59:59.999+05:30',
  '2024-01-01T23:59:59-08:00',
  '2024-01-01T00:00:00+14:00',
  '2024-01-01T00:00:00+23:59',
  '2024-01-01T00:00:00-23:59',
  '2024-01-01T00:00:00+05:45',
  '2024-02-29T12:00:00Z',
  '2000-02-29T12:00:00Z',
  '0000-01-01T00:00:00Z',
  '0000-02-29T00:00:00Z',
  '0099-12-31T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2024-04-30T00:00:00Z',
  '2024-12-31T00:00:00Z',
  '1990-12-31T23:59:60Z',
  '1990-12-31T15:59:60-08:00',
  '2016-12-31T23:59:60.5Z',
  '2015-06-30T23:59:60Z',
  '2017-01-01T05:29:60+05:30',
];

const NO_TIMES = [
  '2024-01-01T00:00:00+0000',
  '2024-01-01T00:00:00+00',
  '2024-01-01T00:00:00-0800',
  '2024-01-01T00:00:00+0:00',
  '2024-01-01T00:00:00+00:0',
  '2024-01-01T00:00:00+24:00',
  '2024-01-01T00:00:00-24:00',
  '2024-01-01T00:00:00+05:60',
  '2024-01-01T00:00:00+00:00:00',
  '2024-01-01T00:00:00 Z',
  '2024-01-01T00:00:00 +00:00',
  '2024-01-01T00:00:00UTC',
  '2024-01-01T00:00:00[UTC]',
  '2024-01-01T00:00:00Z[Europe/Berlin]',
  '2024-01-01T00:00:00\u221208:00',
  '2024-01-01 00:00:00Z',
  '2024-01-01 00:00:00',
  '2024-01-01_00:00:00Z',
  '2024-01-01  00:00:00Z',
  '2024-01-0100:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-00-01T00:00:00Z',
  '2024-01-00T00:00:00Z',
  '2024-01-32T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T00:60:00Z',
  '2024-01-01T00:00:61Z',
  '2024-01-01T00:00:60Z',
  '2016-12-31T23:58:60Z',
  '2016-12-31T22:59:60Z',
  '2016-12-30T23:59:60Z',
  '2016-12-31T23:59:60-01:00',
  '2024-03-31T23:59:60Z',
  '2024-01-01T00:00Z',
  '2024-01-01T00Z',
  '2024-01-01T0:00:00Z',
  '2024-01-01T00:00:00.Z',
  '2024-01-01T00:00:00,5Z',
  '2024-01-01T00:00:00..5Z',
  '2024-1-1T00:00:00Z',
  '24-01-01T00:00:00Z',
  '12024-01-01T00:00:00Z',
  '+2024-01-01T00:00:00Z',
  '-0001-01-01T00:00:00Z',
  '20240101T000000Z',
  '2024-001T00:00:00Z',
  '2024-W01-1T00:00:00Z',
  '2024-01-01',
  '00:00:00Z',
  ' 2024-01-01T00:00:00Z',
  '2024-01-01T00:00:00Z ',
  '2024-01-01T00:00:00Z\n',
  '\u0662024-01-01T00:00:00Z',
  '1704067200',
  'Mon, 01 Jan 2024 00:00:00 GMT',
  'yesterday',
  '',
  '2024-13-01T00:00:00',
  '2024-02-30T00:00:00',
  '2024-01-01T24:00:00',
];

const ZONELESS = [
  '2024-01-01T00:00:00',
  '2024-01-01t00:00:00',
  '2024-01-01T00:00:00.123456',
  '2024-02-29T23:59:59',
];

test('a timestamp is what RFC 3339 allows, to the letter', () => {
  for (const [kind, texts] of Object.entries({ time: TIMES, 'no-time': NO_TIMES, 'zone-missing': ZONELESS }))
    for (const text of texts) assert.equal(readTimestamp(text).kind, kind, JSON.stringify(text));
});

test('a time is read to its instant, and parts of a millisecond count', () => {
  const at = (text: string): number => {
    const read = readTimestamp(text);
    assert.ok(read.kind !== 'no-time');
    return read.epochMs;
  };
  for (const text of ['2024-01-01T00:00:00Z', '2024-02-29T12:34:56.789+05:30', '1999-12-31T23:59:59-08:00'])
    assert.equal(at(text), Date.parse(text), text);
  assert.equal(at('2024-01-01T05:30:00+05:30'), at('2024-01-01T00:00:00'));
  assert.ok(Math.abs(at('2024-01-01T00:00:00.0005Z') - at('2024-01-01T00:00:00Z') - 0.5) < 0.01);
  assert.equal(at('2016-12-31T23:59:60Z'), at('2017-01-01T00:00:00Z'));
});

test('in a response a missing zone is a warning, and any other issue breaks the documented format', () => {
  const operation = loadOperation();
  const at = (created_at: string): readonly (readonly [string, boolean])[] => {
    const { workflow_run: run } = operation.examples.response;
    return operation
      .checkResponseBody({ workflow_run: { ...run, created_at } })
      .map((one) => [one.evidence.level, one.isZoneMissing]);
  };
  for (const text of TIMES) assert.deepEqual(at(text), [], text);
  for (const text of NO_TIMES) assert.deepEqual(at(text), [['documented', false]], text);
  for (const text of ZONELESS)
    assert.deepEqual(
      at(text).map(([, isZoneMissing]) => isZoneMissing),
      [true],
      text,
    );
});
