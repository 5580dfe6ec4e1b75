/** What stands in a file, also in what is packed into it: the archives of Playwright's report and traces, and those within pages. */
import { readFileSync } from 'node:fs';
import { gunzipSync, inflateRawSync } from 'node:zlib';

const ENTRY = 0x04034b50;
const DIRECTORY = 0x02014b50;
const GZIP = 0x1f8b;
const STORED = 0;

/** The texts of a file: its own, and those of every archive in it, however deep. */
export function textsIn(path: string): readonly string[] {
  return textsOf(readFileSync(path));
}

export function textsOf(bytes: Buffer): readonly string[] {
  if (bytes.length > 4 && bytes.readUInt16BE(0) === GZIP) return textsOf(gunzipSync(bytes));
  if (bytes.length > 4 && bytes.readUInt32LE(0) === ENTRY)
    return entriesOf(bytes).flatMap(([name, content]) => [name, ...textsOf(content)]);
  const text = bytes.toString('utf8');
  const packed = [...text.matchAll(/data:application\/zip;base64,([A-Za-z0-9+/=]+)/g)];
  return [text, ...packed.flatMap(([, base64 = '']) => textsOf(Buffer.from(base64, 'base64')))];
}

/** The files of a zip archive by its directory, which stands behind them. */
function entriesOf(zip: Buffer): readonly (readonly [name: string, content: Buffer])[] {
  const entries: (readonly [string, Buffer])[] = [];
  const sign = Buffer.alloc(4);
  sign.writeUInt32LE(DIRECTORY);
  for (let at = zip.indexOf(sign); at !== -1; at = zip.indexOf(sign, at + 46)) {
    const [method, size, begins] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    const from = begins + 30 + zip.readUInt16LE(begins + 26) + zip.readUInt16LE(begins + 28);
    const content = zip.subarray(from, from + size);
    entries.push([name, method === STORED ? content : inflateRawSync(content)]);
  }
  return entries;
}
