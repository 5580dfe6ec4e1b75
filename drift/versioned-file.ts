import { isRecord } from '../result/json.ts';

/**
 * Reads the text of a file that names its version. @returns its value, not looked into any further, or the sentence that
 * says why this tool can't read it.
 */
export function parseVersioned(
  text: string,
  path: string,
  key: string,
  version: number,
): { readonly value: unknown; readonly isThisVersion: boolean } | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${path} is not whole JSON, so it may have been cut off; restore it from version control.`;
  }
  const found = isRecord(value) ? value[key] : undefined;
  if (typeof found === 'number' && found > version)
    return `${path} has ${key} ${found}, which a later version of this tool wrote; use that one.`;
  return { value, isThisVersion: found === version };
}
