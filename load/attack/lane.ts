import type { Socket } from 'node:net';
import type { TransportFailure } from '../../reports/exchange.ts';
import { ANSWER_BYTES_MAX } from '../../target/send.ts';
import { describeTransportError } from '../../target/transport-failure.ts';
import { backoffMs } from './backoff.ts';
import type { Deadlines, Waiting } from './deadlines.ts';
import { NO_RECORD, type EngineClient } from './engine.ts';
import { HeadReader } from './head.ts';
import { InFlight } from './in-flight.ts';
import { failed, type Shot, type ShotEnd } from './shot.ts';
import { openSocket, type ConnectTimes, type Endpoint } from './socket.ts';

/** Who is told of what happens on a lane. */
export interface LaneEvents {
  /** The lane may be given a shot. */
  free(lane: Lane): void;
  /** The lane may no longer be given a shot. */
  taken(lane: Lane): void;
  connected(lane: Lane, times: ConnectTimes): void;
  connectFailed(lane: Lane, failure: TransportFailure): void;
}

const CONNECT_MS_MAX = 10_000;

/** One keep-alive connection, with at most one request in flight. It reconnects by itself, ever more slowly. */
export class Lane implements Waiting {
  readonly #client: EngineClient;
  readonly #endpoint: Endpoint;
  readonly #deadlines: Deadlines;
  readonly #events: LaneEvents;
  readonly #heads = new HeadReader();
  #socket: Socket | null = null;
  #isReady = false;
  #isShut = false;
  #inFlight: InFlight | null = null;
  #retry: NodeJS.Timeout | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  /** Connections in a row that brought no answer. */
  #barren = 0;
  #hasAnswered = false;
  #staleAtMs = Infinity;

  /** Takes over a client of the engine before it connects. */
  constructor(client: EngineClient, endpoint: Endpoint, deadlines: Deadlines, events: LaneEvents) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#deadlines = deadlines;
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
      this.#connect();
    };
  }

  get isFree(): boolean {
    return this.#isReady && this.#inFlight === null;
  }

  /** True when the server has said that it will soon close this idle connection. */
  isStale(nowMs: number): boolean {
    return this.isFree && nowMs >= this.#staleAtMs;
  }

  /** Writes a shot. The lane must be free. Returns the time of the write. */
  fire(shot: Shot): number {
    if (this.#socket === null || !this.isFree)
      throw new Error('A shot was given to a lane that is not free.');
    this.#inFlight = new InFlight(shot);
    this.#socket.write(shot.bytes);
    this.#events.taken(this);
    this.#deadlines.add(this);
    return this.#inFlight.sentMs;
  }

  get waitingSinceMs(): number {
    return this.#inFlight?.sentMs ?? Infinity;
  }

  /** The whole answer has not come in time. */
  expired(): void {
    this.#abort({ kind: 'timeout' });
  }

  /** Gives up the request in flight, if there is one. */
  abandon(): void {
    if (this.#inFlight !== null) this.#abort({ kind: 'unfinished' });
  }

  /** Closes the connection in order to open a new one. */
  renew(): void {
    this.#drop();
    this.#reconnect();
  }

  /** Closes the connection for good. */
  shut(): void {
    this.#isShut = true;
    clearTimeout(this.#retry);
    this.abandon();
    this.#drop();
  }

  #connect(): void {
    if (this.#isShut) return;
    this.#client.parser.reinitialize('RESPONSE');
    this.#hasAnswered = false;
    let error: unknown = null;
    const socket = openSocket(this.#endpoint, {
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
    this.#events.connected(this, times);
    this.#events.free(this);
  }

  #read(chunk: Buffer): void {
    if (this.#inFlight === null) {
      this.#barren += 1;
      this.renew();
      return;
    }
    this.#inFlight.heard(chunk.length);
    const parsed = this.#client.parser.execute(chunk);
    if (this.#inFlight.endedMs !== null) this.#answered(this.#inFlight.endedMs);
    else if (parsed instanceof Error)
      this.#abort(failed('protocol', `what came is not an HTTP answer: ${parsed.message}`));
    else if (this.#inFlight.isTooLong)
      this.#abort(failed('too-large', `the answer is longer than ${ANSWER_BYTES_MAX} bytes`));
    else this.#inFlight.keep();
  }

  /** A body without a length ends with its connection; every other one was cut short. */
  #readEnd(): void {
    this.#client.parser.finish();
    const endedMs = this.#inFlight?.endedMs ?? null;
    if (endedMs === null) this.#closed(null);
    else this.#answered(endedMs);
  }

  #answered(endedMs: number): void {
    const head = this.#inFlight?.head ?? null;
    if (this.#inFlight === null || head === null) return;
    this.#barren = 0;
    this.#hasAnswered = true;
    const { pairs, keepAliveMs } = this.#heads.read(head.headers);
    const answer = this.#inFlight.answer(head.statusCode, pairs);
    this.#staleAtMs = endedMs + keepAliveMs;
    const isKept = this.#inFlight.keepsConnection && this.#endpoint.keepsAlive;
    if (!isKept) this.#drop();
    this.#settle(answer, endedMs);
    if (!isKept) this.#reconnect();
    else if (this.isFree) this.#events.free(this);
  }

  #closed(error: unknown): void {
    const wasReady = this.#isReady;
    const head = this.#inFlight?.head ?? null;
    this.#drop();
    if (!this.#hasAnswered) this.#barren += 1;
    if (!wasReady)
      this.#events.connectFailed(
        this,
        describeTransportError(error ?? new Error('the connection was closed while it was being made')),
      );
    const why = head === null ? 'before it was answered' : 'before the answer was whole';
    const failure =
      error === null || head !== null
        ? failed(head === null ? 'reset' : 'cut-short', `the connection was closed ${why}`)
        : null;
    this.#settle(failure ?? { kind: 'failed', failure: describeTransportError(error) }, performance.now());
    this.#reconnect();
  }

  /** Ends the request in flight together with its connection, on which nothing can be told apart any more. */
  #abort(end: ShotEnd): void {
    this.#drop();
    this.#settle(end, performance.now());
    this.#reconnect();
  }

  #settle(end: ShotEnd, endedMs: number): void {
    const inFlight = this.#inFlight;
    if (inFlight === null) return;
    this.#inFlight = null;
    this.#deadlines.delete(this);
    inFlight.settle(end, endedMs);
  }

  #drop(): void {
    clearTimeout(this.#connectTimer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    this.#events.taken(this);
    socket?.destroy();
  }

  #reconnect(): void {
    if (this.#isShut) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => {
        this.#connect();
      },
      backoffMs(this.#barren, Math.random()),
    );
  }
}
