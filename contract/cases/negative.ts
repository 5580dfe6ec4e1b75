import type { JsonRecord, JsonValue } from '../../result/json.ts';
import { parseEvidence } from '../../openapi/evidence.ts';
import type { RequestPlace } from '../../openapi/places.ts';
import type { Operation } from '../../openapi/registry.ts';
import { mutated } from './case-request.ts';
import { ORDINARY, type Case, type Mutation } from './case.ts';

/** One value of each JSON type, and how a title names it. */
type OneOfEach = readonly { readonly type: string; readonly name: string; readonly value: JsonValue }[];

const ONE_OF_EACH: OneOfEach = [
  { type: 'null', name: 'null', value: null },
  { type: 'boolean', name: 'a boolean', value: true },
  { type: 'number', name: 'a number', value: 42 },
  { type: 'string', name: 'a string', value: 'harness' },
  { type: 'array', name: 'an array', value: [] },
  { type: 'array-of-pairs', name: 'an array of pairs', value: [['harness', 1]] },
  { type: 'object', name: 'an object', value: { harness: 1 } },
];

/** In place of a map, what many languages take for an empty one: on a start these, on a live run the others. */
const EMPTY_IN_PLACE_OF_MAPS: OneOfEach = [
  { type: 'boolean', name: 'false', value: false },
  { type: 'number', name: 'zero', value: 0 },
  { type: 'string', name: 'an empty string', value: '' },
];

/** A fault of one place: what breaks which keyword. */
interface Fault {
  readonly keyword: string;
  readonly what: string;
  readonly title: string;
  readonly mutation: Mutation;
  /** JSON pointer to the keyword, where it does not stand in the place's own schema. */
  readonly constraint?: string;
}

/**
 * Cases that break exactly one constraint of one place of the body, derived from its schema. Each is sent twice: on a
 * body that would start a run, and on one that addresses a live run.
 */
export function negativeCases(operation: Operation): readonly Case[] {
  return operation.requestPlaces.flatMap((place) => [
    ...faultsOf(place, 'start').map((fault) => onStart(place, fault)),
    ...faultsOf(place, 'data').map((fault) => onLiveRun(place, fault)),
  ]);
}

/** The faults of a place in a body with a command: what nearly is that command tells more than what nearly is another. */
function faultsOf(place: RequestPlace, command: string): readonly Fault[] {
  return [
    ...typeFaults(place, command),
    ...objectFaults(place, command),
    ...lengthFaults(place),
    ...enumFaults(place, command),
    ...patternFaults(place),
    ...rangeFaults(place),
    ...absenceFaults(place),
  ];
}

/** A body that breaks one constraint of its schema, and what it breaks. */
export interface BrokenBody {
  readonly title: string;
  /** JSON pointer into the description, down to the keyword. */
  readonly constraint: string;
  readonly body: JsonValue;
}

/** Every body that breaks exactly one constraint of one place, derived from its schema; each body once. */
export function brokenBodies(places: readonly RequestPlace[], whole: JsonRecord): readonly BrokenBody[] {
  const found = places.flatMap((place) =>
    faultsOf(place, '').map(({ title, keyword, constraint, mutation }): readonly [string, BrokenBody] => {
      const text = mutated(whole, { mutation, intent: 'break' }, '');
      const told = `${nameOf(place)} ${title}`;
      const at = constraint ?? `${place.pointer}/${keyword}`;
      return [text, { title: told, constraint: at, body: JSON.parse(text) as JsonValue }];
    }),
  );
  return [...new Map(found.toReversed()).values()].toReversed();
}

const nameOf = (place: RequestPlace): string => place.path.join('/');
const fieldOf = (place: RequestPlace): string => String(place.path[0]);

function onStart(place: RequestPlace, fault: Fault): Case {
  return {
    ...ORDINARY,
    id: `negative/${nameOf(place)}/${fault.what}`,
    title: `refuses ${nameOf(place)} ${fault.title}`,
    group: 'negative',
    intent: 'break',
    rule: 'negative-data-rejection',
    constraint: fault.constraint ?? `${place.pointer}/${fault.keyword}`,
    evidence: parseEvidence(place.schema['x-evidence']) ?? place.evidence,
    field: fieldOf(place),
    mutation: fault.mutation,
    characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
  };
}

function onLiveRun(place: RequestPlace, fault: Fault): Case {
  const start = onStart(place, fault);
  return {
    ...start,
    id: `${start.id}/live`,
    title: `${start.title}, on a live run`,
    base: 'address',
    command: 'data',
  };
}

function setting(place: RequestPlace, keyword: string, what: string, title: string, value: JsonValue): Fault {
  return { keyword, what, title, mutation: { kind: 'set', path: place.path, value } };
}

/** A required field left out, and a field that a closed map does not name. */
function absenceFaults(place: RequestPlace): readonly Fault[] {
  const isField = place.path.length === 1;
  return [
    ...(place.isRequired && isField
      ? [
          {
            keyword: 'required',
            what: 'absent',
            title: 'absent',
            mutation: { kind: 'omit', field: fieldOf(place) } as const,
            constraint: `${place.holder}/required`,
          },
        ]
      : []),
    ...(place.schema['additionalProperties'] === false
      ? [
          setting(place, 'additionalProperties', 'unknown-field', 'with a field that it does not name', {
            harness_unknown_field: 1,
          }),
        ]
      : []),
  ];
}

function typeFaults(place: RequestPlace, command: string): readonly Fault[] {
  const allowed = [place.schema['type']].flat().map(String);
  const isWrong = ({ type }: { readonly type: string }): boolean =>
    !allowed.includes(type === 'array-of-pairs' ? 'array' : type) &&
    !(type === 'number' && allowed.includes('integer')) &&
    !(type === 'object' && idFieldOf(place) !== null);
  const isEmptied = allowed.includes('object') && command === 'start';
  const faults = ONE_OF_EACH.map(
    (one) => (isEmptied ? EMPTY_IN_PLACE_OF_MAPS.find(({ type }) => type === one.type) : undefined) ?? one,
  )
    .filter(isWrong)
    .filter(({ type }) => type !== 'array-of-pairs' || allowed.includes('object'))
    .map(({ type, name, value }) => setting(place, 'type', `type-${type}`, `as ${name}`, value));
  if (!isId(place)) return faults;
  return [
    ...faults,
    setting(place, 'type', 'type-number-of-24-digits', 'as a number of 24 digits', 555555555555555500000000),
  ];
}

/** An id of a documented length. */
function isId(place: RequestPlace): boolean {
  return [place.schema['type']].flat().includes('string') && 'minLength' in place.schema;
}

/** The field of an id that names a workflow or a run, or null for any other place. */
function idFieldOf(place: RequestPlace): 'workflow_id' | 'workflow_run_id' | null {
  const [field] = place.path;
  const isNaming = field === 'workflow_id' || field === 'workflow_run_id';
  return isNaming && place.path.length === 1 && isId(place) ? field : null;
}

/** What finds a run in a store of documents: any that is there. */
export const QUERY_OPERATOR = { $ne: null };

/**
 * An object in place of an id: the true id wrapped as stores and mappers write it, and a query operator. A start names
 * no run, so there is no true id of one to wrap.
 */
function objectFaults(place: RequestPlace, command: string): readonly Fault[] {
  const field = idFieldOf(place);
  if (field === null) return [];
  const isNamed = (field === 'workflow_id') === (command === 'start');
  const operator = (what: string): Fault =>
    setting(place, 'type', what, 'as a query operator', QUERY_OPERATOR);
  if (!isNamed) return [operator('type-object')];
  const mutation = { kind: 'wrap', field } as const;
  return [
    { keyword: 'type', what: 'type-object', title: 'as an object that holds it', mutation },
    operator('query-operator'),
  ];
}

/** Lengths are counted in code points, as JSON Schema does; a server that counts UTF-16 units takes half as many emoji. */
function lengthFaults(place: RequestPlace): readonly Fault[] {
  const { minLength, maxLength } = place.schema;
  const resized = (keyword: string, length: number): Fault => ({
    keyword,
    what: `length-${length}`,
    title: `of ${length} characters`,
    mutation:
      place.path.length === 1
        ? { kind: 'resize', field: fieldOf(place), length }
        : { kind: 'set', path: place.path, value: 'a'.repeat(length) },
  });
  const faults: Fault[] = [];
  if (typeof minLength === 'number' && minLength > 0) {
    faults.push(resized('minLength', minLength - 1));
    faults.push(setting(place, 'minLength', 'empty', 'as an empty string', ''));
    if (minLength > 1)
      faults.push(
        setting(
          place,
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

function enumFaults(place: RequestPlace, command: string): readonly Fault[] {
  const values: unknown = place.schema['enum'];
  if (!Array.isArray(values)) return [];
  const first = nameOf(place) === 'command' && values.includes(command) ? command : String(values[0]);
  const other = String(values.find((value) => value !== first) ?? first);
  const spoilt: readonly (readonly [string, string, string])[] = [
    ['unknown', 'unknown', 'harness_unknown'],
    ['continue', 'continue, which only a guide mentions', 'continue'],
    ['empty', 'as an empty string', ''],
    ['upper-case', 'in upper case', first.toUpperCase()],
    ['capitalised', 'capitalised', first.charAt(0).toUpperCase() + first.slice(1)],
    ['leading-blank', 'with a leading blank', ` ${first}`],
    ['trailing-blank', 'with a trailing blank', `${first} `],
    ['joined', 'as two joined by a comma', `${first},${other}`],
    ['homoglyph', 'with a letter that only looks right', homoglyph(first)],
    ['line-end', 'with a line end after it', `${first}\n`],
    ['zero-width', 'with a character of no width after it', `${first}\u200b`],
    ['null-text', 'as the text null', 'null'],
    ['ordinal', 'as its number in the list, a text', '0'],
  ];
  return spoilt
    .filter(([, , value]) => !values.includes(value))
    .map(([what, title, value]) => setting(place, 'enum', `enum-${what}`, title, value));
}

/** Latin letters and the Cyrillic or Greek ones that look the same. */
const LOOKALIKES = new Map(
  Object.entries({
    a: '\u0430',
    e: '\u0435',
    o: '\u043e',
    p: '\u0440',
    c: '\u0441',
    x: '\u0445',
    i: '\u0456',
    s: '\u0455',
    u: '\u03c5',
    n: '\u0578',
    t: '\u03c4',
    r: '\u0433',
    d: '\u0501',
  }),
);

function homoglyph(text: string): string {
  const at = Array.from(text).findIndex((letter) => LOOKALIKES.has(letter));
  return Array.from(text, (letter, i) => (i === at ? (LOOKALIKES.get(letter) ?? letter) : letter)).join('');
}

/** A string of an allowed length that the pattern does not take. */
function patternFaults(place: RequestPlace): readonly Fault[] {
  const { pattern, minLength } = place.schema;
  if (typeof pattern !== 'string') return [];
  const length = typeof minLength === 'number' && minLength > 0 ? minLength : 1;
  const broken = ['Z', '-', ' ', 'é']
    .map((char) => char.repeat(length))
    .find((text) => !new RegExp(pattern, 'u').test(text));
  return broken === undefined
    ? []
    : [setting(place, 'pattern', 'pattern', 'of characters that its pattern does not take', broken)];
}

/** Numbers just outside their bounds, between their steps, and a fraction where a whole number is wanted. */
function rangeFaults(place: RequestPlace): readonly Fault[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = place.schema;
  const isWhole = [place.schema['type']].flat().includes('integer');
  const within = typeof minimum === 'number' ? minimum : 0;
  const faults: Fault[] = [];
  const add = (keyword: string, what: string, title: string, value: number): void => {
    faults.push(setting(place, keyword, what, title, value));
  };
  if (typeof minimum === 'number')
    add('minimum', 'below-minimum', `of ${minimum - 1}, below its minimum`, minimum - 1);
  if (typeof maximum === 'number')
    add('maximum', 'above-maximum', `of ${maximum + 1}, above its maximum`, maximum + 1);
  if (typeof exclusiveMinimum === 'number')
    add('exclusiveMinimum', 'at-minimum', `of ${exclusiveMinimum}, which must be passed`, exclusiveMinimum);
  if (typeof exclusiveMaximum === 'number')
    add(
      'exclusiveMaximum',
      'at-maximum',
      `of ${exclusiveMaximum}, which must not be reached`,
      exclusiveMaximum,
    );
  if (typeof multipleOf === 'number' && !(isWhole && multipleOf === 1))
    add('multipleOf', 'between-steps', `that is no multiple of ${multipleOf}`, multipleOf * 1.5);
  if (isWhole) add('type', 'fraction', 'as a fraction', within + 0.5);
  return faults;
}
