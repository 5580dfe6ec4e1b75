import type { WireRequest } from '../../api/exchange.ts';
import type { TransportFailure } from '../../result/exchange.ts';
import type { Target } from '../../target/target.ts';
import { Deadlines } from './deadlines.ts';
import { startEngine, type EngineClient } from './autocannon.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import { ConnectionPool, type Lack } from './connection-pool.ts';
import { LoopWatch } from './loop-watch.ts';
import type { RequestOutcome } from './in-flight.ts';
import { endpointOf, type ConnectTimes } from './socket.ts';
import { RequestWriter } from './request-writer.ts';

/** Who is told about the connections of an attack. */
export interface AttackEvents {
  /**
   * Something may have become possible: a connection is free, or another may be made.
   * @param lagMs how long that may have waited for this process to notice.
   */
  free(lagMs: number): void;
  connected(times: ConnectTimes): void;
  connectFailed(failure: TransportFailure): void;
}

/** A set of connections to the target that send what they are told, when they are told. */
export interface Attack {
  /** True when a request could be written at once. */
  hasFree(): boolean;
  /** Makes connections for so many requests that wait, as far as the ceiling allows. */
  demand(waiting: number): void;
  /** Why no connection is free. */
  readonly lack: Lack;
  /** Writes a request to the connection that became free last; returns the time of the write. */
  send(request: WireRequest, settled: (outcome: RequestOutcome) => void): number;
  /** Resolves when each connection that was asked for at first has been made, or has failed for the first time. */
  readonly ready: Promise<void>;
  /** Gives up every request in flight. */
  abandon(): void;
  /** Closes everything; requests in flight are unfinished. */
  close(): Promise<void>;
}

/** The connections of an attack. */
export interface Connections {
  /** Most connections at a time. */
  readonly ceiling: number;
  /** How many are made beforehand. */
  readonly initial: number;
  /** False when each request gets a connection of its own, which was made beforehand. */
  readonly keepsAlive: boolean;
  /** Longest wait for one whole response. */
  readonly timeoutMs: number;
}

const STALE_CHECK_MS = 250;

/**
 * Opens the first connections of an attack. Nothing is sent until `fire` is called.
 * @throws without showing any value when a configured header can't stand on the wire.
 */
export function openAttack(
  target: Target,
  path: string,
  { ceiling, initial, keepsAlive, timeoutMs }: Connections,
  events: AttackEvents,
): Attack {
  const url = new URL(target.baseUrl + path);
  const wire = new RequestWriter(target, url, keepsAlive);
  wire.write({ method: 'POST', path, credential: { kind: 'valid' }, headers: [], body: null });
  const deadlines = new Deadlines(timeoutMs);
  const loop = new LoopWatch();
  const around = { endpoint: endpointOf(url, target, keepsAlive), deadlines, loop };
  const connections: Connection[] = [];
  const set = new ConnectionPool(keepsAlive, () => {
    events.free(0);
  });
  const first = firstOutcomes(initial);
  const connectionEvents = connectionEventsOf(set, first, events);
  const engine = startEngine(url.origin, ceiling, (client: EngineClient) => {
    const connection = new Connection(client, around, connectionEvents);
    connections.push(connection);
    set.add(connection);
  });
  loop.start();
  set.open(initial);
  const renewal = setInterval(() => {
    set.closeStale();
  }, STALE_CHECK_MS);
  return {
    hasFree: () => set.hasFree(),
    demand: (waiting) => {
      set.demand(waiting);
    },
    get lack() {
      return set.lack;
    },
    send(request, settled) {
      const connection = set.last;
      if (connection === null) throw new Error('A request was fired while no connection was free.');
      const { bytes, trace } = wire.write(request);
      return connection.send({ bytes, trace, settled });
    },
    ready: first.all,
    abandon() {
      for (const connection of connections) connection.abandon();
    },
    async close() {
      clearInterval(renewal);
      loop.stop();
      set.close();
      for (const connection of connections) connection.shut();
      deadlines.close();
      first.giveUp();
      await engine.stop();
    },
  };
}

function connectionEventsOf(
  set: ConnectionPool,
  first: ReturnType<typeof firstOutcomes>,
  events: AttackEvents,
): ConnectionEvents {
  return {
    free(connection, lagMs) {
      set.freed(connection);
      events.free(lagMs);
    },
    taken: (connection) => {
      set.taken(connection);
    },
    connected(connection, times) {
      set.connected(connection);
      events.connected(times);
      first.settled(connection);
    },
    connectFailed(connection, failure) {
      set.connectFailed(connection);
      events.connectFailed(failure);
      first.settled(connection);
    },
    responded: () => {
      set.responded();
    },
    dormant: (connection, closing) => {
      set.ended(connection, closing);
      events.free(0);
    },
  };
}

/** Counts the first outcome of each connection that is made beforehand. */
function firstOutcomes(count: number): {
  settled(connection: Connection): void;
  giveUp(): void;
  readonly all: Promise<void>;
} {
  const seen = new Set<Connection>();
  let isDone = false;
  let resolve: () => void = () => undefined;
  const all = new Promise<void>((done) => (resolve = done));
  const finish = (): void => {
    isDone = true;
    resolve();
  };
  return {
    all,
    settled(connection) {
      if (isDone) return;
      seen.add(connection);
      if (seen.size >= count) finish();
    },
    giveUp: finish,
  };
}
