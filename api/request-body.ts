import { isUtf8 } from 'node:buffer';
import { isRecord, type JsonRecord } from '../result/json.ts';
import type { WireRequest } from './exchange.ts';

/** A body as people read it: bytes that are not UTF-8 text stand as `\xff`. */
export function bodyText(body: string | Uint8Array): string {
  if (typeof body === 'string') return body;
  if (isUtf8(body)) return Buffer.from(body).toString('utf8');
  return Buffer.from(body)
    .toString('latin1')
    .replace(/[^\t\n\r\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The JSON object in the body of a request, or null where it holds none. */
export function jsonBody({ body }: WireRequest): JsonRecord | null {
  if (typeof body !== 'string') return null;
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
