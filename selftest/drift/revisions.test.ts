import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changesBetween } from '../../drift/changes.ts';
import type { Revision } from '../../drift/compare.ts';
import type { DifferenceClass } from '../../drift/difference.ts';
import { liveRevision } from '../../drift/live-schema.ts';
import { policyTable } from '../../drift/policy.ts';
import { REVISION_PAIRS } from '../../sandbox/revisions.ts';

/** What each pair weighs, stated from the table of its sources before it was compared; null for no difference. */
const RIGHT: Readonly<Record<number, readonly [is: DifferenceClass | null, place: RegExp]>> = {
  1: ['additive', /^\/version_number$/],
  2: ['additive', /^\/termination_source$/],
  3: ['additive', /^\/evaluation_run_info$/],
  4: ['breaking', /^\/workflow_id$/],
  5: ['additive', /^\/team_id$/],
  6: ['additive', /^\/initial_state$/],
  7: ['additive', /^\/secret_variables$/],
  8: ['additive', /^\/evaluation$/],
  9: ['additive', /^\/iteration_end_state_miscellaneous$/],
  10: ['additive', /^\/ratings$/],
  11: ['additive', /^\/voice_conversation_id$/],
  12: ['breaking', /^\/workflow_id$/],
  13: ['breaking', /^\/workflow_id$/],
  14: ['additive', /^\/has_background_work$/],
  15: ['unclear', /^\/status$/],
  16: ['breaking', /^$/],
  17: ['breaking', /^\/filters$/],
  18: ['breaking', /^\/workflow_config\/nodes$/],
  19: ['additive', /^\/max_retries$/],
  20: ['additive', /^\/integration_auth$/],
  21: ['breaking', /^\/model$/],
  22: [null, /^$/],
};

function revision(document: unknown): Revision {
  const read = liveRevision(document);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

function heaviest(classes: readonly DifferenceClass[]): DifferenceClass | null {
  return (['breaking', 'unclear', 'additive'] as const).find((one) => classes.includes(one)) ?? null;
}

suite('the 22 pairs', () => {
  assert.equal(REVISION_PAIRS.length, Object.keys(RIGHT).length);
  for (const { row, line, old, next } of REVISION_PAIRS)
    test(`${row}: ${line}`, () => {
      const [is, place] = RIGHT[row] ?? [null, /never/];
      const changes = changesBetween(revision(old), revision(next), 'live-schema');
      const shown = JSON.stringify(changes, null, 1);
      assert.equal(heaviest(changes.map((change) => change.is)), is, shown);
      if (is !== null)
        assert.ok(
          changes.some((change) => place.test(change.place) && change.is === is),
          shown,
        );
      assert.deepEqual(changesBetween(revision(old), revision(old), 'live-schema'), []);
      assert.deepEqual(changesBetween(revision(next), revision(next), 'live-schema'), []);
    });
});

suite('what is spelt otherwise is no difference', () => {
  const rows: readonly (readonly [what: string, one: unknown, other: unknown])[] = [
    ['an envelope', { a_schema: { type: 'string' } }, { data: { a_schema: { type: 'string' } } }],
    [
      'a $ref at the root',
      { a_schema: { type: 'object', properties: { x: { type: 'string' } } } },
      {
        a_schema: {
          $ref: '#/$defs/A',
          $defs: { A: { type: 'object', properties: { x: { type: 'string' } } } },
        },
      },
    ],
    [
      'inherited fields',
      {
        a_schema: {
          type: 'object',
          properties: { x: { type: 'string' }, y: { type: 'integer' } },
          required: ['y'],
        },
      },
      {
        a_schema: {
          allOf: [{ $ref: '#/$defs/Base' }, { properties: { y: { type: 'integer' } }, required: ['y'] }],
          $defs: { Base: { type: 'object', properties: { x: { type: 'string' } } } },
        },
      },
    ],
    ['the spelling of a type', { a_schema: { type: 'string' } }, { a_schema: { type: ['string'] } }],
    [
      'the spelling of null',
      { a_schema: { type: ['string', 'null'] } },
      { a_schema: { anyOf: [{ type: 'null' }, { type: 'string' }] } },
    ],
    [
      'null of OpenAPI 3.0, with an enumeration',
      { a_schema: { type: 'string', enum: ['a'], nullable: true } },
      { a_schema: { anyOf: [{ const: 'a' }, { type: 'null' }] } },
    ],
    [
      'a field moved into allOf',
      { a_schema: { type: 'object', properties: { x: { type: 'string' } } } },
      { a_schema: { type: 'object', allOf: [{ properties: { x: { type: 'string' } } }] } },
    ],
    [
      'a schema with another name',
      { a_schema: { $ref: '#/$defs/A', $defs: { A: { type: 'integer' } } } },
      { a_schema: { $ref: '#/$defs/B', $defs: { B: { type: 'integer' } } } },
    ],
    [
      'an annotation in allOf',
      { a_schema: { $ref: '#/$defs/A', $defs: { A: { type: 'integer' } } } },
      {
        a_schema: {
          allOf: [{ $ref: '#/$defs/A' }, { description: 'which one' }],
          $defs: { A: { type: 'integer' } },
        },
      },
    ],
    [
      'titles, descriptions, examples, defaults and order',
      {
        a_schema: {
          title: 'A',
          type: 'object',
          properties: { x: { type: 'string', default: 'a' }, y: true },
          required: ['y', 'x'],
        },
      },
      {
        a_schema: {
          required: ['x', 'y'],
          properties: { y: {}, x: { examples: ['b'], type: 'string' } },
          type: 'object',
          description: 'B',
        },
      },
    ],
  ];
  for (const [what, one, other] of rows)
    test(what, () => {
      assert.deepEqual(changesBetween(revision(one), revision(other), 'live-schema'), []);
      assert.deepEqual(changesBetween(revision(other), revision(one), 'live-schema'), []);
    });
});

suite('what a target may serve in place of its schemas', () => {
  test('a cycle is followed once', () => {
    const tree = (type: string): unknown => ({
      a_schema: {
        $ref: '#/$defs/Node',
        $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' }, value: { type } } } },
      },
    });
    assert.deepEqual(changesBetween(revision(tree('string')), revision(tree('string')), 'live-schema'), []);
    const [change, ...more] = changesBetween(
      revision(tree('string')),
      revision(tree('integer')),
      'live-schema',
    );
    assert.deepEqual([change?.place, change?.is, more], ['/value', 'breaking', []]);
  });

  test('a reference that leads out of the document is told', () => {
    const out = revision({ a_schema: { $ref: 'https://elsewhere.example/schema.json' } });
    assert.throws(() => changesBetween(out, out, 'live-schema'), /leads out of the document/);
    const nowhere = revision({ a_schema: { $ref: '#/$defs/Missing' } });
    assert.throws(() => changesBetween(nowhere, nowhere, 'live-schema'), /leads to nothing/);
  });

  test('what holds no schema is told', () => {
    for (const document of [
      [],
      'openapi: 3.1.0',
      null,
      {},
      { detail: 'Not Found' },
      { workflow_run: { _id: 'x' } },
    ])
      assert.equal(typeof liveRevision(document), 'string', JSON.stringify(document));
  });
});

test('the policy stands in one table', () => {
  assert.equal(policyTable().length, 10);
});
