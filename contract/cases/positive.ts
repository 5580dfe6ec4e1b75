import type { JsonValue } from '../../result/json.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';

/** A value of each JSON type. Our variables carry a prefix, so that they never overwrite one that the workflow reads. */
export const EVERY_TYPE: JsonValue = {
  harness_text: ' Ünicode 🎉 ',
  harness_whole: 7,
  harness_broken: 0.25,
  harness_yes: true,
  harness_none: null,
  harness_list: [1, 'a'],
  harness_map: { a: { b: [] } },
};

/**
 * Cases that keep every constraint, one field at a time: absent, null where allowed, empty, and filled. Pairwise starts
 * carry most of them, so alone they are sent only when those were not accepted.
 */
export function positiveCases(operation: Operation): readonly Case[] {
  return operation.requestFields.flatMap((field) => [
    ...absentCases(operation, field),
    ...nullCases(operation, field),
    ...mapCases(operation, field),
    ...boundCases(operation, field),
  ]);
}

/** A start cannot do without its workflow, so that field is varied on a call to a live run. */
function keep(operation: Operation, field: RequestField, what: string, title: string, keyword: string): Case {
  const isWorkflowId = field.name === 'workflow_id';
  return {
    ...ORDINARY,
    ...(isWorkflowId ? { base: 'address', command: 'data', spend: 'free' } : { spend: 'starts' }),
    id: `positive/${field.name}/${what}`,
    title: `accepts ${field.name} ${title}${isWorkflowId ? '' : ' on start'}`,
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

/** The ids name things that exist, and each command has a walk of its own; their values are no free choice. */
const BOUND_ELSEWHERE = ['command', 'workflow_id', 'workflow_run_id'];

/** The values at the bounds: the smallest and largest number, the shortest and longest text, each listed value. */
function boundCases(operation: Operation, field: RequestField): readonly Case[] {
  if (BOUND_ELSEWHERE.includes(field.name)) return [];
  const { minimum, maximum, minLength, maxLength } = field.schema;
  const listed: unknown = field.schema['enum'];
  const rows: readonly (readonly [what: string, title: string, keyword: string, value: unknown])[] = [
    ['minimum', 'at its minimum', 'minimum', minimum],
    ['maximum', 'at its maximum', 'maximum', maximum],
    ['shortest', 'of the least length', 'minLength', filler(minLength)],
    ['longest', 'of the greatest length', 'maxLength', filler(maxLength)],
    ...(Array.isArray(listed) ? listed : []).map(
      (value: unknown, i) => [`listed-${i + 1}`, String(value), 'enum', value] as const,
    ),
  ];
  return rows.flatMap(([what, title, keyword, value]) =>
    typeof value === 'number' || typeof value === 'string'
      ? [
          {
            ...keep(operation, field, what, title, keyword),
            mutation: { kind: 'set', path: [field.name], value },
          },
        ]
      : [],
  );
}

function filler(length: unknown): string | undefined {
  return typeof length === 'number' ? 'a'.repeat(length) : undefined;
}

function mapCases(operation: Operation, field: RequestField): readonly Case[] {
  if (field.schema['type'] !== 'object') return [];
  const rows: readonly (readonly [string, string, JsonValue])[] = [
    ['empty', 'empty', {}],
    ['every-type', 'with a value of each JSON type', EVERY_TYPE],
  ];
  return rows.map(([what, title, value]) => ({
    ...keep(operation, field, what, title, 'additionalProperties'),
    mutation: { kind: 'set', path: [field.name], value },
  }));
}
