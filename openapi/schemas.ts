import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import type { Evidence } from '../result/exchange.ts';
import { evidenceOf, nullEvidenceOf } from './evidence.ts';
import { isRecord, jsonTypeOf, pointerStep, type JsonRecord } from '../result/json.ts';
import { isTimestamp, readTimestamp } from './timestamp.ts';

/** One place where a value breaks its schema. */
export interface SchemaIssue {
  /** JSON pointer into the value. */
  readonly instancePath: string;
  /** JSON pointer into the description, down to the keyword. */
  readonly schemaPath: string;
  readonly keyword: string;
  /** The required field that the value lacks, or null where the objection is another. */
  readonly missing: string | null;
  readonly promised: string;
  readonly came: string;
  readonly evidence: Evidence;
  /** True for a string that would be an RFC 3339 time if it named its zone. */
  readonly isZoneMissing: boolean;
}

/** Checks a value against one schema of the description; an empty list means that it conforms. */
export type SchemaCheck = (value: unknown) => readonly SchemaIssue[];

const EXTENSIONS = ['x-evidence', 'x-null-evidence', 'x-known-values', 'x-status-class', 'components'];
const UNMARKED: Evidence = { level: 'assumed', source: 'the description gives no evidence' };
const VALUE_SHOWN_MAX = 80;

/** The compiled schemas of a description's components, by name. */
export interface SchemaSet {
  check(name: string): SchemaCheck;
}

/**
 * Compiles the component schemas once: strict, all errors, formats on; no coercion, no defaults, no removal.
 * @throws Ajv's error when a schema is not valid JSON Schema 2020-12 or has an unknown keyword.
 */
export function compileSchemas(schemas: JsonRecord): SchemaSet {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
  });
  formatsPlugin.default(ajv);
  ajv.addFormat('date-time', { type: 'string', validate: isTimestamp }); // the plugin's takes +0000 and a blank for T
  ajv.addVocabulary(EXTENSIONS);
  ajv.addSchema({ $id: 'api', components: { schemas } });
  const pointers = new Map<unknown, string>();
  recordPointers(schemas, '/components/schemas', pointers);
  return {
    check(name) {
      const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      return (value) => violations(validate, value, pointers);
    },
  };
}

/** Remembers where each schema node stands; Ajv reports the node itself, by identity. */
function recordPointers(node: unknown, pointer: string, pointers: Map<unknown, string>): void {
  if (typeof node !== 'object' || node === null) return;
  pointers.set(node, pointer);
  for (const [key, child] of Object.entries(node))
    recordPointers(child, pointer + pointerStep(key), pointers);
}

function violations(
  validate: ValidateFunction,
  value: unknown,
  pointers: ReadonlyMap<unknown, string>,
): readonly SchemaIssue[] {
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter((error) => error.keyword !== 'anyOf' || !hasDeeper(error, validate.errors ?? []))
    .map((error) => toIssue(error, pointers));
}

/** An `anyOf` that failed says less than what failed inside it, so it stands only when it stands alone. */
function hasDeeper(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  return all.some((other) => other !== error && other.schemaPath.startsWith(`${error.schemaPath}/`));
}

function toIssue(error: ErrorObject, pointers: ReadonlyMap<unknown, string>): SchemaIssue {
  const node = isRecord(error.parentSchema) ? error.parentSchema : {};
  const isNullForType = error.keyword === 'type' && error.data === null;
  return {
    instancePath: error.instancePath,
    schemaPath: `#${pointers.get(error.parentSchema) ?? ''}${pointerStep(error.keyword)}`,
    keyword: error.keyword,
    missing: error.keyword === 'required' ? String((error.params as JsonRecord)['missingProperty']) : null,
    promised: promiseOf(error),
    came: describeValue(error.data),
    evidence: (isNullForType ? nullEvidenceOf(node) : null) ?? evidenceOf(node, error.keyword) ?? UNMARKED,
    isZoneMissing:
      error.keyword === 'format' &&
      typeof error.data === 'string' &&
      readTimestamp(error.data).kind === 'zone-missing',
  };
}

function promiseOf(error: ErrorObject): string {
  const params = error.params as JsonRecord;
  switch (error.keyword) {
    case 'type':
      return `the type ${[params['type']].flat().join(' or ')}`;
    case 'required':
      return `the field ${String(params['missingProperty'])}`;
    case 'format':
      return `the format ${String(params['format'])}`;
    case 'enum':
      return `one of ${JSON.stringify(params['allowedValues'])}`;
    case 'minLength':
      return `at least ${String(params['limit'])} characters`;
    case 'maxLength':
      return `at most ${String(params['limit'])} characters`;
    case 'pattern':
      return `the pattern ${String(params['pattern'])}`;
    default:
      return `${error.keyword}: ${error.message ?? 'kept'}`;
  }
}

/** A value as messages show it: its type, and the value itself where it is short. */
export function describeValue(value: unknown): string {
  const type = jsonTypeOf(value);
  if (type === 'object' && isRecord(value))
    return `an object with the fields ${Object.keys(value).slice(0, 12).join(', ') || '(none)'}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null || value === undefined) return type;
  const text = JSON.stringify(value);
  return `the ${type} ${text.length > VALUE_SHOWN_MAX ? `${text.slice(0, VALUE_SHOWN_MAX)}…` : text}`;
}
