import { isRecord, type JsonRecord } from '../../result/json.ts';
import { foldName, isEcho, type FieldNames, type Sent } from './echo.ts';
import { isReceived } from './text.ts';

/** A documented field that a place made for it names, and what stands below it there. */
export interface Place {
  readonly field: string;
  readonly inside: readonly string[];
}

/** Members that name where a value stands: frameworks agree on little else. Compared without letter case and separators. */
const PLACE_KEYS = new Set(
  [
    ...['loc', 'location', 'path', 'pointer', 'instance_path', 'data_path', 'json_path', 'instance_location'],
    ...['param', 'parameter', 'params', 'parameters', 'parameter_name', 'argument', 'argument_name', 'arg'],
    ...['field', 'field_name', 'fields', 'field_path', 'property', 'property_name', 'property_path', 'prop'],
    ...[
      'name',
      'key',
      'keys',
      'attribute',
      'attr',
      'member',
      'members',
      'member_names',
      'target',
      'source',
      'label',
    ],
    ...[
      'missing_property',
      'additional_property',
      'missing',
      'missing_fields',
      'missing_keys',
      'invalid_fields',
    ],
    ...['invalid_params', 'unknown_fields', 'unexpected', 'required_fields', 'column', 'parameter_names'],
  ].map(foldName),
);

/** Members that name a part of the request which is not its body. */
const ELSEWHERE = ['query', 'header', 'headers', 'cookie', 'cookies', 'url', 'querystring'];
const DEPTH_MAX = 12;
const PLACES_MAX = 50;

/** The documented fields that the structure of an error body names, in the order in which they stand there. */
export function structuredPlaces(names: FieldNames, sent: Sent, body: unknown): readonly Place[] {
  const found: Place[] = [];
  flow({ names, sent, found }, body, 0);
  return found.slice(0, PLACES_MAX);
}

interface Traversal {
  readonly names: FieldNames;
  readonly sent: Sent;
  readonly found: Place[];
}

function flow(context: Traversal, value: unknown, depth: number): void {
  if (depth > DEPTH_MAX || context.found.length >= PLACES_MAX) return;
  if (Array.isArray(value)) for (const item of value) flow(context, item, depth + 1);
  if (!isRecord(value) || isOfAnotherPart(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (isFieldWithMessages(context, key, child)) continue;
    if (context.names.has(foldName(key))) continue; // a field with something else than messages repeats the request
    if (PLACE_KEYS.has(foldName(key))) addPlace(context, child);
    if (!isReceived(key, child, context.sent, context.names)) flow(context, child, depth + 1);
  }
}

/** True for an error about a header or the query: `{"in": "query", "name": "command"}` says nothing of the body. */
function isOfAnotherPart(record: JsonRecord): boolean {
  return ['in', 'location', 'locationType'].some((key) => {
    const value = record[key];
    return typeof value === 'string' && ELSEWHERE.includes(value.toLowerCase());
  });
}

/** Reads the value of a place: a path as list or text, or a list of names. */
function addPlace({ names, found }: Traversal, value: unknown): void {
  if (typeof value === 'string') addPath(names, found, stepsOf(value));
  else if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')) {
    const steps = value.map(String);
    if (ELSEWHERE.includes((steps[0] ?? '').toLowerCase())) return;
    const isListOfNames = steps.length > 1 && steps.every((step) => names.has(foldName(step)));
    if (isListOfNames) for (const step of steps) addPath(names, found, [step]);
    else addPath(names, found, steps);
  }
}

function addPath(names: FieldNames, found: Place[], steps: readonly string[]): void {
  const at = steps.findIndex((step) => names.has(foldName(step)));
  const field = names.get(foldName(steps[at] ?? ''));
  if (field !== undefined) found.push({ field, inside: steps.slice(at + 1) });
}

const PATH_MAX = 200;

/** The steps of `/body/command`, `#/command`, `$.command`, `RunRequest["command"]`, `body.command[0]`; a sentence has none. */
function stepsOf(text: string): readonly string[] {
  const trimmed = text.trim();
  if (trimmed.length > PATH_MAX || /^[a-z]+:\/\//i.test(trimmed)) return [];
  const steps = trimmed.split(/[/.[\]"'`#$]+|\s*(?:->|,)\s*/).filter((step) => step !== '');
  const isSentence = steps.some((step) => /\s/.test(step)) && !/^[A-Za-z][a-z]+( [a-z]+){0,3}$/.test(trimmed);
  return isSentence ? [] : steps;
}

/** Words that codes of validators are made of. */
const CODE =
  /(^|[_.\-\s])(required|missing|invalid|blank|empty|null|unknown|unexpected|forbidden|unsupported|not_?allowed|too_?(short|long|large|small)|type|format|mismatch|inclusion|exclusion|enum|length|presence|present)/i;

/** True when a member is a field with what is wrong with it: `{"command": ["is not included in the list"]}`. */
function isFieldWithMessages(context: Traversal, key: string, value: unknown): boolean {
  const steps = context.names.has(foldName(key)) ? [key] : stepsOf(key);
  const at = steps.findIndex((step) => context.names.has(foldName(step)));
  if (at === -1) return false;
  const below = messagePath(context, value, 0);
  if (below === null) return false;
  addPath(context.names, context.found, [...steps, ...below]);
  return true;
}

const MESSAGE_KEYS = [
  'message',
  'msg',
  'messages',
  'error',
  'errors',
  'code',
  'description',
  'detail',
  'rule',
  'reason',
];

/** The way from a field to the first message about it, or null where there is none. */
function messagePath(
  { sent, names, found }: Traversal,
  value: unknown,
  depth: number,
): readonly string[] | null {
  if (depth > 4) return null;
  if (typeof value === 'string') return isMessage(sent, value) ? [] : null;
  if (Array.isArray(value)) {
    for (const item of value) {
      const way = messagePath({ sent, names, found }, item, depth + 1);
      if (way !== null) return way;
    }
    return null;
  }
  if (!isRecord(value) || isEcho(sent, value)) return null;
  const own = MESSAGE_KEYS.find((key) => typeof value[key] === 'string' || Array.isArray(value[key]));
  if (own !== undefined && messagePath({ sent, names, found }, value[own], depth + 1) !== null) return [];
  for (const [key, child] of Object.entries(value)) {
    const way = messagePath({ sent, names, found }, child, depth + 1);
    if (way !== null) return key.startsWith('_') ? way : [key, ...way];
  }
  return null;
}

/** A sentence or a validator's code; not a value of ours, also cut off, and not a bare word such as a status. */
function isMessage(sent: Sent, text: string): boolean {
  if (isEcho(sent, text) || sent.strings.some((one) => text.length > 20 && one.startsWith(text.slice(0, 20))))
    return false;
  return /\S\s+\S/.test(text) || CODE.test(text);
}
