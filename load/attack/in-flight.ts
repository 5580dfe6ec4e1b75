import type { HeaderPair, TransportFailure } from '../../result/exchange.ts';
import { RESPONSE_BYTES_MAX } from '../../target/send.ts';
import type { EngineHead } from './autocannon.ts';

/** One request to be written to a free connection, and who wants to know what became of it. */
export interface PendingRequest {
  readonly bytes: Buffer;
  /** Its `traceparent`; null where it has none of ours. */
  readonly trace: string | null;
  /** Called exactly once. */
  settled(outcome: RequestOutcome): void;
}

/** What became of a request; times are of the process clock, in milliseconds. */
export interface RequestOutcome {
  readonly end: RequestEnd;
  readonly sentMs: number;
  /** When the first byte of the response came; null when none did. */
  readonly firstByteMs: number | null;
  readonly endedMs: number;
  /** How long the end may have waited in its socket for this process, at most. */
  readonly lagMs: number;
  /** The `traceparent` that it was sent with; null where it had none of ours. */
  readonly trace: string | null;
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

/** The end of a request by a failure of its connection. */
export function failed(kind: TransportFailure['kind'], message: string): RequestEnd {
  return { kind: 'failed', failure: { kind, message } };
}

/** One request in flight and as much of its response as has come. */
export class InFlight {
  readonly #request: PendingRequest;
  readonly #parts: Buffer[] = [];
  /** How many of the parts are copies; the others are gone after the read that brought them. */
  #kept = 0;
  /** The moment of the write, in milliseconds of the process clock. */
  readonly sentMs = performance.now();
  #bytes = 0;
  #firstByteMs: number | null = null;
  #endedMs: number | null = null;
  #head: EngineHead | null = null;
  #isFollowed = false;

  /** To be made right before the write. */
  constructor(request: PendingRequest) {
    this.#request = request;
  }

  /** When the response was whole; null while it is not. */
  get endedMs(): number | null {
    return this.#endedMs;
  }

  get head(): EngineHead | null {
    return this.#head;
  }

  /** A head has come. One after the end of the response belongs to nobody: what else comes there can't be trusted. */
  headCame(head: EngineHead): void {
    if (this.#endedMs === null) this.#head = head;
    else this.#isFollowed = true;
  }

  /** True when the connection may be used again after this response. */
  get keepsConnection(): boolean {
    return this.#head?.shouldKeepAlive === true && !this.#isFollowed;
  }

  /** So many bytes of the response have come, head and body alike. */
  checked(bytes: number, nowMs: number): void {
    this.#bytes += bytes;
    this.#firstByteMs ??= nowMs;
  }

  /** True when a byte of the response has come. */
  get hasBegun(): boolean {
    return this.#firstByteMs !== null;
  }

  get isTooLong(): boolean {
    return this.#bytes > RESPONSE_BYTES_MAX;
  }

  addBody(part: Buffer): void {
    if (this.#endedMs !== null) return;
    this.#parts.push(part);
  }

  /** Keeps what has come so far beyond the read that brought it. */
  keep(): void {
    while (this.#kept < this.#parts.length) {
      this.#parts[this.#kept] = Buffer.from(this.#parts[this.#kept] ?? '');
      this.#kept += 1;
    }
  }

  /** The parser has come to the end of a response. Interim ones (103) are passed over: the final one is to come. */
  complete(): void {
    const status = this.#head?.statusCode ?? 200;
    if (status >= 200 || status === 101) this.#endedMs ??= performance.now();
  }

  /** The whole response; its body is joined once, as bytes, and is good until the read that brought its end is over. */
  response(status: number, headers: readonly HeaderPair[]): Extract<RequestEnd, { kind: 'answered' }> {
    const [only] = this.#parts;
    const body = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    return { kind: 'answered', status, headers, body };
  }

  settle(end: RequestEnd, endedMs: number, lagMs: number): void {
    const { sentMs } = this;
    const { trace } = this.#request;
    this.#request.settled({ end, sentMs, firstByteMs: this.#firstByteMs, endedMs, lagMs, trace });
  }
}
