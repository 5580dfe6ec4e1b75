import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readData } from '../../load/scenario/data-file.ts';
import { inputIssues, Inputs } from '../../load/scenario/run-input.ts';
import { shardsOf, WHOLE } from '../../load/arrivals/shard.ts';

const dir = mkdtempSync(join(tmpdir(), 'inputs-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

function file(name: string, text: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const BASE = {
  dynamic_variables: { id: '{{uuid}}', call: 'call {{ n }}', name: '{{data.name}}', age: '{{data.age}}' },
  miscellaneous: { theirs: 'Dear {{name}}, {{ user.uuid }}, {{UUID}}', list: ['{{n}}', 7] },
};
const ROWS = [
  { name: 'Ann', age: 31 },
  { name: 'Jörg "Joe", Jr.', age: 7 },
];

test('templates are filled in, each input unlike the others, and the rows are used in turn', () => {
  const inputs = new Inputs(BASE, ROWS, WHOLE);
  const made = [inputs.next(), inputs.next(), inputs.next()].map(
    ({ dynamic_variables }) => dynamic_variables ?? {},
  );
  assert.deepEqual(
    made.map(({ call, name, age }) => [call, name, age]),
    [
      ['call 1', 'Ann', 31],
      ['call 2', 'Jörg "Joe", Jr.', 7],
      ['call 3', 'Ann', 31],
    ],
  );
  assert.equal(new Set(made.map(({ id }) => id)).size, 3);
  for (const { id } of made) assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
});

test('placeholders of the API are left alone, and so is an input without templates', () => {
  const { miscellaneous } = new Inputs(BASE, ROWS, WHOLE).next();
  assert.deepEqual(miscellaneous, { theirs: 'Dear {{name}}, {{ user.uuid }}, {{UUID}}', list: ['1', 7] });
  const plain = { dynamic_variables: { greeting: 'Hello {{name}}' } };
  assert.equal(new Inputs(plain, [], WHOLE).next(), plain);
});

test('shards make the inputs of the whole, none of them twice', () => {
  const numbers = shardsOf(3).flatMap((shard) => {
    const inputs = new Inputs({ dynamic_variables: { n: '{{n}}' } }, [], shard);
    return Array.from({ length: 4 }, () => Number(inputs.next().dynamic_variables?.['n']));
  });
  assert.deepEqual(
    numbers.sort((a, b) => a - b),
    Array.from({ length: 12 }, (_, n) => n + 1),
  );
});

test('rows come from CSV and from JSON', () => {
  const rows: readonly (readonly [path: string, rows: readonly unknown[]])[] = [
    [
      file('a.csv', 'name,age\nAnn,31\n"Jörg ""Joe"", Jr.",7\n\n'),
      [
        { name: 'Ann', age: '31' },
        { name: 'Jörg "Joe", Jr.', age: '7' },
      ],
    ],
    [file('bom.csv', '\ufeffname\r\nAnn\r\n'), [{ name: 'Ann' }]],
    [file('a.json', '[{"name":"Ann","age":31}]'), [{ name: 'Ann', age: 31 }]],
    [file('bom.json', '\ufeff[{"name":"Ann"}]'), [{ name: 'Ann' }]],
  ];
  for (const [path, expected] of rows) {
    const parsed = readData(path);
    assert.ok('rows' in parsed, JSON.stringify(parsed));
    assert.deepEqual(JSON.parse(JSON.stringify(parsed.rows)), expected);
  }
});

test('a data file that is none is refused in one sentence', () => {
  const rows: readonly (readonly [path: string, pattern: RegExp])[] = [
    [join(dir, 'missing.csv'), /can't be read/],
    [file('empty.csv', ''), /holds no row/],
    [file('header-only.csv', 'name,age\n'), /holds no row/],
    [file('ragged.csv', 'name,age\nAnn\n'), /is not CSV: .*line 2/],
    [file('open-quote.csv', 'name\n"Ann\n'), /is not CSV/],
    [file('broken.json', '['), /is not JSON/],
    [file('object.json', '{"name":"Ann"}'), /array of objects/],
    [file('numbers.json', '[1]'), /array of objects/],
    [file('none.json', '[]'), /holds no row/],
    [file('latin-1.csv', Buffer.from('name\nJörg\n', 'latin1')), /is not in UTF-8/],
    [file('utf-16.csv', Buffer.from('\ufeffname\nJörg\n', 'utf16le')), /is not in UTF-8/],
    [dir, /can't be read/],
  ];
  for (const [path, pattern] of rows) {
    const parsed = readData(path);
    assert.ok('issue' in parsed, path);
    assert.match(parsed.issue, pattern);
    assert.match(parsed.issue, /^--data names [^\n]*\.$/);
  }
});

test('a run input and a data file that do not fit are refused', () => {
  const rows: readonly (readonly [
    base: object,
    rows: readonly Record<string, unknown>[],
    pattern: RegExp | null,
  ])[] = [
    [BASE, ROWS, null],
    [{}, [], null],
    [{ dynamic_variables: { a: '{{n}}' } }, [], null],
    [BASE, [], /wants \{\{data\.name\}\}; give the file/],
    [{}, ROWS, /has no \{\{data\.COLUMN\}\}/],
    [
      { dynamic_variables: { a: '{{data.street}}' } },
      ROWS,
      /\{\{data\.street\}\}, which not every row .* name, age/,
    ],
    [BASE, [...ROWS, { name: 'Eve' }], /\{\{data\.age\}\}, which not every row/],
  ];
  for (const [base, data, pattern] of rows) {
    const issues = inputIssues(base, data);
    if (pattern === null) assert.deepEqual(issues, []);
    else assert.match(issues.join(' '), pattern);
  }
});
