import type { WireRequest } from '../../contract/exchange.ts';
import type { TransportFailure } from '../../reports/exchange.ts';
import type { Target } from '../../target/target.ts';
import { Deadlines } from './deadlines.ts';
import { startEngine, type EngineClient } from './engine.ts';
import { Lane, type LaneEvents } from './lane.ts';
import { Line } from './line.ts';
import type { ShotOutcome } from './shot.ts';
import { endpointOf, type ConnectTimes } from './socket.ts';
import { Wire } from './wire.ts';

/** Who is told about the connections of an attack. */
export interface AttackEvents {
  /** At least one connection may be given a request. */
  free(): void;
  connected(times: ConnectTimes): void;
  connectFailed(failure: TransportFailure): void;
}

/** A set of connections to the target that send what they are told, when they are told. */
export interface Attack {
  /** True when a request could be written at once. */
  hasFree(): boolean;
  /** Writes a request to the connection that has been free the longest; returns the time of the write. */
  fire(request: WireRequest, settled: (outcome: ShotOutcome) => void): number;
  /** Resolves when each connection has been made, or has failed for the first time. */
  readonly ready: Promise<void>;
  /** Gives up every request in flight. */
  abandon(): void;
  /** Closes everything; requests in flight are unfinished. */
  close(): Promise<void>;
}

/** The connections of an attack. */
export interface Connections {
  readonly connections: number;
  /** False when each request gets a connection of its own, which was made beforehand. */
  readonly keepsAlive: boolean;
  /** Longest wait for one whole answer. */
  readonly timeoutMs: number;
}

const STALE_CHECK_MS = 250;

/**
 * Opens the connections of an attack. Nothing is sent until `fire` is called.
 * @throws without showing any value when a configured header can't stand on the wire.
 */
export function openAttack(
  target: Target,
  path: string,
  { connections, keepsAlive, timeoutMs }: Connections,
  events: AttackEvents,
): Attack {
  const url = new URL(target.baseUrl + path);
  const wire = new Wire(target, url, keepsAlive);
  wire.bytes({ method: 'POST', path, credential: { kind: 'valid' }, headers: [], body: null });
  const deadlines = new Deadlines(timeoutMs);
  const endpoint = endpointOf(url, target.ca, keepsAlive);
  const lanes: Lane[] = [];
  const free = new Line<Lane>();
  const first = firstOutcomes(connections);
  const laneEvents: LaneEvents = {
    free(lane) {
      free.join(lane);
      events.free();
    },
    taken: (lane) => {
      free.leave(lane);
    },
    connected(lane, times) {
      events.connected(times);
      first.settled(lane);
    },
    connectFailed(lane, failure) {
      events.connectFailed(failure);
      first.settled(lane);
    },
  };
  const engine = startEngine(url.origin, connections, (client: EngineClient) => {
    lanes.push(new Lane(client, endpoint, deadlines, laneEvents));
  });
  const renewal = setInterval(() => {
    renewStale(free);
  }, STALE_CHECK_MS);
  return {
    hasFree: () => free.first !== null,
    fire(request, settled) {
      const lane = free.first;
      if (lane === null) throw new Error('A request was fired while no connection was free.');
      return lane.fire({ bytes: wire.bytes(request), settled });
    },
    ready: first.all,
    abandon() {
      for (const lane of lanes) lane.abandon();
    },
    async close() {
      clearInterval(renewal);
      for (const lane of lanes) lane.shut();
      deadlines.close();
      first.giveUp();
      await engine.stop();
    },
  };
}

function renewStale(free: Line<Lane>): void {
  const nowMs = performance.now();
  for (const lane of free.all()) if (lane.isStale(nowMs)) lane.renew();
}

/** Counts the first outcome of each connection. */
function firstOutcomes(count: number): {
  settled(lane: Lane): void;
  giveUp(): void;
  readonly all: Promise<void>;
} {
  const seen = new Set<Lane>();
  let resolve: () => void = () => undefined;
  const all = new Promise<void>((done) => (resolve = done));
  return {
    all,
    settled(lane) {
      seen.add(lane);
      if (seen.size >= count) resolve();
    },
    giveUp: () => {
      resolve();
    },
  };
}
