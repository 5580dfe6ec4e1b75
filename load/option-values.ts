import { parseDurationMs } from '../target/duration.ts';

/** The values that an option takes, ends included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Parses a number; a mistake is added as a sentence, and null returned. An absent option is null. */
export function numberOf(
  option: string,
  text: string | undefined,
  bounds: Bounds & { readonly whole: boolean },
  mistakes: string[],
): number | null {
  if (text === undefined) return null;
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= bounds.least && value <= bounds.most && (!bounds.whole || Number.isInteger(value)))
    return value;
  mistakes.push(
    `${option} is "${text}"; it takes a ${bounds.whole ? 'whole ' : ''}number from ${bounds.least} to ${bounds.most}.`,
  );
  return null;
}

/** Parses a duration in milliseconds; a mistake is added as a sentence, and null returned. */
export function durationOf(
  option: string,
  text: string | undefined,
  bounds: Bounds,
  mistakes: string[],
): number | null {
  if (text === undefined) return null;
  const value = parseDurationMs(text);
  if (value !== null && value >= bounds.least && value <= bounds.most) return value;
  const range = `from ${bounds.least} ms to ${bounds.most / 1000} s`;
  mistakes.push(
    `${option} is "${text}"; it takes a duration with its unit, such as 500ms, 30s or 2m, ${range}.`,
  );
  return null;
}
