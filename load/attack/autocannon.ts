import autocannon from 'autocannon';

/**
 * autocannon's client from inside: the parts that its types don't name and that this room leans on. The version is
 * exact and guard tests pin each of them, so that an upgrade that changes one fails loudly.
 */
export interface EngineClient {
  readonly parser: EngineParser;
  pipelinedRequests: EngineQueue;
  /** Made after `setupClient` ran and before the first `_connect`. */
  readonly timeoutTicker: { clear(): void };
  _connect: () => void;
  _doRequest: () => void;
  _destroyConnection: () => void;
}

/** http-parser-js as the client uses it; its callbacks survive `reinitialize`. */
export interface EngineParser {
  /** Returns an error when the bytes are not HTTP; nothing is thrown. */
  execute(chunk: Buffer): number | Error;
  /** Tells the parser that the connection ended: completes a body that only the end delimits. */
  finish(): Error | undefined;
  reinitialize(type: 'RESPONSE'): void;
  /** Most bytes of a head, of which only those are counted that came before its last piece; back at 80 KiB after each response. */
  maxHeaderSize: number;
}

/** What the parser knows once the head of a response is complete. */
export interface EngineHead {
  readonly statusCode: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

/** The client's queue of requests in flight; replacing it gives us the bytes before the client joins them. */
export interface EngineQueue {
  addByteCount(count: number): void;
  addBody(part: Buffer): void;
  setHeaders(head: EngineHead): void;
  /** Called when a response is complete; the client passes most of it on to autocannon's own statistics. */
  terminateRequest(): EngineRecord;
  clear(): void;
}

/** One finished request as autocannon's own statistics want it. */
export interface EngineRecord {
  readonly req: null;
  readonly headers: { readonly statusCode: number; readonly headers: readonly string[] };
  readonly body: string;
  readonly bytes: number;
  readonly duration: number;
}

/** What autocannon's own statistics are told of a request: nothing, for they are not used. */
export const NO_RECORD: EngineRecord = {
  req: null,
  headers: { statusCode: 200, headers: [] },
  body: '',
  bytes: 0,
  duration: 0,
};

/** A running engine. */
export interface Engine {
  /** Destroys every client; resolves when autocannon has let go. */
  stop(): Promise<void>;
}

const FOREVER_S = 2_000_000;
const STOP_CHECK_MS = 50;

/**
 * Starts autocannon with that many clients and hands each to `adopt` before it connects. No rate, amount or
 * time-out is set that could act: autocannon parses responses and keeps the clients, we decide what is sent and when.
 * It gets no header and no body, so the key is never in its hands.
 */
export function startEngine(url: string, connections: number, adopt: (client: EngineClient) => void): Engine {
  const run = autocannon({
    url,
    connections,
    pipelining: 1,
    method: 'POST',
    headers: {},
    duration: FOREVER_S,
    timeout: FOREVER_S,
    sampleInt: STOP_CHECK_MS,
    excludeErrorStats: false,
    forever: false,
    idReplacement: false,
    setupClient: (client: unknown) => {
      adopt(client as EngineClient);
    },
  });
  const ended = Promise.resolve(run);
  return {
    async stop() {
      (run as unknown as { stop(): void }).stop();
      await ended;
    },
  };
}
