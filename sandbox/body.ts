import type { Call } from './call.ts';
import type { JsonObject, Parsed } from './hooks.ts';
import { issuesRefusal, type Reply } from './reply.ts';

/** Deepest nesting that is taken; deeper values could not be written out again. */
export const DEPTH_MAX = 1000;

/** The value in a JSON body, or the refusal of what is not JSON. */
export function parseBody(call: Call): Parsed {
  if (!isJsonType(call.contentType)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return refused(['body'], msg, 'model_attributes_type', 'content-type');
  }
  const text = decode(call.body);
  if (text === undefined)
    return refused(['body', 0], 'JSON decode error: invalid UTF-8', 'json_invalid', 'json');
  if (nestsTooDeep(text))
    return refused(['body', 0], 'JSON decode error: nested too deep', 'json_invalid', 'json');
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return refused(['body', positionOf(error, text)], 'JSON decode error', 'json_invalid', 'json');
  }
}

/** True for an object that is no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The refusal of a JSON body that is no object. */
export function notAnObject(): Reply {
  const msg = 'Input should be a valid dictionary or object to extract fields from';
  return issuesRefusal([{ loc: ['body'], msg, type: 'model_attributes_type' }], 'json');
}

function isJsonType(contentType: string | undefined): boolean {
  const essence = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return essence === 'application/json' || /^application\/[^\s/]+\+json$/.test(essence);
}

function refused(
  loc: readonly (string | number)[],
  msg: string,
  type: string,
  reason: 'content-type' | 'json',
): Parsed {
  return { refusal: issuesRefusal([{ loc, msg, type }], reason) };
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function positionOf(error: unknown, text: string): number {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? text.length : Number(position);
}

function nestsTooDeep(text: string): boolean {
  if (text.length <= DEPTH_MAX) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}
