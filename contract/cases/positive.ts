import fc from 'fast-check';
import { isRecord, type JsonValue } from '../../openapi/json.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';

const RANDOM_MAPS = 3;

/** Cases that keep every constraint: each optional field absent, null where allowed, minimal, and filled. */
export function positiveCases(operation: Operation, seed: number): readonly Case[] {
  return operation.requestFields.flatMap((field) => [
    ...absentCases(operation, field),
    ...nullCases(operation, field),
    ...mapCases(operation, field, seed),
  ]);
}

function keep(operation: Operation, field: RequestField, what: string, title: string, keyword: string): Case {
  const isRunId = field.name === 'workflow_run_id';
  const isWorkflowId = field.name === 'workflow_id';
  return {
    ...ORDINARY,
    ...(isWorkflowId ? { base: 'address', command: 'data', spend: 'free' } : { spend: 'starts' }),
    id: `positive/${field.name}/${what}`,
    title: `accepts ${field.name} ${title}${isRunId ? ' on start' : ''}`,
    group: 'positive',
    intent: 'keep',
    rule: 'positive-data-acceptance',
    constraint: `${field.pointer}/${keyword}`,
    evidence: operation.rule('positive-data-acceptance').evidence,
    field: field.name,
  };
}

function absentCases(operation: Operation, field: RequestField): readonly Case[] {
  const title = 'default' in field.schema ? `absent (default ${String(field.schema['default'])})` : 'absent';
  return [
    { ...keep(operation, field, 'absent', title, 'required'), mutation: { kind: 'omit', field: field.name } },
  ];
}

function nullCases(operation: Operation, field: RequestField): readonly Case[] {
  if (![field.schema['type']].flat().includes('null')) return [];
  return [
    {
      ...keep(operation, field, 'null', 'null', 'type'),
      mutation: { kind: 'set', path: [field.name], value: null },
    },
  ];
}

function mapCases(operation: Operation, field: RequestField, seed: number): readonly Case[] {
  if (field.schema['type'] !== 'object') return [];
  const fixed: readonly (readonly [string, string, JsonValue])[] = [
    ['empty', 'empty', {}],
    [
      'every-type',
      'with a value of each JSON type',
      {
        text: ' Ünicode 🎉 ',
        whole: 7,
        broken: 0.25,
        yes: true,
        none: null,
        list: [1, 'a'],
        map: { a: { b: [] } },
      },
    ],
  ];
  const random = fc
    .sample(mapArbitrary(), { seed, numRuns: RANDOM_MAPS })
    .map((value, i) => [`random-${i + 1}`, `with random values (${i + 1})`, value] as const);
  const isThreads = field.name === 'thread_to_node_inputs';
  return [...fixed, ...(isThreads ? [] : random)].map(([what, title, value]) => ({
    ...keep(operation, field, what, title, 'additionalProperties'),
    mutation: { kind: 'set', path: [field.name], value: prefixed(value) },
  }));
}

/** Values that JSON carries without loss, a few keys wide and two levels deep. */
function mapArbitrary(): fc.Arbitrary<JsonValue> {
  const number = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Object.is(value, -0) ? 0 : value));
  const leaf = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 24 }),
    number,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
  return fc.dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), {
    minKeys: 1,
    maxKeys: 5,
    noNullPrototype: true,
  });
}

/** Our variables carry a prefix so that they never overwrite one that the workflow reads. */
function prefixed(value: JsonValue): JsonValue {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [`harness_${key}`, child]));
}
