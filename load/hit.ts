/** What became of a request that was sent: exactly one of six. */
export type Fate = 'ok' | 'http_error' | 'invalid' | 'transport_error' | 'timeout' | 'unfinished';

/** The fates, as the result's ledger names them. */
export const FATES = [
  'ok',
  'http_error',
  'invalid',
  'transport_error',
  'timeout',
  'unfinished',
] as const satisfies readonly Fate[];

/** The end of one request that was sent. Times are of the process clock, in milliseconds. */
export interface Hit {
  readonly fate: Fate;
  readonly intendedMs: number;
  readonly sentMs: number;
  /** When the first byte of the answer came; null when none did. */
  readonly firstByteMs: number | null;
  readonly endedMs: number;
  /** Status of the answer; null when none came. */
  readonly status: number | null;
  /** The way in which it went wrong; null for ok and unfinished. */
  readonly cause: string | null;
}
