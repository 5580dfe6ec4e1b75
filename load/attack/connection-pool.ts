import { backoffMs, type Closing, type Connection } from './connection.ts';
import { FifoSet } from './fifo-set.ts';

/**
 * Why a request has no connection: all that there may be are busy, one is being made, none can be made, or this tool
 * makes no more at a time.
 */
export type Lack = 'ceiling' | 'connecting' | 'down' | 'own';

const CONNECTING_MAX = 64;
const CONNECTING_MAX_DOWN = 8;
const DROPPED_MAX = 5;
const KEPT_SHARE = 0.8;

/**
 * The connections of an attack: made as they are needed, the one used last used first, so that the others grow old
 * and are closed. While none can be made, attempts become ever rarer.
 */
export class ConnectionPool {
  readonly #retry: () => void;
  readonly #keepsAlive: boolean;
  /** In the order in which they became free. */
  readonly #free = new FifoSet<Connection>();
  readonly #dormant: Connection[] = [];
  readonly #connecting = new Set<Connection>();
  /** Attempts to connect that failed since one succeeded. */
  #failures = 0;
  /** Connections in a row that were closed instead of a response. */
  #dropped = 0;
  #notBeforeMs = 0;
  #alarm: NodeJS.Timeout | null = null;
  /** How long the server keeps idle connections, with a margin, as far as was seen. */
  #keptMs = Infinity;
  #isClosed = false;

  /** @param retry called when another attempt to connect may be made. */
  constructor(keepsAlive: boolean, retry: () => void) {
    this.#keepsAlive = keepsAlive;
    this.#retry = retry;
  }

  add(connection: Connection): void {
    this.#dormant.unshift(connection);
  }

  /** True when a request could be written at once. Connections that are about to be closed are given up on the way. */
  hasFree(): boolean {
    for (let connection = this.#free.last; connection !== null; connection = this.#free.last) {
      if (!connection.isStale(performance.now(), this.#keptMs)) return true;
      connection.rest();
    }
    return false;
  }

  /** The connection that became free last; null when none is free. */
  get last(): Connection | null {
    return this.#free.last;
  }

  freed(connection: Connection): void {
    this.#free.join(connection);
  }

  taken(connection: Connection): void {
    this.#free.leave(connection);
  }

  connected(connection: Connection): void {
    this.#connecting.delete(connection);
    this.#failures = 0;
  }

  connectFailed(connection: Connection): void {
    this.#connecting.delete(connection);
    this.#failures += 1;
    this.#holdOff();
  }

  responded(): void {
    this.#dropped = 0;
  }

  /** A connection has ended. */
  ended(connection: Connection, { wasReady, hasResponded, isByPeer, idleMs }: Closing): void {
    this.#connecting.delete(connection);
    if (idleMs !== null) this.#keptMs = Math.min(this.#keptMs, idleMs * KEPT_SHARE);
    if (wasReady && !hasResponded && isByPeer) {
      this.#dropped += 1;
      if (this.#dropped >= DROPPED_MAX) this.#holdOff();
    }
    this.#dormant.push(connection);
    // With a connection for each request the next one is made beforehand.
    if (!this.#keepsAlive && wasReady && hasResponded) this.open(1);
  }

  /** Makes connections so that so many requests that wait will have one each, as far as there may be more. */
  demand(waiting: number): void {
    this.open(waiting - this.#connecting.size);
  }

  /** Makes that many connections more, as far as there may be more. */
  open(count: number): void {
    if (this.#isClosed || performance.now() < this.#notBeforeMs) return;
    const most = (this.#failures > 0 ? CONNECTING_MAX_DOWN : CONNECTING_MAX) - this.#connecting.size;
    for (let n = Math.min(count, most); n > 0; n -= 1) {
      const connection = this.#dormant.pop();
      if (connection === undefined) return;
      this.#connecting.add(connection);
      connection.connect();
    }
  }

  /** Why nothing is free. */
  get lack(): Lack {
    if (this.#failures > 0 || performance.now() < this.#notBeforeMs) return 'down';
    if (this.#connecting.size >= CONNECTING_MAX) return 'own';
    return this.#dormant.length === 0 && this.#connecting.size === 0 ? 'ceiling' : 'connecting';
  }

  /** Gives up idle connections that are about to be closed. */
  closeStale(): void {
    const nowMs = performance.now();
    for (const connection of this.#free.all()) if (connection.isStale(nowMs, this.#keptMs)) connection.rest();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#alarm !== null) clearTimeout(this.#alarm);
  }

  #holdOff(): void {
    const waitMs = backoffMs(Math.max(this.#failures, this.#dropped - DROPPED_MAX + 1), Math.random());
    if (this.#notBeforeMs > performance.now() || this.#isClosed) return;
    this.#notBeforeMs = performance.now() + waitMs;
    this.#alarm = setTimeout(() => {
      this.#alarm = null;
      this.#notBeforeMs = 0;
      this.#retry();
    }, waitMs);
  }
}
