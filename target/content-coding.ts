import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What the bytes of a response are. */
export interface Decoded {
  readonly text: string;
  /** True when the bytes are not UTF-8 text in the coding that the headers name. */
  readonly misencoded: boolean;
  /** A coding that was not asked for and that this tool can't read, or null. */
  readonly unreadable: string | null;
}

/** The codings that this tool reads and may ask for. */
export const READABLE_CODINGS = ['gzip', 'deflate', 'br'] as const;

/**
 * Decodes the bytes of a response as its content-encoding says, the last coding first. A coding that can't be read is
 * no fault of the API by itself; but plain JSON under the name of a coding is not what its label says.
 */
export function decodeBytes(bytes: Buffer, contentEncoding: string, bytesMax: number): Decoded {
  const readable = { misencoded: false, unreadable: null };
  if (bytes.length === 0) return { text: '', ...readable }; // as to HEAD: its headers speak of another response
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const unknown = codings.find((coding) => DECODERS[coding] === undefined);
  if (unknown !== undefined && !isJsonText(bytes))
    return { text: '', misencoded: false, unreadable: unknown.slice(0, 40) };
  try {
    const plain = unknown === undefined ? decompress(bytes, codings, bytesMax) : null;
    if (plain !== null && isUtf8(plain)) return { text: plain.toString('utf8'), ...readable };
  } catch {
    // What can't be decompressed is as little the promised text as bytes that aren't UTF-8.
  }
  return { text: bytes.toString('utf8'), misencoded: true, unreadable: null };
}

type Decoder = (bytes: Buffer, limit: { readonly maxOutputLength: number }) => Buffer;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateEither,
  br: brotliDecompressSync,
};

/** RFC 9110, section 8.4.1.2: some send deflate without its zlib wrapper; clients take both. */
function inflateEither(bytes: Buffer, limit: { readonly maxOutputLength: number }): Buffer {
  const hasWrapper = ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0;
  return hasWrapper ? inflateSync(bytes, limit) : inflateRawSync(bytes, limit);
}

function decompress(bytes: Buffer, codings: readonly string[], bytesMax: number): Buffer {
  return codings.reduceRight(
    (coded, coding) => DECODERS[coding]?.(coded, { maxOutputLength: bytesMax }) ?? coded,
    bytes,
  );
}

function isJsonText(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
