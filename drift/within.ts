import { isRecord } from '../result/json.ts';
import { ANY, typesIn, type JsonType, type SchemaModel } from './model.ts';

/** How fields without a name are taken: as JSON Schema does, or as nobody sending what is not described. */
export type OpenFields = 'as-written' | 'unsent';

/**
 * True when every value that one model allows is allowed by another. Where that can't be shown it is false, so that a
 * difference is never overlooked.
 */
export function isWithin(a: SchemaModel, b: SchemaModel, open: OpenFields): boolean {
  if (a === b || a.isLoop || b.isLoop) return true; // a loop is judged where it begins
  if (a.alternatives.length > 0) return a.alternatives.every((one) => isWithin(one, b, open));
  if (b.alternatives.length > 0)
    return b.alternatives.some((one) => isWithin(a, one, open)) || isWithinTogether(a, b, open);
  if (a.values !== null)
    return [...a.values].every((text) => {
      const value = JSON.parse(text) as unknown;
      return !fits(value, a) || fits(value, b);
    });
  if (b.values !== null) return isExhausted(a, b.values);
  return (
    [...a.types].every((type) => b.types.has(type)) &&
    areBoundsWithin(a, b) &&
    (!a.types.has('object') || areFieldsWithin(a, b, open)) &&
    (!a.types.has('array') || areItemsWithin(a, b, open))
  );
}

/** A model of several types may be within alternatives type by type. */
function isWithinTogether(a: SchemaModel, b: SchemaModel, open: OpenFields): boolean {
  if (a.values !== null)
    return [...a.values].every((text) => {
      const value = JSON.parse(text) as unknown;
      return !fits(value, a) || fits(value, b);
    });
  const types = [...a.types].filter((type) => type !== 'integer' || !a.types.has('number'));
  if (types.length < 2) return false;
  return types.every((type) => {
    const one = { ...a, types: new Set<JsonType>(type === 'number' ? ['number', 'integer'] : [type]) };
    return b.alternatives.some((other) => isWithin(one, other, open));
  });
}

/** Null and the two Booleans are the only types whose values can be listed. */
function isExhausted({ types }: SchemaModel, values: ReadonlySet<string>): boolean {
  const listed: Partial<Record<JsonType, readonly string[]>> = { null: ['null'], boolean: ['true', 'false'] };
  return [...types].every((type) => listed[type]?.every((text) => values.has(text)) === true);
}

const BOUND_TYPE: Readonly<Record<string, JsonType>> = {
  minLength: 'string',
  maxLength: 'string',
  minimum: 'integer',
  exclusiveMinimum: 'integer',
  maximum: 'integer',
  exclusiveMaximum: 'integer',
  minItems: 'array',
  maxItems: 'array',
  minProperties: 'object',
  maxProperties: 'object',
};
const TEXT_TYPE: Readonly<Record<string, JsonType>> = {
  pattern: 'string',
  format: 'string',
  multipleOf: 'integer',
  uniqueItems: 'array',
};

/** True when the bounds and patterns of one model, where it has values of their type, are at least as narrow. */
export function areBoundsWithin(a: SchemaModel, b: SchemaModel): boolean {
  const isOf = (keyword: string, types: Readonly<Record<string, JsonType>>): boolean =>
    a.types.has(types[keyword] ?? 'string');
  const least = [...b.least].every(([keyword, bound]) => {
    if (!isOf(keyword, BOUND_TYPE)) return true;
    const own = a.least.get(keyword);
    const beyond = keyword === 'minimum' ? a.least.get('exclusiveMinimum') : undefined;
    const strictly = keyword === 'exclusiveMinimum' ? a.least.get('minimum') : undefined;
    return (
      (own !== undefined && own >= bound) ||
      (beyond !== undefined && beyond >= bound) ||
      (strictly !== undefined && strictly > bound)
    );
  });
  const most = [...b.most].every(([keyword, bound]) => {
    if (!isOf(keyword, BOUND_TYPE)) return true;
    const own = a.most.get(keyword);
    const beyond = keyword === 'maximum' ? a.most.get('exclusiveMaximum') : undefined;
    const strictly = keyword === 'exclusiveMaximum' ? a.most.get('maximum') : undefined;
    return (
      (own !== undefined && own <= bound) ||
      (beyond !== undefined && beyond <= bound) ||
      (strictly !== undefined && strictly < bound)
    );
  });
  const texts = [...b.texts].every((text) => !isOf(text.split(' ')[0] ?? '', TEXT_TYPE) || a.texts.has(text));
  return least && most && texts;
}

/** What a field may be: its own model, or what fields without a name may be; null where it may not be at all. */
export function fieldOf(model: SchemaModel, name: string): SchemaModel | null {
  const own = model.properties.get(name);
  if (own !== undefined) return own.types.size === 0 && own.alternatives.length === 0 ? null : own;
  return model.others === 'none' ? null : model.others === 'any' ? ANY : model.others;
}

function areFieldsWithin(a: SchemaModel, b: SchemaModel, open: OpenFields): boolean {
  if (![...b.required].every((name) => a.required.has(name))) return false;
  const names = new Set([...a.properties.keys(), ...b.properties.keys()]);
  for (const name of names) {
    const isUnsent = open === 'unsent' && !a.properties.has(name) && a.others === 'any';
    const of = isUnsent ? null : fieldOf(a, name);
    if (of === null) continue;
    const to = fieldOf(b, name);
    if (to === null || !isWithin(of, to, open)) return false;
  }
  if (a.others === 'none' || b.others === 'any') return true;
  if (a.others === 'any') return open === 'unsent' && b.others !== 'none';
  return b.others !== 'none' && isWithin(a.others, b.others, open);
}

function areItemsWithin(a: SchemaModel, b: SchemaModel, open: OpenFields): boolean {
  if (b.items === null || a.most.get('maxItems') === 0) return true;
  return isWithin(a.items ?? ANY, b.items, open);
}

/** True when a model allows a value; only used for values that a schema lists, so patterns are taken as kept. */
export function fits(value: unknown, model: SchemaModel): boolean {
  if (model.alternatives.length > 0) return model.alternatives.some((one) => fits(value, one));
  const text = JSON.stringify(value);
  if (model.values !== null && !model.values.has(text)) return false;
  const [first] = typesIn(new Set([text]));
  const type = typeof value === 'number' && Number.isInteger(value) ? 'integer' : first;
  if (type === undefined || !model.types.has(type)) return false;
  if (typeof value === 'string') return isBetween(Array.from(value).length, model, 'Length', 'Length');
  if (typeof value === 'number') return isNumberBetween(value, model);
  if (isRecord(value)) return fitsFields(value, model);
  if (Array.isArray(value))
    return (
      isBetween(value.length, model, 'Items', 'Items') &&
      value.every((item) => model.items === null || fits(item, model.items))
    );
  return true;
}

function fitsFields(value: Readonly<Record<string, unknown>>, model: SchemaModel): boolean {
  return (
    [...model.required].every((name) => name in value) &&
    Object.entries(value).every(([name, at]) => {
      const of = fieldOf(model, name);
      return of !== null && fits(at, of);
    })
  );
}

function isBetween(size: number, { least, most }: SchemaModel, low: string, high: string): boolean {
  return size >= (least.get(`min${low}`) ?? 0) && size <= (most.get(`max${high}`) ?? Infinity);
}

function isNumberBetween(value: number, { least, most }: SchemaModel): boolean {
  return (
    value >= (least.get('minimum') ?? -Infinity) &&
    value > (least.get('exclusiveMinimum') ?? -Infinity) &&
    value <= (most.get('maximum') ?? Infinity) &&
    value < (most.get('exclusiveMaximum') ?? Infinity)
  );
}
