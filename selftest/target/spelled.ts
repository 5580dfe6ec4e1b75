/** Ways in which a server can give a key back, and an own, slow search for it in all that was written. */
import { textsIn } from '../unpacked.ts';

const each = (key: string, spell: (character: string, i: number) => string): string =>
  Array.from(key)
    .map((character, i) => spell(character, i))
    .join('');
const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');
const isPlain = (character: string): boolean => /[A-Za-z0-9]/.test(character);

const unicode = (character: string): string => `\\u${hex(character, 4)}`;
const percent = (character: string): string => `%${hex(character, 2).toUpperCase()}`;
const entity = (character: string): string => `&#${character.charCodeAt(0)};`;
const entityHex = (character: string): string => `&#x${hex(character, 2)};`;
const quoted = (character: string): string => `=${hex(character, 2).toUpperCase()}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Every spelling by its name. They are texts, not JSON: what goes into JSON is escaped once more there. */
export const SPELLINGS: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  'in capitals': (key) => key.toUpperCase(),
  'in small letters': (key) => key.toLowerCase(),
  'slashes escaped': (key) => key.replaceAll('/', '\\/'),
  'slashes escaped twice': (key) => key.replaceAll('/', '\\\\\\/'),
  'unicode escapes': (key) => each(key, unicode),
  'unicode escapes in capitals': (key) => each(key, (one) => `\\u${hex(one, 4).toUpperCase()}`),
  'some unicode escapes': (key) => each(key, (one) => (isPlain(one) ? one : unicode(one))),
  'unicode escapes escaped': (key) => each(key, (one) => `\\${unicode(one)}`),
  'braced unicode escapes': (key) => each(key, (one) => `\\u{${hex(one, 1)}}`),
  'hexadecimal escapes': (key) => each(key, (one) => `\\x${hex(one, 2)}`),
  'octal escapes': (key) => each(key, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`),
  'percent where needed': encodeURIComponent,
  'percent everywhere': (key) => each(key, percent),
  'percent in small letters': (key) => each(key, (one) => percent(one).toLowerCase()),
  'percent twice': (key) => encodeURIComponent(each(key, percent)),
  entities: (key) => each(key, entity),
  'hexadecimal entities': (key) => each(key, entityHex),
  'named entities': (key) =>
    key.replaceAll('/', '&sol;').replaceAll('+', '&plus;').replaceAll('=', '&equals;'),
  'entities escaped': (key) => each(key, (one) => `&amp;#${one.charCodeAt(0)};`),
  'quoted-printable': (key) => each(key, quoted),
  'quoted-printable where needed': (key) => key.replaceAll('=', '=3D'),
  'quoted-printable over two lines': (key) => `${key.slice(0, 9)}=\r\n${key.slice(9).replaceAll('=', '=3D')}`,
  'over two lines': (key) => `${key.slice(0, 9)}\n  ${key.slice(9)}`,
  'wide characters': (key) => each(key, (one) => `${one}\u0000`),
  base64,
  'base64 in small letters': (key) => base64(key).toLowerCase(),
  'base64 without padding': (key) => base64(key).replace(/=+$/, ''),
  'base64 for addresses': (key) => base64(key).replaceAll('+', '-').replaceAll('/', '_'),
  'base64 after one byte': (key) => base64(`:${key}`),
  'base64 after two bytes': (key) => base64(`a:${key}:b`),
  'base64 after a word': (key) => `prefix-${base64(`user:${key}`)}`,
  'base64 of JSON': (key) => base64(JSON.stringify({ authorization: `Bearer ${key}`, path: '/a' })),
  'base64 of JSON with slashes escaped': (key) => base64(JSON.stringify({ key }).replaceAll('/', '\\/')),
  'base64 of base64': (key) => base64(`x${base64(`Bearer ${key}`)}`),
  'base64 with percent': (key) => encodeURIComponent(base64(`a:${key}`)),
  'base64 over lines': (key) => (base64(`Authorization: Bearer ${key}`).match(/.{1,20}/g) ?? []).join('\r\n'),
  hexadecimal: (key) => Buffer.from(key).toString('hex'),
  'a mix': (key) =>
    each(key, (one, i) => [unicode, percent, entity, String, entityHex, quoted, String][i % 7]?.(one) ?? one),
  'percent of unicode escapes': (key) => encodeURIComponent(each(key, unicode)),
  'entities of percent': (key) => each(key, (one) => entity(percent(one).charAt(0)) + percent(one).slice(1)),
  'without its last character': (key) => key.slice(0, -1),
  'without its first character': (key) => key.slice(1),
};

const NAMED: Readonly<Record<string, string>> = {
  sol: '/',
  plus: '+',
  equals: '=',
  amp: '&',
  quot: '"',
  lt: '<',
  gt: '>',
};
const code = (digits: string, base: number): string =>
  String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, base)));

function layer(text: string): string {
  return text
    .replace(/\\u\{?([0-9a-f]{1,4})\}?/gi, (_, digits: string) => code(digits, 16))
    .replace(/\\x([0-9a-f]{2})/gi, (_, digits: string) => code(digits, 16))
    .replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => code(digits, 8))
    .replace(/\\[nr]/g, '')
    .replace(/\\(.)/g, '$1')
    .replace(/&#(\d{1,6});/g, (_, digits: string) => code(digits, 10))
    .replace(/&#x([0-9a-f]{1,5});/gi, (_, digits: string) => code(digits, 16))
    .replace(/&(\w+);/g, (all, name: string) => NAMED[name] ?? all)
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => code(digits, 16))
    .replace(/=([0-9a-f]{2})/gi, (_, digits: string) => code(digits, 16))
    .replace(/=?\r?\n\s*/g, '')
    .replaceAll('\u0000', '');
}

/** The files that hold a key in some spelling, also packed into an archive. */
export function filesThatTell(files: readonly string[], key: string): readonly string[] {
  return files.filter((path) => textsIn(path).some((text) => givesAway(text, key)));
}

/** True when a text holds a key, or all of it but one character, in some spelling; written apart from the search that it judges. */
export function givesAway(text: string, key: string, depth = 2): boolean {
  const wanted = [key, key.slice(0, -1), key.slice(1)].map((one) => one.toLowerCase());
  let at = text;
  for (let i = 0; i < 4; i += 1) {
    const folded = at.toLowerCase();
    if (wanted.some((one) => folded.includes(one))) return true;
    if (folded.includes(base64(key).toLowerCase().replace(/=+$/, ''))) return true;
    if (folded.includes(Buffer.from(key).toString('hex'))) return true;
    const runs = depth === 0 ? [] : (at.match(/[A-Za-z0-9+/_-]{20,}/g) ?? []);
    for (const run of runs)
      for (const offset of [0, 1, 2, 3]) {
        const inside = Buffer.from(run.slice(offset), 'base64').toString('latin1');
        if (/[ -~]{20}/.test(inside) && givesAway(inside, key, depth - 1)) return true;
      }
    at = layer(at);
  }
  return false;
}
