/** Moments and days by the calendar, and whether what was accepted once still holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isDay,
  isExpired,
  isFor,
  markAccepted,
  matchOf,
  type AcceptedDrift,
} from '../../result/acceptance.ts';
import { isTimestamp, readTimestamp, type Timestamp } from '../../openapi/timestamp.ts';
import { finding } from '../reports/contract-fixtures.ts';

const kindOf = (text: string): Timestamp['kind'] => readTimestamp(text).kind;
const two = (number: number): string => String(number).padStart(2, '0');

test('each month has its days, and February one more in leap years', () => {
  const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  for (const [i, last] of days.entries()) {
    const at = (day: number): Timestamp['kind'] => kindOf(`2023-${two(i + 1)}-${two(day)}T00:00:00Z`);
    assert.deepEqual(
      [at(0), at(1), at(last), at(last + 1)],
      ['no-time', 'time', 'time', 'no-time'],
      `${i + 1}`,
    );
  }
  for (const [year, isLeap] of [
    ['2024', true],
    ['2023', false],
    ['2000', true],
    ['1900', false],
    ['2100', false],
    ['0000', true],
  ] as const)
    assert.equal(kindOf(`${year}-02-29T00:00:00Z`) === 'time', isLeap, year);
});

test('a moment is read to a fraction of a millisecond, in its zone', () => {
  const epochMs = (text: string): number | null => {
    const read = readTimestamp(text);
    return read.kind === 'no-time' ? null : read.epochMs;
  };
  const base = Date.UTC(2026, 10, 27, 1, 2, 3);
  for (const [text, ms] of [
    ['2026-11-27T01:02:03Z', base],
    ['2026-11-27T01:02:03', base],
    ['2026-11-27T01:02:03.25Z', base + 250],
    ['2026-11-27T06:32:03+05:30', base],
    ['2026-11-26T23:02:03-02:00', base],
    ['2026-11-27T01:47:03+00:45', base],
    ['0050-01-01T00:00:00Z', new Date('0050-01-01T00:00:00Z').getTime()],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ] as const)
    assert.equal(epochMs(text), ms, text);
  assert.ok(Math.abs((epochMs('2026-11-27T01:02:03.000400Z') ?? 0) - base - 0.4) < 1e-3);
});

test('hours, minutes, seconds and zones stay within their bounds', () => {
  const rows: readonly (readonly [text: string, kind: Timestamp['kind']])[] = [
    ['2026-01-01T23:59:59Z', 'time'],
    ['2026-01-01T24:00:00Z', 'no-time'],
    ['2026-01-01T00:60:00Z', 'no-time'],
    ['2026-01-01T00:00:61Z', 'no-time'],
    ['2026-01-01T00:00:00+23:59', 'time'],
    ['2026-01-01T00:00:00+24:00', 'no-time'],
    ['2026-01-01T00:00:00+00:60', 'no-time'],
    ['2026-01-01T00:00:00', 'zone-missing'],
    ['2026-12-01T00:00:00Z', 'time'],
    ['2026-13-01T00:00:00Z', 'no-time'],
    ['2026-00-01T00:00:00Z', 'no-time'],
  ];
  for (const [text, kind] of rows) {
    assert.equal(kindOf(text), kind, text);
    assert.equal(isTimestamp(text), kind === 'time', text);
  }
});

test('a leap second ends June or December in UTC; without a zone any quarter of an hour may be its end', () => {
  const rows: readonly (readonly [text: string, kind: Timestamp['kind']])[] = [
    ['2016-12-31T23:59:60Z', 'time'],
    ['2015-06-30T23:59:60Z', 'time'],
    ['2015-07-01T01:59:60+02:00', 'time'],
    ['2015-03-31T23:59:60Z', 'no-time'],
    ['2015-06-29T23:59:60Z', 'no-time'],
    ['2015-06-30T22:59:60Z', 'no-time'],
    ['2015-06-30T23:58:60Z', 'no-time'],
    ['2016-12-31T23:59:60', 'zone-missing'],
    ['2016-12-31T05:29:60', 'zone-missing'],
    ['2016-12-31T05:44:60', 'zone-missing'],
    ['2016-12-31T05:43:60', 'no-time'],
    ['2016-12-31T05:30:60', 'no-time'],
  ];
  for (const [text, kind] of rows) assert.equal(kindOf(text), kind, text);
});

function entry(over: Partial<AcceptedDrift> = {}): AcceptedDrift {
  return {
    fingerprint: 'f1',
    check: 'undocumented-fields',
    what: 'a field',
    schema_path: '#',
    reason: 'known',
    accepted_at: '2026-11-01',
    expires_at: '2026-12-31',
    run: 'r',
    target: 'https://a.test',
    ...over,
  };
}

function withoutTarget(one: AcceptedDrift): AcceptedDrift {
  const rest = Object.entries(one).filter(([name]) => name !== 'target');
  return Object.fromEntries(rest) as unknown as AcceptedDrift;
}

const NOW = new Date('2026-11-27T12:00:00Z');

test('an acceptance holds where it was seen, or anywhere where it is of an old file', () => {
  assert.equal(isFor(entry(), 'https://a.test'), true);
  assert.equal(isFor(entry(), 'https://b.test'), false);
  assert.equal(isFor(withoutTarget(entry()), 'https://b.test'), true);
  assert.deepEqual([matchOf(entry()), matchOf(entry({ severity: 'failure' }))], ['f1 drift', 'f1 failure']);
  assert.deepEqual(
    [
      isExpired(entry({ expires_at: '2026-11-27' }), NOW),
      isExpired(entry({ expires_at: '2026-11-26' }), NOW),
    ],
    [false, true],
  );
  assert.deepEqual(['2026-02-28', '2026-02-29', '2026-2-1', 'soon'].map(isDay), [true, false, false, false]);
});

test('a failure is accepted for the commands that it affected; one that affects more is widened', () => {
  const failure = (fingerprint: string, command: string | null): ReturnType<typeof finding> => ({
    ...finding(1, 'failure'),
    fingerprint,
    command,
  });
  const stateOf = (
    findings: readonly ReturnType<typeof finding>[],
    over: Partial<AcceptedDrift>,
  ): unknown => {
    const accepted = [entry({ severity: 'failure', ...over })];
    return markAccepted(findings, accepted, NOW, 'https://a.test')[0]?.acceptance;
  };
  const held = { reason: 'known', accepted_at: '2026-11-01', expires_at: '2026-12-31' };
  const start = failure('f1', 'start');
  assert.deepEqual(stateOf([start], { commands: ['start'] }), { state: 'accepted', ...held });
  assert.deepEqual(stateOf([start], { commands: ['start'], by: 'Ann' }), {
    state: 'accepted',
    ...held,
    by: 'Ann',
  });
  assert.deepEqual(stateOf([start, failure('f1', 'data')], { commands: ['start'] }), {
    state: 'widened',
    ...held,
  });
  assert.deepEqual(stateOf([start, failure('f2', 'data')], { commands: ['start'] }), {
    state: 'accepted',
    ...held,
  });
  assert.deepEqual(stateOf([start, failure('f1', null)], { commands: ['start'] }), {
    state: 'accepted',
    ...held,
  });
  assert.deepEqual(stateOf([start, failure('f1', 'data')], {}), { state: 'accepted', ...held });
  assert.equal(stateOf([failure('f2', 'start')], {}), undefined);
  assert.equal(stateOf([start], { target: 'https://b.test' }), undefined);
  assert.equal(stateOf([{ ...start, severity: 'drift' }], {}), undefined);
  // What is accepted for this target weighs more than what an old file says of all.
  const both = markAccepted(
    [start],
    [
      entry({ severity: 'failure', reason: 'own' }),
      withoutTarget(entry({ severity: 'failure', reason: 'old' })),
    ],
    NOW,
    'https://a.test',
  );
  assert.equal(both[0]?.acceptance?.reason, 'own');
});
