import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drawing, drawn } from './graph.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the drawing of the rooms shows the imports of today', () => {
  const committed = readFileSync(join(ROOT, 'docs', 'rooms.svg'), 'utf8');
  assert.equal(committed, drawing(), 'docs/rooms.svg is old: npm run graph');
});

test('a drawing puts each room above what it imports, and leaves out an arrow that others imply', () => {
  const svg = drawn(
    new Map([
      ['top', new Set(['middle', 'ground'])],
      ['middle', new Set(['ground'])],
      ['ground', new Set<string>()],
    ]),
  );
  const at = (room: string): number => Number(new RegExp(`y="([\\d.]+)"[^>]*>${room}<`).exec(svg)?.[1]);
  assert.ok(at('top') < at('middle') && at('middle') < at('ground'), svg);
  assert.equal(svg.match(/marker-end/g)?.length, 2, 'top to ground is implied');
});
