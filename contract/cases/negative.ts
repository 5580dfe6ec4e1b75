import type { JsonValue } from '../../openapi/json.ts';
import { parseEvidence } from '../../openapi/evidence.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case, type Mutation } from './case.ts';

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

/** A fault of one field: what breaks which keyword. */
interface Fault {
  readonly keyword: string;
  readonly what: string;
  readonly title: string;
  readonly mutation: Mutation;
}

/**
 * Cases that break exactly one constraint of one request field, derived from its schema. Each is asked twice: on a body
 * that would start a run, and on one that addresses a live run.
 */
export function negativeCases(operation: Operation): readonly Case[] {
  return operation.requestFields.flatMap((field) => {
    const faults = [
      ...typeFaults(field),
      ...lengthFaults(field),
      ...enumFaults(field),
      ...patternFaults(field),
      ...rangeFaults(field),
    ];
    return [
      ...faults.map((fault) => onStart(field, fault)),
      ...faults.map((fault) => onLiveRun(field, fault)),
    ];
  });
}

function onStart(field: RequestField, fault: Fault): Case {
  return {
    ...ORDINARY,
    id: `negative/${field.name}/${fault.what}`,
    title: `refuses ${field.name} ${fault.title}`,
    group: 'negative',
    intent: 'break',
    rule: 'negative-data-rejection',
    constraint: `${field.pointer}/${fault.keyword}`,
    evidence: parseEvidence(field.schema['x-evidence']) ?? field.evidence,
    field: field.name,
    mutation: fault.mutation,
    characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
  };
}

function onLiveRun(field: RequestField, fault: Fault): Case {
  const start = onStart(field, fault);
  return {
    ...start,
    id: `${start.id}/live`,
    title: `${start.title}, on a live run`,
    base: 'address',
    command: 'data',
  };
}

function setting(field: RequestField, keyword: string, what: string, title: string, value: JsonValue): Fault {
  return { keyword, what, title, mutation: { kind: 'set', path: [field.name], value } };
}

function typeFaults(field: RequestField): readonly Fault[] {
  const allowed = [field.schema['type']].flat().map(String);
  const isWrong = ({ type }: { readonly type: string }): boolean =>
    !allowed.includes(type === 'array-of-pairs' ? 'array' : type) &&
    !(type === 'number' && allowed.includes('integer'));
  const faults = ONE_OF_EACH.filter(isWrong)
    .filter(({ type }) => type !== 'array-of-pairs' || allowed.includes('object'))
    .map(({ type, name, value }) => setting(field, 'type', `type-${type}`, `as ${name}`, value));
  if (!allowed.includes('string') || !('minLength' in field.schema)) return faults;
  return [
    ...faults,
    setting(field, 'type', 'type-number-of-24-digits', 'as a number of 24 digits', 555555555555555500000000),
  ];
}

/** Lengths are counted in code points, as JSON Schema does; a server that counts UTF-16 units takes half as many emoji. */
function lengthFaults(field: RequestField): readonly Fault[] {
  const { minLength, maxLength } = field.schema;
  const resized = (keyword: string, length: number): Fault => ({
    keyword,
    what: `length-${length}`,
    title: `of ${length} characters`,
    mutation: { kind: 'resize', field: field.name, length },
  });
  const faults: Fault[] = [];
  if (typeof minLength === 'number' && minLength > 0) {
    faults.push(resized('minLength', minLength - 1));
    faults.push(setting(field, 'minLength', 'empty', 'as an empty string', ''));
    if (minLength > 1)
      faults.push(
        setting(
          field,
          'minLength',
          'utf16-units',
          `of ${minLength} UTF-16 units that are fewer characters`,
          '🎉'.repeat(Math.floor(minLength / 2)),
        ),
      );
  }
  if (typeof maxLength === 'number') faults.push(resized('maxLength', maxLength + 1));
  return faults;
}

function enumFaults(field: RequestField): readonly Fault[] {
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
    ['homoglyph', 'with a letter that only looks right', first.replace(/a/, '\u0430')],
  ];
  return spoilt
    .filter(([, , value]) => !values.includes(value))
    .map(([what, title, value]) => setting(field, 'enum', `enum-${what}`, title, value));
}

/** A string of an allowed length that the pattern does not take. */
function patternFaults(field: RequestField): readonly Fault[] {
  const { pattern, minLength } = field.schema;
  if (typeof pattern !== 'string') return [];
  const length = typeof minLength === 'number' && minLength > 0 ? minLength : 1;
  const broken = ['Z', '-', ' ', 'é']
    .map((char) => char.repeat(length))
    .find((text) => !new RegExp(pattern, 'u').test(text));
  return broken === undefined
    ? []
    : [setting(field, 'pattern', 'pattern', 'of characters that its pattern does not take', broken)];
}

/** Numbers just outside their bounds, and a fraction where a whole number is wanted. */
function rangeFaults(field: RequestField): readonly Fault[] {
  const { minimum, maximum } = field.schema;
  const isWhole = [field.schema['type']].flat().includes('integer');
  return [
    ...(typeof minimum === 'number'
      ? [setting(field, 'minimum', 'below-minimum', `of ${minimum - 1}, below its minimum`, minimum - 1)]
      : []),
    ...(typeof maximum === 'number'
      ? [setting(field, 'maximum', 'above-maximum', `of ${maximum + 1}, above its maximum`, maximum + 1)]
      : []),
    ...(isWhole
      ? [
          setting(
            field,
            'type',
            'fraction',
            'as a fraction',
            (typeof minimum === 'number' ? minimum : 0) + 0.5,
          ),
        ]
      : []),
  ];
}
