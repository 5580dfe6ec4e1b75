import { headerOf, type ApiResponse } from '../api/exchange.ts';

/** The longest pause that is believed: what asks for more asks for another day. */
const LONGEST_MS = 86_400_000;
/** An HTTP date (RFC 9110, section 5.6.7) in its preferred form and in the two obsolete ones. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * Reads a Retry-After header (RFC 9110, section 10.2.3: seconds or a date) as milliseconds from now, a day at most; null
 * when it is neither. A date is held against the response's own Date, for it was the target's clock that made it.
 * @param dateHeader the Date of the same response; null where it has none, and then our clock counts.
 */
export function parseRetryAfterMs(
  value: string | null,
  nowMs: number,
  dateHeader: string | null = null,
): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(LONGEST_MS, Number(text) * 1000);
  const atMs = dateMs(text);
  if (atMs === null) return null;
  return Math.min(LONGEST_MS, Math.max(0, atMs - (dateMs(dateHeader?.trim() ?? '') ?? nowMs)));
}

/** How long a response asks to wait, in milliseconds from now, whatever its status is; null when it does not ask. */
export function retryAfterMs(response: ApiResponse | null, nowEpochMs = Date.now()): number | null {
  if (response === null) return null;
  return parseRetryAfterMs(headerOf(response, 'retry-after'), nowEpochMs, headerOf(response, 'date'));
}

/** How patient a caller is with 429, which did nothing. */
export interface ThrottlePatience {
  /** Most repetitions of one call. */
  readonly repeatsMax: number;
  /** The longest pause that is waited for; a 429 that asks for more is final. */
  readonly longestMs: number;
  /** The pause after a 429 that names none; null where such a one is final. */
  readonly unnamedMs: number | null;
}

/**
 * Sends a call; after 429 again, once the pause that it asks for is over.
 * @param pause waits for so long; false where the call is not to be repeated, before or after the wait.
 */
export async function sendPastThrottle<T>(
  send: () => Promise<T>,
  responseIn: (sent: T) => ApiResponse | null,
  { repeatsMax, longestMs, unnamedMs }: ThrottlePatience,
  pause: (pauseMs: number) => Promise<boolean>,
): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    const sent = await send();
    const response = responseIn(sent);
    if (response?.status !== 429 || repeats === repeatsMax) return sent;
    const pauseMs = retryAfterMs(response) ?? unnamedMs;
    if (pauseMs === null || pauseMs > longestMs || !(await pause(pauseMs))) return sent;
  }
}

function dateMs(text: string): number | null {
  if (!HTTP_DATE.test(text)) return null;
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? null : ms;
}
