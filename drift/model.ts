import { isRecord, type JsonRecord } from '../result/json.ts';

/** The JSON types; every integer is a number too. */
export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;
export type JsonType = (typeof TYPES)[number];

/** What a schema allows, whatever spelling it has: references followed, `allOf` folded, null and unions in one form. */
export interface SchemaModel {
  readonly types: ReadonlySet<JsonType>;
  /** The only values that are allowed, as JSON texts; null for any. */
  readonly values: ReadonlySet<string> | null;
  /** Bounds by keyword: the larger a `least` and the smaller a `most`, the narrower. */
  readonly least: ReadonlyMap<string, number>;
  readonly most: ReadonlyMap<string, number>;
  /** Patterns and formats, each of which a string has to keep. */
  readonly texts: ReadonlySet<string>;
  readonly properties: ReadonlyMap<string, SchemaModel>;
  readonly required: ReadonlySet<string>;
  /** What fields without a name may be: anything, nothing, or a model. */
  readonly others: SchemaModel | 'any' | 'none';
  readonly items: SchemaModel | null;
  /** Alternatives that can't be folded into one model; empty for none. */
  readonly alternatives: readonly SchemaModel[];
  /** True where the schema holds itself: it is not followed any further. */
  readonly isLoop: boolean;
}

/** A schema that can't be read; one sentence says what and where. */
export class SchemaError extends Error {}

export const ANY: SchemaModel = {
  types: new Set(TYPES),
  values: null,
  least: new Map(),
  most: new Map(),
  texts: new Set(),
  properties: new Map(),
  required: new Set(),
  others: 'any',
  items: null,
  alternatives: [],
  isLoop: false,
};

const NOTHING: SchemaModel = { ...ANY, types: new Set() };
const LEAST = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties'];
const MOST = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties'];
const DEPTH_MAX = 64;
/** References multiply: a schema of a few lines may stand for more than any machine can hold. */
const NODES_MAX = 50_000;

/**
 * Reads a schema of JSON Schema 2020-12, of draft 7 or of OpenAPI 3.0. What only describes (title, description, examples,
 * default) is left out, and so is the order of everything.
 * @param root the document that `$ref` leads into.
 * @throws SchemaError for a reference that leads out of the document or to nothing.
 */
export function modelOf(schema: unknown, root: unknown): SchemaModel {
  return read(schema, { root, above: [], depth: 0, count: { nodes: 0 } });
}

interface Reading {
  readonly root: unknown;
  /** The references that lead here. */
  readonly above: readonly string[];
  readonly depth: number;
  /** How much was read so far. */
  readonly count: { nodes: number };
}

function read(schema: unknown, at: Reading): SchemaModel {
  if (schema === true || schema === undefined) return ANY;
  if (schema === false) return NOTHING;
  if (!isRecord(schema)) throw new SchemaError('A schema is neither an object nor true or false.');
  at.count.nodes += 1;
  if (at.count.nodes > NODES_MAX)
    throw new SchemaError(`A schema has more than ${NODES_MAX} nodes once its references are followed.`);
  if (at.depth > DEPTH_MAX) return { ...ANY, isLoop: true };
  const deeper = { ...at, depth: at.depth + 1 };
  const parts = [
    own(schema, deeper),
    ...(typeof schema['$ref'] === 'string' ? [referred(schema['$ref'], deeper)] : []),
    ...listOf(schema['allOf']).map((part) => read(part, deeper)),
  ];
  const whole = parts.reduce(both);
  const unions = [schema['anyOf'], schema['oneOf']].map(listOf).filter((union) => union.length > 0);
  const folded = unions.reduce(
    (model, union) => both(model, either(union.map((part) => read(part, deeper)))),
    whole,
  );
  // OpenAPI 3.0 spells null beside the type, whatever the enum says.
  return schema['nullable'] === true ? withNull(folded) : folded;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function referred(reference: string, at: Reading): SchemaModel {
  if (at.above.includes(reference)) return { ...ANY, isLoop: true };
  if (!reference.startsWith('#'))
    throw new SchemaError(`The reference ${reference.slice(0, 80)} leads out of the document.`);
  let target: unknown = at.root;
  for (const step of reference.split('/').slice(1)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isRecord(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  if (target === undefined)
    throw new SchemaError(`The reference ${reference.slice(0, 80)} leads to nothing in the document.`);
  return read(target, { ...at, above: [...at.above, reference] });
}

function own(schema: JsonRecord, at: Reading): SchemaModel {
  const values = valuesOf(schema);
  const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
  const others = schema['additionalProperties'];
  const typed = typesOf(schema['type']);
  return {
    types: values === null ? typed : new Set([...typed].filter((type) => typesIn(values).has(type))),
    values,
    least: boundsIn(schema, LEAST),
    most: boundsIn(schema, MOST),
    texts: new Set(
      ['pattern', 'format', 'multipleOf', 'uniqueItems']
        .filter((keyword) => schema[keyword] !== undefined && schema[keyword] !== false)
        .map((keyword) => `${keyword} ${String(schema[keyword])}`),
    ),
    properties: new Map(properties.map(([name, part]) => [name, read(part, at)])),
    required: new Set(listOf(schema['required']).map(String)),
    others:
      others === false
        ? 'none'
        : isRecord(others) && Object.keys(others).length > 0
          ? read(others, at)
          : 'any',
    items: schema['items'] === undefined ? null : read(schema['items'], at),
    alternatives: [],
    isLoop: false,
  };
}

function typesOf(type: unknown): ReadonlySet<JsonType> {
  const named = [type].flat().filter((one): one is JsonType => TYPES.some((known) => known === one));
  const types = new Set<JsonType>(named.length === 0 ? TYPES : named);
  if (types.has('number')) types.add('integer');
  return types;
}

function valuesOf(schema: JsonRecord): ReadonlySet<string> | null {
  const listed = 'const' in schema ? [schema['const']] : schema['enum'];
  return Array.isArray(listed) ? new Set(listed.map((value) => JSON.stringify(value))) : null;
}

/** The types of values that stand as JSON texts. */
export function typesIn(values: ReadonlySet<string>): ReadonlySet<JsonType> {
  const types = new Set<JsonType>();
  for (const text of values) {
    const value = JSON.parse(text) as unknown;
    if (value === null) types.add('null');
    else if (Array.isArray(value)) types.add('array');
    else if (typeof value === 'number') types.add('number').add('integer');
    else types.add(typeof value as JsonType);
  }
  return types;
}

function boundsIn(schema: JsonRecord, keywords: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    keywords.flatMap((keyword) => {
      const bound = schema[keyword];
      const says =
        typeof bound === 'number' && !(keyword.startsWith('min') && keyword !== 'minimum' && bound === 0);
      return says ? [[keyword, bound] as const] : [];
    }),
  );
}

function withNull(model: SchemaModel): SchemaModel {
  return {
    ...model,
    types: new Set([...model.types, 'null']),
    values: model.values === null ? null : new Set([...model.values, 'null']),
    alternatives: model.alternatives.map(withNull),
  };
}

/** What keeps both: `allOf`, and a reference with keywords beside it. */
export function both(a: SchemaModel, b: SchemaModel): SchemaModel {
  if (a === ANY) return b;
  if (b === ANY) return a;
  if (a.alternatives.length > 0)
    return { ...NOTHING, types: new Set(TYPES), alternatives: a.alternatives.map((one) => both(one, b)) };
  if (b.alternatives.length > 0)
    return { ...NOTHING, types: new Set(TYPES), alternatives: b.alternatives.map((one) => both(a, one)) };
  const names = new Set([...a.properties.keys(), ...b.properties.keys()]);
  return {
    types: shared(a.types, b.types),
    values: a.values === null ? b.values : b.values === null ? a.values : shared(a.values, b.values),
    least: merged(a.least, b.least, Math.max),
    most: merged(a.most, b.most, Math.min),
    texts: new Set([...a.texts, ...b.texts]),
    properties: new Map(
      [...names].map((name) => [name, both(a.properties.get(name) ?? ANY, b.properties.get(name) ?? ANY)]),
    ),
    required: new Set([...a.required, ...b.required]),
    others: bothOthers(a.others, b.others),
    items: a.items === null ? b.items : b.items === null ? a.items : both(a.items, b.items),
    alternatives: [],
    isLoop: a.isLoop || b.isLoop,
  };
}

function bothOthers(a: SchemaModel['others'], b: SchemaModel['others']): SchemaModel['others'] {
  if (a === 'any' || b === 'none') return b;
  if (b === 'any' || a === 'none') return a;
  return both(a, b);
}

function shared<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...a].filter((one) => b.has(one)));
}

function merged(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  stricter: (x: number, y: number) => number,
): ReadonlyMap<string, number> {
  const all = new Map(a);
  for (const [keyword, bound] of b) {
    const before = all.get(keyword);
    all.set(keyword, before === undefined ? bound : stricter(before, bound));
  }
  return all;
}

/** Alternatives fold into one model where they are of different types, as "a string or null" in whatever spelling. */
function either(models: readonly SchemaModel[]): SchemaModel {
  const flat = models.flatMap((model) => (model.alternatives.length > 0 ? model.alternatives : [model]));
  const folded: SchemaModel[] = [];
  for (const model of flat) {
    const at = folded.findIndex((other) => [...other.types].every((type) => !model.types.has(type)));
    const other = folded[at];
    if (other === undefined) folded.push(model);
    else folded[at] = joined(other, model);
  }
  const [only] = folded;
  if (only !== undefined && folded.length === 1) return only;
  return { ...NOTHING, types: new Set(TYPES), alternatives: folded };
}

/** Two models without a type in common: each keyword is about the one that has its type. */
function joined(a: SchemaModel, b: SchemaModel): SchemaModel {
  const values =
    a.values === null && b.values === null
      ? null
      : a.values !== null && b.values !== null
        ? new Set([...a.values, ...b.values])
        : valuesBesideNull(a, b);
  if (values === undefined) return { ...NOTHING, types: new Set(TYPES), alternatives: [a, b] };
  const [objects, arrays] = [b.types.has('object') ? b : a, b.types.has('array') ? b : a];
  return {
    types: new Set([...a.types, ...b.types]),
    values,
    least: new Map([...a.least, ...b.least]),
    most: new Map([...a.most, ...b.most]),
    texts: new Set([...a.texts, ...b.texts]),
    properties: objects.properties,
    required: objects.required,
    others: objects.others,
    items: arrays.items,
    alternatives: [],
    isLoop: a.isLoop || b.isLoop,
  };
}

/** An enumeration or null; undefined where one of them has values and the other is more than null. */
function valuesBesideNull(a: SchemaModel, b: SchemaModel): ReadonlySet<string> | undefined {
  const [listed, free] = a.values === null ? [b, a] : [a, b];
  return free.types.size === 1 && free.types.has('null') && listed.values !== null
    ? new Set([...listed.values, 'null'])
    : undefined;
}
