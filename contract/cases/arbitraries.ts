import fc from 'fast-check';
import { isRecord, type JsonRecord, type JsonValue } from '../../result/json.ts';
import { DescriptionError, type Operation } from '../../openapi/registry.ts';

const PREFIX = 'harness_';

/**
 * Values that keep a schema, for the keywords that the description uses. No kept library derives fast-check
 * arbitraries from JSON Schema, so this is the small derivation that one request needs.
 * @throws DescriptionError for a construct that it does not know.
 */
export function keeping(schema: JsonRecord): fc.Arbitrary<JsonValue> {
  const values: unknown = schema['enum'];
  if (Array.isArray(values)) return fc.constantFrom(...(values as JsonValue[]));
  const types = [schema['type']].flat().map(String);
  return fc.oneof(...types.map((type) => ofType(type, schema)));
}

function ofType(type: string, schema: JsonRecord): fc.Arbitrary<JsonValue> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({
        unit: 'grapheme-ascii',
        minLength: numberOr(schema['minLength'], 0),
        maxLength: numberOr(schema['maxLength'], 24),
      });
    case 'integer':
      return fc.integer({
        min: numberOr(schema['minimum'], -(2 ** 31)),
        max: numberOr(schema['maximum'], 2 ** 31 - 1),
      });
    case 'number':
      return exactNumber();
    case 'object':
      if (schema['additionalProperties'] === true) return freeMap();
      break;
  }
  throw new DescriptionError(
    `No values can be derived for a schema of the type ${type}: ${JSON.stringify(schema).slice(0, 120)}.`,
  );
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** A double that JSON carries without loss; -0 is written as 0. */
function exactNumber(): fc.Arbitrary<number> {
  return fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Object.is(value, -0) ? 0 : value));
}

/** Variables of our own prefix, so that none overwrites one that a workflow reads. */
function freeMap(): fc.Arbitrary<JsonValue> {
  const leaf = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    exactNumber(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(leaf, { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 8 }), leaf, { maxKeys: 3, noNullPrototype: true }),
  );
  const key = fc.stringMatching(/^[a-z][a-zA-Z0-9_.-]{0,16}$/).map((name) => PREFIX + name);
  return fc.dictionary(key, value, { minKeys: 1, maxKeys: 16, size: 'max', noNullPrototype: true });
}

/** The free maps of a request body, each filled or left out. */
export function keptMaps(operation: Operation): fc.Arbitrary<JsonRecord> {
  const maps = operation.requestFields.filter((field) => field.schema['additionalProperties'] === true);
  return fc.record(Object.fromEntries(maps.map((field) => [field.name, keeping(field.schema)])), {
    requiredKeys: [],
    noNullPrototype: true,
  });
}

/** One field and a value that breaks its schema, and nothing else. */
export interface Violation {
  readonly field: string;
  readonly value: JsonValue;
}

/** Violations of one field each, as the compiled schema of the request sees them. */
export function violations(operation: Operation): fc.Arbitrary<Violation> {
  const nearly = fc.string({ unit: 'grapheme-ascii', maxLength: 48 });
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    nearly,
    fc.constantFrom(...operation.commands).map((command) => `${command}s`),
  );
  return fc
    .tuple(fc.constantFrom(...operation.requestFields.map((field) => field.name)), anything)
    .map(([field, value]) => ({ field, value: value as JsonValue }))
    .filter(({ field, value }) => operation.checkRequest({ [field]: withoutPrototype(value) }).length > 0);
}

function withoutPrototype(value: JsonValue): JsonValue {
  return isRecord(value) ? { ...value } : value;
}
