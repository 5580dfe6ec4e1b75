import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject } from '../hooks.ts';
import { leaves, mapsThrough } from './echo.ts';
import { faultsOf } from './fault.ts';

const LONGEST = 32_768;

/** Values that a run keeps otherwise than they were sent: the ones that break real systems. */
export const VALUE_FAULTS = faultsOf('echo', 'input-echo', [
  {
    name: 'echo-normalised',
    line: 'combining characters are normalised',
    hooks: texts((text) => text.normalize()),
  },
  {
    name: 'echo-wide-characters-lost',
    line: 'characters of two UTF-16 units become U+FFFD',
    hooks: texts((text) => text.replace(/[\u{10000}-\u{10ffff}]/gu, '\ufffd')),
  },
  {
    name: 'echo-control-stripped',
    line: 'control characters are stripped',
    hooks: texts((text) => text.replace(/[\u0000-\u0008\u000b\u000e-\u001f]/g, '')),
  },
  {
    name: 'echo-line-ends-unified',
    line: 'line ends become \\n',
    hooks: texts((text) => text.replace(/\r\n?/g, '\n')),
  },
  {
    name: 'echo-markup-escaped',
    line: 'markup is escaped as HTML',
    hooks: texts((text) => text.replaceAll('<', '&lt;').replaceAll('"', '&quot;')),
  },
  {
    name: 'echo-templates-filled',
    line: 'placeholders are replaced by nothing',
    hooks: texts((text) => text.replace(/\{\{.*?\}\}|\[\[.*?\]\]/g, '')),
  },
  {
    name: 'echo-direction-marks-lost',
    line: 'marks of writing direction are lost',
    hooks: texts((text) => text.replace(/[\u202a-\u202e]/g, '')),
  },
  {
    name: 'echo-long-cut',
    line: 'strings are cut at 32 KiB',
    hooks: texts((text) => text.slice(0, LONGEST)),
  },
  {
    name: 'echo-empty-strings-null',
    line: 'empty strings become null',
    hooks: leaves((leaf) => (leaf === '' ? null : leaf)),
  },
  {
    name: 'echo-numeric-text',
    line: 'texts that look like numbers become numbers',
    hooks: leaves((leaf) => (typeof leaf === 'string' && /^\d+$/.test(leaf) ? Number(leaf) : leaf)),
  },
  {
    name: 'echo-integers-clamped',
    line: 'integers are clamped to 32 bits',
    hooks: leaves((leaf) =>
      typeof leaf === 'number' && Number.isInteger(leaf)
        ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, leaf))
        : leaf,
    ),
  },
  {
    name: 'echo-fractions-rounded',
    line: 'fractions are rounded to six places',
    hooks: leaves((leaf) =>
      typeof leaf === 'number' && Math.abs(leaf) < 1 ? Math.round(leaf * 1e6) / 1e6 : leaf,
    ),
  },
  {
    name: 'echo-large-numbers-null',
    line: 'numbers beyond 1e300 become null',
    hooks: leaves((leaf) => (typeof leaf === 'number' && Math.abs(leaf) > 1e300 ? null : leaf)),
  },
  {
    name: 'echo-prototype-key-lost',
    line: 'keys named __proto__ are lost',
    hooks: keys(without('__proto__')),
  },
  { name: 'echo-empty-key-lost', line: 'empty keys are lost', hooks: keys(without('')) },
  {
    name: 'echo-dots-replaced',
    line: 'dots in keys become underscores',
    hooks: keys((entries) => entries.map(([key, value]) => [key.replaceAll('.', '_'), value])),
  },
  {
    name: 'echo-dollar-keys-lost',
    line: 'keys that start with a dollar sign are lost',
    hooks: keys((entries) => entries.filter(([key]) => !key.startsWith('$'))),
  },
  {
    name: 'echo-keys-cut',
    line: 'of each map only the first 256 keys are kept',
    hooks: keys((entries) => entries.slice(0, 256)),
  },
  {
    name: 'echo-keys-lower-cased',
    line: 'keys are lower-cased',
    hooks: keys((entries) => entries.map(([key, value]) => [key.toLowerCase(), value])),
  },
  {
    name: 'echo-depth-cut',
    line: 'what lies more than 16 levels deep becomes null',
    hooks: { record: (input) => mapsThrough(input, (map) => cutBelow(map, 16)) },
  },
  {
    name: 'echo-empties-dropped',
    line: 'empty lists and maps inside variables are dropped',
    hooks: keys((entries) => entries.filter(([, value]) => !isEmpty(value))),
  },
]);

/** The keys and values of a map. */
export type Entries = readonly (readonly [string, unknown])[];

/** Changes each text inside the stored maps. */
export function texts(change: (text: string) => string): Hooks {
  return leaves((leaf) => (typeof leaf === 'string' ? change(leaf) : leaf));
}

/** Changes the entries of each map inside the variables; the maps of the body themselves stay. */
export function keys(change: (entries: Entries) => Entries): Hooks {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (!isJsonObject(value)) return value;
    return mapOf(change(Object.entries(value)).map(([key, item]) => [key, inner(item)]));
  };
  return {
    record: (input) =>
      mapsThrough(input, (map) =>
        isJsonObject(map) ? mapOf(Object.entries(map).map(([key, item]) => [key, inner(item)])) : map,
      ),
  };
}

/** Object.fromEntries defines each key, `__proto__` too. */
function mapOf(entries: Entries): JsonObject {
  return Object.fromEntries(entries);
}

function without(name: string): (entries: Entries) => Entries {
  return (entries) => entries.filter(([key]) => key !== name);
}

function cutBelow(value: unknown, levels: number): unknown {
  if (!isJsonObject(value)) return value;
  if (levels === 0) return null;
  return mapOf(Object.entries(value).map(([key, item]) => [key, cutBelow(item, levels - 1)]));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length === 0 || value.every(isEmpty)
    : isJsonObject(value) && Object.keys(value).length === 0;
}
