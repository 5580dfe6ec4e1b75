import type { JsonValue } from '../../result/json.ts';
import type { Operation, Rule } from '../../openapi/registry.ts';
import type { Evidence } from '../../result/exchange.ts';
import { ORDINARY, type Case, type Variable } from './case.ts';

/** A value that breaks real systems, as a variable: its name in ids, and how a title says it. */
export interface HardValue {
  readonly name: string;
  readonly title: string;
  /** The value as JSON text: what a JavaScript value can't say (-0, a key `__proto__`) stays as it is. */
  readonly json: string;
  /** How well it is known that the value must be accepted, where that is less than of all others. */
  readonly evidence?: Evidence;
}

const nested = (depth: number): JsonValue => (depth === 0 ? 'bottom' : { down: nested(depth - 1) });
const wide = (count: number): JsonValue =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}`, i]));

/** Strings, numbers and shapes that JSON carries and that servers lose: each must be stored as it was sent. */
export const HARD_VALUES: readonly HardValue[] = [
  { name: 'emoji', title: 'emoji of several code points', json: JSON.stringify('👩‍👩‍👧‍👦🏳️‍🌈👍🏽') },
  {
    name: 'combining',
    title: 'combining characters that are not normalised',
    json: JSON.stringify('e\u0301 \u00e9 \u1e9b\u0323'),
  },
  {
    name: 'right-to-left',
    title: 'right-to-left text with marks',
    json: JSON.stringify('\u202eمرحبا \u05e9\u05dc\u05d5\u05dd\u202c'),
  },
  {
    name: 'control',
    title: 'control characters',
    json: JSON.stringify('\u0001\u0008\u000b\u001f\u007f\u0085\u2028\u2029'),
  },
  {
    name: 'nul',
    title: 'the character U+0000',
    json: JSON.stringify('a\u0000b'),
    evidence: {
      level: 'standard',
      source: 'RFC 8259, section 7: it may be written as \\u0000; stores that cannot keep it refuse it',
    },
  },
  {
    name: 'dates',
    title: 'texts that look like dates and times',
    json: JSON.stringify([
      '2026-01-02',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05.678+05:30',
      '03:04',
      '1/2/2026',
    ]),
  },
  {
    name: 'words',
    title: 'words that some formats read as something else',
    json: JSON.stringify(['no', 'yes', 'on', 'off', 'None', 'undefined', '~', '+1']),
  },
  {
    name: 'identifiers',
    title: 'texts that look like identifiers',
    json: JSON.stringify([
      '550E8400-E29B-41D4-A716-446655440000',
      '4111111111111111',
      'Ann.Example@Example.org',
      '+1 (555) 010-0000',
      'a+b%20c%2Bd',
    ]),
  },
  { name: 'line-ends', title: 'line ends of each kind', json: JSON.stringify('a\nb\r\nc\rd\te') },
  { name: 'blanks', title: 'leading and trailing blanks', json: JSON.stringify(' \u00a0 padded \u3000 ') },
  { name: 'empty-string', title: 'an empty string', json: JSON.stringify('') },
  {
    name: 'markup',
    title: 'markup and quotes',
    json: JSON.stringify(`<script>alert("1")</script> ' " \\ / & %00`),
  },
  { name: 'templates', title: 'template placeholders', json: JSON.stringify('{{x}} [[y]] ${z} {{ }} [[') },
  {
    name: 'sql',
    title: 'text of a query language',
    json: JSON.stringify(`'; DROP TABLE runs; -- {"$gt": ""}`),
  },
  {
    name: 'numeric-string',
    title: 'strings that look like numbers',
    json: JSON.stringify(['007', '1e3', '-0', 'NaN', 'true', 'null']),
  },
  {
    name: 'largest-integers',
    title: 'integers at the limit of exactness',
    json: '[9007199254740991,-9007199254740991,9007199254740992,-9007199254740992]',
  },
  {
    name: 'extreme-numbers',
    title: 'numbers of extreme size',
    json: JSON.stringify([1e308, -1e308, 5e-324, 0.1, 1.7976931348623157e308]),
  },
  { name: 'negative-zero', title: 'negative zero', json: '-0' },
  { name: 'nulls', title: 'nulls in a list and in a map', json: JSON.stringify([null, { a: null }]) },
  { name: 'empties', title: 'an empty list and an empty map', json: JSON.stringify([[], {}, [[]], [{}]]) },
  { name: 'nested-lists', title: 'lists in lists, with equal items', json: '[[1],[2,[3]],[1],1,1,"1"]' },
  { name: 'empty-key', title: 'an empty key', json: '{"":1}' },
  { name: 'dotted-key', title: 'keys with dots and brackets', json: '{"a.b":1,".":2,"a[0]":3}' },
  { name: 'dollar-key', title: 'keys that start with a dollar sign', json: '{"$set":1,"$where":2,"$":3}' },
  {
    name: 'prototype-key',
    title: 'keys of the object prototype',
    json: '{"__proto__":{"a":1},"constructor":2,"toString":3}',
  },
  {
    name: 'own-keys',
    title: 'keys that document stores and mappers take for their own',
    json: '{"_id":1,"id":2,"__v":3,"_class":"a","$oid":4}',
  },
  {
    name: 'typed-map',
    title: 'maps that document stores read as numbers and dates',
    json: '[{"$numberLong":"5"},{"$date":0},{"$oid":"5eb7cf5a86d9755df3a6c593"}]',
  },
  { name: 'numeric-keys', title: 'a map whose keys are numbers', json: '{"0":"a","1":"b","01":"c"}' },
  { name: 'list-like-map', title: 'a map that looks like a list', json: '{"0":"a","1":"b"}' },
  { name: 'padded-key', title: 'keys with blanks around them', json: '{" a ":1,"a":2,"A":3}' },
  { name: 'combining-key', title: 'keys that differ in normalisation', json: '{"e\\u0301":1,"\\u00e9":2}' },
  { name: 'long-key', title: 'a key of 1,024 characters', json: `{"${'k'.repeat(1024)}":1}` },
  { name: 'unicode-key', title: 'keys in other scripts', json: '{"ключ":1,"鍵":2,"🔑":3}' },
  { name: 'long-string', title: 'a string of 64 KiB', json: JSON.stringify('x'.repeat(65_536)) },
  {
    name: 'long-list',
    title: 'a list of 1,000 items',
    json: JSON.stringify(Array.from({ length: 1000 }, (_, i) => 1000 - i)),
  },
  { name: 'deep', title: 'a map 32 levels deep', json: JSON.stringify(nested(32)) },
  { name: 'wide', title: 'a map of 1,000 keys', json: JSON.stringify(wide(1000)) },
];

/** The long ones make each later response of their run long: they travel in the first map alone. */
const LONG = ['long-string', 'long-list', 'long-key', 'deep', 'wide'];

/**
 * Each hard value as one variable of `data` to a live run, in every free map that the description has: accepted and
 * stored as it was sent. One call for all maps, because a refusal names its field and a lost value its path. They
 * start no run. All of them travel together first, each under a key of its own; alone they are sent only when not all
 * came through.
 */
export function valueCases(operation: Operation): readonly Case[] {
  const maps = operation.requestFields
    .filter((field) => field.schema['additionalProperties'] === true)
    .map((field) => field.name);
  if (maps.length === 0) return [];
  const rule = operation.rule('positive-data-acceptance');
  const alone = HARD_VALUES.map(({ name, title, json, evidence = rule.evidence }): Case => {
    const fields = LONG.includes(name) ? maps.slice(0, 1) : maps;
    const where = LONG.includes(name) ? (maps[0] ?? '') : 'every free map';
    const variable = { key: `harness_${name}`, fields, json };
    return { ...valueCase(rule, `value/${name}`, `keeps ${title} in ${where}`, [variable]), evidence };
  });
  // what may be refused must not take the others with it
  const carried = alone.filter(({ evidence }) => evidence === rule.evidence);
  const all = valueCase(rule, TOGETHER, 'keeps every hard value at once', []);
  return [carrying(all, carried), ...alone];
}

/** The id of the case that carries all hard values. */
const TOGETHER = 'value/together';

function valueCase(rule: Rule, id: string, title: string, variables: readonly Variable[]): Case {
  return {
    ...ORDINARY,
    id,
    title,
    group: 'value',
    command: 'data',
    intent: 'keep',
    rule: rule.id,
    constraint: '#/components/schemas/WorkflowRunRequest/properties',
    evidence: rule.evidence,
    spend: 'free',
    base: 'address',
    mutation: { kind: 'variables', variables },
  };
}

/** A case that carries fewer of the hard values: those of the cases that it is given. */
export function carrying(together: Case, cases: readonly Case[]): Case {
  const variables = cases.flatMap(({ mutation }) =>
    mutation.kind === 'variables' ? mutation.variables : [],
  );
  return { ...together, mutation: { kind: 'variables', variables }, carries: cases.map(({ id }) => id) };
}
