import { isRecord, type JsonRecord } from '../result/json.ts';

/** A field that the description names. */
export interface Field {
  /** Its place in a value, array indices as `[]`: `/workflow_run/comments/[]/content`. */
  readonly pattern: string;
  /** JSON pointer into the description. */
  readonly pointer: string;
  /** False where the description lets anything in: a free map, or items of unknown type. */
  readonly closed: boolean;
  /** The values that are known but not promised, or null. */
  readonly knownValues: readonly string[] | null;
}

/** Lists the fields of a component schema, depth first in the description's order. */
export function fieldsOf(schemas: JsonRecord, name: string): readonly Field[] {
  const found: Field[] = [];
  visit(schemas, schemas[name], { pattern: '', pointer: `/components/schemas/${name}` }, found, new Set());
  return found;
}

interface Place {
  readonly pattern: string;
  readonly pointer: string;
}

function visit(
  schemas: JsonRecord,
  node: unknown,
  place: Place,
  found: Field[],
  seen: ReadonlySet<unknown>,
): void {
  const resolved = resolve(schemas, node, place.pointer);
  if (resolved === null || seen.has(resolved.node)) return;
  const path = new Set([...seen, resolved.node]);
  const { properties, items } = resolved.node;
  if (place.pattern !== '') found.push(toField(resolved.node, place.pattern, resolved.pointer));
  if (isRecord(properties)) {
    for (const [key, child] of Object.entries(properties)) {
      visit(
        schemas,
        child,
        { pattern: `${place.pattern}/${key}`, pointer: `${resolved.pointer}/properties/${key}` },
        found,
        path,
      );
    }
  }
  if (isRecord(items)) {
    visit(
      schemas,
      items,
      { pattern: `${place.pattern}/[]`, pointer: `${resolved.pointer}/items` },
      found,
      path,
    );
  }
}

function toField(node: JsonRecord, pattern: string, pointer: string): Field {
  const known = node['x-known-values'];
  const values = isRecord(known) && Array.isArray(known['values']) ? known['values'].map(String) : null;
  const isEmpty = Object.keys(node).length === 0;
  return {
    pattern,
    pointer: `#${pointer}`,
    closed: !isEmpty && node['additionalProperties'] !== true,
    knownValues: values,
  };
}

function resolve(
  schemas: JsonRecord,
  node: unknown,
  pointer: string,
): { readonly node: JsonRecord; readonly pointer: string } | null {
  if (!isRecord(node)) return null;
  const ref = node['$ref'];
  if (typeof ref !== 'string') return { node, pointer };
  const name = ref.replace('#/components/schemas/', '');
  const target = schemas[name];
  return isRecord(target) ? { node: target, pointer: `/components/schemas/${name}` } : null;
}

/** Each field that a value has: its pattern, its place in the value and the value there; free maps are not entered. */
export function observedFields(
  value: unknown,
  fields: ReadonlyMap<string, Field>,
): readonly { readonly pattern: string; readonly path: string; readonly value: unknown }[] {
  const found: { pattern: string; path: string; value: unknown }[] = [];
  const flow = (at: unknown, pattern: string, path: string): void => {
    if (pattern !== '') found.push({ pattern, path, value: at });
    if (pattern !== '' && fields.get(pattern)?.closed !== true) return;
    if (Array.isArray(at))
      at.forEach((item, index) => {
        flow(item, `${pattern}/[]`, `${path}/${index}`);
      });
    else if (isRecord(at))
      for (const [key, child] of Object.entries(at)) flow(child, `${pattern}/${key}`, `${path}/${key}`);
  };
  flow(value, '', '');
  return found;
}
