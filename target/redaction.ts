import { createSecretSearch } from './secret-search.ts';
import type { Secret } from './secret.ts';

/** Replaces every secret in a text by `[redacted]`. */
export type Redact = (text: string) => string;

const MARK = '[redacted]';
const SHORTEST_CUT = 12;
/** Texts whose outcome is kept, and how long each may be: header names and values, and bodies, come again and again. */
const KNOWN_MAX = 256;
const KNOWN_LENGTH_MAX = 8192;

/**
 * Builds the redaction of one run from its secrets, in every spelling (`secret-search.ts`).
 * Secrets of fewer than four characters are not searched for: they would blacken ordinary text.
 */
export function createRedaction(secrets: readonly Secret[]): Redact {
  const search = createSecretSearch(secrets.map((secret) => secret.reveal()));
  const known = new Map<string, string>();
  const redacted = (text: string): string => {
    const spans = search(text);
    if (spans.length === 0) return text;
    const parts: string[] = [];
    let done = 0;
    for (const { start, end } of spans) {
      parts.push(text.slice(done, start), MARK);
      done = end;
    }
    return [...parts, text.slice(done)].join('');
  };
  let last = { text: '', clean: '' }; // of the long ones, which are looked at twice in a row
  return (text) => {
    const isLong = text.length > KNOWN_LENGTH_MAX;
    const before = isLong && last.text === text ? last.clean : known.get(text);
    if (before !== undefined) return before;
    const clean = redacted(text);
    if (isLong) last = { text, clean };
    else {
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(text, clean);
    }
    return clean;
  };
}

/** The redactions of one target. */
export interface Redactions {
  /** Takes every secret out of evidence. */
  readonly redact: Redact;
  /** Takes the key out and nothing else: a response may well hold what we send in a header, as it holds our team's id. */
  readonly redactKey: Redact;
  /** Takes every secret out of a sentence that quotes and cuts, the beginning of a longer one too. */
  readonly redactQuote: Redact;
}

/** Builds the redactions from the keys and from the values of the extra headers, which are secrets as well. */
export function redactionsOf(
  key: Secret,
  headerValues: readonly Secret[],
  otherKey: Secret | null = null,
  keyB: Secret | null = null,
): Redactions {
  const keys = [key, otherKey, keyB].filter((one) => one !== null);
  const secrets = [...keys, ...headerValues];
  const redact = createRedaction(secrets);
  const redactKeys = createRedaction(keys);
  const long = secrets.map((secret) => secret.reveal()).filter((text) => text.length > SHORTEST_CUT);
  return {
    redact,
    redactKey: (text) => (redact(text) === text ? text : redactKeys(text)), // no secret at all: no key either
    redactQuote: (text) => long.reduce(withoutBeginnings, redact(text)),
  };
}

/** Takes out the beginnings of a secret, as a cut leaves them; shorter ones can't be told from other text. */
function withoutBeginnings(text: string, secret: string): string {
  const [folded, wanted] = [text.toLowerCase(), secret.toLowerCase()];
  const beginning = wanted.slice(0, SHORTEST_CUT);
  const parts: string[] = [];
  let done = 0;
  for (let at = folded.indexOf(beginning); at !== -1; at = folded.indexOf(beginning, done)) {
    let length = SHORTEST_CUT;
    while (length < wanted.length && folded[at + length] === wanted[length]) length += 1;
    parts.push(text.slice(done, at), MARK);
    done = at + length;
  }
  return [...parts, text.slice(done)].join('');
}

/** Takes the secrets out of the strings of a JSON text, names and values alike; as nothing else changes, it stays JSON. */
export function redactStrings(json: string, redact: Redact): string {
  const parts: string[] = [];
  let done = 0;
  for (let open = json.indexOf('"'); open !== -1; open = json.indexOf('"', done)) {
    const end = endOfString(json, open);
    parts.push(json.slice(done, open), redact(json.slice(open, end)));
    done = end;
  }
  return [...parts, json.slice(done)].join('');
}

/** A loop, because an expression that matches strings runs out of stack on a long one. */
function endOfString(json: string, open: number): number {
  for (let at = open + 1; at < json.length; at += 1) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}
