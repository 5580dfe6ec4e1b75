import type { JsonObject } from './hooks.ts';

const TIMES = ['created_at', 'updated_at'];

/** The document with both its times written in another way. */
export function withTimes(write: (time: string) => string): (document: JsonObject) => JsonObject {
  return (document) => ({
    ...document,
    ...Object.fromEntries(
      TIMES.flatMap((name) => {
        const time = document[name];
        return typeof time === 'string' ? [[name, write(time)]] : [];
      }),
    ),
  });
}

/** The end of a timestamp of the sandbox: its zone. */
const ZONE = /\+00:00$/;

/** Ways to write a time that RFC 3339 allows. */
export const SPELLINGS = {
  sevenDigits: (time: string) => time.replace(ZONE, '7Z'),
  lowerCase: (time: string) => time.replace('T', 't').replace(ZONE, 'z'),
  /** The same instant on a clock in India. */
  elsewhere: (time: string) => {
    const there = new Date(Date.parse(time) + 5.5 * 3_600_000).toISOString().slice(0, 19);
    return `${there}${time.slice(19).replace(ZONE, '+05:30')}`;
  },
} as const;

/** Ways to write a time that it does not allow. */
export const MISSPELLINGS = {
  noColon: (time: string) => time.replace(ZONE, '+0000'),
  hoursAlone: (time: string) => time.replace(ZONE, '+00'),
  blank: (time: string) => time.replace('T', ' '),
  zoneTwice: (time: string) => `${time}Z`,
  commaFraction: (time: string) => time.replace('.', ','),
} as const;

/** `updated_at` as a store of milliseconds keeps it, while `created_at` has microseconds. */
export function withCutUpdate(document: JsonObject): JsonObject {
  const updated = document['updated_at'];
  return typeof updated === 'string'
    ? { ...document, updated_at: updated.replace(/(\.\d{3})\d+/, '$1') }
    : document;
}
