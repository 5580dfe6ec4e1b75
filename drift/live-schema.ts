import { isRecord, type JsonRecord } from '../result/json.ts';
import type { OperationSchemas, Revision } from './compare.ts';

/** The mark of a schema that was drawn from an example: what it lacks may be there all the same. */
const FROM_EXAMPLE = 'x-from-example';
const KEYWORDS = [
  'type',
  'properties',
  '$ref',
  'anyOf',
  'oneOf',
  'allOf',
  'enum',
  'items',
  '$defs',
  '$schema',
];

/**
 * The schemas that a target serves of itself, by name; an envelope around them is taken off. Those of inputs and
 * requests are about what is sent, all others about what comes back.
 * @returns what is wrong with it, where it is no such document.
 */
export function liveRevision(document: unknown): Revision | string {
  if (!isRecord(document)) return 'it is not a JSON object of schemas';
  const schemas = [document, ...Object.values(document)].flatMap((one) => schemasIn(one) ?? []);
  if (schemas.length === 0) return 'it holds no schema';
  return {
    operations: Object.fromEntries(schemas.map(([name, schema]) => [name, sidesOf(name, schema)])),
  };
}

/** Our own schemas under the names that a target serves them by: drawn from a page, so what they lack says nothing. */
export function describedRevision(
  schemas: Readonly<Record<string, JsonRecord>>,
  root: unknown,
  names: readonly string[],
): Revision {
  return {
    operations: Object.fromEntries(
      Object.entries(schemas)
        .filter(([name]) => names.includes(name))
        .map(([name, schema]) => [name, { ...sidesOf(name, schema), root, isExample: true }]),
    ),
  };
}

function schemasIn(value: unknown): readonly (readonly [string, JsonRecord])[] | null {
  if (!isRecord(value) || isSchema(value)) return null;
  const found = Object.entries(value).flatMap(([name, schema]) =>
    isRecord(schema) && isSchema(schema) ? [[name, schema] as const] : [],
  );
  return found.length === 0 ? null : found;
}

function isSchema(value: JsonRecord): boolean {
  return KEYWORDS.some((keyword) => keyword in value && !(keyword === 'type' && isRecord(value['type'])));
}

/** Each schema is a document of its own: `#` in it leads into itself. */
function sidesOf(name: string, schema: JsonRecord): OperationSchemas {
  const isRequest = /(^|_)(input|request)(_schema)?$/.test(name);
  return {
    request: isRequest ? schema : undefined,
    response: isRequest ? undefined : schema,
    root: schema,
    ...(schema[FROM_EXAMPLE] === true ? { isExample: true } : {}),
  };
}
