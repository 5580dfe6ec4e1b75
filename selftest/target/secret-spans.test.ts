/** Where a secret begins and ends in a text, in each spelling, and what each decoder undoes, to the character. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedaction } from '../../target/redaction.ts';
import { createSecretSearch } from '../../target/secret-search.ts';
import { Secret } from '../../target/secret.ts';
import { DECODERS } from '../../target/spellings.ts';
import { SPELLINGS } from './spelled.ts';

const KEY = 'sk/live+9f3a/Zq7==';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const redactionOf = (...secrets: readonly string[]): ((text: string) => string) =>
  createRedaction(secrets.map((secret) => new Secret(secret)));

test('exactly the key is taken out, and nothing around it', () => {
  for (const key of [KEY, 'ik-live-AbCdEf0123456789_xyz']) {
    const redact = redactionOf(key);
    for (const [name, spell] of Object.entries(SPELLINGS)) {
      const rest = name === 'wide characters' ? '\u0000' : ''; // behind its last character
      assert.equal(redact(`é first ${spell(key)} last`), `é first [redacted]${rest} last`, name);
      assert.equal(redact(`${spell(key)};${spell(key)}`), `[redacted]${rest};[redacted]${rest}`, name);
    }
  }
});

test('layers of escapes are undone up to the fourth', () => {
  const redact = redactionOf(KEY);
  const spelled = (layers: number): string => {
    let text = KEY;
    for (let layer = 0; layer < layers; layer += 1) text = encodeURIComponent(text);
    return text;
  };
  for (const layers of [1, 2, 3, 4])
    assert.equal(redact(`a ${spelled(layers)} b`), 'a [redacted] b', `${layers}`);
  assert.equal(redact(`a ${spelled(5)} b`), `a ${spelled(5)} b`);
});

test('in base64 of which the letter case is lost, the characters that the key alone decides are taken out', () => {
  for (const key of [KEY, 'ik-live-AbCdEf0123456789_xyz']) {
    const redact = redactionOf(key);
    for (const before of ['', ':', 'a:', 'abc', 'user'])
      for (const after of ['', '!', '!!']) {
        const folded = base64(before + key + after).toLowerCase();
        const start = Math.ceil((before.length * 8) / 6);
        const end = Math.floor(((before.length + key.length) * 8) / 6);
        const clean = redact(`first ${folded} last`);
        const [head = '', tail = ''] = clean.replace('first ', '').replace(' last', '').split('[redacted]');
        assert.ok(folded.startsWith(head) && folded.endsWith(tail), clean);
        assert.ok(head.length <= start && tail.length <= folded.length - end, `${before}${after}: ${clean}`);
      }
  }
  for (const [secret, text, left] of [
    ['abcdefgh', Buffer.from('abcdefgh').toString('hex').toUpperCase(), '[redacted]'],
    ['abcdef', 'YWJJZGVM', '[redacted]'],
    ['abcde', 'x YWJJZGU y', 'x [redacted] y'],
  ] as const)
    assert.equal(redactionOf(secret)(text), left, text);
});

test('base64 in base64 is looked into, and no deeper', () => {
  const redact = redactionOf(KEY);
  const spelled = (depth: number): string => {
    let text = `the key is ${KEY.replaceAll('/', '\\/')} as JSON has it`;
    for (let n = 0; n < depth; n += 1) text = base64(text);
    return text;
  };
  for (const depth of [1, 2]) assert.equal(redact(`a ${spelled(depth)} b`), 'a [redacted] b', `${depth}`);
  assert.equal(redact(`a ${spelled(3)} b`), `a ${spelled(3)} b`);
});

test('short secrets are found whole alone, and those of fewer than four characters not at all', () => {
  const rows: readonly (readonly [secret: string, text: string, left: string])[] = [
    ['abc', 'an abc', 'an abc'],
    ['abcd', 'an abcd, ABCD and abc', 'an [redacted], [redacted] and abc'],
    ['abcdefghijk', 'abcdefghij bcdefghijk', 'abcdefghij bcdefghijk'],
    ['abcdefghijkl', 'abcdefghijk bcdefghijkl', '[redacted] [redacted]'],
    ['abcdefghijkl', 'abcdefghij cdefghijkl', 'abcdefghij cdefghijkl'],
    ['abcd', base64('abcd'), '[redacted]'],
    ['abcd', `x${base64('zabcd').slice(0, 6)}`, `x${base64('zabcd').slice(0, 6)}`],
    ['a.c+d', 'aXc+d a.c+d', 'aXc+d [redacted]'],
    ['a\\u0041b', 'a\\u0041b', '[redacted]'],
    ['a\\u0041b', 'aAb', 'aAb'],
    ['ab\\u0041cd', 'abAcd &amp;', '[redacted] &amp;'],
  ];
  for (const [secret, text, left] of rows)
    assert.equal(redactionOf(secret)(text), left, `${secret} in ${text}`);
});

test('of several secrets each is found, also where they touch', () => {
  const redact = redactionOf('first-secret', 'secret-second', 'first-secret');
  assert.equal(redact('first-secret and secret-second'), '[redacted] and [redacted]');
  assert.equal(redact('first-secretsecret-second!'), '[redacted][redacted]!');
  assert.deepEqual(createSecretSearch(['abcd', 'bc'])('abcdabcd'), [
    { start: 0, end: 4 },
    { start: 4, end: 8 },
  ]);
  assert.deepEqual(createSecretSearch([])('anything'), []);
  assert.deepEqual(createSecretSearch(['abc'])('abc'), []);
});

test('half an escape is taken whole, also where it only touches the secret', () => {
  const rows: readonly (readonly [secret: string, text: string, left: string])[] = [
    ['u0041bcd', 'x\\u0041bcd', 'x[redacted]'],
    ['41bcdefg', 'x%41bcdefg', 'x[redacted]'],
    ['wxyz%4', 'wxyz%41 b', '[redacted] b'],
    ['wxyz', 'wxyz%41 b', '[redacted]%41 b'],
    ['nwxyz', 'a\\nwxyz b', 'a[redacted] b'],
  ];
  for (const [secret, text, left] of rows)
    assert.equal(redactionOf(secret)(text), left, `${secret} in ${text}`);
});

test('each decoder undoes its escapes, one layer, and tells where each character came from', () => {
  const [escapes, percent, quoted] = DECODERS;
  assert.ok(escapes !== undefined && percent !== undefined && quoted !== undefined);
  const rows: readonly (readonly [text: string, decoded: string])[] = [
    ['a\\u002fb\\u{2F}c\\x2fd\\057e', 'a/b/c/d/e'],
    ['a\\nb\\Rc\\td\\be\\ff', 'a\nb\rc\td\be\ff'],
    ['a\\/b\\"c\\\\d', 'a/b"c\\d'],
    ['\\377\\400', '\u00ff\\400'],
    ['a\\zb', 'a\\zb'],
    ['&#47;&#47&#x2f;&#X2F&sol;&SOL;&amp;', '/////' + '/&'],
    ['&nosuch; &', '&nosuch; &'],
    ['a\n  b\r\nc', 'abc'],
    ['a\u0000b', 'ab'],
    ['\\u{1f389}&#127881;', '??'],
    ['\\u{ffff}', '\uffff'],
    ['a\\\nb', 'a\nb'],
  ];
  for (const [text, decoded] of rows)
    for (const decoder of DECODERS) assert.equal(decoder.decode(text), decoded, text);
  assert.equal(escapes.decode('%41 %u0041 =41'), '%41 %u0041 =41');
  assert.equal(percent.decode('%41 %u0041 %zz =41'), 'A A %zz =41');
  assert.equal(quoted.decode('%41=41=\r\nb= \nc=zz'), 'AAbc=zz');
  const places = percent.decodeWithPlaces('a%41\\u0042\n c');
  assert.deepEqual(
    [places.text, [...places.starts.slice(0, 4)], [...places.ends.slice(0, 4)]],
    ['aABc', [0, 1, 4, 12], [1, 4, 10, 13]],
  );
  const entity = escapes.decodeWithPlaces('x&nosuch;y');
  assert.deepEqual(
    [entity.text, [...entity.starts], [...entity.ends]],
    ['x&nosuch;y', [0, 1, 1, 1, 1, 1, 1, 1, 1, 9], [1, 9, 9, 9, 9, 9, 9, 9, 9, 10]],
  );
});

test('a decoder applies where there is anything for it to undo', () => {
  const applies = (text: string): readonly boolean[] => DECODERS.map((decoder) => decoder.applies(text));
  for (const [text, right] of [
    ['plain', [false, false, false]],
    ['a\\b', [true, false, false]],
    ['a&b', [true, false, false]],
    ['a\nb', [true, false, false]],
    ['a\rb', [true, false, false]],
    ['a\u0000b', [true, false, false]],
    ['a%b', [false, true, false]],
    ['a=b', [false, false, true]],
  ] as const)
    assert.deepEqual(applies(text), right, text);
});
