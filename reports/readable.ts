import type { RunResult } from '../result/result.ts';

/** Most characters of one string on a page, by the name of its field; the whole stands in result.json. */
export const CHARACTERS_MAX = { body: 4096, curl: 8192, other: 400 } as const;

/**
 * The same result with each string fit to be shown: cut to its length, and characters that can't be seen or that turn
 * the reading direction replaced by their names. Done once where each writer begins, so no field can be forgotten.
 */
export function readable(result: RunResult): RunResult {
  const mapped = map(result, 'other') as RunResult;
  return { ...mapped, run: { ...mapped.run, command: shown(result.run.command, 'curl') } };
}

/** A string with control, bidi and invisible characters made visible; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) return '\uFFFD';
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** A string as one line without unseen characters, for a terminal or a file that people review. */
export function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim());
}

/** Whether a readable string was changed for reading, so that copying it would not repeat it exactly. */
export function isAltered(text: string): boolean {
  return /⟨U\+[0-9A-F]{4,}⟩|\uFFFD|… \([\d,]+ more characters\)$/.test(text);
}

// C0 but tab and line feed, DEL, C1, soft hyphen, bidi marks and overrides, zero-width space, separators, noncharacters,
// tag characters, and halves of surrogate pairs.
const UNSEEN =
  /[\0-\x08\x0B-\x1F\x7F-\x9F\xAD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\u{E0000}-\u{E007F}\p{Cs}]/gu;

function map(value: unknown, field: string): unknown {
  if (typeof value === 'string') return shown(value, field);
  if (Array.isArray(value)) return value.map((one) => map(one, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [shown(key, 'other'), map(one, key)]));
}

/** Cut first, because a long body is not worth cleaning; cut again, because names are longer than characters. */
function shown(text: string, field: string): string {
  const charactersMax =
    field === 'body' ? CHARACTERS_MAX.body : field === 'curl' ? CHARACTERS_MAX.curl : CHARACTERS_MAX.other;
  const whole = visible(text.slice(0, charactersMax * 2));
  if (text.length <= charactersMax * 2 && whole.length <= charactersMax) return whole;
  const kept = whole.slice(0, charactersMax).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}… (${Math.max(1, text.length - kept.length).toLocaleString('en-US')} more characters)`;
}
