/** What RFC 3339 makes of a text: a time, a time that lacks nothing but its zone, or neither. */
export type Timestamp =
  | {
      readonly kind: 'time';
      /** Milliseconds since 1970 in UTC, with a fraction. */ readonly epochMs: number;
    }
  /** `epochMs` reads the clock as UTC. */
  | { readonly kind: 'zone-missing'; readonly epochMs: number }
  | { readonly kind: 'no-time' };

const FORM =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?$/;
const NO_TIME: Timestamp = { kind: 'no-time' };
const MINUTE_MS = 60_000;
const MONTHS_OF_31 = [1, 3, 5, 7, 8, 10, 12];

/** Reads a text by the `date-time` of RFC 3339, section 5.6, with the limits of section 5.7. */
export function readTimestamp(text: string): Timestamp {
  const found = FORM.exec(text);
  if (found === null) return NO_TIME;
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, zoneHour, zoneMinute] = found;
  const at = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = at;
  const isZoned = zulu !== undefined || sign !== undefined;
  const [zh, zm] = [Number(zoneHour ?? 0), Number(zoneMinute ?? 0)];
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo)) return NO_TIME;
  if (h > 23 || mi > 59 || s > 60 || zh > 23 || zm > 59) return NO_TIME;
  const offsetMs = (sign === '-' ? -1 : 1) * (zh * 60 + zm) * MINUTE_MS;
  const wholeMs = utcMs(y, mo, d, h, mi, s) - offsetMs;
  if (s === 60 && !isLeapSecond(wholeMs, isZoned)) return NO_TIME;
  const epochMs = wholeMs + Number(`0${fraction || '.0'}`) * 1000;
  return isZoned ? { kind: 'time', epochMs } : { kind: 'zone-missing', epochMs };
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function utcMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  if (year > 99) return Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, 0);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return MONTHS_OF_31.includes(month) ? 31 : 30;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/**
 * A leap second ends June or December in UTC. A clock without a zone stands for some zone, so there only the minute tells.
 * @param afterMs the second 60 as the second that follows it.
 */
function isLeapSecond(afterMs: number, isZoned: boolean): boolean {
  const after = new Date(afterMs);
  if (!isZoned) return after.getUTCMinutes() % 15 === 0;
  const isMidnight = after.getUTCHours() === 0 && after.getUTCMinutes() === 0 && after.getUTCSeconds() === 0;
  return isMidnight && after.getUTCDate() === 1 && [0, 6].includes(after.getUTCMonth());
}

/** True for a text that RFC 3339 allows as `date-time`. */
export function isTimestamp(text: string): boolean {
  return readTimestamp(text).kind === 'time';
}
