import type { HeaderPair, TransportFailure } from '../../result/exchange.ts';

/** One request to be written to a free connection, and who wants to know what became of it. */
export interface PendingRequest {
  readonly bytes: Buffer;
  /** Called exactly once. */
  settled(outcome: RequestOutcome): void;
}

/** What became of a shot; times are of the process clock, in milliseconds. */
export interface RequestOutcome {
  readonly end: RequestEnd;
  readonly sentMs: number;
  /** When the first byte of the response came; null when none did. */
  readonly firstByteMs: number | null;
  readonly endedMs: number;
  /** How long the end may have waited in its socket for this process, at most. */
  readonly lagMs: number;
}

export type RequestEnd =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: readonly HeaderPair[];
      /** Good until `settled` returns. */
      readonly body: Buffer;
    }
  /** The connection ended, or what came was no HTTP, before the response was whole. */
  | { readonly kind: 'failed'; readonly failure: TransportFailure }
  | { readonly kind: 'timeout' }
  /** Given up by us, at the end of the step or on interruption. */
  | { readonly kind: 'unfinished' };

/** The end of a shot by a failure of its connection. */
export function failed(kind: TransportFailure['kind'], message: string): RequestEnd {
  return { kind: 'failed', failure: { kind, message } };
}
