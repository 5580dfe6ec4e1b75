import type { Evidence } from '../result/exchange.ts';
import { parseEvidence } from './evidence.ts';
import { isRecord, pointerStep, type JsonRecord } from '../result/json.ts';

/** One place of the request body that a schema constrains: a field, or a position inside one. */
export interface RequestPlace {
  /** Keys from the body down; 0 stands for any item of a list. */
  readonly path: readonly (string | number)[];
  readonly schema: JsonRecord;
  /** JSON pointer into the description. */
  readonly pointer: string;
  readonly evidence: Evidence;
  /** True when the schema that holds it lists it as required. */
  readonly isRequired: boolean;
  /** JSON pointer to the schema that holds it. */
  readonly holder: string;
}

/** A description that can't be used: one sentence says what and where. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError';
}

/** What cases can be derived from. Any other keyword would go untested in silence, so it is refused. */
const KNOWN = new Set([
  'type',
  'properties',
  'items',
  'additionalProperties',
  'required',
  'enum',
  'const',
  'default',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'title',
  'description',
  'examples',
  'deprecated',
]);

/**
 * Lists the constrained places of a request schema, each field before what lies inside it.
 * @throws DescriptionError for a construct from which no cases are derived.
 */
export function placesOf(schemas: JsonRecord, name: string): readonly RequestPlace[] {
  const found: RequestPlace[] = [];
  const root = schemas[name];
  if (isRecord(root)) visit(schemas, root, { path: [], pointer: `#/components/schemas/${name}` }, found, []);
  return found;
}

interface Position {
  readonly path: readonly (string | number)[];
  readonly pointer: string;
}

function visit(
  schemas: JsonRecord,
  node: JsonRecord,
  at: Position,
  found: RequestPlace[],
  above: readonly JsonRecord[],
): void {
  refuseUnknown(node, at.pointer);
  if (above.includes(node))
    throw new DescriptionError(
      `The schema at ${at.pointer} holds itself; no finite list of cases covers it.`,
    );
  const { properties, items, required } = node;
  const inner: (readonly [string | number, unknown, string])[] = [
    ...Object.entries(isRecord(properties) ? properties : {}).map(
      ([key, child]) => [key, child, `${at.pointer}/properties${pointerStep(key)}`] as const,
    ),
    ...(isRecord(items) ? [[0, items, `${at.pointer}/items`] as const] : []),
  ];
  for (const [key, child, pointer] of inner) {
    const target = resolve(schemas, child, pointer);
    if (Object.keys(target.node).length === 0) continue; // anything goes there
    const own = isRecord(child) ? parseEvidence(child['x-evidence']) : null;
    const evidence = own ?? parseEvidence(target.node['x-evidence']);
    if (evidence === null) throw new DescriptionError(`The schema at ${pointer} needs an x-evidence.`);
    const path = [...at.path, key];
    found.push({
      path,
      schema: target.node,
      pointer: target.pointer,
      evidence,
      isRequired: Array.isArray(required) && required.includes(key),
      holder: at.pointer,
    });
    visit(schemas, target.node, { path, pointer: target.pointer }, found, [...above, node]);
  }
}

function refuseUnknown(node: JsonRecord, pointer: string): void {
  const unknown = Object.keys(node).find((keyword) => !KNOWN.has(keyword) && !keyword.startsWith('x-'));
  if (unknown !== undefined)
    throw new DescriptionError(
      `The request schema at ${pointer} has "${unknown}", from which no cases are derived; say it with ${[...KNOWN].slice(0, 13).join(', ')} or another known keyword.`,
    );
}

function resolve(schemas: JsonRecord, node: unknown, pointer: string): { node: JsonRecord; pointer: string } {
  if (!isRecord(node)) throw new DescriptionError(`The schema at ${pointer} is no object.`);
  const ref = node['$ref'];
  if (typeof ref !== 'string') return { node, pointer };
  const name = ref.replace('#/components/schemas/', '');
  const target = schemas[name];
  if (!isRecord(target))
    throw new DescriptionError(`The schema at ${pointer} refers to ${ref}, which is not there.`);
  return { node: target, pointer: `#/components/schemas/${name}` };
}
