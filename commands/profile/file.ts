import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { Parsed } from '../../options/option.ts';
import { profileSchema, type Profile } from './schema.ts';
import { statIfThere } from '../../result/disk.ts';

/** A profile with its file, and where in it something stands. */
export interface ProfileFile {
  readonly profile: Profile;
  /** The path as it is typed from here. */
  readonly path: string;
  readonly sha256: string;
  /** The beginning of a message about a key: the file, and the line where the key stands. */
  readonly at: (key: KeyPath) => string;
}

type KeyPath = readonly PropertyKey[];

const BYTES_MAX = 1024 * 1024;

/** Reads a profile; every issue in it is a sentence that names the file, the line and what to do. */
export function readProfile(path: string): Parsed<ProfileFile> {
  const read = readYaml(path, profileSchema, { kind: 'a profile', flag: '--config' });
  if (!read.ok) return read;
  const { value, ...file } = read.value;
  return { ok: true, value: { ...file, profile: value } };
}

/** A file of settings as its schema reads it, and as it stands. */
export interface YamlFile<Value> extends Omit<ProfileFile, 'profile'> {
  readonly value: Value;
  readonly text: string;
}

/** Reads a file of settings. @param about what kind of file it is, and the option that names it. */
export function readYaml<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  about: { readonly kind: string; readonly flag: string },
): Parsed<YamlFile<z.infer<Schema>>> {
  const shown = near(path);
  const text = textOf(path);
  if (typeof text !== 'string')
    return {
      ok: false,
      issues: [`${shown} ${text.why}; give ${about.flag} the path of ${about.kind} in YAML.`],
    };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    return { ok: false, issues: [`${shown}, line ${line}: not YAML: ${readable(broken.message)}.`] };
  }
  const at = (key: KeyPath): string => `${shown}, line ${lineOf(document, lines, key)}`;
  const value = valueOf(document);
  if (!('plain' in value)) return { ok: false, issues: [`${shown}: not YAML: ${value.why}.`] };
  const parsed = schema.safeParse(value.plain, { reportInput: true });
  if (!parsed.success)
    return { ok: false, issues: parsed.error.issues.flatMap((issue) => issuesOf(issue, at, about.kind)) };
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { ok: true, value: { value: parsed.data, text, path: shown, sha256, at } };
}

function textOf(path: string): string | { readonly why: string } {
  const found = statIfThere(path);
  if (found === undefined) return { why: 'does not exist' };
  if (!found.isFile()) return { why: 'is not a file' };
  if (found.size > BYTES_MAX) return { why: 'is larger than 1 MiB' };
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return { why: "can't be read" };
  }
}

/** A section without keys (`contract:`) is there, with all its defaults. An alias may expand to too much. */
function valueOf(document: Document): { readonly plain: unknown } | { readonly why: string } {
  try {
    const plain: unknown = document.toJS({ maxAliasCount: 100 });
    if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return { plain: plain ?? {} };
    return { plain: Object.fromEntries(Object.entries(plain).map(([key, one]) => [key, one ?? {}])) };
  } catch (error) {
    return { why: readable(error instanceof Error ? error.message : 'it has no value') };
  }
}

/** The first line of a message, without its end. */
function readable(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[.:]\s*$/, '');
}

type Issue = z.core.$ZodIssue;

function issuesOf(issue: Issue, at: (key: KeyPath) => string, kind: string): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    const where = issue.path.length === 0 ? kind : nameOf(issue.path);
    return issue.keys.map(
      (key) =>
        `${at([...issue.path, key])}: "${key}" is not a key of ${where}; take the keys from docs/nightly.md.`,
    );
  }
  const what = issue.path.length === 0 ? 'the file' : nameOf(issue.path);
  const is = issue.input === undefined ? 'is missing' : `is ${shownValue(issue.input)}`;
  return [`${at(issue.path)}: ${what} ${is}; it takes ${issue.message}.`];
}

/** The name of a key as a reader finds it: `rate of load[2]` has its place before it. */
function nameOf(path: KeyPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step + 1}]` : `${i === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

const SHOWN_MAX = 60;

function shownValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

/** The line of a key, or of what is nearest above it. */
function lineOf(document: Document, lines: LineCounter, path: KeyPath): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const offset = offsetOf(document, path.slice(0, depth));
    if (offset !== null) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document, path: KeyPath): number | null {
  const last = path.at(-1);
  const above: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(above)) {
    const pair = above.items.find(({ key }) => (isScalar(key) ? key.value : key) === last);
    return isNode(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
  }
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** A path as it is typed from here. */
function near(path: string): string {
  const from = relative(process.cwd(), resolve(path));
  return from === '' || from.startsWith('..') ? resolve(path) : from;
}
