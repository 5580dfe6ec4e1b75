/** Pairs of schemas of which the second is the first with one to three changes, drawn from a seed. */

import { randomFrom, type Random } from '../../bench/nights.ts';

type Schema = Record<string, unknown>;

export function schemaPair(seed: number): { readonly old: Schema; readonly next: Schema } {
  const random = randomFrom(seed);
  const old = objectSchema(random, 2);
  const next = structuredClone(old);
  const changes = Math.floor(random() * 4); // none at all is a case too
  for (let i = 0; i < changes; i += 1) change(pickNode(next, random), random);
  return { old, next };
}

function pick<T>(list: readonly T[], random: Random): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const VALUES = ['start', 'data', 'resume', 'pause', 'stop'];

function anySchema(random: Random, depth: number): Schema {
  const kinds = [stringSchema, integerSchema, enumSchema, (): Schema => ({ type: 'boolean' })];
  const deep = [objectSchema, arraySchema];
  const made =
    depth > 0 && random() < 0.35 ? pick(deep, random)(random, depth - 1) : pick(kinds, random)(random);
  return random() < 0.25 && !('enum' in made) ? { ...made, type: [made['type'], 'null'].flat() } : made;
}

function stringSchema(random: Random): Schema {
  return {
    type: 'string',
    ...(random() < 0.3 ? { minLength: 1 + Math.floor(random() * 3) } : {}),
    ...(random() < 0.3 ? { maxLength: 5 + Math.floor(random() * 20) } : {}),
  };
}

function integerSchema(random: Random): Schema {
  return {
    type: random() < 0.7 ? 'integer' : 'number',
    ...(random() < 0.3 ? { minimum: Math.floor(random() * 5) } : {}),
    ...(random() < 0.3 ? { maximum: 10 + Math.floor(random() * 50) } : {}),
  };
}

function enumSchema(random: Random): Schema {
  const values = VALUES.filter(() => random() < 0.6);
  return { type: 'string', enum: values.length === 0 ? ['start'] : values };
}

function arraySchema(random: Random, depth: number): Schema {
  return {
    type: 'array',
    items: anySchema(random, depth),
    ...(random() < 0.2 ? { maxItems: 2 + Math.floor(random() * 3) } : {}),
  };
}

function objectSchema(random: Random, depth: number): Schema {
  const names = NAMES.filter(() => random() < 0.6);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, anySchema(random, depth)])),
    required: names.filter(() => random() < 0.5),
    ...(random() < 0.5 ? { additionalProperties: false } : {}),
  };
}

/** A node of the schema, the deeper ones too. */
function pickNode(schema: Schema, random: Random): Schema {
  const nodes: Schema[] = [];
  const visit = (node: Schema): void => {
    nodes.push(node);
    for (const child of Object.values((node['properties'] ?? {}) as Record<string, Schema>)) visit(child);
    if (node['items'] !== undefined) visit(node['items'] as Schema);
  };
  visit(schema);
  return pick(nodes, random);
}

function change(node: Schema, random: Random): void {
  const type = [node['type']].flat();
  if (type.includes('object')) changeObject(node, random);
  else if ('enum' in node) changeValues(node, random);
  else if (random() < 0.3) toggleNull(node);
  else if (type.includes('string')) changeBound(node, 'minLength', 'maxLength', random);
  else if (type.includes('integer') || type.includes('number'))
    changeBound(node, 'minimum', 'maximum', random);
  else if (type.includes('array')) changeBound(node, 'minItems', 'maxItems', random);
  else node['type'] = 'string';
}

function changeObject(node: Schema, random: Random): void {
  const properties = node['properties'] as Record<string, Schema>;
  const required = node['required'] as string[];
  const name = pick(NAMES, random);
  const way = random();
  if (way < 0.35) {
    if (name in properties) {
      node['properties'] = Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
      node['required'] = required.filter((key) => key !== name);
    } else properties[name] = anySchema(random, 0);
  } else if (way < 0.65 && name in properties)
    node['required'] = required.includes(name) ? required.filter((key) => key !== name) : [...required, name];
  else if (way < 0.85) {
    if (node['additionalProperties'] === false) delete node['additionalProperties'];
    else node['additionalProperties'] = false;
  } else toggleNull(node);
}

function changeValues(node: Schema, random: Random): void {
  const values = node['enum'] as string[];
  const value = pick(VALUES, random);
  if (!values.includes(value)) node['enum'] = [...values, value];
  else if (values.length > 1) node['enum'] = values.filter((one) => one !== value);
}

function toggleNull(node: Schema): void {
  const types = [node['type']].flat();
  const without = types.filter((type) => type !== 'null');
  node['type'] =
    without.length < types.length ? (without.length === 1 ? without[0] : without) : [...types, 'null'];
}

function changeBound(node: Schema, least: string, most: string, random: Random): void {
  const keyword = random() < 0.5 ? least : most;
  const bound = node[keyword];
  if (typeof bound !== 'number') node[keyword] = keyword === least ? 2 : 8;
  else if (random() < 0.3) Reflect.deleteProperty(node, keyword);
  else node[keyword] = Math.max(0, bound + (random() < 0.5 ? 1 : -1));
}
