import { isUtf8 } from 'node:buffer';
import { isJsonObject } from './body.ts';
import { ID_FIELDS, MAP_FIELDS } from './validation.ts';

/** A kind of place in a body. */
export type Place = 'value' | 'key' | 'run-id' | 'workflow-id' | 'command';

/** A kind of value at the edge of JSON. */
export type Edge = 'surrogate' | 'no-utf8' | 'nan' | '1e400' | 'deep';

const DEEP = 255;

/** True when a body holds a value at the edge of JSON in that kind of place, as a lenient parser reads it. */
export function hasEdge(body: Buffer, edge: Edge, place: Place): boolean {
  const bytes = isUtf8(body);
  if ((edge === 'no-utf8') === bytes) return false;
  const text = body.toString(bytes ? 'utf8' : 'latin1');
  if ((edge === 'nan') !== /[:[,]\s*NaN\b/.test(text)) return false;
  const value = asJson(text.replace(/([:[,]\s*)NaN\b/g, '$11e400'));
  if (!isJsonObject(value)) return false;
  return valuesAt(value, place).some((one) => isEdge(one, edge));
}

const EDGES: readonly Edge[] = ['surrogate', 'no-utf8', 'nan', '1e400', 'deep'];
const PLACES: readonly Place[] = ['value', 'key', 'run-id', 'workflow-id', 'command'];

/** True when a body holds any value at the edge of JSON. */
export function hasEdges(body: Buffer): boolean {
  return EDGES.some((edge) => PLACES.some((place) => hasEdge(body, edge, place)));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function valuesAt(body: Readonly<Record<string, unknown>>, place: Place): readonly unknown[] {
  const [workflowId, runId] = ID_FIELDS;
  switch (place) {
    case 'command':
      return [body['command']];
    case 'workflow-id':
      return [body[workflowId]];
    case 'run-id':
      return [body[runId]];
    case 'value':
      return MAP_FIELDS.flatMap((field) => [body[field], ...leavesOf(body[field])]);
    case 'key':
      return MAP_FIELDS.flatMap((field) => (isJsonObject(body[field]) ? Object.keys(body[field]) : []));
  }
}

function leavesOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leavesOf);
}

function isEdge(value: unknown, edge: Edge): boolean {
  switch (edge) {
    case 'surrogate':
      return typeof value === 'string' && /\p{Surrogate}/u.test(value);
    case 'no-utf8':
      return typeof value === 'string' && value.includes('\xff');
    case 'nan':
    case '1e400':
      return value === Infinity;
    case 'deep':
      return depthOf(value) > DEEP;
  }
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth += 1)
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
  return depth;
}
