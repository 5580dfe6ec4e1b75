import type { JsonValue } from '../../openapi/json.ts';
import { parseEvidence } from '../../openapi/evidence.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';

/** One value of each JSON type, and how a title names it. */
const ONE_OF_EACH: readonly { readonly type: string; readonly name: string; readonly value: JsonValue }[] = [
  { type: 'null', name: 'null', value: null },
  { type: 'boolean', name: 'a boolean', value: true },
  { type: 'number', name: 'a number', value: 42 },
  { type: 'string', name: 'a string', value: 'harness' },
  { type: 'array', name: 'an array', value: [] },
  { type: 'array-of-pairs', name: 'an array of pairs', value: [['harness', 1]] },
  { type: 'object', name: 'an object', value: { harness: 1 } },
];

/** Cases that break exactly one constraint of one request field, derived from its schema. */
export function negativeCases(operation: Operation): readonly Case[] {
  return operation.requestFields.flatMap((field) => [
    ...typeCases(field),
    ...lengthCases(field),
    ...enumCases(field),
  ]);
}

function broken(field: RequestField, keyword: string, what: string, title: string, value: JsonValue): Case {
  const addressed = field.name === 'workflow_run_id';
  return {
    ...ORDINARY,
    ...(addressed ? { base: 'address', command: 'data', spend: 'free' } : {}),
    id: `negative/${field.name}/${what}`,
    title: `refuses ${field.name} ${title}`,
    group: 'negative',
    intent: 'break',
    rule: 'negative-data-rejection',
    constraint: `${field.pointer}/${keyword}`,
    evidence: parseEvidence(field.schema['x-evidence']) ?? field.evidence,
    field: field.name,
    mutation: { kind: 'set', path: [field.name], value },
    characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
  };
}

function typeCases(field: RequestField): readonly Case[] {
  const allowed = [field.schema['type']].flat().map(String);
  const wrong = ONE_OF_EACH.filter(
    ({ type }) => !allowed.includes(type === 'array-of-pairs' ? 'array' : type),
  );
  const digits: readonly Case[] =
    allowed.includes('string') && 'minLength' in field.schema
      ? [
          broken(
            field,
            'type',
            'type-number-of-24-digits',
            'as a number of 24 digits',
            555555555555555500000000,
          ),
        ]
      : [];
  return [
    ...wrong
      .filter(({ type }) => type !== 'array-of-pairs' || allowed.includes('object'))
      .map(({ type, name, value }) => broken(field, 'type', `type-${type}`, `as ${name}`, value)),
    ...digits,
  ];
}

function lengthCases(field: RequestField): readonly Case[] {
  const { minLength, maxLength } = field.schema;
  const text = (length: number): string => '5eb7cf5a86d9755df3a6c593'.repeat(2).slice(0, length);
  const cases: Case[] = [];
  if (typeof minLength === 'number' && minLength > 0) {
    cases.push(
      broken(
        field,
        'minLength',
        `length-${minLength - 1}`,
        `of ${minLength - 1} characters`,
        text(minLength - 1),
      ),
    );
    cases.push(broken(field, 'minLength', 'empty', 'as an empty string', ''));
  }
  if (typeof maxLength === 'number') {
    cases.push(
      broken(
        field,
        'maxLength',
        `length-${maxLength + 1}`,
        `of ${maxLength + 1} characters`,
        text(maxLength + 1),
      ),
    );
  }
  return cases;
}

function enumCases(field: RequestField): readonly Case[] {
  const values: unknown = field.schema['enum'];
  if (!Array.isArray(values)) return [];
  const first = String(values[0]);
  const spoilt: readonly (readonly [string, string, string])[] = [
    ['unknown', 'unknown', 'harness_unknown'],
    ['continue', 'continue, which only a guide mentions', 'continue'],
    ['empty', 'as an empty string', ''],
    ['upper-case', 'in upper case', first.toUpperCase()],
    ['capitalised', 'capitalised', first.charAt(0).toUpperCase() + first.slice(1)],
    ['leading-blank', 'with a leading blank', ` ${first}`],
    ['trailing-blank', 'with a trailing blank', `${first} `],
    ['joined', 'as two joined by a comma', values.slice(0, 2).map(String).join(',')],
  ];
  return spoilt
    .filter(([, , value]) => !values.includes(value))
    .map(([what, title, value]) => broken(field, 'enum', `enum-${what}`, title, value));
}
