import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { leaves, mapsThrough } from './echo.ts';
import { faultsOf } from './fault.ts';
import { keys, texts } from './values.ts';

const KEY_LONGEST = 255;
const LIST_LONGEST = 100;
const DATE_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/** Values that a run keeps as what a store, a format or a mapper took them for. */
export const CONVERSION_FAULTS = faultsOf('echo', 'input-echo', [
  {
    name: 'echo-dates-converted',
    line: 'texts that are date-times are written anew in UTC',
    hooks: texts((text) => (DATE_TIME.test(text) ? new Date(text).toISOString() : text)),
  },
  {
    name: 'echo-words-converted',
    line: 'the texts yes, no, on and off become booleans, as in YAML',
    hooks: leaves((leaf) =>
      leaf === 'yes' || leaf === 'on' ? true : leaf === 'no' || leaf === 'off' ? false : leaf,
    ),
  },
  {
    name: 'echo-uuid-lower-cased',
    line: 'texts that are UUIDs are lower-cased',
    hooks: texts((text) =>
      /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(text) ? text.toLowerCase() : text,
    ),
  },
  {
    name: 'echo-digits-masked',
    line: 'texts of 16 digits are masked as if they were card numbers',
    hooks: texts((text) => text.replace(/\b\d{16}\b/g, '****')),
  },
  {
    name: 'echo-nul-dropped',
    line: 'the character U+0000 is dropped',
    hooks: texts((text) => text.replaceAll('\0', '')),
  },
  {
    name: 'echo-own-keys-lost',
    line: 'keys named _id are lost',
    hooks: keys((entries) => entries.filter(([key]) => key !== '_id')),
  },
  {
    name: 'echo-typed-maps-read',
    line: 'a map {"$numberLong": "5"} becomes the number 5',
    hooks: eachMap((map) => ('$numberLong' in map ? Number(map['$numberLong']) : map)),
  },
  {
    name: 'echo-numeric-maps-listed',
    line: 'a map whose keys count from 0 becomes a list',
    hooks: eachMap((map) => {
      const names = Object.keys(map);
      return names.length > 0 && names.every((name, i) => name === String(i)) ? Object.values(map) : map;
    }),
  },
  {
    name: 'echo-keys-trimmed',
    line: 'blanks around keys are cut off',
    hooks: keys((entries) => entries.map(([key, value]) => [key.trim(), value])),
  },
  {
    name: 'echo-keys-normalised',
    line: 'combining characters in keys are normalised',
    hooks: keys((entries) => entries.map(([key, value]) => [key.normalize(), value])),
  },
  {
    name: 'echo-long-keys-cut',
    line: 'keys are cut at 255 characters',
    hooks: keys((entries) => entries.map(([key, value]) => [key.slice(0, KEY_LONGEST), value])),
  },
  {
    name: 'echo-lists-cut-at-100',
    line: 'of each list only the first 100 items are kept',
    hooks: eachList((list) => list.slice(0, LIST_LONGEST)),
  },
  {
    name: 'echo-lists-flattened',
    line: 'lists in lists are flattened',
    hooks: eachList((list) => list.flat()),
  },
  {
    name: 'echo-equal-items-dropped',
    line: 'equal items of a list are kept once',
    hooks: eachList((list) => [...new Set(list)]),
  },
  {
    name: 'echo-first-value-kept',
    line: 'a variable that a run has already keeps its first value',
    hooks: {
      record: (input, { run }: Scene) => {
        const before = run?.pairs[0]?.run_input?.dynamic_variables ?? {};
        const kept = Object.entries(input.dynamic_variables ?? {}).map(([key, value]) => [
          key,
          Object.hasOwn(before, key) ? before[key] : value,
        ]);
        return { ...input, dynamic_variables: Object.fromEntries(kept) as JsonObject };
      },
    },
  },
  {
    name: 'echo-resume-altered',
    line: 'the input of resume is stored as that of data',
    hooks: { record: (input) => (input.command === 'resume' ? { ...input, command: 'data' } : input) },
  },
]);

function eachMap(change: (map: JsonObject) => unknown): Hooks {
  return inside((value) => (isJsonObject(value) ? change(value) : value));
}

function eachList(change: (list: readonly unknown[]) => readonly unknown[]): Hooks {
  return inside((value) => (Array.isArray(value) ? change(value) : value));
}

/** Changes each value inside the variables from the innermost out; the variables themselves keep their names. */
function inside(change: (value: unknown) => unknown): Hooks {
  const through = (value: unknown): unknown => {
    if (Array.isArray(value)) return change(value.map(through));
    if (!isJsonObject(value)) return change(value);
    return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, through(item)])));
  };
  return {
    record: (input) =>
      mapsThrough(input, (map) =>
        isJsonObject(map)
          ? Object.fromEntries(Object.entries(map).map(([key, item]) => [key, through(item)]))
          : map,
      ),
  };
}
