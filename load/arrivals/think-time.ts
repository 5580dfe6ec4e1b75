import { parseDurationMs } from '../../options/duration.ts';
import { seededRandom } from './random.ts';

/** How long each place of the closed model waits after a response before it begins again, in milliseconds. */
export interface ThinkTime {
  readonly leastMs: number;
  readonly mostMs: number;
}

const THINK_MS_MAX = 600_000;

/** Parses `200ms` or `100ms..2s`; an issue is returned as a sentence. */
export function parseThink(text: string): ThinkTime | { readonly issue: string } {
  const [least = '', most = least, ...more] = text.split('..');
  const leastMs = parseDurationMs(least);
  const mostMs = parseDurationMs(most);
  const isRight = leastMs !== null && mostMs !== null && leastMs <= mostMs && mostMs <= THINK_MS_MAX;
  if (isRight && more.length === 0) return { leastMs, mostMs };
  return {
    issue: `--think is "${text}"; it takes a duration of at most 10m, like 200ms, or two in order, like 100ms..2s.`,
  };
}

/** Draws think times, evenly between the two ends; the same seed gives the same ones. */
export function thinkTimes({ leastMs, mostMs }: ThinkTime, seed: number): () => number {
  const random = seededRandom(seed);
  return () => leastMs + (mostMs - leastMs) * random();
}
