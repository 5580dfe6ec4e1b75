import type { ThresholdOutcome } from './load-result.ts';

/** A count with thousands separators. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A count and its noun, in the plural where it needs one. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** How many are left out: `3 more`. */
export function more(value: number): string {
  return `${count(value)} more`;
}

/** Milliseconds with three digits that mean something: `5.12`, `48.3`, `1,204`. */
export function ms(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return fixed(value, digits);
}

/** Microseconds as milliseconds, see `ms`. */
export function usAsMs(us: number): string {
  return ms(us / 1000);
}

/** A rate per second without needless digits. */
export function rate(perSecond: number): string {
  return perSecond.toLocaleString('en-US', { maximumFractionDigits: perSecond < 100 ? 1 : 0 });
}

/** A share between 0 and 1 in percent. */
export function percent(share: number): string {
  return `${(share * 100).toLocaleString('en-US', { maximumSignificantDigits: 3 })} %`;
}

/** A value of a threshold with its unit. */
export function inUnit(value: number, unit: ThresholdOutcome['unit']): string {
  switch (unit) {
    case 'ms':
      return `${ms(value)} ms`;
    case 'ratio':
      return percent(value);
    case 'per_second':
      return `${rate(value)}/s`;
    case 'count':
      return count(value);
  }
}

/** A length of time for people: `840 ms`, `12.3 s`, `3 min 20 s`, `1 h 4 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** An ISO time as `2026-11-24 03:38:22 UTC`; what is no time is shown as it is. */
export function utc(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Milliseconds between two ISO times, 0 when one of them is none. */
export function elapsedMs(from: string, to: string): number {
  const elapsed = Date.parse(to) - Date.parse(from);
  return Number.isFinite(elapsed) ? Math.max(0, elapsed) : 0;
}

/** Bytes for people: `812 B`, `4.0 KiB`, `1.2 MiB`. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  if (value < 1024 ** 3) return `${(value / 1024 / 1024).toFixed(1)} MiB`;
  return `${(value / 1024 ** 3).toFixed(1)} GiB`;
}

function joined(many: number, unit: string, few: number, smaller: string): string {
  return few === 0 ? `${many} ${unit}` : `${many} ${unit} ${few} ${smaller}`;
}

function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
