import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRedaction, redactionsOf, redactStrings } from '../../target/redaction.ts';
import { Secret } from '../../target/secret.ts';

const KEY = 'ik-12345678-abcdefgh';
const redact = createRedaction([new Secret(KEY), new Secret('20261125')]);

describe('secrets are taken out of the strings of a JSON text', () => {
  const rows: readonly (readonly [title: string, value: unknown, left: unknown])[] = [
    ['as a value', { a: `Bearer ${KEY}` }, { a: 'Bearer [redacted]' }],
    ['as a name', { [KEY]: [1, { [`x-${KEY}`]: null }] }, { '[redacted]': [1, { 'x-[redacted]': null }] }],
    [
      'between quotes and backslashes',
      [`"${KEY}"`, `\\${KEY}\\`, '\\"'],
      ['"[redacted]"', '\\[redacted]\\', '\\"'],
    ],
    [
      'but not out of numbers, which would be JSON no longer',
      [20261125, '20261125', 20261125],
      [20261125, '[redacted]', 20261125],
    ],
    ['and nothing else changes', ['a', '', 'é🎉\u2028', 1e3, true], ['a', '', 'é🎉\u2028', 1e3, true]],
  ];
  for (const [title, value, left] of rows) {
    test(title, () => {
      for (const indent of [0, 2])
        assert.deepEqual(JSON.parse(redactStrings(JSON.stringify(value, null, indent), redact)), left);
    });
  }

  test('however long one is', () => {
    const long = '\\n"'.repeat(2_000_000);
    assert.equal(redactStrings(JSON.stringify([long + KEY]), redact), JSON.stringify([`${long}[redacted]`]));
  });

  test('and what is no JSON is left without a crash', () => {
    for (const text of ['', '"', `"${KEY}`, '\\"', '{"a":"\\'])
      assert.equal(redactStrings(text, redact), text.replace(KEY, '[redacted]'));
  });
});

test('a sentence that quotes and cuts gives no secret away, and a header value is no key', () => {
  const token = 'tok-abcdefghijklmnopqrstuvwxyz';
  const { redact, redactKey, redactQuote } = redactionsOf(new Secret(KEY), [
    new Secret(token),
    new Secret('2026'),
  ]);
  const rows: readonly (readonly [text: string, quoted: string])[] = [
    [`the value "${token}"`, 'the value "[redacted]"'],
    [`the value "x${token.slice(0, 20)}"`, 'the value "x[redacted]"'],
    [`the value "x${token.slice(0, 12).toUpperCase()}"`, 'the value "x[redacted]"'],
    [`cut to "${token.slice(0, 11)}"`, 'cut to "tok-abcdefg"'],
    [`twice ${token.slice(0, 15)} ${token.slice(0, 13)}`, 'twice [redacted] [redacted]'],
    [`the key ${KEY.slice(0, 14)}`, 'the key [redacted]'],
    ['nothing of it', 'nothing of it'],
  ];
  for (const [text, quoted] of rows) assert.equal(redactQuote(text), quoted);
  const short = redactionsOf(new Secret(KEY), [new Secret('abc'), new Secret('twelve-chars')]);
  assert.equal(
    short.redactQuote('abc twelve-char'),
    'abc [redacted]',
    'what is short is told from no other text',
  );
  assert.equal(redact(`${KEY} ${token} 2026-11-25`), '[redacted] [redacted] [redacted]-11-25');
  assert.equal(redactKey(`${KEY} ${token} 2026-11-25`), `[redacted] ${token} 2026-11-25`);
});
