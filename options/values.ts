import { parseDurationMs } from './duration.ts';
import type { Parse, Parsed } from './option.ts';

/** The values that an option takes, both ends included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

const DIGITS = /^\d+(\.\d+)?$/;

/** Any text, as it was typed. */
export const anyText: Parse<string> = (text) => valid(text);

/** Words between commas, each once. */
export const words: Parse<readonly string[]> = (text) => {
  const all = text.split(',').map((word) => word.trim());
  return valid([...new Set(all)].filter((word) => word !== ''));
};

/** A whole number within bounds. */
export function wholeNumber({ least, most }: Bounds): Parse<number> {
  return (text, flag) => {
    const value = DIGITS.test(text.trim()) ? Number(text) : NaN;
    if (value >= least && value <= most && Number.isInteger(value)) return valid(value);
    return invalid(`${flag} is "${text}"; it takes a whole number from ${least} to ${most}.`);
  };
}

/** A number within bounds. */
export function decimal({ least, most }: Bounds): Parse<number> {
  return (text, flag) => {
    const value = DIGITS.test(text.trim()) ? Number(text) : NaN;
    if (value >= least && value <= most) return valid(value);
    return invalid(`${flag} is "${text}"; it takes a number from ${least} to ${most}.`);
  };
}

/** A duration in milliseconds within bounds. */
export function duration({ least, most }: Bounds): Parse<number> {
  return (text, flag) => {
    const value = parseDurationMs(text);
    if (value !== null && value >= least && value <= most) return valid(value);
    const range = `from ${least} ms to ${most / 1000} s`;
    return invalid(
      `${flag} is "${text}"; it takes a duration with its unit, such as 500ms, 30s or 2m, ${range}.`,
    );
  };
}

/** A share written as a percentage, from 0 to 1. @param meaning what it is a share of, as the sentence ends. */
export function percentage({ least, most }: Bounds, meaning: string): Parse<number> {
  return (text, flag) => {
    const share = /^\d+(\.\d+)?%$/.test(text.trim()) ? Number(text.trim().slice(0, -1)) / 100 : NaN;
    if (share >= least && share <= most) return valid(share);
    return invalid(`${flag} is "${text}"; it takes ${meaning}.`);
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Parse<Word> {
  return (text, flag) => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined
      ? invalid(`${flag} is "${text}"; it takes ${words.join(' or ')}.`)
      : valid(word);
  };
}

/** A parser that returns its value, or its issue as a sentence. */
export function orIssue<Value extends object>(
  parse: (text: string) => Value | { readonly issue: string },
): Parse<Value> {
  return (text) => {
    const parsed = parse(text);
    return 'issue' in parsed ? invalid(parsed.issue) : valid(parsed);
  };
}

export function valid<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function invalid(...issues: readonly string[]): Parsed<never> {
  return { ok: false, issues };
}
