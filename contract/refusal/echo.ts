import { isRecord } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { WireRequest } from '../../api/exchange.ts';
import { bodyText } from '../../api/request-body.ts';

/** The documented request fields, by their spelling without letter case and separators. */
export type FieldNames = ReadonlyMap<string, string>;

/** What a request said: every value in it, so that what only repeats it can be told from a reason. */
export interface Sent {
  /** Every object and array in it with content, as canonical JSON. */
  readonly composites: ReadonlySet<string>;
  /** Every string in it, values and names, that is long enough to be told from ordinary text. */
  readonly strings: readonly string[];
  /** The top-level scalars by field. */
  readonly scalars: ReadonlyMap<string, string>;
}

const SHORTEST_ECHO = 4;
const LONG_ECHO = 16;
const STRINGS_MAX = 300;
const DEPTH_MAX = 40;

/** Folds the spelling of a name: `workflowRunId`, `workflow-run-id` and `Workflow run id` are one name. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export function fieldNamesOf(operation: Operation): FieldNames {
  return new Map(operation.requestFields.map(({ name }) => [foldName(name), name]));
}

/** Takes a request's body apart. */
export function sentOf(sent: WireRequest['body']): Sent {
  const composites = new Set<string>();
  const strings = new Set<string>();
  const scalars = new Map<string, string>();
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'string') strings.add(value);
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
    if (Object.keys(value).length > 0) composites.add(canonical(value));
    for (const [key, child] of Object.entries(value)) {
      if (!Array.isArray(value) && depth > 0) strings.add(key); // the documented names are what is looked for
      visit(child, depth + 1);
    }
  };
  const body = parsed(sent === null ? '' : bodyText(sent));
  visit(body, 0);
  if (isRecord(body))
    for (const [key, value] of Object.entries(body))
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        scalars.set(key, String(value));
  const long = [...strings].filter((one) => one.length >= SHORTEST_ECHO).sort((a, b) => b.length - a.length);
  return { composites, strings: long.slice(0, STRINGS_MAX), scalars };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** JSON with its keys in order, so that equal values are equal texts. */
function canonical(value: unknown, depth = 0): string {
  if (depth > DEPTH_MAX) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`).join(',')}}`;
}

/** True for a value of a response that repeats what was sent. */
export function isEcho(sent: Sent, value: unknown): boolean {
  if (typeof value === 'string')
    return sent.strings.some((one) => one === value || (value.length >= LONG_ECHO && one.includes(value)));
  return typeof value === 'object' && value !== null && sent.composites.has(canonical(value));
}

/** A value of ours that is one plain word can't be told from the server's own. */
const ORDINARY_WORD = /^[A-Za-z]+$/;

/** Takes out of a text what repeats the request, in whatever spelling: as JSON, as a language prints it, or escaped. */
export function withoutEcho(names: FieldNames, sent: Sent, text: string): string {
  let plain = withoutNamedValues(names, sent, withoutBlocks(names, sent, unescaped(text)));
  for (const one of sent.strings)
    if (!ORDINARY_WORD.test(one) && plain.includes(one)) plain = plain.replaceAll(one, ' ~ ');
  return plain.replace(/[^\S\n]+/g, ' ').trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  apos: "'",
  nbsp: ' ',
};

/** Undoes the escapes that texts about a request come in: HTML entities, percent, backslashes before quotes. */
function unescaped(text: string): string {
  return text
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, entity)
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    })
    .replace(/\\{1,8}(["'/])/g, '$1')
    .replace(/\\{1,8}[nrt]/g, ' ');
}

function entity(all: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
}

const CLOSES: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const BLOCKS_MAX = 100;

/** Takes out bracketed parts that print our request, whole or cut off: they hold a documented name beside its sent value. */
function withoutBlocks(names: FieldNames, sent: Sent, text: string): string {
  const kept: string[] = [];
  let from = 0;
  let looked = 0;
  for (let at = 0; at < text.length && looked < BLOCKS_MAX; at += 1) {
    if (CLOSES[text[at] ?? ''] === undefined) continue;
    looked += 1;
    const end = endOfBlock(text, at);
    if (!printsRequest(names, sent, text.slice(at, end))) continue;
    kept.push(text.slice(from, at), ' ~ ');
    from = end;
    at = end - 1;
  }
  return [...kept, text.slice(from)].join('');
}

/** Where the bracket at a place closes, quotes aside; the end of the text when it was cut off. */
function endOfBlock(text: string, open: number): number {
  const stack: string[] = [];
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const close = character === '"' ? text.indexOf('"', at + 1) : -1; // its escapes are undone already
    if (close !== -1) {
      at = close;
      continue;
    }
    const closing = CLOSES[character];
    if (closing !== undefined) stack.push(closing);
    else if (character === stack.at(-1)) stack.pop();
    if (stack.length === 0) return at + 1;
  }
  return text.length;
}

const MEMBER = /["'`]?([A-Za-z][A-Za-z_]{4,30})["'`]?\s?(?:=>|:|=)\s?(["'`{[]|[\w.+-]{1,80}|$)/g;

function printsRequest(names: FieldNames, sent: Sent, block: string): boolean {
  for (const found of block.matchAll(MEMBER)) {
    const name = names.get(foldName(found[1] ?? ''));
    if (name === undefined) continue;
    const rest = block.slice(found.index + found[0].length - (found[2] ?? '').length);
    if (beginsWithSent(sent, name, rest)) return true;
  }
  return false;
}

/** A map, an own scalar, or one of the words that stand for nothing: no reason begins so. */
function beginsWithSent(sent: Sent, name: string, rest: string): boolean {
  if (rest === '') return false;
  const scalar = sent.scalars.get(name);
  if (scalar !== undefined && scalar !== '' && rest.replace(/^["'`]/, '').startsWith(scalar)) return true;
  if (/^(null|nil|None|undefined|NULL)\b/.test(rest)) return true;
  return scalar === undefined && /^\{\s?(["'`}]|\w{1,80}\s?[:=])/.test(rest);
}

/** Takes out a name beside its own sent value: `of workflow_run_id 5eb7…`, `command=start&…`. */
function withoutNamedValues(names: FieldNames, sent: Sent, text: string): string {
  let plain = text;
  for (const [name, value] of sent.scalars) {
    if (value === '' || value.length > 200 || !names.has(foldName(name))) continue;
    const spelled = name.split('_').join('[_\\s-]?');
    const pattern = new RegExp(
      `(?<![A-Za-z0-9])${spelled}["'\`]?\\s?(?:=>|[:=(])?\\s?["'\`]?${escapeForRegExp(value)}(?![A-Za-z0-9])["'\`)]?`,
      'gi',
    );
    plain = plain.replace(pattern, ' ~ ');
  }
  return plain;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
