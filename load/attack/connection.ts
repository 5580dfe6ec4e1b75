import type { TransportFailure } from '../../result/exchange.ts';
import { RESPONSE_BYTES_MAX } from '../../target/send.ts';
import { describeTransportError } from '../../target/transport-failure.ts';
import type { Deadlines, Waiting } from './deadlines.ts';
import { NO_RECORD, type EngineClient } from './autocannon.ts';
import { HeadReader } from './response-head.ts';
import { InFlight, failed, type PendingRequest, type RequestEnd } from './in-flight.ts';
import type { LoopWatch } from './loop-watch.ts';
import { CONNECT_MS_MAX, openSocket, type ConnectTimes, type Endpoint, type Wire } from './socket.ts';

/** Notified of what happens on a connection. */
export interface ConnectionEvents {
  /** The connection may be given a request. @param lagMs how long that may have waited for this process to notice. */
  free(connection: Connection, lagMs: number): void;
  /** The connection takes no further request for now. */
  taken(connection: Connection): void;
  connected(connection: Connection, times: ConnectTimes): void;
  connectFailed(connection: Connection, failure: TransportFailure): void;
  /** A whole response has come. */
  responded(): void;
  /** The connection has ended, and is not made again until asked for. */
  dormant(connection: Connection, why: Closing): void;
}

/** How a connection ended. */
export interface Closing {
  /** True when it stood. */
  readonly wasReady: boolean;
  /** True when it brought a response. */
  readonly hasResponded: boolean;
  /** True when the peer, and not this tool, ended it. */
  readonly isByPeer: boolean;
  /** How long it had been idle when its peer closed it, or seems to have; null when that is not why it ended. */
  readonly idleMs: number | null;
}

/** State shared by all connections of an attack. */
export interface ConnectionContext {
  readonly endpoint: Endpoint;
  readonly deadlines: Deadlines;
  readonly loop: LoopWatch;
}

/** A connection that ends so soon after a write was closed before the request got there. */
const CROSSED_MS = 5;

/** A 408 that no request was sent for: the server closes a connection that was idle (RFC 9110, section 15.5.9). */
const IDLE_TOO_LONG = /^HTTP\/1\.[01] 408/;
const STATUS_LINE_BYTES = 12;

/** One connection, made when it is asked for, with at most one request in flight. */
export class Connection implements Waiting {
  readonly #client: EngineClient;
  readonly #around: ConnectionContext;
  readonly #events: ConnectionEvents;
  readonly #heads = new HeadReader();
  #socket: Wire | null = null;
  #isReady = false;
  #isShut = false;
  #inFlight: InFlight | null = null;
  #connectTimer: NodeJS.Timeout | undefined;
  #hasResponded = false;
  #staleAtMs = Infinity;
  #freeSinceMs = 0;
  /** How long the connection had been idle when the request in flight was written. */
  #idleAtWriteMs = 0;
  #roundTripMs = 0;

  /** Takes over a client of the engine before it connects. */
  constructor(client: EngineClient, around: ConnectionContext, events: ConnectionEvents) {
    this.#client = client;
    this.#around = around;
    this.#events = events;
    client.pipelinedRequests = {
      addByteCount: () => undefined,
      addBody: (part) => {
        this.#inFlight?.addBody(part);
      },
      setHeaders: (head) => {
        this.#inFlight?.headCame(head);
      },
      terminateRequest: () => {
        this.#inFlight?.complete();
        return NO_RECORD;
      },
      clear: () => undefined,
    };
    client._doRequest = () => undefined;
    client._destroyConnection = () => {
      this.shut();
    };
    client._connect = () => {
      client.timeoutTicker.clear();
    };
  }

  get isFree(): boolean {
    return this.#isReady && this.#inFlight === null;
  }

  /**
   * True when the server has said that it will soon close this idle connection, or has been seen to close such ones.
   * @param keptMs how long it keeps idle connections, as far as that was seen.
   */
  isStale(nowMs: number, keptMs: number): boolean {
    return (
      this.isFree && (nowMs >= this.#staleAtMs || (this.#hasResponded && nowMs - this.#freeSinceMs >= keptMs))
    );
  }

  /** Writes a request. The connection must be free. Returns the time of the write. */
  send(request: PendingRequest): number {
    if (this.#socket === null || !this.isFree)
      throw new Error('A request was given to a connection that is not free.');
    this.#inFlight = new InFlight(request);
    this.#idleAtWriteMs = this.#inFlight.sentMs - this.#freeSinceMs;
    this.#socket.write(request.bytes);
    this.#events.taken(this);
    this.#around.deadlines.add(this);
    return this.#inFlight.sentMs;
  }

  get waitingSinceMs(): number {
    return this.#inFlight?.sentMs ?? Infinity;
  }

  /** The whole response has not come in time. */
  expired(): void {
    this.#abort({ kind: 'timeout' });
  }

  /** Gives up the request in flight, if there is one. */
  abandon(): void {
    if (this.#inFlight !== null) this.#abort({ kind: 'unfinished' });
  }

  /** Closes the connection; another is made when one is asked for. */
  rest(): void {
    const closing = this.#closing(null);
    this.#drop();
    this.#fallAsleep(closing);
  }

  /** Closes the connection for good. */
  shut(): void {
    this.#isShut = true;
    this.abandon();
    this.#drop();
  }

  /** Makes a connection. */
  connect(): void {
    if (this.#isShut || this.#socket !== null) return;
    this.#client.parser.reinitialize('RESPONSE');
    this.#hasResponded = false;
    let error: unknown = null;
    const socket = openSocket(this.#around.endpoint, {
      ready: (times) => {
        if (this.#socket === socket) this.#connected(times);
      },
      received: (bytes) => {
        if (this.#socket === socket) this.#read(bytes);
      },
    });
    this.#socket = socket;
    this.#connectTimer = setTimeout(
      () => socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })),
      CONNECT_MS_MAX,
    );
    socket.on('error', (cause) => {
      error = cause;
    });
    socket.on('end', () => {
      if (this.#socket === socket) this.#readEnd();
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#closed(error);
    });
  }

  #connected(times: ConnectTimes): void {
    clearTimeout(this.#connectTimer);
    this.#isReady = true;
    this.#staleAtMs = Infinity;
    this.#freeSinceMs = performance.now();
    this.#roundTripMs = times.tcpMs;
    const lagMs = this.#around.loop.lagMs(this.#freeSinceMs);
    this.#events.connected(this, times);
    if (this.isFree) this.#events.free(this, lagMs);
  }

  #read(chunk: Buffer): void {
    const nowMs = performance.now();
    const lagMs = this.#around.loop.lagMs(nowMs);
    if (this.#inFlight === null) {
      if (IDLE_TOO_LONG.test(chunk.toString('latin1', 0, STATUS_LINE_BYTES))) this.#closed(null);
      else this.rest();
      return;
    }
    this.#inFlight.checked(chunk.length, nowMs);
    const { parser } = this.#client;
    parser.maxHeaderSize = RESPONSE_BYTES_MAX; // whether its own 80 KiB are passed depends on how packets were cut
    const parsed = parser.execute(chunk);
    if (this.#inFlight.endedMs !== null) this.#responded(this.#inFlight.endedMs, lagMs);
    else if (parsed instanceof Error)
      this.#abort(failed('protocol', `what came is not an HTTP response: ${parsed.message}`));
    else if (this.#inFlight.isTooLong)
      this.#abort(failed('too-large', `the response is longer than ${RESPONSE_BYTES_MAX} bytes`));
    else this.#inFlight.keep();
  }

  /** A body without a length ends with its connection; every other one was cut short. */
  #readEnd(): void {
    const lagMs = this.#around.loop.lagMs(performance.now());
    this.#client.parser.finish();
    const endedMs = this.#inFlight?.endedMs ?? null;
    if (endedMs === null) this.#closed(null);
    else this.#responded(endedMs, lagMs);
  }

  #responded(endedMs: number, lagMs: number): void {
    const head = this.#inFlight?.head ?? null;
    if (this.#inFlight === null || head === null) return;
    this.#hasResponded = true;
    this.#events.responded();
    const { pairs, keepAliveMs } = this.#heads.read(head.headers);
    const response = this.#inFlight.response(head.statusCode, pairs);
    this.#staleAtMs = endedMs + keepAliveMs;
    this.#freeSinceMs = endedMs;
    const isKept = this.#inFlight.keepsConnection && this.#around.endpoint.keepsAlive;
    const closing = this.#closing(null);
    if (!isKept) this.#drop();
    this.#settle(response, endedMs, lagMs);
    if (!isKept) this.#fallAsleep(closing);
    else if (this.isFree) this.#events.free(this, lagMs);
  }

  #closed(error: unknown): void {
    const head = this.#inFlight?.head ?? null;
    const closing = { ...this.#closing(this.#idleWhenClosed()), isByPeer: true };
    this.#drop();
    if (!closing.wasReady)
      this.#events.connectFailed(
        this,
        describeTransportError(error ?? new Error('the connection was closed while it was being made')),
      );
    const why = head === null ? 'before it was answered' : 'before the response was complete';
    const failure =
      error === null || head !== null
        ? failed(head === null ? 'reset' : 'cut-short', `the connection was closed ${why}`)
        : null;
    this.#settle(failure ?? { kind: 'failed', failure: describeTransportError(error) }, performance.now(), 0);
    this.#fallAsleep(closing);
  }

  /** How long the server had kept the connection idle before it closed it; null when it was not idle. */
  #idleWhenClosed(): number | null {
    if (!this.#isReady || !this.#hasResponded) return null;
    const nowMs = performance.now();
    if (this.#inFlight === null) return nowMs - this.#freeSinceMs;
    const crossedMs = Math.max(CROSSED_MS, 2 * this.#roundTripMs);
    const hasCrossed = !this.#inFlight.hasBegun && nowMs - this.#inFlight.sentMs <= crossedMs;
    return hasCrossed ? this.#idleAtWriteMs : null;
  }

  /** Ends the request in flight together with its connection, on which nothing can be told apart any more. */
  #abort(end: RequestEnd): void {
    const closing = this.#closing(null);
    this.#drop();
    this.#settle(end, performance.now(), 0);
    this.#fallAsleep(closing);
  }

  #settle(end: RequestEnd, endedMs: number, lagMs: number): void {
    const inFlight = this.#inFlight;
    if (inFlight === null) return;
    this.#inFlight = null;
    this.#around.deadlines.delete(this);
    inFlight.settle(end, endedMs, lagMs);
  }

  #closing(idleMs: number | null): Closing {
    return { wasReady: this.#isReady, hasResponded: this.#hasResponded, isByPeer: false, idleMs };
  }

  #drop(): void {
    clearTimeout(this.#connectTimer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    this.#events.taken(this);
    socket?.destroy();
  }

  #fallAsleep(closing: Closing): void {
    if (!this.#isShut && this.#socket === null) this.#events.dormant(this, closing);
  }
}

const FIRST_MS = 100;
const LONGEST_MS = 1000;

/**
 * How long to wait before connecting again, in milliseconds: twice as long after each attempt in a row that was in
 * vain, and never in step with others who try.
 * @param failuresInARow attempts in a row that were in vain.
 * @param random a random number from 0 to 1.
 */
export function backoffMs(failuresInARow: number, random: number): number {
  if (failuresInARow === 0) return 0;
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failuresInARow - 1, 16));
  return whole * (0.5 + random / 2);
}
