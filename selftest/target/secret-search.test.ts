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

test('a hostile text is searched in time', () => {
  const redact = createRedaction([new Secret('ik-live-AbCdEf0123456789_xyz')]);
  for (const text of [
    '\\'.repeat(500_000),
    '%25'.repeat(200_000),
    '&amp;'.repeat(200_000),
    'QUFB'.repeat(200_000),
    '=\n'.repeat(300_000),
  ]) {
    const began = process.cpuUsage().user;
    redact(text);
    assert.ok(process.cpuUsage().user - began < 20_000_000);
  }
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
