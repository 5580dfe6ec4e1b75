import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { linesOf } from '../../openapi/lines.ts';
import { descriptionPlaces, loadOperation } from '../../openapi/registry.ts';

const TEXT = `openapi: 3.1.0
paths:
  /a/{id}:
    post:
      x-rules:
        one-rule:
          text: a
components:
  schemas:
    Body:
      required:
        - x
      properties:
        a/b: {type: string}
`;

test('a pointer leads to its line; where it ends early, to the last known one', () => {
  const lineOf = linesOf(TEXT);
  const rows: readonly (readonly [pointer: string, line: number])[] = [
    ['#/components/schemas/Body', 10],
    ['#/components/schemas/Body/properties/a~1b', 14],
    ['#/components/schemas/Body/required/0', 12],
    ['#/components/schemas/Body/properties/none/type', 13],
    ['#/x-rules/one-rule', 6],
    ['#/x-rules/none', 5],
    ['', 4],
  ];
  for (const [pointer, line] of rows) assert.equal(lineOf(pointer), line, pointer);
});

test('each rule and each field of the description is found on a line that names it', () => {
  const { path, lineOf } = descriptionPlaces();
  const lines = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8').split('\n');
  const { rules, requestFields } = loadOperation();
  for (const { id } of rules) assert.equal((lines[lineOf(`#/x-rules/${id}`) - 1] ?? '').trim(), `${id}:`);
  for (const { name, pointer } of requestFields)
    assert.match(lines[lineOf(pointer) - 1] ?? '', new RegExp(`^ *${name}:`));
});
