import { DECODERS, type Decoded, type Decoder } from './spellings.ts';

/** A stretch of a text: from a place up to and without another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds the places where one of some secrets stands in a text, in whatever spelling. */
export type SecretSearch = (text: string) => readonly Span[];

const LAYERS_MAX = 4;
/** What is base64 in base64 is looked into as well, and no deeper. */
const BASE64_DEPTH_MAX = 2;
const SHORTEST_ENCODED = 8;
const SHORTEST_SECRET = 4;
const SHORTEST_CUT = 12;
const BASE64 = '[A-Za-z0-9+/_-]';
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Builds the search. A secret is looked for in the text and in the text with one, two … layers of escapes undone, in
 * any mix; as base64, at any alignment, and inside what base64 decodes to; as hexadecimal; short of its first or last
 * character; and in any letter case, because a server may fold it.
 */
export function createSecretSearch(secrets: readonly string[]): SecretSearch {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  if (long.length === 0) return () => [];
  const needles = needlesOf(long);
  return (text) => merged(search(needles, text, 0));
}

interface Needles {
  /** For each decoder, what is looked for after each number of layers: the secret itself may look escaped. */
  readonly decoders: readonly { readonly decoder: Decoder; readonly layers: readonly Wanted[] }[];
  /** Length of the shortest spelling: undoing escapes or base64 makes no text longer. */
  readonly shortest: number;
  /** Base64 that is long enough to hold a secret, and what it must decode to: a stretch of readable characters. */
  readonly run: RegExp;
  readonly runLength: number;
  readonly readable: RegExp;
}

/** Spellings to be found. Most texts hold none, which plain comparisons show much faster than the pattern. */
interface Wanted {
  readonly pattern: RegExp;
  /** The shortest spellings in lower case, one of which is in each of the others; null where letters outside ASCII make that another comparison than the pattern's. */
  readonly lowered: readonly string[] | null;
  readonly shortest: number;
}

function needlesOf(secrets: readonly string[]): Needles {
  const shortest = Math.min(...secrets.map((secret) => secret.length));
  const runLength = Math.ceil((shortest * 4) / 3);
  const decoders = decodersOf(secrets);
  const forms = decoders.flatMap(({ layers }) => layers.map((wanted) => wanted.shortest));
  return {
    decoders,
    shortest: Math.min(...forms),
    // the look-behind keeps the search linear: a short run is not tried again from each of its characters
    run: new RegExp(`(?<!${BASE64})${BASE64}{${runLength},}={0,2}`, 'g'),
    runLength,
    readable: new RegExp(`[\\t\\r\\n\\x20-\\x7e]{${shortest}}`),
  };
}

function decodersOf(secrets: readonly string[]): Needles['decoders'] {
  return DECODERS.map((decoder) => {
    const undone = new Set(secrets);
    const layers = Array.from({ length: LAYERS_MAX + 1 }, () => {
      const wanted = wantedOf([...[...undone].flatMap(plainForms), ...secrets.flatMap(encodedForms)]);
      for (const secret of [...undone]) undone.add(decoder.decode(secret));
      return wanted;
    });
    return { decoder, layers };
  });
}

function wantedOf(spellings: readonly string[]): Wanted {
  const forms = [...new Set(spellings)]
    .filter((form) => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return {
    pattern: new RegExp(forms.map(escapeForRegExp).join('|') || '(?!)', 'gi'),
    lowered: forms.every((form) => ASCII.test(form))
      ? withoutLonger([...new Set(forms.map((form) => form.toLowerCase()))])
      : null,
    shortest: Math.min(...forms.map((form) => form.length)),
  };
}

/** A text that holds a spelling holds each spelling inside it as well. */
function withoutLonger(spellings: readonly string[]): readonly string[] {
  return spellings.filter((one) => !spellings.some((other) => other !== one && one.includes(other)));
}

function plainForms(secret: string): readonly string[] {
  return secret.length >= SHORTEST_CUT ? [secret, secret.slice(0, -1), secret.slice(1)] : [secret];
}

/** The characters of base64 that the secret alone decides, wherever it stands in what is encoded; and hexadecimal. */
function encodedForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const aligned = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const whole = bytes.toString('base64');
  return [
    ...[...aligned, ...aligned.map(urlSafe)].filter((form) => form.length >= SHORTEST_ENCODED),
    ...[whole, whole.replace(/=+$/, ''), urlSafe(whole), bytes.toString('hex')],
  ];
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function search(needles: Needles, text: string, depth: number): readonly Span[] {
  if (text.length < needles.shortest) return [];
  const [plain] = needles.decoders[0]?.layers ?? [];
  if (plain !== undefined && !needles.decoders.some(({ decoder }) => decoder.applies(text)))
    return [...hitsOf(plain, text), ...encodedHits(needles, text, depth)]; // nothing to undo
  const seen = [text];
  const encoded = new Map<string, readonly Span[]>(); // decoders often come to the same text
  const encodedIn = (at: string): readonly Span[] => {
    const hits = encoded.get(at) ?? encodedHits(needles, at, depth);
    encoded.set(at, hits);
    return hits;
  };
  return needles.decoders.flatMap(({ decoder, layers }, i) => {
    // where there is nothing for it to undo, the decoders before it have found all that is there
    if (i > 0 && !seen.some((one) => decoder.applies(one))) return [];
    const told = searchLayers(encodedIn, decoder, layers, text);
    seen.push(...told.undone);
    return told.spans;
  });
}

function searchLayers(
  encodedIn: (text: string) => readonly Span[],
  decoder: Decoder,
  layers: readonly Wanted[],
  text: string,
): { readonly spans: readonly Span[]; readonly undone: readonly string[] } {
  const spans: Span[] = [];
  const undone = [text];
  const places = new Map<number, Decoded>();
  const placesOf = (layer: number): Decoded => {
    const known = places.get(layer) ?? decoder.decodeWithPlaces(undone[layer] ?? '');
    places.set(layer, known);
    return known;
  };
  let at = text;
  for (const [layer, wanted] of layers.entries()) {
    const hits = [...hitsOf(wanted, at), ...encodedIn(at)];
    if (hits.length > 0) spans.push(...toSource(placesOf, layer, hits));
    const next = decoder.decode(at);
    if (next === at) break;
    at = next;
    undone.push(at);
  }
  return { spans, undone };
}

function hitsOf({ pattern, lowered }: Wanted, text: string): readonly Span[] {
  if (lowered !== null) {
    const low = text.toLowerCase();
    if (!lowered.some((form) => low.includes(form))) return [];
  }
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
}

/** Runs of base64 that hold a secret in some spelling inside. */
function encodedHits(needles: Needles, text: string, depth: number): readonly Span[] {
  if (depth >= BASE64_DEPTH_MAX || !hasRun(text, needles.runLength)) return [];
  const runs = Array.from(text.matchAll(needles.run), ({ index, 0: run }) => ({ run, start: index }));
  return runs
    .filter(({ run }) => [0, 1, 2, 3].some((offset) => isSecretInside(needles, run.slice(offset), depth)))
    .map(({ run, start }) => ({ start, end: start + run.length }));
}

const IS_BASE64 = Uint8Array.from({ length: 128 }, (_, code) =>
  new RegExp(BASE64).test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a text has so many characters of base64 in a row: of these, one stands at each multiple of that length. */
function hasRun(text: string, length: number): boolean {
  for (let at = length - 1; at < text.length; at += length) {
    let [start, end] = [at, at];
    while (IS_BASE64[text.charCodeAt(start - 1)] === 1) start -= 1;
    while (IS_BASE64[text.charCodeAt(end)] === 1) end += 1;
    if (end > at && end - start >= length) return true;
  }
  return false;
}

function isSecretInside(needles: Needles, run: string, depth: number): boolean {
  const inside = Buffer.from(run, 'base64').toString('latin1');
  return needles.readable.test(inside) && search(needles, inside, depth + 1).length > 0;
}

/** Where hits in a decoded text stand in the text that came; half an escape is taken whole. */
function toSource(
  placesOf: (layer: number) => Decoded,
  layer: number,
  hits: readonly Span[],
): readonly Span[] {
  if (layer === 0) return wholeEscapes(placesOf(0), hits);
  return hits.map((hit) => {
    let { start, end } = hit;
    for (let below = layer - 1; below >= 0; below -= 1) {
      const { starts, ends } = placesOf(below);
      end = ends[end - 1] ?? end;
      start = starts[start] ?? start;
    }
    return { start, end };
  });
}

function wholeEscapes({ starts, ends, text }: Decoded, hits: readonly Span[]): readonly Span[] {
  return hits.map(({ start, end }) => {
    const first = lastAtOrBefore(starts, text.length, start);
    const last = lastAtOrBefore(starts, text.length, end - 1);
    return {
      start: (ends[first] ?? 0) > start ? Math.min(start, starts[first] ?? start) : start,
      end: Math.max(end, (ends[last] ?? 0) >= end ? (ends[last] ?? end) : end),
    };
  });
}

/** The last of the first `length` places, in rising order, that is not after a place. */
function lastAtOrBefore(places: Int32Array, length: number, place: number): number {
  let [low, high] = [0, length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((places[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

function merged(spans: readonly Span[]): readonly Span[] {
  const whole: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last === undefined || span.start >= last.end) whole.push(span);
    else whole[whole.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return whole;
}
