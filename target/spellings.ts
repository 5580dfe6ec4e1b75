/** Undoes one layer of escapes in a text; what it takes for an escape may be plain text, so no text is replaced by this. */
export interface Decoder {
  /** Whether a text has anything to undo. */
  applies(text: string): boolean;
  decode(text: string): string;
  /** The same, with the place in the text that each character came from. */
  decodeWithPlaces(text: string): Decoded;
}

export interface Decoded {
  readonly text: string;
  /** Where the source of each character begins, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** `\u002f`, `\u{2f}`, `\x2f`, `\057`, `\n`, `\/`; `&#47;`, `&#x2f;`, `&sol;`; a line that goes on in the next; U+0000 of wide text. */
const ESCAPES =
  '\\\\(?:u\\{[0-9a-f]{1,6}\\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[0-3][0-7]{2}|[nrtbf]|[^a-z0-9\u0000])|&(?:#[0-9]{1,7};?|#x[0-9a-f]{1,6};?|[a-z]{2,12};)|\\r?\\n[ \\t]*|\\u0000';
const PERCENT = '%(?:u[0-9a-f]{4}|[0-9a-f]{2})';
/** Quoted-printable, with the soft end of a line. */
const QUOTED = '=(?:[0-9a-f]{2}|[ \\t]*\\r?\\n)';

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
/** The names that HTML has for the characters of keys. */
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ sol: '/', plus: '+', equals: '=', period: '.', lowbar: '_', underbar: '_', dash: '-', hyphen: '-' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':', semi: ';', comma: ',', num: '#' },
  ...{ dollar: '$', percnt: '%', excl: '!', ast: '*', midast: '*', commat: '@', lpar: '(', rpar: ')' },
  ...{ lsqb: '[', lbrack: '[', rsqb: ']', rbrack: ']', lcub: '{', lbrace: '{', rcub: '}', rbrace: '}' },
  ...{ verbar: '|', vert: '|', grave: '`', hat: '^', bsol: '\\', quest: '?', tab: '\t', newline: '\n' },
};

/**
 * From those that misread least to those that undo most: `=de` may be quoted-printable and may be `key=de…`, so each
 * kind of escape is also left alone once.
 */
export const DECODERS: readonly Decoder[] = [
  decoderOf([ESCAPES], /[\\&\r\n\u0000]/),
  decoderOf([ESCAPES, PERCENT], /%/),
  decoderOf([ESCAPES, PERCENT, QUOTED], /=/),
];

function decoderOf(parts: readonly string[], trigger: RegExp): Decoder {
  const pattern = new RegExp(parts.join('|'), 'gi');
  return {
    applies: (text) => trigger.test(text),
    decode: (text) => text.replace(pattern, meant),
    decodeWithPlaces(text) {
      const starts = new Int32Array(text.length);
      const ends = new Int32Array(text.length);
      const pieces: string[] = [];
      let length = 0;
      let from = 0;
      const take = (piece: string, start: number, end: number, isEscape: boolean): void => {
        for (let i = 0; i < piece.length; i += 1) {
          starts[length] = isEscape ? start : start + i;
          ends[length] = isEscape ? end : start + i + 1;
          length += 1;
        }
        pieces.push(piece);
      };
      for (const found of text.matchAll(pattern)) {
        const end = found.index + found[0].length;
        take(text.slice(from, found.index), from, found.index, false);
        take(meant(found[0]), found.index, end, true);
        from = end;
      }
      take(text.slice(from), from, text.length, false);
      return { text: pieces.join(''), starts, ends };
    },
  };
}

/** What an escape stands for; one that stands for no character is left as it is. */
function meant(escape: string): string {
  switch (escape.charAt(0)) {
    case '\\':
      return ofBackslash(escape);
    case '&':
      return ofEntity(escape);
    case '%':
    case '=':
      return /[\r\n]/.test(escape) ? '' : character(escape.replace(/^[%=]u?/i, ''), 16);
    default:
      return '';
  }
}

function ofBackslash(escape: string): string {
  const kind = escape[1] ?? '';
  if (escape.length === 2) return CONTROLS[kind.toLowerCase()] ?? kind;
  return kind >= '0' && kind <= '3'
    ? character(escape.slice(1), 8)
    : character(escape.slice(2).replace(/[{}]/g, ''), 16);
}

function ofEntity(escape: string): string {
  const name = escape.slice(1).replace(/;$/, '').toLowerCase();
  if (!name.startsWith('#')) return ENTITIES[name] ?? escape;
  return name[1] === 'x' ? character(name.slice(2), 16) : character(name.slice(1), 10);
}

function character(digits: string, base: number): string {
  const code = Number.parseInt(digits, base);
  return code <= 0xffff ? String.fromCharCode(code) : '?';
}
