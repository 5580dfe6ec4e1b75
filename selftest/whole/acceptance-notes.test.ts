import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expiryNotes, targetNotes, unmatchedNotes } from '../../commands/acceptance-notes.ts';
import type { AcceptedDrift } from '../../result/acceptance.ts';
import { finding } from '../reports/contract-fixtures.ts';

const HERE = 'https://api.example.test';
const THERE = 'https://other.example.test';

function entry(number: number, one: Partial<AcceptedDrift> = {}): AcceptedDrift {
  return {
    fingerprint: finding(number).fingerprint,
    check: 'undocumented-fields',
    what: `At /extra_${number}: a field.`,
    schema_path: '#',
    reason: 'announced',
    accepted_at: '2026-11-25',
    expires_at: '2027-02-23',
    run: '20261125-010000Z-4f2a1c',
    target: HERE,
    ...one,
  };
}

const known = (number: number, one: Partial<AcceptedDrift> = {}): AcceptedDrift =>
  entry(number, { severity: 'failure', by: 'Ann', commands: ['data'], ...one });

describe('what was accepted and matched nothing', () => {
  test('is told of drift and failures of this target, and of no other', () => {
    const accepted = [entry(1), known(2), entry(3, { target: THERE }), known(4, { target: THERE })];
    const notes = unmatchedNotes([], accepted, HERE);
    assert.equal(notes.length, 2);
    assert.match(notes[0] ?? '', /matched nothing in this run \(At \/extra_1: a field\); if that stays so/);
    assert.ok(notes[0]?.endsWith(`--remove ${finding(1).fingerprint} --target ${HERE}`));
    assert.deepEqual(unmatchedNotes([finding(1, 'drift'), finding(2)], accepted, HERE), []);
  });

  test('is matched by its own severity alone', () => {
    assert.equal(unmatchedNotes([finding(1), finding(2, 'drift')], [entry(1), known(2)], HERE).length, 2);
  });

  test('on 30 nights is told to be gone, and on fewer to be watched', () => {
    const noteAfter = (nights: number): string =>
      unmatchedNotes([], [entry(1)], HERE, () => nights - 1).join();
    assert.match(noteAfter(29), /matched nothing in this run .*; if that stays so, take it back: /);
    assert.match(noteAfter(30), /matched nothing on 30 nights .*; take it back: /);
  });
});

describe('the end of an acceptance', () => {
  const at = new Date('2027-02-16T23:59:59Z');
  const told = (expires: string, target = HERE): string =>
    expiryNotes([entry(1, { expires_at: expires, target })], HERE, at).join();

  test('is told within a week before it, on its last day, and after it', () => {
    assert.match(told('2027-02-23'), /\(At \/extra_1: a field\) expires in 7 days, on 2027-02-23\.$/);
    assert.match(told('2027-02-17'), /expires tomorrow, on 2027-02-17\.$/);
    assert.match(told('2027-02-16'), /expires today, on 2027-02-16\.$/);
    assert.match(told('2027-02-15'), /expired on 2027-02-15; accept it again from a run that shows it/);
  });

  test('is no news before that, nor on another target', () => {
    assert.equal(told('2027-02-24'), '');
    assert.equal(told('2027-02-15', THERE), '');
  });
});

describe('acceptances of other targets', () => {
  test('are named by target, drift as failures, and those of this target are not', () => {
    const one = targetNotes([entry(1), entry(2, { target: THERE })], HERE);
    assert.deepEqual(one, [
      `The acceptance ${finding(2).fingerprint} is for ${THERE} and was ignored; this run asked ${HERE}.`,
    ]);
    const [two = ''] = targetNotes([entry(1, { target: THERE }), known(2, { target: THERE })], HERE);
    assert.match(two, /^The acceptances [0-9a-f]{12}, [0-9a-f]{12} are for .* and were ignored/);
    assert.deepEqual(targetNotes([entry(1), known(2)], HERE), []);
  });

  test('are counted where they are many: one line for a target, however long its list is', () => {
    const many = [1, 2, 3, 4, 5, 6, 7].map((number) => entry(number, { target: THERE }));
    const notes = targetNotes(many, HERE);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /([0-9a-f]{12}, ){4}[0-9a-f]{12} and 2 more are for /);
  });

  test('that name no target are told with what to do', () => {
    const entries = Object.entries(entry(1)).filter(([name]) => name !== 'target');
    const old = Object.fromEntries(entries) as unknown as AcceptedDrift;
    assert.match(targetNotes([old], HERE).join(), /names no target and holds on any; take it back with /);
  });
});
