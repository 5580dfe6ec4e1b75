import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedaction, redactStrings } from '../../target/redaction.ts';
import { createSecretSearch } from '../../target/secret-search.ts';
import { Secret } from '../../target/secret.ts';
import { toApiResponse } from '../../target/send.ts';
import { givesAway, SPELLINGS } from './spelled.ts';

const KEYS = [
  'sk/live+9f3a/Zq7==',
  'ik-live-AbCdEf0123456789_xyz',
  'a%2Fb&amp;c\\u0041=3D.key/+=',
  '=de%41/+abcdef&lt;xyz',
];
const AROUND = ['', 'k=', '"', 'Bearer ', 'x', '\\', '%', '&', '=', '/', 'n'];

for (const [name, spell] of Object.entries(SPELLINGS))
  test(`a key is taken out of a text: ${name}`, () => {
    for (const key of KEYS) {
      const redact = createRedaction([new Secret(key)]);
      for (const around of AROUND) {
        const text = `${around}${spell(key)}${around}`;
        const clean = redact(`first ${text} last`);
        assert.ok(clean.includes('[redacted]'), `${key}: ${text}`);
        assert.ok(!givesAway(clean, key), `${key}: ${text} -> ${clean}`);
        assert.ok(clean.startsWith('first ') && clean.endsWith(' last'), clean);
      }
    }
  });

test('a body in which a key came back stays JSON, as value and as name, and its headers are clean', () => {
  for (const key of KEYS) {
    const redact = createRedaction([new Secret(key)]);
    for (const [name, spell] of Object.entries(SPELLINGS)) {
      const value = { a: `x ${spell(key)} y`, [spell(key)]: [spell(key)], b: 1 };
      for (const escape of [(text: string) => text, (text: string) => text.replaceAll('/', '\\/')]) {
        const text = escape(JSON.stringify(value));
        const clean: unknown = JSON.parse(redactStrings(text, redact));
        assert.ok(!givesAway(JSON.stringify(clean), key), name);
        const header = encodeURIComponent(spell(key));
        const told = toApiResponse(200, [['x-echo', header]], Buffer.from(text), redact);
        assert.deepEqual(told.secretsSeenIn, ['body', 'header x-echo'], name);
        assert.equal(told.body.kind, 'json', name);
      }
    }
  }
});

test('ordinary text is left as it is', () => {
  const redact = createRedaction([new Secret('ik-live-AbCdEf0123456789_xyz'), new Secret('team-7')]);
  const ordinary = [
    '{"a":"\\u00e9 \\/ %41 &#47; =3D","b":"64b7f0c2a1d94e5f60718293"}',
    Buffer.from('ordinary text that is long enough for a key').toString('base64'),
    '<html>&amp;&lt;</html>\r\n=\r\n',
    'x'.repeat(100_000),
    '%zz \\u12 \\ & &#; = \\',
  ];
  for (const text of ordinary) assert.equal(redact(text), text);
});

test('base64 that holds an escaped secret is found wherever it begins, and a shorter run beside it is passed over', () => {
  const secret = 'ik-live-9f8e7d6c5b4a39281706';
  const search = createSecretSearch([secret]);
  const inside = JSON.stringify(secret).replaceAll('-', String.raw`\u002d`);
  for (let place = 0; place < 120; place += 1)
    for (const alignment of ['', 'x', 'xx']) {
      const run = Buffer.from(alignment + inside).toString('base64');
      const before = `${' '.repeat(place)}${'word '.repeat(place % 7)}`;
      assert.deepEqual(
        search(`${before}${run}" x`).map(({ start, end }) => [start, end]),
        [[before.length, before.length + run.length]],
        `at ${before.length}, aligned by ${alignment.length}`,
      );
    }
});

test('a secret with letters outside ASCII is found in any case too', () => {
  const search = createSecretSearch(['schlüssel-ÄÖÜ-0123456789']);
  for (const text of ['SCHLÜSSEL-äöü-0123456789', 'schlüssel-ÄÖÜ-0123456789'])
    assert.equal(search(`key ${text}.`).length, 1, text);
});

test('letters that only the pattern takes for the same are found: a final sigma', () => {
  assert.equal(createSecretSearch(['key-σσσ-0123456789'])('key-ςςς-0123456789').length, 1);
});

test('of two secrets the shorter is found where a text is too short for the longer', () => {
  const search = createSecretSearch(['ab-9', 'a-much-longer-secret-0123456789']);
  for (const text of ['ab-9', Buffer.from('(AB-9)').toString('base64')])
    assert.deepEqual(search(text), [{ start: 0, end: text.length }], text);
});

test('a secret that looks escaped is found as what it stands for, in a text that holds nothing else', () => {
  assert.equal(createSecretSearch(['a%2Fb-9999'])('%61/b-9999').length, 1);
});

test('neither a secret of three characters is searched for, nor what becomes as short when it is decoded', () => {
  assert.deepEqual(createSecretSearch(['abc'])('abc 616263 YWJj'), []);
  for (const text of ['xaAbx', 'a%20 xaAbx']) assert.deepEqual(createSecretSearch(['a%41b'])(text), [], text);
});

test('base64 of the folded secret is found alone, behind other characters of base64, and only where it is long enough', () => {
  const secret = 'ik-live-9f8e';
  const search = createSecretSearch([secret]);
  const run = Buffer.from(secret.toUpperCase()).toString('base64');
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const text = `${before}${run}`;
    assert.deepEqual(search(text), [{ start: 0, end: text.length }], before);
    assert.deepEqual(search(`{"v":"${text}"}`), [{ start: 6, end: 6 + text.length }], before);
  }
  assert.deepEqual(search(run.slice(0, -3)), []);
});
